/**
 * JSON Patch and FHIRPath Patch: cases in test/cases/patch (a resource, a patch, the result or the refusal expected), read
 * losslessly so that digits count.
 */
import fs from 'node:fs';
import t from 'tap';
import { loadDefinitions } from '../src/definitions/definitions.ts';
import { parseJson, stringifyJson } from '../src/fhir/json.ts';
import { FhirError } from '../src/fhir/outcome.ts';
import type { JsonObject, Resource } from '../src/fhir/types.ts';
import { applyFhirPathPatch } from '../src/interactions/patch/fhirpath-patch.ts';
import { applyJsonPatch, patchDocument } from '../src/interactions/patch/json-patch.ts';

interface Case {
  readonly name: string;
  readonly given: Resource;
  readonly operations?: readonly JsonObject[];
  readonly patch?: unknown;
  readonly limits?: { operations?: number; size?: number; depth?: number };
  readonly expected?: Resource;
  readonly error?: { readonly status: number; readonly text: string };
}

const readCases = (name: string) =>
  parseJson(fs.readFileSync(new URL(`cases/patch/${name}.json`, import.meta.url), 'utf8'), {
    lossless: true,
  }) as Case[];

const valueTypes: Record<string, string> = {
  type: 'valueCode',
  index: 'valueInteger',
  source: 'valueInteger',
  destination: 'valueInteger',
};

/** Parameters from the short form of the cases: `{type, path, name?, value?, index?, source?, destination?}`. */
const parametersOf = (operations: readonly JsonObject[]): Resource => ({
  resourceType: 'Parameters',
  parameter: operations.map(operation => ({
    name: 'operation',
    part: Object.entries(operation).map(([name, value]) =>
      name === 'value' ? { name, ...(value as JsonObject) } : { name, [valueTypes[name] ?? 'valueString']: value },
    ),
  })),
});

const check = (test: Tap, { name, given, expected, error }: Case, apply: () => unknown) => {
  const before = stringifyJson(given);
  try {
    test.equal(stringifyJson(apply()), stringifyJson(expected), name);
  } catch (thrown) {
    if (!(thrown instanceof FhirError)) throw thrown;
    test.equal(thrown.status, error?.status, `${name}: ${thrown.message}`);
    test.match(thrown.message, error?.text ?? '(no error)', name);
    test.ok(
      thrown.issues.every(issue => /[ぁ-んァ-ヶ一-龠]/.test(issue.message.ja)),
      `${name}: in Japanese`,
    );
  }
  test.equal(stringifyJson(given), before, `${name}: the resource given stays`);
};
type Tap = typeof t;

const definitions = loadDefinitions();

/** The status and message of the FhirError a call throws. */
const refusal = (call: () => unknown): { status?: number; text?: string } => {
  try {
    call();
    return {};
  } catch (error) {
    if (error instanceof FhirError) return { status: error.status, text: error.message };
    throw error;
  }
};

t.test('JSON Patch', test => {
  for (const one of readCases('json-patch'))
    check(test as Tap, one, () => applyJsonPatch(one.given, one.patch, one.limits));
  test.end();
});

t.test('FHIRPath Patch', test => {
  for (const one of readCases('fhirpath-patch'))
    check(test as Tap, one, () =>
      applyFhirPathPatch(one.given, parametersOf(one.operations ?? []), definitions, one.limits),
    );
  test.end();
});

t.test('JSON Patch on documents that are no resources', test => {
  test.strictSame(patchDocument([1], [{ op: 'replace', path: '', value: { a: [] } }]), { a: [] });
  const patched = patchDocument({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]) as JsonObject;
  test.equal(Object.getPrototypeOf(patched), Object.prototype);
  test.ok(Object.hasOwn(patched, '__proto__'));
  test.equal(({} as JsonObject)['polluted'], undefined);
  test.equal(refusal(() => patchDocument({ a: 1 }, [{ op: 'remove', path: '' }])).status, 422);
  test.end();
});

t.test('a FHIRPath Patch must be Parameters with operations', test => {
  const given = { resourceType: 'Patient' };
  const statusOf = (parameters: unknown) =>
    refusal(() => applyFhirPathPatch(given, parameters as Resource, definitions)).status;
  test.equal(statusOf({ resourceType: 'Patient' }), 400);
  test.equal(statusOf(null), 400);
  test.equal(statusOf({ resourceType: 'Parameters', parameter: {} }), 400);
  test.equal(statusOf({ resourceType: 'Parameters', parameter: [{ name: 'patch', part: [] }] }), 400);
  test.equal(statusOf({ resourceType: 'Parameters', parameter: [{ name: 'operation' }] }), 400);
  const path = { name: 'path', valueString: 'Patient' };
  test.equal(statusOf({ resourceType: 'Parameters', parameter: [{ name: 'operation', part: [path, path] }] }), 400);
  test.strictSame(applyFhirPathPatch(given, { resourceType: 'Parameters' }, definitions), given);
  test.end();
});

t.test('a hostile path is stopped', test => {
  const nested = Array.from({ length: 40 }).reduce<JsonObject>(
    extension => ({ url: 'urn:x', extension: [extension] }),
    { url: 'urn:y' },
  );
  const given: Resource = { resourceType: 'Patient', gender: 'a'.repeat(60), extension: [nested] };
  const attack = (path: string) =>
    refusal(() =>
      applyFhirPathPatch(given, parametersOf([{ type: 'delete', path }]), definitions, { evaluationMs: 100 }),
    ).text;
  const started = performance.now();
  test.match(attack("Patient.gender.where(matches('^(a+)+b$'))"), /takes too long/);
  test.match(attack(`Patient${'.descendants()'.repeat(12)}`), /takes too long/);
  test.match(attack(`Patient.name${'[0]'.repeat(400)}`), /at most 1000/);
  test.match(attack('('.repeat(900)), /cannot be evaluated/);
  test.ok(performance.now() - started < 5000);
  test.strictSame(
    applyFhirPathPatch(given, parametersOf([{ type: 'delete', path: 'Patient.extension' }]), definitions),
    {
      resourceType: 'Patient',
      gender: 'a'.repeat(60),
    },
  );
  test.end();
});
