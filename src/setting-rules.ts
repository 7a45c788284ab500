/** Values that have the type of their setting and still cannot be used. */
import { isIP } from 'node:net';

interface Rule {
  readonly fits: (value: string | number | boolean) => boolean;
  readonly en: string;
  readonly ja: string;
}

const atLeastOne: Rule = { fits: value => Number(value) >= 1, en: 'a whole number, 1 or more', ja: '1 以上の整数' };
const notEmpty: Rule = { fits: value => value !== '', en: 'the name of a folder', ja: 'フォルダ名' };

/** What a value must be beside its type, by the setting's key. */
export const rules: Readonly<Record<string, Rule>> = {
  port: { fits: value => Number(value) <= 65_535, en: 'a port, 0 to 65535', ja: '0〜65535 のポート番号' },
  data: notEmpty,
  timezone: {
    fits: value => /^(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/.test(String(value)),
    en: 'an offset such as +09:00, or Z',
    ja: ' +09:00 のような時差か Z ',
  },
  baseUrl: {
    fits: value => value === '' || (/^https?:\/\//.test(String(value)) && URL.canParse(String(value))),
    en: 'a URL such as https://fhir.example.jp/fhir, or empty',
    ja: ' https://fhir.example.jp/fhir のような URL か空',
  },
  trustedProxies: {
    fits: value =>
      String(value)
        .split(',')
        .every(one => isProxy(one.trim())) || value === '',
    en: 'addresses or CIDR ranges such as 127.0.0.1,10.0.0.0/8',
    ja: ' 127.0.0.1,10.0.0.0/8 のようなアドレスか CIDR ',
  },
  pageSize: atLeastOne,
  maxPageSize: atLeastOne,
  maxBody: atLeastOne,
  maxDepth: atLeastOne,
};

function isProxy(text: string): boolean {
  if (text === 'loopback' || text === 'linklocal' || text === 'uniquelocal') return true;
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
