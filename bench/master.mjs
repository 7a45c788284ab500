// A master of invented diseases, 100,000 of them, as a file for `engawa terminology import csv`.
import fs from 'node:fs';

/** Canonical of the code system. */
export const system = 'http://example.org/CodeSystem/diseases';
/** Number of concepts. */
export const concepts = 100_000;
const parts = (
  '糖尿病 性 腎症 慢性 肝炎 急性 心筋 梗塞 脳 出血 後遺症 骨折 関節 変形 脊椎 圧迫 認知症 高血圧 不整脈 喘息 肺 気腫 胃 潰瘍 十二指腸 大腸 ' +
  '前立腺 肥大 甲状腺 機能低下 亢進 白内障 緑内障 神経 障害 多発 再発 術後 両側 右 左'
).split(' ');
const kana = 'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン';

/** A number that looks random and is the same every time. */
const mixed = (i, k) => {
  let x = (i * 2_654_435_761 + k * 40_503) >>> 0;
  x ^= x >>> 15;
  return Math.imul(x, 2_246_822_519) >>> 0;
};
const word = (letters, i, k, length) =>
  Array.from({ length }, (_, j) => letters[mixed(i, k + j) % letters.length]).join('');

/** The code of a concept by its number. */
export const code = i => `D${String(i).padStart(7, '0')}`;
/** A piece of a name: what somebody types into a search box. */
export const piece = i => word(parts, i, 99, 1 + (i % 2));

/** Writes the file and its column map into a folder. */
export function writeMaster(folder) {
  const file = `${folder}/master.csv`;
  const map = `${folder}/master.json`;
  const rows = Array.from({ length: concepts }, (_, i) =>
    [
      code(i),
      word(parts, i, 1, 3 + (i % 3)) + (i % 100),
      word(kana, i, 20, 8 + (i % 7)),
      `Disease ${i}`,
      i < 500 ? '' : code(i % 500),
      `G${i % 50}`,
    ].join(','),
  );
  fs.writeFileSync(file, `code,name,kana,english,above,group\n${rows.join('\n')}\n`);
  const layout = {
    url: system,
    name: 'Diseases',
    title: { en: 'Diseases', ja: '病名' },
    language: 'ja',
    skipLines: 1,
    header: true,
    code: 'code',
    display: 'name',
    names: [
      { column: 'kana', language: 'ja', use: 'kana' },
      { column: 'english', language: 'en' },
    ],
    properties: [{ column: 'group', code: 'group', type: 'code', indexed: true }],
    parent: 'above',
  };
  fs.writeFileSync(map, JSON.stringify(layout));
  return { file, map };
}
