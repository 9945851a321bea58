/** Where a journal is read from to be verified: its own files, or what the archive has of them. */
import { readdir, readFile } from 'node:fs/promises'
import { lockHolder } from '../journal/lock.ts'
import { type JournalRecord, parseRecord } from '../journal/record.ts'
import {
  headsPath,
  journalIdPath,
  listSegments,
  parseSegment,
  type SegmentContent,
  segmentPath,
} from '../journal/segment.ts'
import { readSessionKeys, type StoredKey } from '../session-keys/session-keys.ts'

export interface VerifySource {
  /** Whether something is added to it now: an end that is missing is then no wonder. */
  readonly written: boolean
  /** What says it belongs to, beside its records; undefined when nothing does. */
  readonly id: string | undefined
  /** In order. */
  readonly segments: readonly number[]
  content(segment: number): Promise<{ readonly content: SegmentContent; readonly bytes: Buffer }>
  /** Lines of JSON, each as `heads.ndjson` has it. */
  heads(): Promise<string>
  /** Keys of the sessions that began in the segment; absent where keys are no part of it. */
  readonly keys?: (segment: number) => Promise<ReadonlyMap<string, StoredKey>>
}

/**
 * `keysToo`: that keys are part of it although there are none; else an auditor's copy may be without
 * them.
 */
export async function journalFiles(dir: string, keysToo: boolean): Promise<VerifySource> {
  // Read first: what is signed while the rest is read is in neither, instead of in this alone.
  const heads = (await textOf(headsPath(dir))) ?? ''
  return {
    written: (await lockHolder(dir)) !== undefined,
    id: (await textOf(journalIdPath(dir)))?.replace(/\n$/, ''),
    segments: await listSegments(dir),
    async content(segment) {
      const bytes = await readFile(segmentPath(dir, segment))
      return { content: parseSegment(bytes), bytes }
    },
    heads: async () => heads,
    ...((keysToo || (await hasKeys(dir))) && {
      keys: (segment: number) => readSessionKeys(dir, segment),
    }),
  }
}

async function hasKeys(dir: string): Promise<boolean> {
  return (await readdir(dir).catch(() => [])).some(name => name.endsWith('.keys'))
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** What the archive has of one journal. */
export interface ArchivedJournal {
  segments(): Promise<readonly number[]>
  /** All records of a segment in any order, base64. */
  records(segment: number): Promise<readonly string[]>
}

/** The same records, put in the order in which each names the one before it. */
export async function archivedJournal(archived: ArchivedJournal): Promise<VerifySource> {
  return {
    // What is not shipped yet is missing at the end.
    written: true,
    id: undefined,
    segments: await archived.segments(),
    async content(segment) {
      const records: JournalRecord[] = []
      for (const base64 of await archived.records(segment)) {
        const record = parseRecord(Buffer.from(base64, 'base64'), 0)
        if ('hash' in record) records.push(record)
        else {
          const bytes = Buffer.from(base64, 'base64')
          const rest = { damaged: 'a record is damaged', bytes: bytes.length }
          return { content: { records: ordered(records), end: 0, rest }, bytes }
        }
      }
      const content = { records: ordered(records), end: 0, rest: undefined }
      return { content, bytes: Buffer.alloc(0) }
    },
    // They stand in the records, too.
    heads: async () => '',
  }
}

/** Those that no chain leads to come last: the verifier finds them there. */
function ordered(records: readonly JournalRecord[]): readonly JournalRecord[] {
  const after = new Map(records.map(record => [record.previousRecord.toString('hex'), record]))
  const hashes = new Set(records.map(record => record.hash.toString('hex')))
  let next = records.find(({ previousRecord }) => !hashes.has(previousRecord.toString('hex')))
  const chain = new Set<JournalRecord>()
  while (next !== undefined && !chain.has(next)) {
    chain.add(next)
    next = after.get(next.hash.toString('hex'))
  }
  return [...chain, ...records.filter(record => !chain.has(record))]
}
