/**
 * explain: the plan of a search in words, without values.
 */
import type { Message } from '../fhir/types.ts';
import { sample } from './choose.ts';
import type { Condition } from './condition.ts';
import type { RunSettings, TypeSearch } from './match.ts';
import { canDrive } from './rank.ts';

function name(condition: Condition): string {
  switch (condition.op) {
    case 'range':
      return `${condition.range.table.name}`;
    case 'ids':
      return 'ids';
    case 'chain':
      return `index_reference → ${condition.type}(${name(condition.inner)})`;
    case 'has':
      return `index_reference ← ${condition.type}(${name(condition.inner)})`;
    case 'not':
      return `not ${name(condition.part)}`;
    case 'test':
      return 'version';
    case 'body':
      return 'whole resources';
    default:
      return `${condition.op}(${condition.parts.slice(0, 4).map(name).join(', ')}${condition.parts.length > 4 ? ', …' : ''})`;
  }
}

/** What drives, what is tested, how many rows each has. */
export async function explain(
  searches: readonly TypeSearch[],
  drivers: readonly number[],
  run: RunSettings,
): Promise<Message> {
  const lines: string[] = [];
  for (const [i, search] of searches.slice(0, 10).entries()) {
    const driver = drivers[i]!;
    const able = search.parts.filter(canDrive);
    const started = performance.now();
    const counts = await sample(able, search, run);
    const size = (part: Condition) => {
      const count = counts[able.indexOf(part)];
      return count === undefined ? '' : ` (${count >= 1000 ? '1000 or more' : count} rows)`;
    };
    const by = driver < 0 ? undefined : search.parts[driver];
    const tests = search.parts.filter(part => part !== by).map(part => `${name(part)}${size(part)}`);
    lines.push(
      `${search.scope.type}: walk ${by ? `${name(by)}${size(by)}` : 'index_resource'}${tests.length ? `; then test ${tests.join('; ')}` : ''}; sampled in ${(performance.now() - started).toFixed(2)} ms`,
    );
  }
  return { en: `Plan: ${lines.join(' | ')}`, ja: `検索計画: ${lines.join(' | ')}` };
}
