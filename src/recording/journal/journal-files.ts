/** The files of a journal's folder beside its records: made, named on the disk, read at the start. */
import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, unlinkSync } from 'node:fs'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import type { HeadSignature } from './chain.ts'
import { headsPath, journalIdPath, keysPath, segmentPath } from './segment.ts'

/** With the file of its sessions' keys, and both of their names on the disk. */
export function openSegment(dir: string, segment: number): number {
  const fd = openSync(segmentPath(dir, segment), 'wx', 0o600)
  try {
    closeSync(openSync(keysPath(dir, segment), 'a', 0o600))
    const folder = openSync(dir, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
    return fd
  } catch (error) {
    closeSync(fd)
    unlinkSync(segmentPath(dir, segment))
    throw error
  }
}

/** One id for all that is ever written in the folder; made at the first start. */
export async function journalId(dir: string): Promise<string> {
  const path = journalIdPath(dir)
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const id = randomUUID()
  await writeFile(path, `${id}\n`, { mode: 0o600, flush: true })
  return id
}

/** Undefined when nothing was signed yet. */
export async function lastSignature(dir: string): Promise<HeadSignature | undefined> {
  try {
    const lines = (await readFile(headsPath(dir), 'utf8')).split('\n').filter(line => line !== '')
    return lines.length === 0 ? undefined : (JSON.parse(lines.at(-1) ?? '') as HeadSignature)
  } catch {
    // Not there yet, or damaged: the verifier tells.
    return undefined
  }
}

export async function keepSignature(dir: string, signature: HeadSignature): Promise<void> {
  await appendFile(headsPath(dir), `${JSON.stringify(signature)}\n`, { mode: 0o600, flush: true })
}
