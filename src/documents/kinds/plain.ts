/** Documents of no kind with rules of its own: any `document` Bundle, such as those between care offices and hospitals. */
import type { DocumentKind } from '../kind.ts';

export const plainDocument: DocumentKind = {
  name: 'document',
  title: { en: 'document', ja: '文書' },
  profile: undefined,
  bundleType: 'document',
  looksLike: bundle => bundle['type'] === 'document',
  national: false,
};

export const plainCollection: DocumentKind = {
  name: 'collection',
  title: { en: 'collection', ja: 'コレクション' },
  profile: undefined,
  bundleType: 'collection',
  looksLike: bundle => bundle['type'] === 'collection',
  national: false,
};
