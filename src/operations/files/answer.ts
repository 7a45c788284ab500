/**
 * The answer of an import: counts, a summary by kind of error, units, refused rows. Of what a large import tells only as much is held as an
 * answer can carry.
 */
import { operationOutcome } from '../../fhir/outcome.ts';
import type { JsonObject, Language, Resource } from '../../fhir/types.ts';
import { FindingCounts, isRefusal, toIssue } from '../../files/finding.ts';
import type { SourceFile } from '../../files/forms/standard.ts';
import { type Refused, refusedFiles } from '../../files/report.ts';
import type { Receipt } from './run.ts';

/** Units told one by one; beyond that only those with findings are. */
const mostUnits = 1000;
/** Findings told one by one; the summary counts all of them. */
const mostFindings = 20_000;
/** Refused rows given back in an answer, in bytes. */
const mostRefusedBytes = 20_000_000;

/** What is told of a unit. */
type Told = Pick<Receipt, 'unit' | 'outcome' | 'counts' | 'findings'>;

function unitParameter({ unit, outcome, counts, findings }: Told, language: Language): JsonObject {
  const numbers = Object.entries(counts).filter(([, count]) => count > 0);
  return {
    name: 'unit',
    part: [
      { name: 'name', valueString: unit },
      { name: 'outcome', valueCode: outcome },
      ...numbers.map(([name, count]) => ({ name, valueInteger: count })),
      ...(findings.length > 0
        ? [{ name: 'findings', resource: operationOutcome(findings.map(toIssue), language) }]
        : []),
    ],
  };
}

/** The refused rows as attachments; those that are too large for an answer are told by their size. */
function refusedRows(refused: readonly Refused[], files: readonly SourceFile[]): JsonObject[] {
  let left = mostRefusedBytes;
  return refusedFiles(refused, files).flatMap(({ name, pieces }): JsonObject[] => {
    const kept: Uint8Array[] = [];
    let size = 0;
    for (const piece of pieces()) {
      size += piece.length;
      if (size <= left) kept.push(piece);
    }
    if (size === 0) return [];
    if (size > left) return [{ name: 'refused-rows', valueAttachment: { contentType: 'text/csv', title: name, size } }];
    left -= size;
    const data = Buffer.concat(kept).toString('base64');
    return [{ name: 'refused-rows', valueAttachment: { contentType: 'text/csv', title: name, data } }];
  });
}

/** Collects what became of the units. */
export class ImportAnswer {
  private readonly language: Language;
  private readonly counts = { stored: 0, unchanged: 0, refused: 0 };
  private readonly kinds = new FindingCounts();
  private readonly refused: Refused[] = [];
  private told: Told[] = [];
  private findings = 0;
  private leftOut = 0;

  constructor(language: Language) {
    this.language = language;
  }

  /** Number of units. */
  get units(): number {
    return this.counts.stored + this.counts.unchanged + this.counts.refused;
  }

  add({ unit, outcome, counts, findings, spans }: Receipt): void {
    this.counts[outcome]++;
    for (const one of findings) if (isRefusal(one)) this.kinds.add(one);
    if (outcome === 'refused') this.refused.push({ outcome, spans });
    const kept = findings.slice(0, mostFindings - this.findings);
    this.findings += kept.length;
    this.leftOut += findings.length - kept.length;
    if (this.units === mostUnits + 1) this.told = this.told.filter(one => one.findings.length > 0);
    if (this.units <= mostUnits || kept.length > 0) this.told.push({ unit, outcome, counts, findings: kept });
  }

  /** The answer, when all units are done. */
  write(files: readonly SourceFile[]): Resource {
    const { language } = this;
    return {
      resourceType: 'Parameters',
      parameter: [
        ...Object.entries(this.counts).map(([name, count]) => ({ name, valueInteger: count })),
        ...this.kinds.list().map(({ kind, title, count }) => ({
          name: 'summary',
          part: [
            { name: 'kind', valueCode: kind },
            { name: 'title', valueString: title[language] },
            { name: 'count', valueInteger: count },
          ],
        })),
        ...this.told.map(one => unitParameter(one, language)),
        ...(this.leftOut > 0 ? [{ name: 'left-out', valueInteger: this.leftOut }] : []),
        ...refusedRows(this.refused, files),
      ],
    };
  }
}
