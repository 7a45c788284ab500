/**
 * The plain envelope: Parameters with `command` (register, withdraw, restore) and either `bundle` (resource) or the three keys
 * `person` and `document` (Identifier). docs/documents.md describes it.
 */
import { memberSpans, skipSpace, skipValue } from '../../fhir/json-text.ts';
import type { Issue } from '../../fhir/outcome.ts';
import type { JsonObject, Resource } from '../../fhir/types.ts';
import type { Envelope, Opened } from '../envelope.ts';
import type { Numbered } from '../keys.ts';
import { object, objects, text } from '../values.ts';

const refuse = (name: string, en: string, ja: string): Opened => {
  const issue: Issue = {
    severity: 'error',
    code: 'required',
    rule: 'intake-envelope',
    expression: `Parameters.parameter.where(name='${name}')`,
    message: { en: `${name}: ${en}`, ja: `${name}: ${ja}` },
  };
  return { issues: [issue] };
};

const commands = ['register', 'withdraw', 'restore'] as const;

function numbered(parameter: JsonObject | undefined): Numbered | undefined {
  const identifier = object(parameter?.['valueIdentifier']);
  const [system, value] = [text(identifier['system']), text(identifier['value'])];
  return system !== undefined && value !== undefined ? { system, value } : undefined;
}

/** The text of the resource of the parameter at a place, byte for byte. */
function resourceText(content: string, place: number): string | undefined {
  const start = content.charCodeAt(0) === 0xfeff ? 1 : 0;
  const list = memberSpans(content, start).find(span => span.name === 'parameter');
  if (!list) return undefined;
  let at = skipSpace(content, list.value + 1);
  for (let i = 0; i < place; i++) at = skipSpace(content, skipSpace(content, skipValue(content, at)) + 1);
  const span = memberSpans(content, at).find(one => one.name === 'resource');
  return span && content.slice(span.value, span.end);
}

function register(list: readonly JsonObject[], content: string): Opened {
  const place = list.findIndex(one => one['name'] === 'bundle');
  const bundle = object(list[place]?.['resource']) as Resource;
  const own = place < 0 ? undefined : resourceText(content, place);
  if (bundle.resourceType !== 'Bundle' || own === undefined)
    return refuse('bundle', 'expected a Bundle as its resource', 'resource に Bundle を入れてください');
  return { letter: { command: 'register', text: own, bundle } };
}

export const parameters: Envelope = {
  name: 'parameters',
  fits: resource => resource.resourceType === 'Parameters',
  open(resource, content) {
    const list = objects(resource['parameter']);
    const find = (name: string) => list.find(one => one['name'] === name);
    const command = text(find('command')?.['valueCode']) ?? text(find('command')?.['valueString']) ?? 'register';
    const known = commands.find(one => one === command);
    if (!known)
      return refuse('command', `expected one of ${commands.join(', ')}`, `${commands.join('・')} のどれかです`);
    if (known === 'register') return register(list, content);
    const [person, document] = [numbered(find('person')), numbered(find('document'))];
    if (!person)
      return refuse(
        'person',
        'expected an Identifier with the system and value of the person’s number',
        '本人の番号を Identifier（system と value）で指定してください',
      );
    if (!document)
      return refuse(
        'document',
        'expected an Identifier with the system and value of Bundle.identifier',
        'Bundle.identifier の system と value を Identifier で指定してください',
      );
    return { letter: { command: known, keys: { person, document } } };
  },
};
