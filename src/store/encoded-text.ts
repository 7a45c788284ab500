/**
 * The text of a version as UTF-8, encoded once: its fingerprint and the row that keeps it are made of the same bytes.
 */
import { stampOf } from '../fhir/json-text.ts';
import { hashOfBytes } from './hash.ts';
import type { TextTemplate } from './store.ts';

/** Room that is kept for the next text, in bytes. */
const kept = 1_048_576;
/** What a stamp takes at most. */
const stampRoom = 100;

/** Holds one text at a time. */
export class EncodedText {
  private readonly own = Buffer.allocUnsafeSlow(kept);
  private bytes = this.own;
  private before = 0;
  private after = 0;

  /** Encodes a template; what was held before is gone. */
  encode({ before, after }: TextTemplate): void {
    // A UTF-16 unit takes three bytes at most.
    const room = 3 * (before.length + after.length) + stampRoom;
    this.bytes = room <= kept ? this.own : Buffer.allocUnsafeSlow(room);
    this.before = this.bytes.write(before, 0);
    this.bytes[this.before] = 0;
    this.after = this.bytes.write(after, this.before + 1);
  }

  /** The fingerprint, as `contentHash` makes it. */
  hash(): bigint {
    return hashOfBytes(this.bytes.subarray(0, this.before + 1 + this.after));
  }

  /** The stamped text, to be used before the next is encoded. */
  stamped(versionId: number, lastUpdated: string): Uint8Array {
    const { bytes, before, after } = this;
    const stamp = stampOf(versionId, lastUpdated);
    bytes.copyWithin(before + stamp.length, before + 1, before + 1 + after);
    bytes.write(stamp, before, 'latin1');
    const whole = bytes.subarray(0, before + stamp.length + after);
    // A large text is not held on to.
    this.bytes = this.own;
    return whole;
  }
}
