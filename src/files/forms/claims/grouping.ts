/**
 * Rows of a claim file sorted by what they belong to while they go by: of a row only its place is kept.
 */
import type { Finding } from '../../finding.ts';
import type { Row } from '../../row.ts';
import type { Stretch } from '../../source.ts';
import type { SourceFile } from '../standard.ts';
import type { ClaimRow } from './read.ts';

/** A claim: where its rows stand, and what rows beside it mean for it. */
export interface PlacedClaim {
  readonly key: string;
  readonly stretches: Stretch<SourceFile>[];
  readonly findings: Finding[];
}

/** A row whose key cannot be read. */
export interface LooseRow {
  readonly row: Pick<Row, 'line' | 'from' | 'to'>;
  readonly findings: readonly Finding[];
}

/** Claims in the order in which their keys come, and rows of nobody. */
export interface Grouped {
  readonly claims: Iterable<PlacedClaim>;
  readonly loose: readonly LooseRow[];
}

/** Rows by key; those without one belong to what is beside them. */
export class Grouping {
  readonly loose: LooseRow[] = [];
  private readonly file: string;
  private readonly claims = new Map<string, PlacedClaim>();
  /** Claims that stand beside rows without a key, and the first of these rows. */
  private readonly beside: { readonly claim: PlacedClaim; readonly loose: LooseRow }[] = [];
  private previous: PlacedClaim | undefined;
  private gap: LooseRow | undefined;
  /** False when rows of other claims stand between those of one. */
  private together = true;

  constructor(file: string) {
    this.file = file;
  }

  /** Takes a row; the claim it belongs to, undefined when nobody knows. */
  add({ key, row, findings }: ClaimRow): PlacedClaim | undefined {
    if (key === undefined) {
      this.setAside({ row: { line: row.line, from: row.from, to: row.to }, findings });
      return undefined;
    }
    const known = this.claims.get(key);
    const claim = known ?? { key, stretches: [], findings: [] };
    if (known && this.previous !== known) this.together = false;
    if (!known) this.claims.set(key, claim);
    if (this.gap && claim !== this.previous) this.beside.push({ claim, loose: this.gap });
    this.gap = undefined;
    this.previous = claim;
    return claim;
  }

  private setAside(loose: LooseRow): void {
    this.loose.push(loose);
    if (!this.gap && this.previous) this.beside.push({ claim: this.previous, loose });
    this.gap ??= loose;
  }

  /**
   * The result, when all rows have been added. Refused are the claims that rows without a key may belong to: those beside them, or any where
   * claims are mixed. One such row is told for each claim and gap: told of all, findings would be as many as rows times claims.
   */
  finish(): Grouped {
    const [first] = this.loose;
    const mixed = first ? [...this.claims.values()].map(claim => ({ claim, loose: first })) : [];
    for (const { claim, loose } of this.together ? this.beside : mixed)
      claim.findings.push(neighbour(this.file, loose));
    return { claims: this.claims.values(), loose: this.loose };
  }
}

const neighbour = (file: string, { row }: LooseRow): Finding => ({
  kind: 'set',
  severity: 'error',
  file,
  line: row.line,
  column: 1,
  rule: {
    en: 'a row whose key cannot be read is, or may be, of the same claim',
    ja: 'キーの読めない行があり、同じ請求の行（かもしれない行）です',
  },
  mend: { en: 'Mend that row and send the claim again', ja: 'その行を直して、送り直してください' },
});
