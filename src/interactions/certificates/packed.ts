/**
 * Prepared chunks as they go from one thread to another: index rows and texts lie flat, in buffers that change hands, and are made into
 * values when they are looked at. What is not kept for long costs next to nothing to collect.
 */
import type { CertificateRecord } from '../../care/certificate-record.ts';
import { certificateLayout } from '../../files/certificates/layout.ts';
import { buffersOf, type PackedTable, RowBatch, RowsOfVersion } from '../../store/packed-rows.ts';
import type { TextTemplate } from '../../store/store.ts';
import type { PreparedChunk, PreparedPerson, PreparedResource, PreparedRow, Preparing } from './prepare.ts';

/** Texts one after the other as UTF-8. */
interface PackedTexts {
  readonly bytes: Uint8Array;
  /** Where each ends. */
  readonly ends: Uint32Array;
}

/** A person without its record. */
type PackedPerson = Omit<PreparedPerson, 'record'>;

/** A chunk without what lies flat, which is: of each change its index rows, and its text in two parts; then the records of rows, of persons. */
export interface PackedChunk extends Omit<PreparedChunk, 'persons'> {
  readonly persons: readonly PackedPerson[];
  readonly tables: readonly PackedTable[];
  readonly texts: PackedTexts;
}

/** Texts that are added. */
class TextWriter {
  private bytes: Buffer = Buffer.alloc(65_536);
  private length = 0;
  private ends: number[] = [];

  add(text: string): void {
    // A character of a text is at most three bytes.
    const most = this.length + text.length * 3;
    if (most > this.bytes.length) {
      const { bytes } = this;
      this.bytes = Buffer.alloc(Math.max(most, bytes.length * 2));
      bytes.copy(this.bytes, 0, 0, this.length);
    }
    this.length += this.bytes.write(text, this.length);
    this.ends.push(this.length);
  }

  take(): PackedTexts {
    const { bytes, ends } = this;
    [this.bytes, this.length, this.ends] = [Buffer.alloc(bytes.length), 0, []];
    return { bytes, ends: Uint32Array.from(ends) };
  }
}

/** Control characters are refused in rows: none can be in a value. */
const separator = '\u0001';
const keys = certificateLayout.fields.map(field => field.key);
const recordText = (record: CertificateRecord): string => keys.map(key => record[key] ?? '').join(separator);

/** Prepares resources as another `Preparing` does, and takes rows and texts out of the changes at once. */
export class Packer {
  readonly preparing: Preparing;
  private readonly batch = new RowBatch();
  private readonly texts = new TextWriter();

  constructor(preparing: Preparing) {
    this.preparing = {
      ...preparing,
      change: (type, id, resource, template) => {
        const { template: _template, ...change } = preparing.change(type, id, resource, template);
        this.batch.add(change.rows);
        this.texts.add(template.before);
        this.texts.add(template.after);
        return { ...change, rows: [] };
      },
    };
  }

  /** A chunk made by {@link preparing}, ready for sending. */
  pack(chunk: PreparedChunk): PackedChunk {
    const rows = chunk.rows.map(({ record, ...row }) => {
      if (record) this.texts.add(recordText(record));
      return row;
    });
    const persons = chunk.persons.map(({ record, ...person }) => {
      this.texts.add(recordText(record));
      return person;
    });
    return { ...chunk, rows, persons, tables: this.batch.pack(), texts: this.texts.take() };
  }
}

/** What of a chunk changes hands instead of being copied. */
export const handedOver = ({ tables, texts }: PackedChunk): ArrayBuffer[] => [
  ...buffersOf(tables),
  ...[texts.bytes, texts.ends].map(one => one.buffer as ArrayBuffer),
];

/** Texts that are taken in their order, each read when it is looked at. */
class TextReader {
  private readonly bytes: Buffer;
  private readonly ends: Uint32Array;
  private taken = 0;

  constructor({ bytes, ends }: PackedTexts) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.ends = ends;
  }

  take(): number {
    return this.taken++;
  }

  text(at: number): string {
    return this.bytes.toString('utf8', at === 0 ? 0 : this.ends[at - 1], this.ends[at]);
  }

  template(): TextTemplate {
    const [before, after] = [this.take(), this.take()];
    const text = (at: number) => this.text(at);
    return {
      get before() {
        return text(before);
      },
      get after() {
        return text(after);
      },
    };
  }

  record<T extends object>(one: T): T & { readonly record: CertificateRecord } {
    const at = this.take();
    const read = (): CertificateRecord => {
      const values = this.text(at).split(separator);
      return Object.fromEntries(keys.map((key, i) => [key, values[i]!]));
    };
    let record: CertificateRecord | undefined;
    return Object.defineProperty({ ...one }, 'record', { get: () => (record ??= read()) }) as T & {
      readonly record: CertificateRecord;
    };
  }
}

/** The chunk as it was packed. */
export function unpackChunk({ tables, texts, ...chunk }: PackedChunk): PreparedChunk {
  const [batch, reader] = [RowBatch.of(tables), new TextReader(texts)];
  let owner = 0;
  const whole = <T extends PreparedResource | undefined>(one: T): T => {
    if (!one?.change) return one;
    return {
      ...one,
      change: { ...one.change, template: reader.template(), rows: new RowsOfVersion(batch, owner++) },
    };
  };
  const coverages = chunk.coverages.map(whole);
  const changed = chunk.persons.map(whole);
  const rows = chunk.rows.map((row): PreparedRow => (row.keys ? reader.record(row) : row));
  return { ...chunk, coverages, rows, persons: changed.map(one => reader.record(one)) };
}
