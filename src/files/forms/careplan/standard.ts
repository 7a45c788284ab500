/**
 * ケアプランデータ連携標準仕様 (CSV, standard 4.1 and older): files → units of one person's set each, and back.
 * How rows become resources is in the other files of this folder; an edition in another encoding (5.0, JSON) shares them.
 */
import { type Finding, isRefusal } from '../../finding.ts';
import type { FindCodes } from '../../layout.ts';
import type { SourceFile, Standard, Unit } from '../standard.ts';
import { type Group, type NamedFile, type PlacedGroup, readGroup, spansOf } from './entries.ts';
import { parseFileName } from './file-name.ts';
import type { Picture } from './forms.ts';
import { type Grouped, groupRows } from './grouping.ts';
import { careplanLayouts } from './layouts/all.ts';
import { makeGroup, personOfGroup } from './making.ts';
import { checkGroup } from './rules.ts';
import { key } from './systems.ts';
import { writeFiles } from './write.ts';

const imageKind = 'UPKIHON_IMAGE';
const known = (kind: string): boolean => careplanLayouts.has(kind) || kind === imageKind;

/** Beginnings of the names of its files. */
const prefix = /^(UP(HOSOKU|[123]KYO|PLAN|JSK|SIKYU|KIHON|YOBO)|DLT(1KYO|PLAN|JSK|KIHON|YOBO))/i;

const wrongName = (file: string): Finding => ({
  kind: 'file-name',
  severity: 'error',
  file,
  value: file,
  rule: {
    en: 'a name such as UP1KYO_4970100014_43_4970100022_11_20260401093000.CSV, with the month after the interface for months',
    ja: 'UP1KYO_4970100014_43_4970100022_11_20260401093000.CSV のような名前（月のファイルはインターフェース名の後に年月）',
  },
  mend: { en: 'Name the file as the standard says', ja: '標準仕様のとおりに名前を付けてください' },
});

/** Files that were sent together: same sender, receiver and time. In order of time. */
function deliveriesOf(files: readonly NamedFile[]): NamedFile[][] {
  const deliveries = new Map<string, NamedFile[]>();
  for (const file of files) {
    const { from, to, stamp } = file.name;
    const name = `${stamp} ${from.office} ${from.serviceType} ${to.office} ${to.serviceType}`;
    deliveries.set(name, [...(deliveries.get(name) ?? []), file]);
  }
  return [...deliveries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** A picture of a delivery; its bytes are read when its set is made. */
const pictureOf = (source: SourceFile): Picture => ({
  name: source.name,
  get bytes() {
    return Buffer.concat([...source.chunks()]);
  },
});

/** A picture that a set names and that did not come with it. */
function missingPictures(group: Group, pictures: readonly Picture[]): Finding[] {
  return group.entries
    .filter(
      ({ kind, record }) =>
        kind === 'UPKIHON' && record['image'] && !pictures.some(one => one.name === record['image']),
    )
    .map(({ file, row, record }) => ({
      kind: 'set',
      severity: 'warning',
      file,
      line: row.line,
      value: record['image']!,
      rule: { en: 'the picture did not come with the set', ja: '画像ファイルが組の中にありません' },
      mend: { en: 'Send it in the same set', ja: '同じ組で送ってください' },
    }));
}

function unitOf(placed: PlacedGroup, pictures: readonly Picture[], codes: FindCodes): Unit {
  const group = readGroup(placed, codes);
  const { file, line } = placed.stretches[0]!;
  const { kind } = file.name;
  const findings = [...group.findings, ...checkGroup(group), ...missingPictures(group, pictures)];
  const refused = findings.some(isRefusal);
  const needsPerson = !kind.startsWith('DLT') && personOfGroup(group) === undefined;
  const [insurer, insured] = group.key.split(':');
  return {
    name: `${kind} ${group.key}`,
    findings,
    spans: spansOf(placed),
    place: { file: file.source.name, line },
    ...(needsPerson && { person: key('insured', `${insurer}:${insured}`) }),
    ...(!refused && { make: making => makeGroup(group, pictures, making) }),
  };
}

/** Rows that belong to no set, file by file. */
function looseUnits({ loose }: Grouped): Unit[] {
  const files = [...new Set(loose.map(one => one.span.file))];
  return files.map(file => {
    const own = loose.filter(one => one.span.file === file);
    return { name: file, findings: own.map(one => one.finding), spans: own.map(one => one.span), place: { file } };
  });
}

function* units(files: readonly SourceFile[], codes: FindCodes): Generator<Unit | undefined> {
  const named: NamedFile[] = [];
  for (const source of files) {
    const name = parseFileName(source.name);
    if (name && known(name.kind)) named.push({ source, name });
    else {
      const spans = [{ file: source.name, from: 0, to: Number.MAX_SAFE_INTEGER }];
      yield { name: source.name, findings: [wrongName(source.name)], spans, place: { file: source.name } };
    }
  }
  for (const delivery of deliveriesOf(named)) {
    const pictures = delivery.filter(({ name }) => name.kind === imageKind).map(({ source }) => pictureOf(source));
    const grouped = yield* groupRows(delivery, codes);
    yield* looseUnits(grouped);
    // The rows of a set are read when it is its turn, and let go when it is done: a delivery may have thousands of sets.
    for (const group of grouped.groups) yield unitOf(group, pictures, codes);
  }
}

/** Interfaces whose sets are written; the others go with them. */
const mainInterfaces = ['UP1KYO', 'UPPLAN', 'UPJSK', 'UPKIHON', 'UPYOBO'];

/** The care-plan exchange. */
export const careplan: Standard = {
  id: 'careplan',
  title: { en: 'Care-plan exchange, CSV (standard 4.1)', ja: 'ケアプランデータ連携標準仕様 CSV（4.1）' },
  accepts: name => prefix.test(name),
  units,
  asked: {
    options: ['kind', 'from', 'to', 'month', 'deletion'],
    isKind: kind => mainInterfaces.includes(kind),
    kinds: mainInterfaces.join(', '),
  },
  write: writeFiles,
};
