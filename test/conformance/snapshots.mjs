// Published packages with snapshots: each profile's snapshot is generated from its differential and compared with the published one.
//   node --import tsx test/conformance/snapshots.mjs FOLDER [--verbose]
// FOLDER holds packages (.tgz); those whose profiles have snapshots are compared, with differentials of the twin without them where there is one.
import fs from 'node:fs';
import path from 'node:path';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { openDefinitions } from '../../src/definitions/overlay.ts';
import { openSource } from '../../src/definitions/package.ts';
import { generateSnapshot } from '../../src/definitions/snapshot.ts';
import { packageInMemory } from '../packages.ts';

const [folder] = process.argv.slice(2);
const verbose = process.argv.includes('--verbose');
const base = loadDefinitions();
const packages = fs
  .readdirSync(folder)
  .filter(name => name.endsWith('.tgz'))
  .sort()
  .map(name => {
    const { manifest, entries, read } = openSource(path.join(folder, name));
    return { name, content: { manifest, resources: entries.map(read) } };
  });
const profilesOf = ({ content }) =>
  content.resources.filter(one => one.resourceType === 'StructureDefinition' && one.derivation === 'constraint');
const hasSnapshots = one => profilesOf(one).some(profile => profile.snapshot?.element?.length > 0);
const plainName = name => name.replace(/-snap(?=\W)/, '');
const sorted = value =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
const text = value => JSON.stringify(value, (_, one) => sorted(one));
const typesOf = one =>
  (one.type ?? [])
    .map(({ code, profile, targetProfile }) => text({ code, profile, targetProfile }))
    .sort()
    .join();
const values = one => text(Object.fromEntries(Object.entries(one).filter(([name]) => /^(fixed|pattern)[A-Z]/.test(name))));
const keys = one => (one.constraint ?? []).map(rule => rule.key);
const valueSet = one => one.binding?.valueSet?.replace(/\|4\.[03]\.[01]$/, '');
const aspects = {
  min: one => one.min,
  max: one => one.max,
  type: typesOf,
  value: values,
  binding: one => one.binding && `${one.binding.strength} ${valueSet(one)}`,
  slicing: one => one.slicing && text([one.slicing.discriminator ?? [], one.slicing.rules]),
  reference: one => one.contentReference?.replace(/^.*#/, ''),
  rules: one => keys(one).sort().join(),
};

/** An element's id without the last slice name: what is said of all slices. */
const headOf = id => id.replace(/:[^:]*?(?=\.[^:]*$|$)/, '');

const isSubset = (few, many) => few.every(one => many.includes(one));
const codes = one => (one.type ?? []).map(type => text({ code: type.code }));
const optional = /example|preferred/;

/** Known ways in which publishing tools differ, that do not change what is valid: see src/definitions/README.md. */
const faults = {
  'rules of a type profile are left to that profile': ({ kind, own, theirs }) =>
    kind === 'rules' && isSubset(keys(theirs), keys(own)),
  'made from another edition of R4': ({ kind, own, theirs, named }) =>
    kind === 'rules'
      ? keys(theirs).some(key => /^(dom-r4b|cnl-0)$/.test(key))
      : kind === 'type' && !named && isSubset(codes(own), codes(theirs)) && codes(theirs).length > codes(own).length,
  'example and preferred bindings left out or of another edition': ({ kind, own, theirs }) =>
    kind === 'binding' && [own, theirs].every(one => !one.binding || optional.test(one.binding.strength)),
  'slices repeat what is said of all of them': ({ kind, theirs, head }) =>
    head !== undefined && kind in aspects && aspects[kind](head) === aspects[kind](theirs),
  'a choice whose types all have slices is left open': ({ kind, own, theirs }) =>
    kind === 'slicing' && own.slicing?.rules === 'closed' && text(own.slicing.discriminator) === text(theirs.slicing?.discriminator ?? []),
  'children the differential does not name are spelt out or not': ({ kind, named }) => /^only/.test(kind) && !named,
  'children of a type profile are taken from the plain type': ({ kind, own, theirs, named }) =>
    kind === 'type' && !named && codes(own).join() === codes(theirs).join() && !/profile/.test(text(theirs.type)),
  'a choice written as one of its types keeps the others': ({ kind, own, theirs, shortcut }) =>
    kind === 'type' && shortcut && isSubset(codes(own), codes(theirs)),
};

/** What differs: ids that only one side has, and aspects of those both have; with the known fault, if it is one. */
function compare(made, published, differential) {
  const found = [];
  const byId = new Map(made.map(one => [one.id, one]));
  const theirs = new Map(published.map(one => [one.id, one]));
  const names = new Set(differential.map(one => one.id));
  const add = (kind, id) => {
    const [own, other] = [byId.get(id), theirs.get(id)];
    const stem = id.replace(/\[x\]$/, '');
    const one = {
      kind,
      id,
      own,
      theirs: other,
      head: headOf(id) === id ? undefined : byId.get(headOf(id)),
      named: names.has(id),
      shortcut: id !== stem && differential.some(({ path }) => path.startsWith(stem.replace(/:[^.]*/g, '')) && !path.includes('[x]')),
    };
    found.push({ ...one, fault: Object.keys(faults).find(name => faults[name](one)) });
  };
  for (const { id } of made) if (!theirs.has(id)) add('only generated', id);
  for (const { id } of published)
    if (!byId.has(id)) add('only published', id);
    else for (const [kind, of] of Object.entries(aspects)) if (of(byId.get(id)) !== of(theirs.get(id))) add(kind, id);
  return found;
}

const isCore = ({ content }) => /^jp-core/.test(content.manifest.name);
const withoutSnapshots = content => ({
  ...content,
  resources: content.resources.map(({ snapshot, ...rest }) =>
    rest.differential?.element?.length ? rest : { ...rest, ...(snapshot && { snapshot }) },
  ),
});

/** The definitions a package's profiles are made from: it, without snapshots, over one package of the guide below it. */
function definitionsFor(one, below) {
  const definitions = openDefinitions(base);
  for (const each of below ? [below, one] : [one]) definitions.addPackage(packageInMemory(withoutSnapshots(each.content)));
  return definitions;
}

/** Differences of every profile of a package, against one choice of the guide below it. */
function compareAll(one, twin, below) {
  const definitions = definitionsFor(twin ?? one, below);
  const find = (canonical, asker) => definitions.byCanonical('StructureDefinition', canonical, asker);
  return profilesOf(one)
    .filter(profile => profile.snapshot?.element?.length && profile.differential?.element?.length)
    .map(profile => {
      const { snapshot: _, ...source } = (twin && profilesOf(twin).find(other => other.url === profile.url)) ?? profile;
      try {
        const made = generateSnapshot(structuredClone(source), find, true);
        return { url: profile.url, found: compare(made, profile.snapshot.element, source.differential.element) };
      } catch (error) {
        return { url: profile.url, found: [{ kind: 'refused', id: error.message }] };
      }
    });
}

const unlisted = ({ found }) => found.filter(({ fault }) => !fault);
const countEqual = results => results.filter(one => unlisted(one).length === 0).length;

let [equal, total] = [0, 0];
const tally = new Map();
for (const one of packages.filter(hasSnapshots)) {
  const twin = packages.find(other => other !== one && plainName(one.name) === other.name && !hasSnapshots(other));
  // Packages do not say which edition of the guide below they were made from: the one that fits best.
  const choices = isCore(one) ? [undefined] : packages.filter(isCore);
  const results = choices.map(below => compareAll(one, twin, below)).sort((a, b) => countEqual(b) - countEqual(a))[0];
  for (const { url, found } of results) {
    for (const { fault } of found) if (fault) tally.set(fault, (tally.get(fault) ?? 0) + 1);
    const rest = unlisted({ found });
    if (rest.length > 0) console.log(`  ${url}: ${rest.length} differences`);
    for (const { kind, id, own, theirs } of verbose ? rest : [])
      console.log(`    ${kind}: ${id} | ${own && aspects[kind]?.(own)} | ${theirs && aspects[kind]?.(theirs)}`.slice(0, 300));
  }
  equal += countEqual(results);
  total += results.length;
  console.log(`${one.name}${twin ? ` (from ${twin.name})` : ''}: ${countEqual(results)} of ${results.length} equal`);
}
for (const [fault, count] of tally) console.log(`  ${count} × ${fault}`);
console.log(`snapshots: ${equal} of ${total} equal apart from these`);
