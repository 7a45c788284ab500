/** The forms a list of findings can be written in. */
import type { Issue } from '../fhir/outcome.ts';
import { operationOutcome } from '../fhir/outcome.ts';
import type { Language } from '../fhir/types.ts';
import { version } from '../version.ts';
import type { Checked } from './check-files.ts';

const isError = ({ severity }: Issue): boolean => severity === 'error' || severity === 'fatal';

/** Errors and warnings of a run. */
export function countIssues(results: readonly Checked[]): { errors: number; warnings: number } {
  const all = results.flatMap(one => one.issues);
  return { errors: all.filter(isError).length, warnings: all.filter(one => one.severity === 'warning').length };
}

const placeOf = ({ file, line }: Checked, { location }: Issue): { file: string; line: number; column: number } => {
  const [, row, column] = /line (\d+), column (\d+)/.exec(location ?? '') ?? [];
  return { file, line: line ?? Number(row ?? 1), column: Number(column ?? 1) };
};

function asText(results: readonly Checked[], language: Language): string {
  const lines = results.flatMap(one =>
    one.issues.map(issue => {
      const { file, line, column } = placeOf(one, issue);
      return `${file}:${line}:${column}: ${issue.severity}: ${issue.message[language]}${issue.rule ? ` [${issue.rule}]` : ''}`;
    }),
  );
  const { errors, warnings } = countIssues(results);
  const sum =
    language === 'ja'
      ? `リソース ${results.length} 件: エラー ${errors}、警告 ${warnings}`
      : `${results.length} resources: ${errors} errors, ${warnings} warnings`;
  return [...lines, sum].join('\n');
}

function asSarif(results: readonly Checked[], language: Language): string {
  const levels = { fatal: 'error', error: 'error', warning: 'warning', information: 'note' } as const;
  const found = results.flatMap(one =>
    one.issues.map(issue => {
      const { file, line, column } = placeOf(one, issue);
      return {
        ruleId: issue.rule ?? issue.code,
        level: levels[issue.severity],
        message: { text: issue.message[language] },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: file.replaceAll('\\', '/') },
              region: { startLine: line, startColumn: column },
            },
          },
        ],
      };
    }),
  );
  const rules = [...new Set(found.map(one => one.ruleId))].map(id => ({ id }));
  const tool = { driver: { name: 'engawa', version, rules } };
  return JSON.stringify(
    { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool, results: found }] },
    null,
    2,
  );
}

const escapeXml = (text: string): string =>
  text
    .replace(/[&<>"]/g, one => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one] ?? one)
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '');

function asJunit(results: readonly Checked[], language: Language): string {
  const cases = results.map(({ file, line, issues }) => {
    const name = escapeXml(line === undefined ? file : `${file}:${line}`);
    const errors = issues.filter(isError);
    if (errors.length === 0) return `  <testcase name="${name}"/>`;
    const text = escapeXml(errors.map(one => one.message[language]).join('\n'));
    return `  <testcase name="${name}"><failure message="${escapeXml(errors[0]!.message[language])}">${text}</failure></testcase>`;
  });
  const failed = results.filter(one => one.issues.some(isError)).length;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="engawa validate" tests="${results.length}" failures="${failed}">\n${cases.join('\n')}\n</testsuite>`;
}

/** An OperationOutcome has at least one issue. */
const nothingFound: Issue = {
  severity: 'information',
  code: 'informational',
  message: { en: 'No issues were found', ja: '問題は見つかりませんでした' },
};

function asJson(results: readonly Checked[], language: Language): string {
  return JSON.stringify(
    results.map(({ file, line, issues }) => ({
      file,
      ...(line !== undefined && { line }),
      outcome: operationOutcome(issues.length > 0 ? issues : [nothingFound], language),
    })),
    null,
    2,
  );
}

/** Writers by name of the format. */
export const formats: ReadonlyMap<string, (results: readonly Checked[], language: Language) => string> = new Map([
  ['text', asText],
  ['json', asJson],
  ['sarif', asSarif],
  ['junit', asJunit],
]);
