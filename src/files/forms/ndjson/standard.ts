/**
 * NDJSON: FHIR resources, one a line, as bulk exports write them. Each line is a unit: an update when it has an id, else a create.
 * @see https://hl7.org/fhir/R4/nd-json.html
 */
import { parseJson } from '../../../fhir/json.ts';
import { FhirError } from '../../../fhir/outcome.ts';
import type { Resource } from '../../../fhir/types.ts';
import type { PlainEntry } from '../../convert.ts';
import type { Finding } from '../../finding.ts';
import type { SourceFile, Standard, Unit } from '../standard.ts';

/** Longest line in bytes. */
const mostBytes = 16_777_216;

/** A line of a file and its bytes. */
interface Line {
  readonly text: string;
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly isTooLong: boolean;
}

/** The lines; undefined after each piece of the file. */
function* linesOf(source: SourceFile): Generator<Line | undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let number = 1;
  let passed = 0;
  const line = (bytes: Buffer, end: number): Line => {
    const from = offset;
    offset = end;
    const isTooLong = passed > 0 || bytes.length > mostBytes;
    passed = 0;
    return {
      text: isTooLong ? '' : bytes.toString('utf8').replace(/^\ufeff/, ''),
      number: number++,
      from,
      to: end,
      isTooLong,
    };
  };
  for (const chunk of source.chunks()) {
    yield undefined;
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
      yield line(rest.subarray(from, end), offset + passed + end + 1 - from);
      from = end + 1;
    }
    rest = rest.subarray(from);
    if (rest.length <= mostBytes) continue;
    passed += rest.length;
    rest = Buffer.alloc(0);
  }
  if (rest.length + passed > 0) yield line(rest, offset + passed + rest.length);
}

const finding = (file: string, line: Line, rule: Finding['rule']): Finding => ({
  kind: 'content',
  severity: 'error',
  file,
  line: line.number,
  column: 1,
  rule,
  mend: { en: 'Write one FHIR resource as JSON on each line', ja: '1行に1つの FHIR リソースを JSON で書いてください' },
});

/** A line's resource, or why it is none: read as strictly as the body of a request. */
function readResource({ text, isTooLong }: Line): { resource: Resource } | { rule: Finding['rule'] } {
  if (isTooLong)
    return {
      rule: { en: `the line is longer than ${mostBytes} bytes`, ja: `1行が ${mostBytes} バイトを超えています` },
    };
  const none = { en: 'the line is no FHIR resource in JSON', ja: 'FHIR リソースの JSON ではありません' };
  try {
    const value = parseJson(text);
    const isResource =
      typeof value === 'object' && value !== null && typeof (value as Resource).resourceType === 'string';
    return isResource ? { resource: value as Resource } : { rule: none };
  } catch (error) {
    const reason = error instanceof FhirError ? error.issues[0]?.message : undefined;
    if (!reason) throw error;
    return { rule: { en: `${none.en}: ${reason.en}`, ja: `${none.ja}（${reason.ja}）` } };
  }
}

function entryOf(text: string, resource: Resource): PlainEntry {
  const { resourceType, id } = resource;
  const request =
    id === undefined ? { method: 'POST', url: resourceType } : { method: 'PUT', url: `${resourceType}/${id}` };
  return { text, resource, request };
}

function unitOf(file: string, line: Line): Unit {
  const place = { file, line: line.number };
  const spans = [{ file, from: line.from, to: line.to }];
  const read = readResource(line);
  if ('rule' in read)
    return { name: `${file}:${line.number}`, findings: [finding(file, line, read.rule)], spans, place };
  const { resource } = read;
  const name = `NDJSON ${resource.resourceType}/${resource.id ?? line.number}`;
  return {
    name,
    findings: [],
    spans,
    place,
    make: () => ({ drafts: [], removals: [], plain: [entryOf(line.text, resource)] }),
  };
}

/** Most lines of a file that are told to be no resource: one with more is no NDJSON, and is not read to its end. */
const mostUnreadable = 10_000;

function* unitsOf(file: SourceFile): Generator<Unit | undefined> {
  let unreadable = 0;
  for (const line of linesOf(file)) {
    if (!line || (!line.isTooLong && line.text.trim() === '')) {
      yield undefined;
      continue;
    }
    if (unreadable === mostUnreadable) {
      const rule = {
        en: `more than ${mostUnreadable} lines are no FHIR resources; the rest of the file is not read`,
        ja: `FHIR リソースでない行が ${mostUnreadable} を超えたため、残りは読んでいません`,
      };
      const spans = [{ file: file.name, from: line.from, to: Number.MAX_SAFE_INTEGER }];
      const place = { file: file.name, line: line.number };
      yield { name: `${file.name}:${line.number}`, findings: [finding(file.name, line, rule)], spans, place };
      return;
    }
    const unit = unitOf(file.name, line);
    if (!unit.make) unreadable++;
    yield unit;
  }
}

/** FHIR resources, one a line. */
export const ndjson: Standard = {
  id: 'ndjson',
  title: { en: 'NDJSON of FHIR resources (*.ndjson)', ja: 'FHIR リソースの NDJSON（*.ndjson）' },
  accepts: name => /\.ndjson$/i.test(name),
  *units(files) {
    for (const file of files) yield* unitsOf(file);
  },
};
