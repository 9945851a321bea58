/**
 * The embedded archive's folder belongs to the process that has it open. Others on the machine ask
 * that process, over a socket in the data directory that only its owner can open. One line of JSON
 * is the question, lines of JSON are the answer: sessions, the records of one, or of a segment.
 */
import { chmod, rm, stat } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type JournalRecord, parseRecord } from '../journal/record.ts'
import type { SessionSource, SessionSummary } from '../reading/reader.ts'
import type { SessionPage, SessionQuery } from '../reading/search.ts'
import type { ArchivedJournal } from '../verify/source.ts'
import { Archive } from './archive.ts'
import { searchArchive, sessionsNamed } from './search.ts'

type Question =
  | { readonly ask: 'search'; readonly query: SessionQuery }
  | { readonly ask: 'named'; readonly prefix: string }
  | { readonly ask: 'records'; readonly session: string }
  | { readonly ask: 'journals' }
  | { readonly ask: 'segments'; readonly journal: string }
  | { readonly ask: 'segment'; readonly journal: string; readonly segment: number }
type Row = Readonly<Record<string, unknown>>

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
  const path = socketPath(dataDir)
  await rm(path, { force: true })
  const server = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => socket.destroy())
    void answer(socket, question => rowsOf(archive, question, catchUp))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  await chmod(path, 0o600)
  return { close: () => new Promise(resolve => server.close(() => resolve())) }
}

/** Asks the process that has the archive open; undefined when there is none. */
export async function runningArchive(dataDir: string): Promise<ArchiveSource | undefined> {
  const socket = await opened(socketPath(dataDir))
  if (socket === undefined) return undefined
  socket.destroy()
  return source(
    question => asked(socketPath(dataDir), question),
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
    async *records(session): AsyncGenerator<JournalRecord> {
      for (const row of await ask({ ask: 'records', session })) {
        const record = parseRecord(Buffer.from(String(row['base64']), 'base64'), 0)
        // What the archive damaged is not shown as if it were whole.
        if (!('hash' in record))
          throw new Error(`record ${row['record']} is damaged in the archive`)
        yield record
      }
    },
    close,
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

async function answer(
  socket: Socket,
  rowsFor: (question: Question) => Promise<readonly object[]>,
): Promise<void> {
  try {
    for await (const line of createInterface({ input: socket })) {
      for (const row of await rowsFor(JSON.parse(line) as Question)) {
        if (!socket.write(`${JSON.stringify(row)}\n`)) {
          await new Promise(resolve => socket.once('drain', resolve).once('close', resolve))
        }
      }
      break
    }
    socket.end(`${JSON.stringify({ end: true })}\n`)
  } catch (error) {
    socket.end(`${JSON.stringify({ failed: error instanceof Error ? error.message : 'failed' })}\n`)
  }
}

async function asked(path: string, question: Question): Promise<readonly Row[]> {
  const socket = await opened(path)
  if (socket === undefined) throw new Error('the archive went away')
  socket.write(`${JSON.stringify(question)}\n`)
  const rows: Row[] = []
  let whole = false
  for await (const line of createInterface({ input: socket })) {
    const row = JSON.parse(line) as Row
    const { failed, end } = row
    if (typeof failed === 'string') throw new Error(failed)
    if (end === true) whole = true
    else rows.push(row)
  }
  socket.destroy()
  if (!whole) throw new Error('the archive broke off')
  return rows
}

/** Undefined when nobody listens. */
function opened(path: string): Promise<Socket | undefined> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
  })
}
