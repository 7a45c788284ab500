/**
 * Writes a Layout of the care-plan exchange shortly: items in order, numbered from 1, codes by the id of their CodeSystem.
 */
import type { Message } from '../../../../fhir/types.ts';
import type { FieldTypeName } from '../../../field-types.ts';
import type { Field, Layout } from '../../../layout.ts';

/** Key in records, official name, type, and what else there is to say. */
type Item = readonly [
  key: string,
  name: string,
  type: FieldTypeName,
  more?: Omit<Field, 'no' | 'key' | 'name' | 'type'>,
];

/** CSVバージョン of standard 4: 202407 is 4.1, 202504 the value 4.0 had. */
const versions = ['202407', '202504'];

/** CSVバージョン of what is written when a plan did not come from a file. */
export const newestVersion = versions[0]!;

const codeSystems = 'https://w3id.org/engawa/fhir/CodeSystem/';

/** A Layout of the present edition. */
export function layout(id: string, title: Message, items: readonly Item[]): Layout {
  const fields = items.map(([key, name, type, more = {}], i) => ({
    no: i + 1,
    key,
    name,
    type,
    ...more,
    ...(more.codes !== undefined && { codes: codeSystems + more.codes }),
  }));
  return { id, title, versions, fields };
}

/** CSVバージョン of the standards 1 to 3.2. */
const olderVersions = ['202208', '202003', '201910'];

/**
 * The edition before standard 4, from the published list of what 4 changed.
 * @param absent keys of items that came with 4
 * @param change what was otherwise, by key
 */
export function older(
  newer: Layout,
  absent: readonly string[] = [],
  change: Readonly<Record<string, Partial<Field>>> = {},
): Layout {
  const fields = newer.fields
    .filter(({ key }) => !absent.includes(key))
    .map((field, i) => ({ ...field, ...change[field.key], no: i + 1 }));
  return { ...newer, versions: olderVersions, fields };
}
