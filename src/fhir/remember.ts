/**
 * remember: a function with a memory for its frequent arguments: two generations, the older is dropped when the newer is full.
 */
import { detached } from './detached.ts';

/** The same function, remembering at least the last `kept` results. The function must be pure. */
export function remember<T>(compute: (text: string) => T, kept = 5000): (text: string) => T {
  let recent = new Map<string, T>();
  let older = new Map<string, T>();
  return text => {
    let value = recent.get(text);
    if (value !== undefined) return value;
    value = older.get(text) ?? compute(text);
    if (recent.size >= kept) {
      older = recent;
      recent = new Map();
    }
    recent.set(detached(text), value);
    return value;
  };
}
