/** Why a snapshot cannot be made. */
import type { Message } from '../fhir/types.ts';

/** Thrown when a differential cannot be laid over its base; says which element and why. */
export class SnapshotError extends Error {
  readonly text: Message;
  constructor(text: Message) {
    super(text.en);
    this.name = 'SnapshotError';
    this.text = text;
  }
}

/** Thrown when a definition has not the form of a StructureDefinition, which validation of it says too, and more exactly. */
export class ShapeError extends SnapshotError {}

/** @throws SnapshotError */
export function fail(en: string, ja: string): never {
  throw new SnapshotError({ en, ja });
}
