/** LRU cache: keeps the last `size` used entries, and never more than twice that. */
export interface Lru<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/** Creates a cache. Keeps two generations instead of an order, because deleting the first entry of a Map is slow. */
export function lru<T>(size: number): Lru<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  const set = (key: string, value: T): void => {
    if (young.size >= size) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  };
  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const older = old.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
    set,
  };
}
