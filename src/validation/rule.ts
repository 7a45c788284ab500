/**
 * The shapes rules are made of: a Rule looks at an element once, when its type is compiled, and builds a Check or none.
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { ElementSchema, TypeSchema } from '../definitions/element-schema.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { HtmlSeverity } from './embedded-html.ts';
import type { Report } from './report.ts';

/**
 * Checks the value of an element: the whole array where JSON holds one, undefined where a required element is missing.
 * @param parent the object that holds the element, for the `_name` sibling
 */
export type Check = (value: unknown, report: Report, parent: JsonObject) => void;

/** Checks an object: its properties and the elements it lacks. */
export type ObjectCheck = (value: JsonObject, report: Report) => void;

/** What a rule may know beside the element. */
export interface RuleContext {
  readonly definitions: Definitions;
  /** Severity of HTML tags in texts that are no narrative. */
  readonly htmlSeverity: HtmlSeverity;
  /** Name of the JSON property, such as `valueQuantity`. */
  readonly property: string;
  /** The one type of this property, chosen among the types of a choice element. */
  readonly type: string;
  /** The type or resource the element is defined in. */
  readonly root: TypeSchema;
  /** Check of objects of a type, compiled at its first use. */
  objectCheck(type: string): ObjectCheck;
  /** Check of objects of the element's own children (BackboneElement, contentReference), compiled at its first use. */
  childrenCheck(element: ElementSchema): ObjectCheck;
  /** Check of a resource by its own resourceType. */
  readonly resourceCheck: (value: JsonObject, report: Report) => void;
}

/** Says of most right values at a glance that they are; false means that rules must look. */
export type Glance = (value: unknown) => boolean;

/** One kind of constraint. */
export type Rule = (element: ElementSchema, context: RuleContext) => Check | undefined;
