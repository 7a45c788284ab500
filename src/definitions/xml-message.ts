/** What the XML parser says of text that is not well-formed, in the two languages of the server. */
import type { Message } from '../fhir/types.ts';

/** Beginnings of the parser's messages and their Japanese. */
const translations: readonly (readonly [start: string, ja: string])[] = [
  ['document must contain a root element', 'ルート要素がありません'],
  ['documents may contain only one root', 'ルート要素は1つだけにしてください'],
  ['text data outside of root node', 'ルート要素の外に文字列があります'],
  ['unclosed tag', '閉じていない要素があります'],
  ['unexpected close tag', '対応する開始タグのない終了タグがあります'],
  ['unexpected end', '文書が途中で終わっています'],
  ['undefined entity', '定義されていない実体参照があります'],
  ['malformed character entity', '文字参照の形が正しくありません'],
  ['disallowed character', '使えない文字があります'],
  ['duplicate attribute', '同じ属性が2回あります'],
  ['unquoted attribute value', '属性の値を引用符で囲んでください'],
  ['attribute without value', '値のない属性があります'],
  ['unbound namespace prefix', '宣言されていない名前空間の接頭辞があります'],
];

/** The parser's error without its own line and column. */
export function syntaxMessage(error: Error): Message {
  const found = error.message.replace(/^(?:[^:]*:)?\d+:\d+: /, '').replace(/\.$/, '');
  const known = translations.find(([start]) => found.startsWith(start));
  return { en: `XML cannot be read: ${found}`, ja: `XML を読めません。${known?.[1] ?? found}` };
}
