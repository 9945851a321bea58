/**
 * The wrapped keys of sessions: `00000001.keys` beside a segment, a line of JSON for each session
 * that began in it. The one thing of a journal that may change: a key may be wrapped anew, and it
 * may be taken away, which erases its session. Everything else only points at it.
 */
import { createHash } from 'node:crypto'
import { appendFile, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { keysPath } from '../journal/segment.ts'

export type StoredKey =
  | {
      readonly session: string
      readonly wrapped: Buffer
      /** SHA-256 of the wrapped key that the session began with, hex: this one's, unless rewrapped. */
      readonly first: string
      readonly rewrapped: boolean
    }
  | { readonly session: string; readonly erased: Erasure }

/** What is left of a key that was destroyed. */
export interface Erasure {
  readonly at: string
  readonly by: string
  readonly reason: string
}

export function wrappedHash(wrapped: Buffer): string {
  return createHash('sha256').update(wrapped).digest('hex')
}

/** On the disk when it resolves: who loses it loses the session. */
export async function appendSessionKey(
  dir: string,
  segment: number,
  session: string,
  wrapped: Buffer,
): Promise<void> {
  const line = lineOf({ session, wrapped, first: wrappedHash(wrapped), rewrapped: false })
  await appendFile(keysPath(dir, segment), line, { mode: 0o600, flush: true })
}

/** Of the sessions that began in a segment. Lines that are none are skipped: the verifier tells. */
export async function readSessionKeys(
  dir: string,
  segment: number,
): Promise<ReadonlyMap<string, StoredKey>> {
  return parseSessionKeys(await readIfThere(keysPath(dir, segment)))
}

export function parseSessionKeys(text: string): ReadonlyMap<string, StoredKey> {
  const keys = new Map<string, StoredKey>()
  for (const line of text.split('\n')) {
    const key = parseLine(line)
    if (key !== undefined) keys.set(key.session, key)
  }
  return keys
}

/**
 * Changes keys of a segment that nobody appends to meanwhile. Resolves with how many changed; the
 * file is replaced whole, or not at all.
 */
export async function changeSessionKeys(
  dir: string,
  segment: number,
  change: (key: StoredKey) => StoredKey | Promise<StoredKey>,
): Promise<number> {
  const path = keysPath(dir, segment)
  const lines: string[] = []
  let changed = 0
  for (const line of (await readIfThere(path)).split('\n')) {
    const key = parseLine(line)
    const next = key && (await change(key))
    if (next !== key) changed += 1
    if (line !== '') lines.push(next === undefined || next === key ? `${line}\n` : lineOf(next))
  }
  if (changed > 0) await replaceFile(path, lines.join(''))
  return changed
}

/** The new content is on the disk under its name before this resolves. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function lineOf(key: StoredKey): string {
  if ('erased' in key) return `${JSON.stringify(key)}\n`
  const { session, wrapped, first, rewrapped } = key
  const line = { session, wrapped: wrapped.toString('base64'), ...(rewrapped && { first }) }
  return `${JSON.stringify(line)}\n`
}

function parseLine(line: string): StoredKey | undefined {
  try {
    const { session, wrapped, first, erased } = JSON.parse(line) as Readonly<
      Record<'session' | 'wrapped' | 'first' | 'erased', unknown>
    >
    if (typeof session !== 'string') return undefined
    if (typeof erased === 'object' && erased !== null) return { session, erased: erased as Erasure }
    if (typeof wrapped !== 'string') return undefined
    const bytes = Buffer.from(wrapped, 'base64')
    return typeof first === 'string'
      ? { session, wrapped: bytes, first, rewrapped: true }
      : { session, wrapped: bytes, first: wrappedHash(bytes), rewrapped: false }
  } catch {
    // A damaged line is a key that is gone.
    return undefined
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
