/**
 * The validator: resource → findings. Synchronous and pure.
 * Each type is compiled to closures when a resource first needs it; after that no definition is looked at.
 */
import type { Definitions } from '../definitions/definitions.ts';
import { type ElementSchema, elementAt, type Field, fieldsOf, type TypeSchema } from '../definitions/element-schema.ts';
import type { Issue } from '../fhir/outcome.ts';
import type { JsonObject, Resource } from '../fhir/types.ts';
import { codingCheck } from './binding.ts';
import { type CodeChecker, createCodeChecker } from './codes.ts';
import type { ItemRule } from './element-rule.ts';
import type { HtmlSeverity } from './embedded-html.ts';
import { checkExtension } from './extension.ts';
import { extensionRule } from './extension-rule.ts';
import { withLocations } from './locate.ts';
import { checkNarrative } from './narrative.ts';
import { compileShape, inOrder, lazily, type Shape, type ShapeKind } from './object.ts';
import { createCompiler, type RuleOptions } from './profile.ts';
import { applyProfile } from './profile-run.ts';
import { anyReference } from './reference-rule.ts';
import { documentScope, newReport, type Report } from './report.ts';
import { checkContained, checkResource } from './resource.ts';
import { checkHere, resourceRule } from './resource-rule.ts';
import type { Check, ObjectCheck } from './rule.ts';
import { rules } from './rules/all.ts';
import { glanceAt } from './rules/type.ts';
import { checkSibling } from './sibling.ts';
import { typeSpecials } from './types.ts';

/** Compiled checks of all types and profiles. */
export interface Validator {
  /** True when a profile of this canonical is installed. */
  knowsProfile(canonical: string): boolean;
  /** Findings of a resource against its type (and later its profiles), in document order; empty when there is none. */
  validateResource(resource: Resource, options?: ValidateOptions): readonly Issue[];
}

/** A function whose results are made once per argument. */
function memo<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return key => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      made.set(key, value);
    }
    return value;
  };
}

/** The check of any resource, with everything below it compiled at first use. */
function compileTypes(definitions: Definitions, htmlSeverity: HtmlSeverity): ObjectCheck {
  const schemaOf = (name: string): TypeSchema => {
    const schema = definitions.typeSchema(name);
    if (!schema) throw new Error(`No definition of the type ${name}`);
    return schema;
  };
  const shapeOf = (root: TypeSchema, elements: readonly ElementSchema[], kind: ShapeKind): Shape =>
    compileShape(fieldsOf(elements), kind, field => fieldCheck(root, field), siblingCheck);
  const objectCheck = memo((type: string): ObjectCheck => {
    const schema = schemaOf(type);
    const check = lazily(() => shapeOf(schema, schema.children, schema.kind === 'resource' ? 'resource' : 'element'));
    return type === 'Extension' ? checkExtension(check) : check;
  });
  const childrenCheck = memo((root: TypeSchema) =>
    memo((element: ElementSchema): ObjectCheck => {
      const target = element.contentReference ? elementAt(root, element.contentReference) : element;
      return lazily(() => shapeOf(root, target?.children ?? [], 'element'));
    }),
  );
  const element = schemaOf('Element');
  const sibling = lazily(() => shapeOf(element, element.children, 'sibling'));
  const anyResource = checkResource(definitions, objectCheck);
  const contained = checkContained(anyResource);
  function fieldCheck(root: TypeSchema, { name, element, type }: Field): Check {
    const resourceCheck = name === 'contained' ? contained : anyResource;
    const context = {
      definitions,
      htmlSeverity,
      property: name,
      type,
      root,
      objectCheck,
      childrenCheck: childrenCheck(root),
      resourceCheck,
    };
    const check = inOrder(rules.map(rule => rule(element, context)).filter(one => one !== undefined));
    const glance = glanceAt(element, context);
    if (!glance) return check;
    return (value, report, parent) => {
      if (!glance(value)) check(value, report, parent);
    };
  }
  function siblingCheck(field: Field): Check | undefined {
    if (field.element.xmlAttribute || field.type === 'xhtml') return undefined;
    const primitive = definitions.typeSchema(field.type)?.kind === 'primitive-type';
    return primitive ? checkSibling(field, sibling) : undefined;
  }
  return anyResource;
}

/** What a validator is made from beside the definitions. */
export interface ValidatorParts {
  readonly codes?: CodeChecker;
  readonly options?: Partial<RuleOptions>;
}

const usual: RuleOptions = {
  displayIssues: 'warning',
  bestPractice: 'ignore',
  unknownExtensions: 'error',
  embeddedHtml: 'warning',
  now: Date.now,
};

/** How one resource is to be checked. */
export interface ValidateOptions {
  /** Profiles beside those the resource names itself. */
  readonly profiles?: readonly string[];
  /** `base` checks the structure of the R4 types only. */
  readonly level?: 'base' | 'profiles';
  /**
   * True for a write: what R4's own examples break stays a warning (relative canonicals) or may be right
   * (unknown extensions), and profiles that no resource names do not count (vital signs by their LOINC codes).
   */
  readonly onWrite?: boolean;
  /** The JSON the resource was read from; findings then say line and column. */
  readonly text?: string;
}

/**
 * Builds the validator.
 * @param definitions types, profiles and value sets; compiled at first use, anew when definitions change
 */
export function createValidator(definitions: Definitions, parts: ValidatorParts = {}): Validator {
  const codes = parts.codes ?? createCodeChecker(definitions);
  const options = { ...usual, ...parts.options };
  const structure = compileTypes(definitions, options.embeddedHtml);
  const ofCoding = codingCheck(codes, options.displayIssues);
  const compiler = createCompiler(definitions, codes, options, own => ({
    special: withCodingRules(
      new Map<string, ItemRule>([
        ...typeSpecials(own),
        ['Extension', extensionRule(own)],
        ['Reference', anyReference],
        ['Narrative', checkNarrative],
        ['Coding', (value, report) => isObject(value) && ofCoding(value, report)],
      ]),
    ),
    resourceRule: resourceRule(own),
  }));
  return {
    knowsProfile: canonical => compiler.profile(canonical) !== undefined,
    validateResource(resource, { profiles = [], level = 'profiles', onWrite = false, text } = {}) {
      codes.refresh();
      const report = newReport(documentScope(resource));
      report.onWrite = onWrite;
      const name: unknown = resource.resourceType;
      report.segments[0] = typeof name === 'string' && definitions.isResourceType(name) ? name : 'Resource';
      report.depth = 1;
      report.basic = true;
      structure(resource, report);
      report.basic = false;
      if (level === 'base') return located(report, text);
      const broken = report.errors > 0;
      // What was not understood was not looked into.
      if (broken) report.siblings = true;
      try {
        checkHere(resource, report, compiler);
        for (const profile of profiles) applyProfile(resource, profile, report, compiler);
      } catch (error) {
        if (!broken) throw error;
      }
      return located(report, text);
    },
  };
}

/** The findings that stand, with line and column where the text is known. */
function located({ issues, withdrawn }: Report, text: string | undefined): readonly Issue[] {
  const standing = withdrawn.size === 0 ? issues : issues.filter(issue => !withdrawn.has(issue));
  return text === undefined || standing.length === 0 ? standing : withLocations(standing, text);
}

/** Coding has rules of its code and rules of its system. */
function withCodingRules(rules: Map<string, ItemRule>): ReadonlyMap<string, ItemRule> {
  const [code, system] = [rules.get('Coding'), rules.get('Coding+')];
  if (code && system)
    rules.set('Coding', (...item) => {
      code(...item);
      system(...item);
    });
  return rules;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
