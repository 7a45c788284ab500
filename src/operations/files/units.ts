/**
 * The files of a delivery → units of work, each file by the standard its name tells.
 */
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

function unknownFile({ name, problem }: SourceFile): Unit {
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
    mend: { en: 'Name the file as its standard says', ja: '標準仕様のとおりに名前を付けてください' },
  };
  return refusedFile(name, finding);
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
    else if (!standard) yield unknownFile(file);
    else known.push({ file, standard });
  }
  for (const standard of allStandards) {
    const own = known.filter(one => one.standard === standard).map(one => one.file);
    if (own.length > 0) yield* standard.units(own, codes);
  }
}
