/**
 * The commands beside `serve`: each takes the settings and its own words and options, and says what it did.
 */
import { type Config, SettingError } from './config.ts';
import type { Message } from './fhir/types.ts';

/** A command of the command line. */
export interface Command {
  readonly name: string;
  /** What follows the name in help. */
  readonly shape: string;
  readonly meaning: Message;
  /** Its options that are no settings. */
  readonly flags: readonly string[];
  /** How many words it takes. */
  readonly words: number;
  run(input: CommandInput): Promise<Message>;
}

/** What a command is given. */
export interface CommandInput {
  readonly config: Config;
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  /** Shows how far it is. */
  tell(line: Message): void;
}

/** All commands but serve. Their code is loaded when it is needed. */
export const commands: readonly Command[] = [
  {
    name: 'move',
    shape: '[--from <place>] --to <place>',
    meaning: {
      en: 'copies a whole database to another one: a data folder or postgres://…; can be repeated',
      ja: 'データベース全体を別の場所（データのフォルダか postgres://…）に移す。繰り返し実行できる',
    },
    flags: ['from', 'to'],
    words: 0,
    run: async ({ config, flags, tell }) =>
      (await import('./move.ts')).move(config, flags.get('from'), flags.get('to'), tell),
  },
  {
    name: 'backup',
    shape: '<file>',
    meaning: {
      en: 'backs the data folder up, also while a server runs',
      ja: 'データのフォルダをバックアップする（運転中でもよい）',
    },
    flags: [],
    words: 1,
    run: async ({ config, words }) => (await import('./backup.ts')).backup(config, words[0]!),
  },
  {
    name: 'restore',
    shape: '<file>',
    meaning: { en: 'puts a backup into an empty data folder', ja: 'バックアップを空のデータのフォルダに戻す' },
    flags: [],
    words: 1,
    run: async ({ config, words }) => (await import('./backup.ts')).restore(config, words[0]!),
  },
];

/** The command of a name, undefined for serve. @throws SettingError for another word, or too many or few of them */
export function findCommand(words: readonly string[]): Command | undefined {
  const [name = 'serve', ...rest] = words;
  const command = commands.find(one => one.name === name);
  if (command ? rest.length === command.words : name === 'serve' && rest.length === 0) return command;
  const shapes = command ? [`${name} ${command.shape}`] : ['serve', ...commands.map(one => one.name), 'terminology'];
  throw new SettingError({
    en: `found "${words.join(' ')}", expected ${command ? '' : 'one of the commands '}${shapes.join(', ')}; --help shows how`,
    ja: `「${words.join(' ')}」ではなく ${shapes.join('・')} を指定してください（--help で説明）`,
  });
}
