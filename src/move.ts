/**
 * `engawa move --from <place> --to <place>`: the whole change feed of one database into another, SQLite or PostgreSQL either way.
 * Each chunk is a transaction that follows directly on what the target has, so that a move that was interrupted goes on where
 * it stopped, and one that is repeated brings what came since. The source is only read. At the end both are read again and compared.
 */
import path from 'node:path';
import { type Config, SettingError } from './config.ts';
import { loadDefinitions } from './definitions/definitions.ts';
import type { Message, Resource } from './fhir/types.ts';
import { createSearch } from './search/search.ts';
import { needDatabase } from './start-problem.ts';
import { type CopiedVersion, type CopySide, checksum, type IndexedVersion } from './store/copy.ts';
import { refHash } from './store/hash.ts';
import { openPostgresCopy } from './store/postgres-copy.ts';
import { openSqliteCopy } from './store/sqlite-copy.ts';
import type { IndexRow, IndexTable } from './store/store.ts';
import { checksumOf, type PlacedEdition, type TermsPlace } from './store/terms-copy.ts';
import { isPostgres, openTermsPlace } from './store/terms-place.ts';

/** What a move needs of search: the index rows and persons of a resource. */
interface Derive {
  readonly tables: readonly IndexTable[];
  extract(resource: Resource): readonly IndexRow[];
  persons(resource: Resource): readonly string[];
}

/** What is told while a move goes on: `share` from 0 to 1, versions done and to do, versions a second. */
export interface Progress {
  readonly step: 'copy' | 'verify';
  readonly done: number;
  readonly total: number;
  readonly rate: number;
}

const chunk = 1000;

/** Opens a place: a PostgreSQL URL or a data folder. */
export function openPlace(place: string, tables: readonly IndexTable[], use: 'read' | 'write'): Promise<CopySide> {
  if (isPostgres(place)) return openPostgresCopy(place, tables);
  return Promise.resolve(openSqliteCopy(path.join(place, 'engawa.db'), tables, use));
}

/** Adds index rows to the versions that are current after the chunk, and all persons to each. */
function derive(versions: readonly CopiedVersion[], { extract, persons }: Derive): readonly IndexedVersion[] {
  const newest = new Map(versions.map(version => [`${version.type}/${version.id}`, version.seq]));
  return versions.map(version => {
    if (version.deleted) return { ...version, persons: version.person === null ? [] : [version.person] };
    const resource = JSON.parse(version.text) as Resource;
    // The first person is the one that was noted when the version was written; others are found again.
    const found = version.person === null ? [] : [version.person, ...persons(resource).map(refHash)];
    const isNewest = newest.get(`${version.type}/${version.id}`) === version.seq;
    return { ...version, persons: [...new Set(found)], ...(isNewest && { rows: extract(resource) }) };
  });
}

/** Checksums of the versions of a range, chunk by chunk. */
async function compare(
  from: CopySide,
  to: CopySide,
  range: readonly [after: number, upTo: number],
  tell: (done: number) => void,
): Promise<string> {
  let sum = '';
  for (let after = range[0]; after < range[1]; ) {
    const limit = Math.min(chunk, range[1] - after);
    const [expected, found] = await Promise.all([from.read(after, limit), to.read(after, limit)]);
    const [left, right] = [checksum(expected, sum), checksum(found, sum)];
    if (left !== right || expected.length !== limit) throw differs(after + 1, after + limit);
    sum = left;
    after += limit;
    tell(after);
  }
  return sum;
}

function differs(first: number, last: number): SettingError {
  return new SettingError({
    en: `the target differs from the source between positions ${first} and ${last}; it holds other data. Move into an empty database`,
    ja: `移行先の位置 ${first}〜${last} が移行元と違います。別のデータが入っています。空のデータベースに移してください`,
  });
}

/** Calls back with the rate, at most twice a second. */
function meter(
  step: Progress['step'],
  first: number,
  total: number,
  tell: (progress: Progress) => void,
): (done: number) => void {
  const begun = performance.now();
  let last = 0;
  return done => {
    const now = performance.now();
    if (now - last < 500 && done < total) return;
    last = now;
    tell({ step, done, total, rate: ((done - first) * 1000) / Math.max(1, now - begun) });
  };
}

/** What a move came to. */
export interface Moved {
  readonly copied: number;
  readonly position: number;
  readonly resources: number;
  readonly sha256: string;
  readonly rate: number;
}

/** Copies what the target lacks, then verifies everything. @throws SettingError when the target holds other data */
export async function moveFeed(
  from: CopySide,
  to: CopySide,
  search: Derive,
  tell: (progress: Progress) => void,
): Promise<Moved> {
  const position = await from.last();
  const first = await to.last();
  if (first > position) throw differs(position + 1, first);
  await compare(from, to, [Math.max(0, first - chunk), first], () => {});
  // A target that was started in between has noted what is indexed; what comes now is not, but for the specification's own.
  if (first < position) await to.forgetIndex();
  const begun = performance.now();
  const copied = meter('copy', first, position, tell);
  let next = from.read(first, Math.min(chunk, position - first));
  for (let done = first; done < position; ) {
    const versions = await next;
    done += versions.length;
    // The next chunk is read while this one is written.
    next = done < position ? from.read(done, Math.min(chunk, position - done)) : Promise.resolve([]);
    next.catch(() => {});
    await to.write(derive(versions, search));
    copied(done);
  }
  const rate = ((position - first) * 1000) / Math.max(1, performance.now() - begun);
  await to.writeSecrets(await from.secrets());
  const sha256 = await compare(from, to, [0, position], meter('verify', 0, position, tell));
  const [source, target] = [await from.counts(position), await to.counts(position)];
  if (source.versions !== target.versions || source.resources !== target.resources) throw differs(1, position);
  return { copied: position - first, position, resources: target.resources, sha256, rate };
}

const nameOf = ({ url, version }: PlacedEdition): string => `${url}|${version}`;

/**
 * Copies the imported terminology masters that the target lacks, in their order, and verifies them by their checksums. Masters that
 * only the target has stay.
 * @returns how many the source has
 */
export async function moveTerms(
  from: TermsPlace,
  to: TermsPlace,
  tell: (edition: PlacedEdition) => void,
): Promise<number> {
  const editions = await from.editions();
  for (const edition of editions) {
    const sum = await checksumOf(from, edition);
    const same = async () => {
      const there = (await to.editions()).find(one => nameOf(one) === nameOf(edition));
      return there !== undefined && (await checksumOf(to, there)) === sum;
    };
    if (await same()) continue;
    tell(edition);
    const { key, ...facts } = edition;
    await to.put(facts, from.parts(edition));
    if (!(await same())) throw differsIn(edition);
  }
  return editions.length;
}

function differsIn(edition: PlacedEdition): SettingError {
  return new SettingError({
    en: `the master ${nameOf(edition)} is not the same in the target; another import may be going on. Repeat the move`,
    ja: `マスター ${nameOf(edition)} が移行先で一致しません。別の取り込みが動いていないか確認し、もう一度移行してください`,
  });
}

/** A line that shows how far a move is. */
export function progressLine({ step, done, total, rate }: Progress): Message {
  const share = total === 0 ? 1 : done / total;
  const bar = '#'.repeat(Math.round(share * 30)).padEnd(30, '.');
  const left = Math.ceil((total - done) / Math.max(rate, 0.001));
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  const figures = `[${bar}] ${(share * 100).toFixed(1).padStart(5)} %  ${done} / ${total}  ${Math.round(rate)}/s`;
  const en = step === 'copy' ? 'copying  ' : 'verifying';
  return {
    en: `${en} ${figures}  ${time} left`,
    ja: `${step === 'copy' ? '移行中' : '検証中'} ${figures}  残り ${time}`,
  };
}

/** Runs a move; what to tell at the end. */
export async function move(
  config: Config,
  from: string | undefined,
  to: string | undefined,
  tell: (line: Message) => void,
): Promise<Message> {
  const here = config.database || config.data;
  if (to === undefined && from === undefined)
    throw new SettingError({
      en: 'engawa move needs a place to move to: --to postgres://user:password@host/name, or --to <data folder>',
      ja: 'engawa move には移行先が必要です: --to postgres://user:password@host/name または --to <データのフォルダ>',
    });
  const [source, target] = [from ?? here, to ?? here];
  const done = await moveResources(config, source, target, tell);
  const masters = await moveMasters(source, target, tell);
  const figures = `${done.position} versions (${done.resources} resources), ${done.copied} copied now, ${Math.round(done.rate)}/s, SHA-256 ${done.sha256}`;
  return {
    en: `moved and verified: ${figures}; ${masters} terminology masters. The source is as it was; stop its server and repeat the command to bring what was written meanwhile`,
    ja: `移行と検証が終わりました: ${done.position} 版（リソース ${done.resources} 件）、今回 ${done.copied} 版、毎秒 ${Math.round(done.rate)} 版、SHA-256 ${done.sha256}。用語マスター ${masters} 件。移行元はそのままです。移行中に書き込まれた分は、移行元のサーバーを止めてから同じコマンドをもう一度実行すると移ります`,
  };
}

async function moveResources(config: Config, from: string, to: string, tell: (line: Message) => void): Promise<Moved> {
  needDatabase(from);
  const search = createSearch({ definitions: loadDefinitions(), config });
  const source = await openPlace(from, search.tables, 'read');
  const target = await openPlace(to, search.tables, 'write');
  try {
    return await moveFeed(source, target, search, progress => tell(progressLine(progress)));
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

async function moveMasters(from: string, to: string, tell: (line: Message) => void): Promise<number> {
  const source = await openTermsPlace(from, 'read');
  const target = await openTermsPlace(to, 'move');
  try {
    return await moveTerms(source, target, edition =>
      tell({
        en: `copying terminology ${nameOf(edition)}: ${edition.concepts} concepts`,
        ja: `用語マスターを移行中 ${nameOf(edition)}: ${edition.concepts} 件`,
      }),
    );
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}
