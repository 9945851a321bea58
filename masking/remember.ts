/** What is made once for a key and then looked up. */

/** Works on Map and WeakMap alike. `make` may not return undefined. */
export function remember<K, V extends object | boolean>(
  memo: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const known = memo.get(key)
  if (known !== undefined) return known
  const made = make()
  memo.set(key, made)
  return made
}
