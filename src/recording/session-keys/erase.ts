/**
 * Erasing a session is destroying its wrapped key: what it sealed stays where it is, in every copy,
 * and nobody can read it any more; the chains still stand. A legal hold keeps keys from that.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lockHolder } from '../journal/lock.ts'
import { listSegments } from '../journal/segment.ts'
import type { SessionSummary } from '../reading/reader.ts'
import {
  changeSessionKeys,
  type Erasure,
  readSessionKeys,
  replaceFile,
  type StoredKey,
} from './session-keys.ts'

/** Holds every session that all of its conditions are true of. */
export interface LegalHold {
  readonly name: string
  readonly session?: string
  readonly user?: string
  readonly database?: string
  readonly reason: string
  readonly by: string
  readonly at: string
}

export type HeldSession = Pick<SessionSummary, 'id' | 'user' | 'database'>

export async function readHolds(dataDir: string): Promise<readonly LegalHold[]> {
  try {
    return JSON.parse(await readFile(holdsPath(dataDir), 'utf8')) as readonly LegalHold[]
  } catch (error) {
    // A damaged list must not free anything: that error is the caller's.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export function writeHolds(dataDir: string, holds: readonly LegalHold[]): Promise<void> {
  return replaceFile(holdsPath(dataDir), `${JSON.stringify(holds, undefined, 2)}\n`)
}

/** The first hold that keeps the session; undefined when none does. */
export function holdOn(
  holds: readonly LegalHold[],
  { id, user, database }: HeldSession,
): LegalHold | undefined {
  return holds.find(
    hold =>
      // As every command takes it: the beginning of an id.
      (hold.session === undefined || id.startsWith(hold.session)) &&
      (hold.user === undefined || hold.user === user) &&
      (hold.database === undefined || hold.database === database),
  )
}

export interface Erased {
  readonly erased: readonly string[]
  /** Their keys are in the segment that is written now: try again when it has been ended. */
  readonly busy: readonly string[]
}

/** Those without a key are left out. Whether they are held is the caller's to ask. */
export async function eraseSessions(
  journalDir: string,
  sessions: ReadonlySet<string>,
  erasure: Erasure,
): Promise<Erased> {
  const segments = await listSegments(journalDir)
  const written = (await lockHolder(journalDir)) !== undefined
  const erased: string[] = []
  const busy: string[] = []
  for (const segment of segments) {
    const open = written && segment === segments.at(-1)
    const there = [...(await readSessionKeys(journalDir, segment)).values()]
    const meant = there.filter(key => !('erased' in key) && sessions.has(key.session))
    if (meant.length === 0) continue
    ;(open ? busy : erased).push(...meant.map(({ session }) => session))
    if (open) continue
    await changeSessionKeys(
      journalDir,
      segment,
      (key): StoredKey =>
        'erased' in key || !sessions.has(key.session)
          ? key
          : { session: key.session, erased: erasure },
    )
  }
  return { erased, busy }
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

function holdsPath(dataDir: string): string {
  return join(dataDir, 'holds.json')
}
