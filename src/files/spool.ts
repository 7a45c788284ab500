/**
 * Bytes put aside while files are made of them: in memory while they are few, then in a file that has no name and is gone when it is closed.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Bytes held in memory before they go to disk. */
const mostHeld = 8_388_608;
/** Bytes read at a time. */
const piece = 262_144;

/** Where bytes lie. */
export interface SpoolPlace {
  readonly from: number;
  readonly to: number;
}

/** The bytes of one export. It has to be closed. */
export class Spool {
  private readonly folder: string;
  private held: Uint8Array[] = [];
  private heldFrom = 0;
  private end = 0;
  private handle: number | undefined;

  /** @param folder where a file is made when there are many bytes; it may not be there yet */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Puts bytes aside. @throws what the disk says when it is full */
  append(bytes: Uint8Array): SpoolPlace {
    const from = this.end;
    this.held.push(bytes);
    this.end += bytes.length;
    if (this.end - this.heldFrom > mostHeld) this.flush();
    return { from, to: this.end };
  }

  private flush(): void {
    this.handle ??= this.open();
    for (const bytes of this.held) {
      for (let at = 0; at < bytes.length; )
        at += fs.writeSync(this.handle, bytes, at, bytes.length - at, this.heldFrom + at);
      this.heldFrom += bytes.length;
    }
    this.held = [];
  }

  private open(): number {
    fs.mkdirSync(this.folder, { recursive: true });
    const place = path.join(this.folder, `export-${randomUUID()}.part`);
    const handle = fs.openSync(place, 'wx+', 0o600);
    fs.unlinkSync(place);
    return handle;
  }

  /** The bytes of a place, in pieces. */
  *read({ from, to }: SpoolPlace): Generator<Uint8Array> {
    for (let at = from; at < Math.min(to, this.heldFrom); ) {
      const bytes = Buffer.allocUnsafe(Math.min(piece, Math.min(to, this.heldFrom) - at));
      const read = fs.readSync(this.handle!, bytes, 0, bytes.length, at);
      if (read === 0) throw new Error('bytes that were put aside are gone');
      at += read;
      yield bytes.subarray(0, read);
    }
    if (to <= this.heldFrom) return;
    if (this.held.length > 1) this.held = [Buffer.concat(this.held)];
    yield this.held[0]!.subarray(Math.max(0, from - this.heldFrom), to - this.heldFrom);
  }

  close(): void {
    if (this.handle !== undefined) fs.closeSync(this.handle);
    this.handle = undefined;
    this.held = [];
  }
}
