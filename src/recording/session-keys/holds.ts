/**
 * Legal holds: what keeps keys from being destroyed, and the archive's rows from their retention. A
 * list of the node's own, in its data directory.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SessionSummary } from '../reading/summaries.ts'
import { replaceFile } from './session-keys.ts'

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

function holdsPath(dataDir: string): string {
  return join(dataDir, 'holds.json')
}
