// Japanese example instances: PUT then GET, as JSON byte for byte, as XML element for element, and JSON read back as XML.
//   node test/conformance/jp-instances.mjs http://127.0.0.1:8080/fhir --dir <folder of instances> --tools <folder of the XML tools> [--report out.json]
// Only the resource's id and meta may differ. Instances without an id, or with one FHIR does not allow, get one.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [base, ...rest] = process.argv.slice(2);
const option = name => (rest.includes(`--${name}`) ? rest[rest.indexOf(`--${name}`) + 1] : undefined);
const tool = file => import(pathToFileURL(path.join(path.resolve(option('tools')), file)).href);
const { parseXml, canon } = await tool('xml.mjs');
const { parseJson, xmlToJson, diff } = await tool('convert.mjs');
const folder = path.resolve(option('dir'));
const results = [];
const add = (id, why) => results.push({ id, result: why ? 'fail' : 'pass', why });

/** The text without the members id and meta of the outermost object, and without the white space and comma around them. */
function withoutIdAndMeta(text) {
  const members = [];
  let depth = 0;
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      if (depth === 1 && start < 0) start = i;
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++;
    } else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']' || c === ',') {
      if (depth === 1 && start >= 0) {
        members.push(text.slice(start, i).trimEnd());
        start = -1;
      }
      if (c !== ',') depth--;
    }
  }
  return members.filter(member => !/^"(?:id|meta)"/.test(member)).join('\n');
}

const plain = resource => {
  const { id, meta, ...others } = resource;
  return others;
};
const xmlBody = text => {
  const root = parseXml(text);
  return canon({ ...root, children: root.children.filter(child => child.name !== 'id' && child.name !== 'meta') });
};

const walk = at => fs.readdirSync(at, { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? walk(path.join(at, entry.name)) : [path.join(at, entry.name)]));
let number = 0;
for (const file of walk(folder)) {
  const name = path.relative(folder, file);
  let text = fs.readFileSync(file, 'utf8');
  const isXml = file.endsWith('.xml');
  if (!isXml && !file.endsWith('.json')) continue;
  const resource = isXml ? xmlToJson(text) : JSON.parse(text);
  const id = /^[A-Za-z0-9\-.]{1,64}$/.test(resource.id ?? '') ? resource.id : `jp-${++number}`;
  if (id !== resource.id) text = isXml ? text.replace(/(<[A-Z]\w*[^>]*>)(?:\s*<id value="[^"]*"\s*\/>)?/, `$1<id value="${id}"/>`) : JSON.stringify({ ...resource, id });
  const mime = `application/fhir+${isXml ? 'xml' : 'json'}`;
  const url = `${base}/${resource.resourceType}/${id}`;
  const put = await fetch(url, { method: 'PUT', headers: { 'content-type': mime, accept: 'application/fhir+json' }, body: text });
  if (put.status !== 200 && put.status !== 201) {
    const outcome = await put.json().catch(() => undefined);
    add(name, `PUT: HTTP ${put.status} ${outcome?.issue?.map(issue => `${issue.expression?.[0] ?? ''} ${issue.details?.text}`).join('; ').slice(0, 300)}`);
    continue;
  }
  const got = async accept => (await fetch(url, { headers: { accept } })).text();
  const asXml = await got('application/fhir+xml');
  const readBack = diff(plain(isXml ? xmlToJson(text) : parseJson(text)), plain(xmlToJson(asXml)), '', at => at.endsWith('div'));
  if (readBack) add(name, `as XML: ${readBack}`);
  else if (isXml) add(name, xmlBody(asXml) === xmlBody(text) ? undefined : 'as XML: other elements than were sent');
  else add(name, withoutIdAndMeta(await got('application/fhir+json')) === withoutIdAndMeta(text) ? undefined : 'as JSON: other bytes than were sent');
  await fetch(url, { method: 'DELETE' });
}

const failed = results.filter(({ result }) => result === 'fail');
for (const { id, why } of failed) console.log(`x ${id}: ${why}`);
const report = { suite: 'jp-instances', passed: results.length - failed.length, failed: failed.length, skipped: 0, results };
if (option('report')) fs.writeFileSync(option('report'), JSON.stringify(report));
console.log(`jp-instances: ${report.passed} passed, ${report.failed} failed`);
process.exit(failed.length > 0 ? 1 : 0);
