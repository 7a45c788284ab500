/**
 * 特定健診情報ファイル (CDA R2, XML) as an envelope: Parameters with `checkup` (Base64 of the file). It becomes a 健診結果報告書
 * Bundle and is taken in as such.
 */
import type { Resource } from '../../fhir/types.ts';
import { checkupBundle } from '../checkup/bundle.ts';
import { readCheckup } from '../checkup/cda.ts';
import { readXml } from '../checkup/xml.ts';
import type { Envelope } from '../envelope.ts';
import { objects, text } from '../values.ts';

const contentOf = (resource: Resource): string | undefined =>
  text(objects(resource['parameter']).find(one => one['name'] === 'checkup')?.['valueBase64Binary']);

export const checkupFile: Envelope = {
  name: 'checkup-file',
  fits: resource => resource.resourceType === 'Parameters' && contentOf(resource) !== undefined,
  open(resource) {
    const content = Buffer.from(contentOf(resource)!, 'base64')
      .toString('utf8')
      .replace(/^\ufeff/, '');
    const file = readCheckup(readXml(content));
    if (!file)
      return {
        issues: [
          {
            severity: 'error',
            code: 'structure',
            rule: 'intake-envelope',
            expression: "Parameters.parameter.where(name='checkup')",
            message: {
              en: 'checkup: the file is no well-formed XML with ClinicalDocument at its root, in UTF-8 and without document type',
              ja: 'checkup: ClinicalDocument で始まる正しい XML（UTF-8、文書型宣言なし）ではありません',
            },
          },
        ],
      };
    const own = checkupBundle(file);
    return { letter: { command: 'register', text: own, bundle: JSON.parse(own) as Resource } };
  },
};
