/**
 * Profiles and the rules of the R4 types beyond their structure, as closures: definition → ProfileSchema → functions,
 * compiled when first needed and kept until definitions change.
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { StructureDefinition } from '../definitions/element-schema.ts';
import { SnapshotError } from '../definitions/snapshot.ts';
import { detached } from '../fhir/detached.ts';
import type { JsonObject, Message, Resource } from '../fhir/types.ts';
import type { CodeChecker } from './codes.ts';
import { compileElement, type ElementRule, type ItemRule } from './element-rule.ts';
import { joinElements } from './element-rules.ts';
import type { HtmlSeverity } from './embedded-html.ts';
import { conformsByHeir, isAbout, runOn } from './profile-run.ts';
import { findElement, type ProfileSchema, SchemaMaker } from './profile-schema.ts';
import { probeOf, type Report } from './report.ts';

/** Checks an object. */
export type ObjectRule = (value: JsonObject, report: Report) => void;

/** Choices an operator has. */
export interface RuleOptions {
  /** Severity of a display that does not belong to its code. */
  readonly displayIssues: 'error' | 'warning';
  /** Severity of best-practice invariants; `ignore` leaves them out. */
  readonly bestPractice: 'ignore' | 'warning' | 'error';
  /** Severity of HTML tags in strings and markdown. */
  readonly embeddedHtml: HtmlSeverity;
  /** Severity of an extension nobody knows. */
  readonly unknownExtensions: 'error' | 'warning';
  /** UTC milliseconds, for bounds such as "100 years before now". */
  readonly now: () => number;
}

/** Where a resource stands within another. */
export type Place = 'contained' | 'entry' | 'parameter';

/** A profile that can be checked, or why it cannot. */
export type CompiledProfile =
  | { readonly schema: ProfileSchema; readonly definition: StructureDefinition; readonly rule: ObjectRule }
  | { readonly problem: Message };

/** What the rules of one element may ask for. */
export interface Compiler {
  readonly definitions: Definitions;
  readonly codes: CodeChecker;
  readonly options: RuleOptions;
  /** A profile by canonical; undefined when it is not installed. */
  profile(canonical: string, asker?: Resource): CompiledProfile | undefined;
  schema(canonical: string, asker?: Resource): ProfileSchema | undefined;
  /** Rules of an R4 type beyond structure; they include those of the types of its elements. */
  typeRule(type: string): ObjectRule;
  /** Rules of a resource where it stands, by its own type and meta.profile. */
  resourceRule(value: JsonObject, report: Report, kind: Place, holder: JsonObject): void;
  conforms(value: JsonObject, canonical: string, report: Report, asker?: Resource): boolean;
  /** {@link profile} for one that is asked for again and again: looked up once, and anew when definitions change. */
  lookup(canonical: string, asker?: Resource): () => CompiledProfile | undefined;
  /** {@link conforms} for a profile that was looked up. */
  fits(value: JsonObject, compiled: CompiledProfile | undefined, report: Report): boolean;
  /** Rules of every Extension, Reference and Coding. */
  readonly special: ReadonlyMap<string, ItemRule>;
}

const typeRoot = 'http://hl7.org/fhir/StructureDefinition/';

/** The rule of an object: its own, then those of its elements. */
function objectRule(elements: readonly ElementRule[], own: readonly ItemRule[], type: string): ObjectRule {
  const below = joinElements(elements);
  if (own.length === 0) return below;
  return (value, report) => {
    for (const rule of own) rule(value, report, type, value, undefined);
    below(value, report);
  };
}

/** Names clients make up are not all kept. */
const mostNames = 20_000;

class ProfileCompiler implements Compiler {
  readonly definitions: Definitions;
  readonly codes: CodeChecker;
  readonly options: RuleOptions;
  special: ReadonlyMap<string, ItemRule> = new Map();
  enterResource: Compiler['resourceRule'] = () => {};
  private readonly maker: SchemaMaker;
  private generation = -1;
  private readonly profiles = new Map<StructureDefinition, CompiledProfile>();
  private readonly byName = new Map<string, CompiledProfile | undefined>();
  private byAsker = new WeakMap<Resource, Map<string, CompiledProfile | undefined>>();
  private readonly types = new Map<string, ObjectRule>();
  private readonly typeSchemas = new Map<string, ProfileSchema | undefined>();

  constructor(definitions: Definitions, codes: CodeChecker, options: RuleOptions) {
    this.definitions = definitions;
    this.codes = codes;
    this.options = options;
    this.maker = new SchemaMaker(definitions);
  }

  resourceRule(value: JsonObject, report: Report, kind: Place, holder: JsonObject): void {
    this.enterResource(value, report, kind, holder);
  }

  private refresh(): void {
    if (this.generation === this.definitions.generation) return;
    this.generation = this.definitions.generation;
    this.profiles.clear();
    this.byName.clear();
    this.byAsker = new WeakMap();
  }

  profile(canonical: string, asker?: Resource): CompiledProfile | undefined {
    this.refresh();
    const names = asker === undefined ? this.byName : this.namesFrom(asker);
    const known = names.get(canonical);
    if (known !== undefined || names.has(canonical)) return known;
    const found = this.compileFound(canonical, asker);
    if (names.size < mostNames) names.set(detached(canonical), found);
    return found;
  }

  /** What canonicals mean to a definition; forgotten with everything else when definitions change. */
  private namesFrom(asker: Resource): Map<string, CompiledProfile | undefined> {
    let names = this.byAsker.get(asker);
    if (!names) {
      names = new Map();
      this.byAsker.set(asker, names);
    }
    return names;
  }

  private compileFound(canonical: string, asker: Resource | undefined): CompiledProfile | undefined {
    const [whole, id] = canonical.split('#');
    if (whole && id && canonical.includes(':')) return this.compilePart(whole, id, asker);
    let definition: StructureDefinition | undefined;
    try {
      definition = this.definitions.profile(canonical, asker);
    } catch (error) {
      if (error instanceof SnapshotError) return { problem: error.text };
      throw error;
    }
    if (!definition) return undefined;
    const known = this.profiles.get(definition);
    if (known) return known;
    const made = this.compile(definition);
    this.profiles.set(definition, made);
    return made;
  }

  /** One element of a profile, as a profile of its own. */
  private compilePart(canonical: string, id: string, asker: Resource | undefined): CompiledProfile | undefined {
    const found = this.profile(canonical, asker);
    if (!found || !('schema' in found)) return found;
    const root = findElement(found.schema.root, id);
    if (!root) return undefined;
    const schema = { ...found.schema, url: `${found.schema.url}#${id}`, type: root.basePath, root };
    let rule: ObjectRule | undefined;
    return {
      definition: found.definition,
      schema,
      rule: (value, report) => {
        rule ??= this.rootRule(schema, found.definition);
        rule(value, report);
      },
    };
  }

  private compile(definition: StructureDefinition): CompiledProfile {
    if (definition.derivation !== 'constraint' && definition.url.startsWith(typeRoot)) {
      const schema = this.schemaOf(definition.type);
      return { definition, schema: schema!, rule: () => {} };
    }
    const schema = this.maker.make(definition, false);
    let rule: ObjectRule | undefined;
    return {
      definition,
      schema,
      rule: (value, report) => {
        rule ??= this.rootRule(schema, definition);
        rule(value, report);
      },
    };
  }

  private rootRule(schema: ProfileSchema, definition: StructureDefinition): ObjectRule {
    const root = compileElement({ ...schema.root, children: [] }, { schema, definition, compiler: this });
    const children = schema.root.children
      .map(child => compileElement(child, { schema, definition, compiler: this }))
      .filter(one => one !== undefined);
    return objectRule(children, root?.own ?? [], schema.type);
  }

  schema(canonical: string, asker?: Resource): ProfileSchema | undefined {
    const plain = canonical.startsWith(typeRoot) ? canonical.slice(typeRoot.length) : '';
    if (/^[A-Za-z]+$/.test(plain) && this.definitions.typeSchema(plain)) return this.schemaOf(plain);
    const found = this.profile(canonical, asker);
    return found && 'schema' in found ? found.schema : undefined;
  }

  private schemaOf(type: string): ProfileSchema | undefined {
    if (this.typeSchemas.has(type)) return this.typeSchemas.get(type);
    const definition = this.definitions.byCanonical('StructureDefinition', `${typeRoot}${type}|4.0.1`) as
      | StructureDefinition
      | undefined;
    const schema = definition && this.maker.make(definition, true);
    this.typeSchemas.set(type, schema);
    return schema;
  }

  typeRule(type: string): ObjectRule {
    const known = this.types.get(type);
    if (known) return known;
    let rule: ObjectRule | undefined;
    const lazily: ObjectRule = (value, report) => {
      rule ??= this.compileType(type);
      rule(value, report);
    };
    this.types.set(type, lazily);
    return lazily;
  }

  private compileType(type: string): ObjectRule {
    const schema = this.schemaOf(type);
    const definition = this.definitions.byCanonical('StructureDefinition', `${typeRoot}${type}|4.0.1`) as
      | StructureDefinition
      | undefined;
    return schema && definition ? this.rootRule(schema, definition) : () => {};
  }

  lookup(canonical: string, asker?: Resource): () => CompiledProfile | undefined {
    let generation = -1;
    let found: CompiledProfile | undefined;
    return () => {
      if (generation !== this.definitions.generation) {
        found = this.profile(canonical, asker);
        generation = this.definitions.generation;
      }
      return found;
    };
  }

  conforms(value: JsonObject, canonical: string, report: Report, asker?: Resource): boolean {
    return this.fits(value, this.profile(canonical, asker), report);
  }

  fits(value: JsonObject, compiled: CompiledProfile | undefined, report: Report): boolean {
    if (!compiled || !('rule' in compiled)) return false;
    const type = value['resourceType'];
    const { schema, definition } = compiled;
    if (typeof type !== 'string') return this.isConforming(value, compiled, report);
    if (!isAbout(schema, type)) return false;
    if (definition.derivation !== 'constraint') return true;
    return conformsByHeir(value, type, compiled, report, this) || runOn(value, type, compiled, report).errors === 0;
  }

  /** Whether a value that is no resource conforms to a profile. */
  private isConforming(
    value: JsonObject,
    compiled: Exclude<CompiledProfile, { problem: unknown }>,
    report: Report,
  ): boolean {
    if (compiled.definition.derivation !== 'constraint') return true;
    let known = report.conforming.get(value);
    if (!known) {
      known = new Map();
      report.conforming.set(value, known);
    }
    const verdict = known.get(compiled);
    if (verdict !== undefined) return verdict;
    known.set(compiled, true);
    const probe = probeOf(report);
    compiled.rule(value, probe);
    known.set(compiled, probe.errors === 0);
    return probe.errors === 0;
  }
}

/** The compiler of a server's definitions; its rules for whole resources and special types are given afterwards. */
export function createCompiler(
  definitions: Definitions,
  codes: CodeChecker,
  options: RuleOptions,
  rest: (compiler: Compiler) => { special: ReadonlyMap<string, ItemRule>; resourceRule: Compiler['resourceRule'] },
): Compiler {
  const compiler = new ProfileCompiler(definitions, codes, options);
  const { special, resourceRule } = rest(compiler);
  compiler.special = special;
  compiler.enterResource = resourceRule;
  return compiler;
}
