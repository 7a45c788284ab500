// Before all test files: the PostgreSQL of the run, and an empty report.
import fs from 'node:fs';
import path from 'node:path';
import { startKept, stateFile } from './postgres.mjs';

fs.rmSync(path.join(path.dirname(stateFile), 'stores.ndjson'), { force: true });
await startKept();
