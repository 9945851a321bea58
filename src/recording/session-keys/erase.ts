/**
 * Erasing a session is destroying its wrapped key: what it sealed stays where it is, in every copy,
 * and nobody can read it any more; the chains still stand. custody.ts says who may, and in what order.
 */
import { lockHolder } from '../journal/lock.ts'
import { listSegments } from '../journal/segment.ts'
import { changeSessionKeys, type Erasure, readSessionKeys, type StoredKey } from './session-keys.ts'

/** By segment: sessions whose keys are in its file. */
export type KeysBySegment = ReadonlyMap<number, readonly string[]>

/**
 * Those of the sessions that have a key, by segment. `busy`: in the segment that is written now,
 * to which a key may be added at any time.
 */
export async function findKeys(
  journalDir: string,
  sessions: ReadonlySet<string>,
): Promise<{ readonly ended: KeysBySegment; readonly busy: readonly string[] }> {
  const segments = await listSegments(journalDir)
  const written = (await lockHolder(journalDir)) !== undefined
  const ended = new Map<number, readonly string[]>()
  const busy: string[] = []
  for (const segment of segments) {
    const there = await liveKeys(journalDir, segment)
    const meant = there.filter(session => sessions.has(session))
    if (written && segment === segments.at(-1)) busy.push(...meant)
    else if (meant.length > 0) ended.set(segment, meant)
  }
  return { ended, busy }
}

/** Sessions that began in the segment and can still be read. */
export async function liveKeys(journalDir: string, segment: number): Promise<readonly string[]> {
  const keys = [...(await readSessionKeys(journalDir, segment)).values()]
  return keys.filter(key => !('erased' in key)).map(({ session }) => session)
}

/** What is left of each key is who destroyed it, when and why. */
export async function destroyKeys(
  journalDir: string,
  keys: KeysBySegment,
  erasure: Erasure,
): Promise<void> {
  for (const [segment, sessions] of keys) {
    const meant = new Set(sessions)
    await changeSessionKeys(
      journalDir,
      segment,
      (key): StoredKey =>
        'erased' in key || !meant.has(key.session)
          ? key
          : { session: key.session, erased: erasure },
    )
  }
}

export interface KeyCounts {
  readonly live: number
  readonly rewrapped: number
  readonly erased: number
}

export async function countKeys(journalDir: string): Promise<KeyCounts> {
  let [live, rewrapped, erased] = [0, 0, 0]
  for (const segment of await listSegments(journalDir)) {
    for (const key of (await readSessionKeys(journalDir, segment)).values()) {
      if ('erased' in key) erased += 1
      else live += 1
      if ('first' in key && key.rewrapped) rewrapped += 1
    }
  }
  return { live, rewrapped, erased }
}
