/** The syntax tree of FHIRPath; `at` is the offset in the text. */
import type { Item } from './item.ts';

/** `Quantity`, `System.String`, `FHIR.Patient`. */
export interface TypeName {
  readonly namespace?: string;
  readonly name: string;
}

/** A node of the tree. */
export type Ast =
  | { readonly op: 'literal'; readonly at: number; readonly value: Item }
  | { readonly op: 'empty'; readonly at: number }
  | { readonly op: 'special'; readonly at: number; readonly name: string }
  | { readonly op: 'external'; readonly at: number; readonly name: string }
  /** `of` absent: the step starts a path, on $this. */
  | { readonly op: 'child'; readonly at: number; readonly of?: Ast; readonly name: string }
  | {
      readonly op: 'call';
      readonly at: number;
      readonly of?: Ast;
      readonly name: string;
      readonly args: readonly Ast[];
    }
  | { readonly op: 'index'; readonly at: number; readonly of: Ast; readonly index: Ast }
  | { readonly op: 'sign'; readonly at: number; readonly minus: boolean; readonly of: Ast }
  | { readonly op: 'binary'; readonly at: number; readonly operator: string; readonly left: Ast; readonly right: Ast }
  | {
      readonly op: 'type';
      readonly at: number;
      readonly operator: 'is' | 'as';
      readonly of: Ast;
      readonly type: TypeName;
    };
