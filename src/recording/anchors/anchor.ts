/**
 * An anchor: a signed head, kept where whoever runs the proxy cannot take it back. Whoever has it
 * can tell that the journal was as long as that, with that content, at that time: removing the last
 * segment, or putting an older copy of everything in its place, then shows.
 */
import type { HeadSignature } from '../journal/chain.ts'

export interface Anchor extends HeadSignature {
  /** Whose head it is: several nodes may use one place. */
  readonly journal: string
}

/** Where anchors are kept, and read again by an auditor. */
export interface AnchorPlace {
  /** For people: `file /mnt/worm/anchors.ndjson`. */
  readonly name: string
  /** Resolves once it is kept. Keeping the same twice does no harm. */
  put(anchor: Anchor, signal: AbortSignal): Promise<void>
  /** In any order. What is not an anchor is left out. */
  list(): Promise<readonly Anchor[]>
  close(): Promise<void>
}

export type AnchorConfig =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 's3'
      readonly bucket: string
      readonly prefix: string
      readonly region: string | undefined
      /** Of a store that is not Amazon's. */
      readonly endpoint: string | undefined
      /** Nobody may delete an anchor before; undefined: the bucket's own default. */
      readonly lockDays: number | undefined
    }
  | {
      readonly kind: 'clickhouse'
      readonly url: string
      readonly database: string
      readonly username: string | undefined
      readonly password: string | undefined
    }

/** One line of JSON; undefined when it is none of ours. */
export function parseAnchor(line: string): Anchor | undefined {
  try {
    const { type, segment, over, hash, at, key, signature, journal } = JSON.parse(line) as Anchor
    const texts = [hash, at, key, signature, journal].every(each => typeof each === 'string')
    if (type !== 'signature' || !texts || !Number.isSafeInteger(segment)) return undefined
    if (over !== 'head' && over !== 'end') return undefined
    return { type, segment, over, hash, at, key, signature, journal }
  } catch {
    // A torn line, or somebody else's.
    return undefined
  }
}

export function anchorsIn(text: string): readonly Anchor[] {
  return text.split('\n').flatMap(line => parseAnchor(line) ?? [])
}
