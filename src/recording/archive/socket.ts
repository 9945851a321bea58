/**
 * The embedded archive's folder belongs to the process that has it open. Others on the machine ask
 * that process for sessions, the records of one, or of a segment.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type JournalRecord, parseRecord } from '../journal/record.ts'
import { askSocket, isServed, type Row, serveSocket } from '../local-socket.ts'
import type { SessionSource } from '../reading/reader.ts'
import type { SessionPage, SessionQuery } from '../reading/search.ts'
import type { SessionSummary } from '../reading/summaries.ts'
import type { ArchivedJournal } from '../verify/source.ts'
import { Archive } from './archive.ts'
import { searchArchive, sessionsNamed } from './search.ts'

type Question =
  | { readonly ask: 'search'; readonly query: SessionQuery }
  | { readonly ask: 'named'; readonly prefix: string }
  | { readonly ask: 'records' | 'heads'; readonly session: string }
  | { readonly ask: 'journals' }
  | { readonly ask: 'segments'; readonly journal: string }
  | { readonly ask: 'segment'; readonly journal: string; readonly segment: number }

export interface ArchiveSource extends SessionSource {
  /** Ids of the journals that were shipped to it. */
  journals(): Promise<readonly string[]>
  /** One of them, to be verified. */
  journal(id: string): ArchivedJournal
  close(): Promise<void>
}

function socketPath(dataDir: string): string {
  return join(dataDir, 'archive.sock')
}

/** `catchUp` ships what came since, for a while, and says how many bytes are behind after it. */
export async function serveArchive(
  dataDir: string,
  archive: Archive,
  catchUp: () => Promise<number> = async () => 0,
): Promise<{ close(): Promise<void> }> {
  return serveSocket<Question>(socketPath(dataDir), question => rowsOf(archive, question, catchUp))
}

/** Asks the process that has the archive open; undefined when there is none. */
export async function runningArchive(dataDir: string): Promise<ArchiveSource | undefined> {
  const path = socketPath(dataDir)
  if (!(await isServed(path))) return undefined
  return source(
    question => askSocket(path, question),
    async () => undefined,
  )
}

/** The same, and without such a process opens the embedded one here. Close it after use. */
export async function archiveSource(dataDir: string): Promise<ArchiveSource> {
  const running = await runningArchive(dataDir)
  if (running !== undefined) return { ...running, close: async () => undefined }
  const path = join(dataDir, 'archive')
  // Opening would make an empty one.
  await stat(path)
  const archive = await Archive.open({ kind: 'embedded' }, path)
  return source(
    question => rowsOf(archive, question, async () => 0) as Promise<readonly Row[]>,
    () => archive.close(),
  )
}

function source(
  ask: (question: Question) => Promise<readonly Row[]>,
  close: () => Promise<void>,
): ArchiveSource {
  return {
    journals: async () => (await ask({ ask: 'journals' })).map(row => String(row['journal'])),
    journal: name => ({
      segments: async () =>
        (await ask({ ask: 'segments', journal: name })).map(row => Number(row['segment'])),
      records: async segment =>
        (await ask({ ask: 'segment', journal: name, segment })).map(row => String(row['base64'])),
    }),
    async search(query) {
      const [page] = await ask({ ask: 'search', query })
      return page as unknown as SessionPage
    },
    named: async prefix =>
      (await ask({ ask: 'named', prefix })) as unknown as readonly SessionSummary[],
    records: session => recordsIn(ask({ ask: 'records', session })),
    heads: session => recordsIn(ask({ ask: 'heads', session })),
    close,
  }
}

async function* recordsIn(rows: Promise<readonly Row[]>): AsyncGenerator<JournalRecord> {
  for (const row of await rows) {
    const record = parseRecord(Buffer.from(String(row['base64']), 'base64'), 0)
    // What the archive damaged is not shown as if it were whole.
    if (!('hash' in record)) throw new Error(`record ${row['record']} is damaged in the archive`)
    yield record
  }
}

async function rowsOf(
  archive: Archive,
  question: Question,
  catchUp: () => Promise<number>,
): Promise<readonly object[]> {
  switch (question.ask) {
    case 'records':
      return archive.query(
        `SELECT segment, record, base64Encode(bytes) AS base64 FROM records
         WHERE session = {session:String} ORDER BY segment, record`,
        { session: question.session },
      )
    case 'heads':
      return archive.query(
        `SELECT segment, record, base64Encode(bytes) AS base64 FROM records
         WHERE session = '' AND (journal, segment) IN (
           SELECT journal, segment FROM records WHERE session = {session:String}
         ) ORDER BY segment, record`,
        { session: question.session },
      )
    case 'journals':
      await catchUp()
      return archive.query('SELECT DISTINCT journal FROM records ORDER BY journal')
    case 'segments':
      return archive.query(
        'SELECT DISTINCT segment FROM records WHERE journal = {journal:String} ORDER BY segment',
        { journal: question.journal },
      )
    case 'segment':
      return archive.query(
        `SELECT base64Encode(bytes) AS base64 FROM records
         WHERE journal = {journal:String} AND segment = {segment:UInt64}`,
        { journal: question.journal, segment: question.segment },
      )
    case 'named':
      await catchUp()
      return sessionsNamed(archive, question.prefix)
    case 'search': {
      const behindBytes = await catchUp()
      const page = await searchArchive(archive, withDates(question.query))
      return [{ ...page, ...(behindBytes > 0 && { behindBytes }) }]
    }
  }
}

/** Dates are texts on the socket. */
function withDates({ since, until, ...query }: SessionQuery): SessionQuery {
  return {
    ...query,
    ...(since && { since: new Date(since) }),
    ...(until && { until: new Date(until) }),
  }
}
