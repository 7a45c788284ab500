// What the benchmarks share: running a script, loading a server, the table at the end.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** A line of progress. */
export const note = text => process.stderr.write(`${text}\n`);

/** Runs a script of this folder to its end and reads the JSON it prints. */
export function script(name, ...words) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(here, name), ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', chunk => {
      text += chunk;
    });
    child.on('close', code => {
      const result = text ? JSON.parse(text) : { error: `${name} ended with ${code}` };
      if (result.error) reject(new Error(result.error));
      else resolve(result);
    });
  });
}

/** Makes the function that measures requests against a server for some seconds; every answer must have the status expected. */
export function loader({ temporary, seconds }) {
  return async (server, expected, requests, more = {}) => {
    const file = path.join(temporary, 'job.json');
    const job = {
      port: new URL(server.base).port,
      pid: server.pid,
      connections: 32,
      seconds,
      warmup: 1,
      requests,
      ...more,
    };
    fs.writeFileSync(file, JSON.stringify(job));
    const result = await script('load.mjs', file);
    const wrong = Object.entries(result.statuses).filter(([status]) => Number(status) !== expected);
    if (wrong.length || !result.statuses[expected])
      throw new Error(
        `${requests[0].method} ${requests[0].path}: expected ${expected}, got ${JSON.stringify(result.statuses)}`,
      );
    return result;
  };
}

/** The middle one. */
export const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Prints rows as a table: what, Engawa's figure, its yardstick's, the ratio, the goal. */
export function print(table) {
  const verdict = ({ ratio, goal, lower }) =>
    goal === undefined ? '' : (lower ? ratio <= goal : ratio >= goal) ? 'yes' : 'NO';
  const cells = [
    ['32 connections', 'Engawa', 'yardstick', 'ratio', 'goal', 'met'],
    ...table.map(row => [
      row.what,
      row.engawa,
      row.yardstick,
      row.ratio.toFixed(2),
      row.goal === undefined ? '' : `${row.lower ? '≤' : '≥'} ${row.goal}`,
      verdict(row),
    ]),
  ];
  const widths = cells[0].map((_, i) => Math.max(...cells.map(line => line[i].length)));
  const text = cells.map(line =>
    line.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '),
  );
  process.stdout.write(`\n${[text[0], '-'.repeat(text[0].length), ...text.slice(1)].join('\n')}\n`);
}
