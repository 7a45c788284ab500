/**
 * The list of interactions, in the order in which paths are tried. Routes, Bundle entries and the CapabilityStatement
 * are made from it.
 * @see https://hl7.org/fhir/R4/http.html#summary
 */
import { bundle } from './bundle.ts';
import { capabilities } from './capabilities.ts';
import { create } from './create.ts';
import { conditionalDelete, deleteInstance } from './delete.ts';
import { historyInstance, historySystem, historyType } from './history.ts';
import type { Interaction } from './interaction.ts';
import { conditionalPatch, patchInstance } from './patch.ts';
import { read, vread } from './read.ts';
import { searchInteractions } from './search.ts';
import { conditionalUpdate, update } from './update.ts';

/** Every interaction this server has. */
export const allInteractions: readonly Interaction[] = [
  read,
  vread,
  create,
  update,
  conditionalUpdate,
  patchInstance,
  conditionalPatch,
  deleteInstance,
  conditionalDelete,
  capabilities,
  historyInstance,
  historyType,
  historySystem,
  bundle,
  ...searchInteractions,
];
