// How data and load spread over 1 to 64 database nodes for 120 million people: a simulation with synthetic numbers, no server.
//   node bench/spread.mjs [--people 120000000] [--sample 400000] [--seed 1]
// Rows are placed as in the tables: by the hash of the person (`place`), hash ranges made into shards, shards dealt to nodes in turn
// (as Citus does). A sample of people stands for all of them. All figures about people are assumptions, named here; the placing is exact.
import { createHash } from 'node:crypto';

const option = (name, initial) => Number(process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : initial);
const people = option('people', 120_000_000);
const sample = option('sample', 400_000);
const shards = 512;
const perResource = { rows: 16, bytes: 4300 };
const aged = 0.29;
/** Means of log-normal numbers of resources a person has over ten years; 2 in 1000 are in care around the clock. */
const kinds = [
  { share: 0.002, median: 6000, spread: 0.6 },
  { share: aged * 0.19, median: 900, spread: 0.9 },
  { share: aged * 0.81, median: 260, spread: 0.9 },
  { share: 1 - aged - 0.002, median: 60, spread: 1.0 },
];
/** Resources without a person (organisations, practitioners, locations, definitions): placed by their own hash. */
const withoutPerson = 3_000_000;

let state = option('seed', 1) >>> 0 || 1;
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** As store/hash.ts: the first 8 bytes of the SHA-1, as a signed integer. */
const placeOf = reference => createHash('sha1').update(reference).digest().readBigInt64BE(0);
/** Hash ranges of equal width. */
const shardOf = place => Number((BigInt.asUintN(64, place) * BigInt(shards)) >> 64n);

function resourcesOf() {
  let at = random();
  const kind = kinds.find(one => (at -= one.share) < 0) ?? kinds.at(-1);
  return Math.max(1, Math.round(kind.median * Math.exp(kind.spread * normal())));
}

const weight = people / sample;
const perShard = new Float64Array(shards);
let total = 0;
let most = 0;
for (let i = 0; i < sample; i++) {
  const resources = resourcesOf();
  perShard[shardOf(placeOf(`Patient/${i}`))] += resources;
  total += resources;
  most = Math.max(most, resources);
}
// The sample's own unevenness is larger than that of all people: shrink each shard's deviation to what `people` would show.
const mean = total / shards;
const shrink = Math.sqrt(1 / weight);
for (let i = 0; i < shards; i++) perShard[i] = (mean + (perShard[i] - mean) * shrink) * weight + withoutPerson / shards;
total = perShard.reduce((sum, n) => sum + n, 0);

/** What is asked in the busiest second of a day, and which nodes have to work for it. */
const questions = [
  { name: 'read by type and id', perSecond: 40_000, today: 'all', placed: 'one' },
  { name: 'history of a resource', perSecond: 2_000, today: 'all', placed: 'one' },
  { name: 'search within one person (patient=…)', perSecond: 30_000, today: 'all', placed: 'one' },
  { name: '$everything of one person', perSecond: 500, today: 'all', placed: 'one' },
  { name: 'search by identifier or name', perSecond: 4_000, today: 'all', placed: 'all' },
  { name: 'search over all people (code, date)', perSecond: 50, today: 'all', placed: 'all' },
  { name: 'conditional update by business key', perSecond: 2_000, today: 'all', placed: 'all' },
  { name: 'transaction of one person', perSecond: 3_000, today: 'all', placed: 'one' },
];

const text = (value, width) => String(value).padStart(width);
const thousands = n => Math.round(n).toLocaleString('en');
console.log(`${thousands(people)} people, ${(total / 1e9).toFixed(1)} thousand million resources, ${((total * perResource.rows) / 1e9).toFixed(0)} thousand million index rows, ${((total * perResource.bytes) / 1e12).toFixed(0)} TB`);
console.log(`the person with most records in the sample has ${thousands(most)}: ${((most / (total / 64)) * 100).toFixed(5)} % of what one of 64 nodes holds\n`);
console.log('nodes   TB/node  fullest/mean  questions a node a second: today / when routed by place');
for (let nodes = 1; nodes <= 64; nodes *= 2) {
  const perNode = new Float64Array(nodes);
  perShard.forEach((n, shard) => {
    perNode[shard % nodes] += n;
  });
  const average = total / nodes;
  const load = key => questions.reduce((sum, one) => sum + (one[key] === 'all' ? one.perSecond : one.perSecond / nodes), 0);
  const fullest = Math.max(...perNode);
  console.log(`${text(nodes, 5)} ${text(((average * perResource.bytes) / 1e12).toFixed(1), 9)} ${text((fullest / average).toFixed(3), 13)} ${text(thousands(load('today')), 20)} / ${thousands(load('placed'))}`);
}
console.log('\nquestion                                 a second   nodes today   nodes when routed by place');
for (const { name, perSecond, today, placed } of questions) console.log(`${name.padEnd(40)} ${text(thousands(perSecond), 8)} ${text(today, 13)} ${text(placed, 28)}`);
console.log('\nAll commits take turns at one row (one order without gaps): the writes above need about 5,000 commits a second in groups of 50 and more.');
