/** One transmission holds at most 10 MB (a setting). Source: technical guide of the exchange, 2023-11. */
import { type DocumentRule, finding } from './rule.ts';

export const size: DocumentRule = ({ text, kind }, { maxBytes }) => {
  // A UTF-16 unit takes three bytes at most.
  if (!kind.national || maxBytes === 0 || 3 * text.length <= maxBytes) return [];
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return [];
  return [
    finding(
      'intake-size',
      'Bundle',
      {
        en: `found ${bytes} bytes, expected at most ${maxBytes} (setting document-max-bytes); send the content in several Bundles`,
        ja: `${bytes} バイトあります。${maxBytes} バイトまでです（設定 document-max-bytes）。複数の Bundle に分けてください`,
      },
      'error',
      'too-long',
    ),
  ];
};
