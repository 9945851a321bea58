/** Where the commands about sessions read them, and how they print. */
import { join } from 'node:path'
import type { Keys } from '../keys/keys.ts'
import { storedKeys } from '../keys/open.ts'
import { type ArchiveSource, archiveSource } from '../recording/archive/socket.ts'
import { JournalReader } from '../recording/reading/reader.ts'
import { type Io, UsageError } from './io.ts'

export interface Place {
  readonly dataDir: string
  readonly from?: string
  readonly json?: true
}

export async function openPlace(options: Place): Promise<{
  readonly reader: JournalReader
  readonly dir: string
  readonly keys: Keys
}> {
  const dir = join(options.dataDir, 'journal')
  const keys = await storedKeys(options.dataDir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UsageError(
      `expected a data directory in ${options.dataDir}, got none: use --data-dir`,
    )
  })
  if (options.from === 'journal') return { reader: new JournalReader({ dir, keys }), dir, keys }
  if (options.from === undefined) {
    const beyond = (): Promise<ArchiveSource | undefined> => archiveAtHand(options.dataDir)
    return { reader: new JournalReader({ dir, keys, beyond }), dir, keys }
  }
  if (options.from !== 'archive') {
    throw new UsageError(`expected --from to be journal or archive, got ${options.from}`)
  }
  return { reader: new JournalReader({ dir, keys, source: await archived(options) }), dir, keys }
}

export async function archived(options: Place): Promise<ArchiveSource> {
  const source = await archiveSource(options.dataDir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UsageError(
      `expected an embedded archive in ${options.dataDir}, or a proxy that has one open; got neither`,
    )
  })
  toClose.push(() => source.close())
  return source
}

const atHand = new Map<string, Promise<ArchiveSource | undefined>>()

/** For what the journal's files do not have; undefined when there is no archive. Opened once. */
function archiveAtHand(dataDir: string): Promise<ArchiveSource | undefined> {
  const known = atHand.get(dataDir)
  if (known !== undefined) return known
  const source = archiveSource(dataDir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  atHand.set(dataDir, source)
  toClose.push(async () => {
    atHand.delete(dataDir)
    await (await source)?.close()
  })
  return source
}

/** What a command opened beside files. */
export const toClose: (() => Promise<void>)[] = []

/** Waits for a slow pipe. */
export function print(text: string, io: Io): Promise<void> {
  if (io.stdout.write(text)) return Promise.resolve()
  return new Promise(resolve => io.stdout.once('drain', resolve))
}

/** `0:03.120`: since the session's start. */
export function clock(us: number): string {
  const seconds = us / 1_000_000
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(3).padStart(6, '0')}`
}
