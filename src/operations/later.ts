/**
 * Operations whose code is loaded when they are first called: national files and papers are a fifth of all modules, and most starts
 * never need them.
 */
import type { Operation } from '../interactions/interaction.ts';
import { shownTypes } from './render/shown.ts';

type Handle = Operation['handle'];

/** Loads the code at the first call. */
const later =
  (load: () => Promise<Handle>): Handle =>
  async (services, request) =>
    (await load())(services, request);

const root = 'https://w3id.org/engawa/fhir/OperationDefinition/';

/** POST Coverage/$push-certificates. */
export const push: Operation = {
  name: 'push-certificates',
  levels: ['type'],
  types: ['Coverage'],
  definition: `${root}kaigo-push-certificates`,
  readOnly: false,
  handle: later(async () => (await import('./care/push.ts')).handle),
};

/** POST [base]/$import. */
export const importOperation: Operation = {
  name: 'import',
  levels: ['system'],
  definition: `${root}import`,
  readOnly: false,
  handle: later(async () => (await import('./files/import.ts')).handle),
};

/** GET [base]/$import-status?job=… */
export const importStatus: Operation = {
  name: 'import-status',
  levels: ['system'],
  definition: `${root}import-status`,
  readOnly: true,
  handle: later(async () => (await import('./files/import.ts')).handleStatus),
};

/** POST or GET [base]/$export-files. */
export const exportFiles: Operation = {
  name: 'export-files',
  levels: ['system'],
  definition: `${root}export-files`,
  readOnly: true,
  handle: later(async () => (await import('./files/export.ts')).handle),
};

/** [base]/[type]/$render and [base]/[type]/[id]/$render. */
export const render: Operation = {
  name: 'render',
  levels: ['type', 'instance'],
  types: shownTypes,
  definition: `${root}render`,
  readOnly: true,
  handle: later(async () => (await import('./render/render.ts')).handle),
};
