/** The process that installs the packages of a folder: `install-program SOURCES FOLDER`. See install-folder.ts. */
import { type InstallAnswer, installFresh } from './install-folder.ts';
import { PackageError } from './tar.ts';

const starter = process.ppid;

/** Whoever started this may have been killed: then nobody waits for it. */
const isAlone = (): boolean => process.ppid !== starter;

function endWithStarter(): void {
  if (isAlone()) throw new Error('nobody waits for the packages');
}

function answer(sources: string, folder: string): InstallAnswer {
  try {
    installFresh(sources, folder, endWithStarter);
    return {};
  } catch (error) {
    const { message, stack, code, syscall, path, dest } = error as NodeJS.ErrnoException & { dest?: string };
    const text = error instanceof PackageError ? error.text : undefined;
    return { failed: { message, stack, text, fields: { code, syscall, path, dest } as object } };
  }
}

const [sources = '', folder = ''] = process.argv.slice(2);
const said = JSON.stringify(answer(sources, folder));
if (!isAlone()) process.stdout.write(said);
