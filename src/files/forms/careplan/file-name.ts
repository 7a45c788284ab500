/**
 * Names of the files of the care-plan exchange: taken apart and made.
 * Source: ケアプランデータ連携標準仕様 4.1 (2024-10), file names; up to 3.2 they had no service types.
 */

/** An office as a file name tells it: 事業所番号 and, since standard 4, サービス種類コード. */
export interface Party {
  readonly office: string;
  readonly serviceType?: string | undefined;
}

/** What a file name says. */
export interface FileName {
  /** Name of the interface, such as UP1KYO. */
  readonly kind: string;
  /** YYYYMM, or 000000 where the content is no month's. */
  readonly month?: string | undefined;
  readonly from: Party;
  readonly to: Party;
  /** YYYYMMDDHHMMSS; the same for all files of a sending. */
  readonly stamp: string;
  /** Number of an image. */
  readonly sequence?: string | undefined;
}

const party = '(\\d[0-9A-Z]{9})(?:_([0-9A-Z]{2}))?';
const pattern = new RegExp(
  `^([A-Z]+\\d?[A-Z]*(?:_SUB\\d?|_IMAGE)?)_(?:(\\d{6})_)?${party}_${party}_(\\d{14})(?:_(\\d{4}))?\\.(CSV|JPG)$`,
  'i',
);

/** Interfaces whose names have a month. */
const monthly = new Set(['UPHOSOKU', 'UPPLAN', 'UPJSK', 'DLTPLAN', 'DLTJSK', 'UPSIKYU']);

/** What a file name says; undefined when it is no name of the standard. */
export function parseFileName(name: string): FileName | undefined {
  const match = pattern.exec(name);
  if (!match) return undefined;
  const [, kind = '', month, from = '', fromType, to = '', toType, stamp = '', sequence] = match;
  return {
    kind: kind.toUpperCase(),
    ...(month !== undefined && { month }),
    from: { office: from, serviceType: fromType },
    to: { office: to, serviceType: toType },
    stamp,
    ...(sequence !== undefined && { sequence }),
  };
}

const partyText = ({ office, serviceType }: Party): string =>
  serviceType === undefined ? office : `${office}_${serviceType}`;

/** The name of a file; an image gets its number and ends in .jpg. */
export function makeFileName({ kind, month, from, to, stamp, sequence }: FileName): string {
  const parts = [
    kind,
    monthly.has(kind) ? (month ?? '000000') : undefined,
    partyText(from),
    partyText(to),
    stamp,
    sequence,
  ];
  return `${parts.filter(one => one !== undefined).join('_')}.${kind === 'UPKIHON_IMAGE' ? 'jpg' : 'CSV'}`;
}
