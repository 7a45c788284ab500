#!/usr/bin/env node
// The command `engawa`. In a checkout it builds first what is missing or older than its source: npm links a command once, so it must be
// there before the first build. Where nothing can be built (no tools, a folder that is read only), what was built before serves.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = name => fileURLToPath(new URL(name, import.meta.url));
if (fs.existsSync(here('build.mjs'))) {
  const { status } = spawnSync(process.execPath, [here('build.mjs'), '--if-missing'], { stdio: ['ignore', 2, 2] });
  if (status !== 0 && !fs.existsSync(here('dist/main.js'))) process.exit(status ?? 1);
}
process.argv[1] = here('dist/main.js');
await import('./dist/main.js');
