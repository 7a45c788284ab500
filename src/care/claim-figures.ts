/**
 * A claim (介護給付費請求) as figures by the codes of claim-item, read from the profiles kaigo-claim, kaigo-plan-fee-claim and
 * kaigo-benefit-slip; and what else of a claim office's resources is judged.
 */
import type { JsonObject, Resource } from '../fhir/types.ts';
import { codeIn, identifierSystem, number, object, objects, text } from './names.ts';

const claimSystem = identifierSystem('kaigo-claim');
const billSystem = identifierSystem('kaigo-claim-bill');
/** Systems of the business keys of payments. */
export const usageSystems = [identifierSystem('kaigo-home-modification'), identifierSystem('kaigo-equipment-purchase')];

const hasKey = (resource: Resource, ...systems: readonly string[]): boolean =>
  objects(resource['identifier']).some(one => systems.includes(String(one['system'])));

/** True for a claim of the profiles kaigo-claim, kaigo-plan-fee-claim, kaigo-benefit-slip. */
export const isClaim = (resource: Resource): boolean =>
  resource.resourceType === 'ExplanationOfBenefit' && hasKey(resource, claimSystem);

/** True for a payment of the profiles kaigo-home-modification and kaigo-equipment-purchase. */
export const isUsage = (resource: Resource): boolean =>
  resource.resourceType === 'ExplanationOfBenefit' && hasKey(resource, ...usageSystems);

/** True for a bill of the profile kaigo-claim-bill. */
export const isBill = (resource: Resource): boolean =>
  resource.resourceType === 'Invoice' && hasKey(resource, billSystem);

/** True for what the rules of claims look at. */
export const isJudgedByMaster = (resource: Resource): boolean =>
  isClaim(resource) || isUsage(resource) || isBill(resource);

/** A figure and where it stands. */
export interface Figure {
  readonly value: number;
  readonly expression: string;
}

/** Figures of a claim or of one of its items by the codes of claim-item. */
export class Figures {
  readonly expression: string;
  private readonly known = new Map<string, Figure>();
  readonly owner: JsonObject;

  constructor(owner: JsonObject, expression: string) {
    this.owner = owner;
    this.expression = expression;
    for (const [i, one] of objects(owner['adjudication']).entries()) {
      const code = codeIn(one['category'], 'claim-item');
      const value = number(one['value']) ?? number(object(one['amount'])?.['value']);
      if (code !== undefined && value !== undefined)
        this.known.set(code, { value, expression: `${expression}.adjudication[${i}]` });
    }
  }

  get(code: string): Figure | undefined {
    return this.known.get(code);
  }

  value(code: string): number {
    return this.known.get(code)?.value ?? 0;
  }

  has(...codes: readonly string[]): boolean {
    return codes.every(code => this.known.has(code));
  }
}

/** A claim. */
export interface Claim {
  readonly resource: Resource;
  readonly whole: Figures;
  /** Items by their category: a レコード種別コード, or 8124, 8125, 8222. */
  readonly items: readonly { readonly kind: string; readonly figures: Figures }[];
  readonly insurer: string | undefined;
  /** First day of the month of service. */
  readonly day: string;
  readonly careLevel: string | undefined;
}

/** Reads a claim. */
export function readClaim(resource: Resource): Claim {
  const info = objects(resource['supportingInfo']).find(one => codeIn(one['category'], 'claim-item') === 'care-level');
  const key = objects(resource['identifier']).find(one => one['system'] === claimSystem);
  return {
    resource,
    insurer: text(key?.['value'])?.split(':')[0],
    whole: new Figures(resource, 'ExplanationOfBenefit'),
    items: objects(resource['item']).map((item, i) => ({
      kind: codeIn(item['category'], 'claim-detail-kind') ?? codeIn(item['category'], 'claim-record') ?? '',
      figures: new Figures(item, `ExplanationOfBenefit.item[${i}]`),
    })),
    day: text(object(resource['billablePeriod'])?.['start']) ?? '',
    careLevel: codeIn(info?.['code'], 'care-level'),
  };
}
