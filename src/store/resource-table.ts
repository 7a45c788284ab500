import type { IndexTable } from './store.ts';

/** The table of all versions of a type by time: the store keeps it, searches without other conditions read it. */
export const resourceTable: IndexTable = {
  name: 'index_resource',
  columns: [
    { name: 'type', type: 'TEXT' },
    { name: 'last_updated', type: 'INTEGER' },
  ],
  key: 2,
};
