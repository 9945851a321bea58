/**
 * Arrays of any type that has a codec. Source: arrayfuncs.c (array_send, array_out).
 *
 *     ┌───────┬─────────┬─────────────┬─────────────────────────────┬──────────────────────────┐
 *     │ ndim  │ hasnull │ element OID │ (length, lower bound) × ndim│ (length or -1, bytes) …  │
 *     │ Int32 │  Int32  │    Int32    │        Int32, Int32         │  Int32, Byten            │
 *     └───────┴─────────┴─────────────┴─────────────────────────────┴──────────────────────────┘
 */
import type { Codec } from './codec.ts'

const DIMENSIONS_MAX = 6

/** `elementOid` is needed for encoding only; a type of an extension may have none that we know. */
export function arrayCodec(element: Codec, elementOid: number | undefined): Codec {
  return {
    decode: bytes => decodeArray(bytes, element),
    encode: text => (elementOid === undefined ? undefined : encodeArray(text, element, elementOid)),
  }
}

interface Dimension {
  readonly length: number
  readonly lower: number
}

function decodeArray(bytes: Buffer, element: Codec): string | undefined {
  if (bytes.length < 12) return undefined
  const count = bytes.readInt32BE(0)
  if (count === 0) return bytes.length === 12 ? '{}' : undefined
  if (count < 0 || count > DIMENSIONS_MAX || bytes.length < 12 + 8 * count) return undefined
  const dimensions = Array.from({ length: count }, (_, i) => ({
    length: bytes.readInt32BE(12 + 8 * i),
    lower: bytes.readInt32BE(16 + 8 * i),
  }))
  const elements = decodeElements(bytes, 12 + 8 * count, dimensions, element)
  if (elements === undefined) return undefined
  const bounds = dimensions.map(({ length, lower }) => `[${lower}:${lower + length - 1}]`).join('')
  return dimensions.some(({ lower }) => lower !== 1)
    ? `${bounds}=${nested(elements, dimensions)}`
    : nested(elements, dimensions)
}

function decodeElements(
  bytes: Buffer,
  start: number,
  dimensions: readonly Dimension[],
  element: Codec,
): string[] | undefined {
  const count = dimensions.reduce((product, { length }) => product * length, 1)
  // Each element takes four bytes at least, which bounds what a false header can ask for.
  if (dimensions.some(({ length }) => length < 1) || count > (bytes.length - start) / 4)
    return undefined
  const elements: string[] = []
  let offset = start
  for (let i = 0; i < count; i += 1) {
    if (offset + 4 > bytes.length) return undefined
    const length = bytes.readInt32BE(offset)
    offset += 4
    if (length === -1) elements.push('NULL')
    else {
      if (length < 0 || offset + length > bytes.length) return undefined
      const text = element.decode(bytes.subarray(offset, offset + length))
      if (text === undefined) return undefined
      elements.push(quoted(text))
      offset += length
    }
  }
  return offset === bytes.length ? elements : undefined
}

function nested(elements: readonly string[], dimensions: readonly Dimension[]): string {
  let level = elements
  for (const { length } of dimensions.toReversed()) {
    const groups: string[] = []
    for (let i = 0; i < level.length; i += length)
      groups.push(`{${level.slice(i, i + length).join(',')}}`)
    level = groups
  }
  return level.join('')
}

function quoted(text: string): string {
  const bare = text !== '' && !/[{}",\\\s]/.test(text) && text.toUpperCase() !== 'NULL'
  return bare ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}

// ── Text to binary ──────────────────────────────────────────────────────────────────────────────

/** Null is SQL NULL. */
type Tree = string | null | readonly Tree[]

function encodeArray(text: string, element: Codec, elementOid: number): Buffer | undefined {
  const bounds = /^((?:\[-?\d+:-?\d+\])+)=/.exec(text)
  const lowers = bounds?.[1]?.match(/-?\d+(?=:)/g)?.map(Number) ?? []
  const tree = parseTree(bounds === null ? text : text.slice(bounds[0].length))
  if (tree === undefined || typeof tree === 'string' || tree === null) return undefined
  const lengths = shape(tree)
  if (lengths === undefined || lengths.length > DIMENSIONS_MAX) return undefined
  const leaves = tree.flat(DIMENSIONS_MAX) as (string | null)[]
  const header = Buffer.alloc(12 + 8 * lengths.length)
  header.writeInt32BE(lengths.length, 0)
  header.writeInt32BE(leaves.includes(null) ? 1 : 0, 4)
  header.writeInt32BE(elementOid | 0, 8)
  lengths.forEach((length, i) => {
    header.writeInt32BE(length, 12 + 8 * i)
    header.writeInt32BE(lowers[i] ?? 1, 16 + 8 * i)
  })
  const parts: Buffer[] = [header]
  for (const leaf of leaves) {
    const bytes = leaf === null ? Buffer.alloc(0) : element.encode(leaf)
    if (bytes === undefined) return undefined
    const length = Buffer.alloc(4)
    length.writeInt32BE(leaf === null ? -1 : bytes.length)
    parts.push(length, bytes)
  }
  return Buffer.concat(parts)
}

/** The length of each dimension; undefined for a ragged array. `{}` has none. */
function shape(tree: Tree): number[] | undefined {
  if (tree === null || typeof tree === 'string') return []
  const [first] = tree
  if (first === undefined) return []
  const inner = shape(first)
  const same = tree.every(branch => shape(branch)?.join() === inner?.join())
  // An empty array inside of another is no dimension of its own.
  const empty = typeof first === 'object' && first !== null && inner?.length === 0
  return inner === undefined || !same || empty ? undefined : [tree.length, ...inner]
}

const TOKEN = /\{|\}|,|"(?:[^"\\]|\\.)*"|(?:[^{}",\\\s]|\\.)(?:[^{}",\\]|\\.)*/gsy

function parseTree(text: string): Tree | undefined {
  const tokens = text.match(TOKEN) ?? []
  if (tokens.join('') !== text) return undefined
  const stack: Tree[][] = [[]]
  let afterItem = false
  for (const token of tokens) {
    const level = stack.at(-1)
    if (level === undefined) return undefined
    if (token === ',') {
      if (!afterItem) return undefined
      afterItem = false
    } else if (token === '}') {
      // `{}` may be empty, `{a,}` may not end like that.
      if (stack.length < 2 || (!afterItem && level.length > 0)) return undefined
      stack.pop()
      stack.at(-1)?.push(level)
      afterItem = true
    } else if (afterItem || stack.length > DIMENSIONS_MAX + 1) return undefined
    else if (token === '{') stack.push([])
    else {
      if (stack.length < 2) return undefined
      level.push(leaf(token))
      afterItem = true
    }
  }
  const [root] = stack
  return stack.length === 1 && root?.length === 1 ? root[0] : undefined
}

function leaf(token: string): string | null {
  if (token.startsWith('"')) return token.slice(1, -1).replace(/\\(.)/gs, '$1')
  return token.toUpperCase() === 'NULL' ? null : token.replace(/\\(.)/gs, '$1')
}
