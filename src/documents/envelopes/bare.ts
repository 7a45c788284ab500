/** No envelope: the Bundle itself. */
import type { Envelope } from '../envelope.ts';

export const bare: Envelope = {
  name: 'bare',
  fits: resource => resource.resourceType === 'Bundle',
  open: (bundle, text) => ({ letter: { command: 'register', text, bundle } }),
};
