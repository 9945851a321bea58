/** How far verifying has come in one session: its own chain, and what became of its key. */
import type { HeadContent } from '../journal/chain.ts'
import type { SessionEntry } from '../journal/clear.ts'
import { noHash } from '../journal/record.ts'
import type { Unsealer } from '../journal/unseal.ts'
import type { Erasure } from '../session-keys/session-keys.ts'

export interface SessionTrack {
  readonly number: number
  entry: SessionEntry | undefined
  count: number
  hash: Buffer
  signed: number
  ended: boolean
  /** `unchecked`: keys are no part of what is verified. An erasure: as the file of the keys says. */
  key: 'unchecked' | 'there' | 'gone' | Erasure
  unsealer: Unsealer | undefined
}

export function newTrack(number: number): SessionTrack {
  return {
    number,
    entry: undefined,
    count: 0,
    hash: noHash,
    signed: 0,
    ended: false,
    key: 'unchecked',
    unsealer: undefined,
  }
}

export function trackName({ entry, number }: SessionTrack): string {
  return entry?.id ?? `number ${number}`
}

/** Whether a head says of the sessions in its segment what was found of them. */
export function sameSessions(head: HeadContent, here: ReadonlySet<SessionTrack>): boolean {
  const named = Object.entries(head.sessions)
  if (named.length !== here.size) return false
  const expected = new Map(named)
  return [...here].every(({ number, count, hash }) => {
    const entry = expected.get(String(number))
    return entry !== undefined && entry[0] === count && entry[1] === hash.toString('hex')
  })
}
