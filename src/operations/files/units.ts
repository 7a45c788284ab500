/**
 * The files of a delivery → units of work, each file by the standard its name tells.
 */
import type { Message } from '../../fhir/types.ts';
import type { Finding } from '../../files/finding.ts';
import { allStandards } from '../../files/forms/all.ts';
import type { SourceFile, Standard, Unit } from '../../files/forms/standard.ts';
import type { FindCodes } from '../../files/layout.ts';

/** The standard a file belongs to, by its name. */
export const standardOf = (name: string): Standard | undefined => allStandards.find(one => one.accepts(name));

/** A file that is refused as a whole. */
const refusedFile = (name: string, finding: Finding): Unit => ({
  name,
  findings: [finding],
  spans: [{ file: name, from: 0, to: Number.MAX_SAFE_INTEGER }],
  place: { file: name },
});

const unnamed: Message = {
  en: 'the file has no name: give it in the parameter file ($import?file=NAME) or in Content-Disposition',
  ja: 'ファイルの名前がありません。パラメーター file（$import?file=名前）か Content-Disposition で付けてください',
};
const innerArchive: Message = {
  en: 'archives in an archive are not opened',
  ja: 'ZIP の中の ZIP は開きません',
};

function unknownFile({ name, problem: told }: SourceFile): Unit {
  const problem = told ?? (name === '' ? unnamed : /\.zip$/i.test(name) ? innerArchive : undefined);
  const known = allStandards.map(one => one.title);
  const finding: Finding = {
    kind: 'file-name',
    severity: 'error',
    file: name,
    value: name,
    rule: problem ?? {
      en: `a name of one of the standards: ${known.map(one => one.en).join('; ')}`,
      ja: `次の標準のファイル名: ${known.map(one => one.ja).join('、')}`,
    },
    mend: problem
      ? { en: 'Mend it and send it again', ja: '直して、もう一度送ってください' }
      : { en: 'Name the file as its standard says', ja: '標準仕様のとおりに名前を付けてください' },
  };
  return refusedFile(name, finding);
}

/** What a file is that has the name of a text and is none, by its first bytes. */
const otherKinds: readonly (readonly [beginning: string, kind: string])[] = [
  ['89504e47', 'PNG'],
  ['ffd8ff', 'JPEG'],
  ['47494638', 'GIF'],
  ['25504446', 'PDF'],
  ['504b0304', 'Excel (xlsx) / Word (docx) / ZIP'],
  ['d0cf11e0', 'Excel (xls) / Word (doc)'],
  ['1f8b', 'gzip'],
];

/** A file of a text's name whose first bytes are those of another kind: its rows would only be told one by one to be wrong. */
function otherKind(file: SourceFile): Unit | undefined {
  if (!/\.(csv|ndjson|jsonl)$/i.test(file.name)) return undefined;
  const [first = new Uint8Array(0)] = file.chunks();
  const start = Buffer.from(first.subarray(0, 4)).toString('hex');
  const kind = otherKinds.find(([beginning]) => start.startsWith(beginning))?.[1];
  if (kind === undefined) return undefined;
  return refusedFile(file.name, {
    kind: 'content',
    severity: 'error',
    file: file.name,
    value: kind,
    rule: { en: 'a text file, as its name says', ja: '名前のとおりのテキストファイルではありません' },
    mend: {
      en: 'Write it as CSV (MS932) in the program it comes from, or name it by what it is',
      ja: '元のソフトで CSV（MS932）として保存するか、中身に合う名前を付けてください',
    },
  });
}

/** Of two files of one name nobody could say which one a finding or a refused row is about. */
const sameName = ({ name }: SourceFile): Unit =>
  refusedFile(name, {
    kind: 'file-name',
    severity: 'error',
    file: name,
    value: name,
    rule: {
      en: 'each name once: another file of this delivery (in another folder of the archive?) has the same',
      ja: '同じ名前のファイルは1つだけです（ZIP の別のフォルダなどに同名のファイルがあります）',
    },
    mend: { en: 'Send them one after the other', ja: '1つずつ分けて送ってください' },
  });

/** All units of some files, standard by standard; undefined while rows are read and none is ready. */
export function* unitsOf(files: readonly SourceFile[], codes: FindCodes): Generator<Unit | undefined> {
  const times = new Map<string, number>();
  for (const { name } of files) times.set(name, (times.get(name) ?? 0) + 1);
  const known: { file: SourceFile; standard: Standard }[] = [];
  for (const file of files) {
    const standard = standardOf(file.name);
    if (times.get(file.name)! > 1) yield sameName(file);
    else if (!standard || file.problem) yield unknownFile(file);
    else {
      const other = otherKind(file);
      if (other) yield other;
      else known.push({ file, standard });
    }
  }
  for (const standard of allStandards) {
    const own = known.filter(one => one.standard === standard).map(one => one.file);
    if (own.length > 0) yield* standard.units(own, codes);
  }
}
