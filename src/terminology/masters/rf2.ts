/**
 * SNOMED CT in Release Format 2 (snapshot): concepts, descriptions and is-a relationships are in files of their own. What
 * is said of a concept is kept in the tables until all of it was read, so that memory stays small.
 * @see https://confluence.ihtsdotools.org/display/DOCRELFMT
 */
import fs from 'node:fs';
import path from 'node:path';
import type { TermRow, TermTables } from '../../store/terms.ts';
import type { SystemHead } from '../shapes.ts';
import { clearLeftovers, EditionWriter, type ImportResult } from './import.ts';
import { ImportError } from './layout.ts';
import { type FileRow, readRows } from './rows.ts';

const isA = '116680003';
const fullySpecified = '900000000000003001';
const url = 'http://snomed.info/sct';

/** What is to be imported: the folder of a release. */
export interface Rf2Wish {
  readonly folder: string;
  readonly version: string;
  readonly validFrom?: string;
  readonly validTo?: string;
}

/** Files of a folder, and of those below it, that fit a pattern. */
function findFiles(folder: string, pattern: RegExp): string[] {
  try {
    const all = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return all
      .filter(file => pattern.test(path.basename(file)))
      .map(file => path.join(folder, file))
      .sort();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new ImportError({ en: `${folder} cannot be read (${code})`, ja: `${folder} を読めません（${code}）` });
  }
}

async function* rows(files: readonly string[]): AsyncGenerator<FileRow> {
  for (const file of files) yield* readRows(file, { separator: 'tab', encoding: 'utf-8', skipLines: 1, header: true });
}

const pause = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** Hands over what is collected, so many at a time. */
async function inBatches<T>(source: AsyncIterable<T>, take: (batch: readonly T[]) => void): Promise<void> {
  let batch: T[] = [];
  for await (const one of source) {
    batch.push(one);
    if (batch.length < 1000) continue;
    take(batch);
    batch = [];
    await pause();
  }
  if (batch.length > 0) take(batch);
}

/** Concepts: id, effectiveTime, active, moduleId, definitionStatusId. */
async function* stagedConcepts(files: readonly string[]): AsyncGenerator<readonly [string, string]> {
  for await (const { cells } of rows(files)) yield [cells[0]!, JSON.stringify({ c: cells[2] === '1' ? 1 : 0 })];
}

/** Descriptions: id, effectiveTime, active, moduleId, conceptId, languageCode, typeId, term, caseSignificanceId. */
async function* stagedDescriptions(files: readonly string[]): AsyncGenerator<readonly [string, string]> {
  for await (const { cells } of rows(files)) {
    if (cells[2] !== '1' || cells[7] === undefined) continue;
    yield [cells[4]!, JSON.stringify({ l: cells[5], t: cells[6] === fullySpecified ? 1 : 0, v: cells[7].trim() })];
  }
}

/** Relationships: id, effectiveTime, active, moduleId, sourceId, destinationId, relationshipGroup, typeId … */
async function* parents(files: readonly string[]): AsyncGenerator<readonly [string, string]> {
  for await (const { cells } of rows(files)) if (cells[2] === '1' && cells[7] === isA) yield [cells[4]!, cells[5]!];
}

interface Staged {
  readonly c?: number;
  readonly l?: string;
  readonly t?: number;
  readonly v?: string;
}

function toRow(code: string, no: number, parts: readonly Staged[]): TermRow | undefined {
  const concept = parts.find(part => part.c !== undefined);
  if (!concept) return undefined;
  const inactive = concept.c === 0;
  const names = parts.filter(part => part.v !== undefined);
  const full = names.find(name => name.t === 1);
  // The name shown is the shortest that is no fully specified one; a language reference set is not read.
  const synonyms = names.filter(name => name.t === 0).sort((a, b) => a.v!.length - b.v!.length);
  const shown = synonyms.find(name => name.l === 'en') ?? synonyms[0] ?? full;
  const designation = names
    .filter(name => name !== shown)
    .map(name => ({
      language: name.l,
      use: { system: url, code: name.t === 1 ? fullySpecified : '900000000000013009' },
      value: name.v,
    }));
  const property = inactive ? [{ code: 'inactive', valueBoolean: true }] : [];
  const detail = { ...(designation.length > 0 && { designation }), ...(property.length > 0 && { property }) };
  return {
    no,
    code,
    display: shown?.v ?? null,
    detail: Object.keys(detail).length > 0 ? JSON.stringify(detail) : '',
    inactive,
    from: 0,
    until: 0,
    parents: [],
    indexed: [],
  };
}

/** Puts together what was kept of each concept and writes it. */
async function assemble(
  tables: TermTables,
  edition: number,
  writer: EditionWriter,
  progress: (n: number) => void,
): Promise<void> {
  let [code, n] = ['', 0];
  let current = '';
  let parts: Staged[] = [];
  let no = 0;
  const close = async () => {
    const row = current === '' ? undefined : toRow(current, no + 1, parts);
    if (row) {
      no++;
      await writer.add(row);
      if (no % 50_000 === 0) progress(no);
    }
    parts = [];
  };
  for (;;) {
    const batch = tables.staged(edition, code, n, 2000);
    for (const one of batch) {
      if (one.code !== current) await close();
      current = one.code;
      parts.push(JSON.parse(one.text) as Staged);
    }
    if (batch.length < 2000) break;
    [code, n] = [batch.at(-1)!.code, batch.at(-1)!.n];
  }
  await close();
}

function headOf({ version, validFrom, validTo }: Rf2Wish): SystemHead {
  return {
    url,
    version,
    name: 'SNOMED_CT',
    title: 'SNOMED CT',
    language: 'en',
    status: 'active',
    content: 'complete',
    caseSensitive: true,
    properties: [{ code: 'inactive', uri: 'http://snomed.info/field/Concept.active', type: 'boolean' }],
    supplements: [],
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo }),
  };
}

/**
 * Imports a release as an edition of SNOMED CT.
 * @throws ImportError when the folder holds no snapshot
 */
export async function importRf2(
  tables: TermTables,
  wish: Rf2Wish,
  progress: (concepts: number) => void = () => undefined,
): Promise<ImportResult> {
  const files = (name: string) => findFiles(wish.folder, new RegExp(`^x?(sct2|der2)_${name}.*Snapshot.*\\.txt$`, 'i'));
  const concepts = files('Concept');
  if (concepts.length === 0)
    throw new ImportError({
      en: `${wish.folder} has no file such as sct2_Concept_Snapshot_….txt`,
      ja: `${wish.folder} に sct2_Concept_Snapshot_….txt のようなファイルがありません`,
    });
  const edition = tables.begin({ url, version: wish.version, head: JSON.stringify(headOf(wish)) });
  const writer = new EditionWriter(tables, edition);
  try {
    await inBatches(stagedConcepts(concepts), batch => tables.stage(edition, batch));
    await inBatches(stagedDescriptions(files('Description')), batch => tables.stage(edition, batch));
    await inBatches(parents(files('Relationship')), batch => tables.addParents(edition, batch));
    await assemble(tables, edition, writer, progress);
    await writer.finish();
    while (tables.unstage(edition, 5000)) await pause();
  } catch (error) {
    tables.withdraw(edition);
    throw error;
  } finally {
    await clearLeftovers(tables);
  }
  return { edition, concepts: writer.written, skipped: 0, repeated: writer.repeated, examples: writer.examples };
}
