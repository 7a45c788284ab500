#!/usr/bin/env node
// Writes the example data: node examples/make.mjs. The same each time (no clock, no chance); a test compares.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { carePlan } from './make/care-manager.mjs';
import { checkup } from './make/checkup.mjs';
import { allergies, conditions, labResults, referral } from './make/hospital.mjs';
import { discharge, summary } from './make/hospital-documents.mjs';
import { certificates } from './make/insurer.mjs';
import { wrongCertificate } from './make/refusal.mjs';

/** File below examples/ → what is in it. */
export const files = {
  'insurer/certificates.json': certificates,
  'hospital/referral.json': referral,
  'hospital/conditions.json': conditions,
  'hospital/allergies.json': allergies,
  'hospital/lab-results.json': labResults,
  'hospital/discharge-summary.json': discharge,
  'hospital/patient-summary.json': summary,
  'hospital/check-up.json': checkup,
  'care-manager/care-plan.json': carePlan,
  'refusal/certificate.json': wrongCertificate,
};

/** The text of a file as it is kept in git. */
export const textOf = content => `${JSON.stringify(content, null, 2)}\n`;

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = path.dirname(fileURLToPath(import.meta.url));
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), textOf(content));
    process.stdout.write(`${name}\n`);
  }
}
