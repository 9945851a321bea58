/**
 * Which part of a JSON document a rule names: `$.phone`, `$.contacts[*].email`, `$."a b".*`. Only
 * keys count. Arrays are seen through wherever they stand, so that a rule cannot be missed because
 * a document has a list where another has one value; a key is found under any case.
 */

/** Keys from the root of the document, lower case; `anyKey` is any of them. */
export type JsonPath = readonly (string | typeof anyKey)[]

export const anyKey: unique symbol = Symbol('*')

const LEG = /\.(?:"((?:[^"\\]|\\.)*)"|(\*)|([^\s."[\]*]+))|\[\*\]/gy

/** Undefined when the text is no such path. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$') || text === '$') return undefined
  const keys: (string | typeof anyKey)[] = []
  LEG.lastIndex = 1
  while (LEG.lastIndex < text.length) {
    const match = LEG.exec(text)
    if (match === null) return undefined
    const [, quoted, star, plain] = match
    if (quoted !== undefined) keys.push(quoted.replace(/\\(.)/gs, '$1').toLowerCase())
    else if (star !== undefined) keys.push(anyKey)
    else if (plain !== undefined) keys.push(plain.toLowerCase())
  }
  return keys
}

/** The reverse of parseJsonPath. */
export function jsonPathText(path: JsonPath): string {
  const leg = (key: JsonPath[number]) =>
    key === anyKey ? '.*' : `."${key.replace(/["\\]/g, '\\$&')}"`
  return `$${path.map(leg).join('')}`
}

/**
 * What the part of a document says about what a rule hides of it. `apart`: nothing. `same`: it is
 * what is hidden. `around`: it has that inside, at `rest`. `inside`: it is a piece of it.
 */
export type Overlap =
  | { readonly kind: 'apart' | 'same' | 'inside' }
  | { readonly kind: 'around'; readonly rest: JsonPath }

const apart: Overlap = { kind: 'apart' }
const same: Overlap = { kind: 'same' }
const inside: Overlap = { kind: 'inside' }

/** `part` has the keys that a statement named; one of digits may be a position in an array. */
export function overlap(part: readonly string[], hidden: JsonPath): Overlap {
  const [key, ...more] = part
  if (key === undefined) return hidden.length === 0 ? same : { kind: 'around', rest: hidden }
  const [wanted, ...rest] = hidden
  const asKey =
    wanted === undefined ? inside : matchesKey(wanted, key) ? overlap(more, rest) : apart
  return /^-?\d+$/.test(key) ? either(asKey, overlap(more, hidden)) : asKey
}

export function matchesKey(wanted: string | typeof anyKey, key: string): boolean {
  return wanted === anyKey || wanted === key.toLowerCase()
}

/** Not known which: nothing of it is shown unless both say the same. */
function either(a: Overlap, b: Overlap): Overlap {
  if (a.kind === 'apart') return b
  if (b.kind === 'apart') return a
  return a.kind === 'same' && b.kind === 'same' ? same : inside
}
