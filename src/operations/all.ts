/**
 * The list of operations. Adding one is a file and a line here.
 * @see https://hl7.org/fhir/R4/operations.html
 */
import type { Operation } from '../interactions/interaction.ts';
import { adlGain } from './adl-gain.ts';
import { careOperations } from './care/all.ts';
import { document } from './document.ts';
import { encounterEverything, patientEverything } from './everything.ts';
import { expire } from './expire.ts';
import { fhirpath } from './fhirpath.ts';
import { extract } from './forms/extract.ts';
import { populate } from './forms/populate.ts';
import { intake } from './intake.ts';
import { lastN } from './last-n.ts';
import { exportFiles, importOperation, importStatus, render } from './later.ts';
import { snapshot } from './snapshot.ts';
import { terminologyOperations } from './terminology/all.ts';
import { validate } from './validate.ts';
import { withdrawDocument } from './withdraw.ts';

/** Every operation this server has. */
export const allOperations: readonly Operation[] = [
  validate,
  snapshot,
  fhirpath,
  patientEverything,
  encounterEverything,
  lastN,
  adlGain,
  importOperation,
  importStatus,
  exportFiles,
  populate,
  extract,
  intake,
  withdrawDocument,
  expire,
  ...careOperations,
  document,
  render,
  ...terminologyOperations,
];
