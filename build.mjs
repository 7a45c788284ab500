// Builds what is missing: TypeScript to dist/, the compact R4 definitions, the font of PDFs with its licence. `--if-missing` skips what is up to date,
// so that `npm start` on a built checkout starts at once.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(fileURLToPath(import.meta.url));
const stamp = path.join(root, 'dist', '.built');
const onlyIfMissing = process.argv.includes('--if-missing');

const newest = folder =>
  fs.readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const full = path.join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(full) : fs.statSync(full).mtimeMs);
  }, 0);
const inputs = () => Math.max(newest(path.join(root, 'src')), fs.statSync(path.join(root, 'package.json')).mtimeMs);

if (
  onlyIfMissing &&
  fs.existsSync(stamp) &&
  (!fs.existsSync(path.join(root, 'src')) || inputs() <= fs.statSync(stamp).mtimeMs)
)
  process.exit(0);

const run = (what, ...args) => {
  process.stderr.write(`engawa: building ${what} …\n`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    process.stderr.write(`engawa: building ${what} failed. Run "npm ci" first, then "npm run build" to see why.\n`);
    process.exit(status ?? 1);
  }
};
run('TypeScript', path.join(root, 'node_modules/typescript/bin/tsc'), '-p', root);
run('FHIR R4 definitions', path.join(root, 'dist/definitions/base.js'));
const fonts = path.join(root, 'node_modules/@expo-google-fonts/noto-sans-jp');
fs.mkdirSync(path.join(root, 'dist/fonts'), { recursive: true });
fs.copyFileSync(
  path.join(fonts, '400Regular/NotoSansJP_400Regular.ttf'),
  path.join(root, 'dist/fonts/NotoSansJP-Regular.ttf'),
);
fs.copyFileSync(path.join(fonts, 'LICENSE_FONT'), path.join(root, 'dist/fonts/OFL.txt'));
fs.writeFileSync(stamp, '');
