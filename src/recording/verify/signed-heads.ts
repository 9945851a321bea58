/**
 * The heads and ends that a journal has, and who vouches for them: signatures in its records and in
 * heads.ndjson, and the anchors that were kept elsewhere. What a signature is over cannot have been
 * changed since; what was signed or anchored and is not there was taken away.
 */
import type { Anchor } from '../anchors/anchor.ts'
import type { HeadContent, HeadSignature } from '../journal/chain.ts'
import { PublicKeys } from './public-keys.ts'
import type { AnchoredPart, Finding } from './report.ts'
import type { SessionTrack } from './session-track.ts'

export class SignedHeads {
  readonly #publicKeys: PublicKeys
  readonly #sessions: ReadonlyMap<number, SessionTrack>
  /** By segment: hashes of heads and ends that are there. */
  readonly #heads = new Map<number, Map<string, HeadContent>>()
  /** By hash of a head or end: the records up to it, over all segments. */
  readonly #upTo = new Map<string, number>()
  #signed = 0

  constructor(publicKey: string, sessions: ReadonlyMap<number, SessionTrack>) {
    this.#publicKeys = new PublicKeys(publicKey)
    this.#sessions = sessions
  }

  get segments(): number {
    return this.#heads.size
  }

  /** Records that a valid signature covers, from the first on. */
  get signed(): number {
    return this.#signed
  }

  begin(segment: number): void {
    this.#heads.set(segment, new Map())
  }

  /** `records`: up to it, over all segments. */
  add(segment: number, hash: Buffer, head: HeadContent, records: number): void {
    const hex = hash.toString('hex')
    this.#heads.get(segment)?.set(hex, head)
    this.#upTo.set(hex, records)
  }

  /** One that stands in the segment. */
  signature(segment: number, signature: HeadSignature | undefined): Finding | undefined {
    const fits = signature !== undefined && this.#heads.get(segment)?.has(signature.hash) === true
    if (!fits || !this.#publicKeys.verify(signature)) {
      return { what: 'a signature that is not of this key, or of nothing here', segment }
    }
    this.#sign(signature)
    return undefined
  }

  /** What heads.ndjson has. */
  *lines(text: string): Generator<Finding> {
    const lines = text.split('\n')
    if (lines.pop() !== '') yield { what: 'heads.ndjson does not end with a line' }
    for (const line of lines) {
      const head = parseHead(line)
      if (head === undefined || !this.#publicKeys.verify(head)) {
        yield { what: 'heads.ndjson has a line that was not signed by this key' }
      } else if (!this.#heads.has(head.segment)) {
        yield { what: 'a head was signed in it, and it is missing', segment: head.segment }
      } else if (!this.#heads.get(head.segment)?.has(head.hash)) {
        yield { what: 'a head that was signed is not in it', segment: head.segment }
      } else {
        this.#sign(head)
      }
    }
  }

  /** What was anchored has to be there; what was not, nobody can miss. `records`: all there are. */
  anchored(
    anchors: readonly Anchor[],
    journal: string | undefined,
    records: number,
  ): { readonly findings: readonly Finding[]; readonly part: AnchoredPart } {
    const findings: Finding[] = []
    const own = anchors.filter(anchor => anchor.journal === journal)
    if (own.length === 0 && (anchors.length > 0 || records > 0)) {
      findings.push({ what: 'none of the anchors is of this journal' })
    }
    let at: string | undefined
    let upTo = 0
    for (const { journal: _, ...head } of own) {
      const { segment } = head
      const reached = this.#upTo.get(head.hash)
      if (!this.#publicKeys.verify(head)) {
        findings.push({ what: 'an anchor that was not signed by this key', segment })
      } else if (reached === undefined) {
        findings.push({ what: `a head that was anchored at ${head.at} is not in it`, segment })
      } else {
        this.#sign(head)
        if (reached >= upTo || at === undefined) at = head.at
        upTo = Math.max(upTo, reached + 1)
      }
    }
    const unanchored = Math.max(0, records - upTo)
    return { findings, part: { anchors: own.length, at, unanchored } }
  }

  #sign(signature: HeadSignature): void {
    const head = this.#heads.get(signature.segment)?.get(signature.hash)
    // The signature stands behind what it is over, and says nothing that would need one.
    this.#signed = Math.max(this.#signed, (this.#upTo.get(signature.hash) ?? 0) + 1)
    for (const [number, [count]] of Object.entries(head?.sessions ?? {})) {
      const track = this.#sessions.get(Number(number))
      if (track !== undefined) track.signed = Math.max(track.signed, count)
    }
  }
}

function parseHead(line: string): HeadSignature | undefined {
  try {
    const { segment, over, hash, at, key, signature } = JSON.parse(line) as HeadSignature
    const head: HeadSignature = { type: 'signature', segment, over, hash, at, key, signature }
    // Only as we write it: another spelling of the same JSON is a change, too.
    return JSON.stringify(head) === line ? head : undefined
  } catch {
    return undefined
  }
}
