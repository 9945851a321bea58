/**
 * The embedded archive's folder belongs to the process that has it open. Others on the machine ask
 * that process, over a socket in the data directory that only its owner can open. One line of JSON
 * is the question, lines of JSON are the answer: sessions, or the records of one.
 */
import { chmod, rm, stat } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Archive } from './archive.ts'
import { cutReason } from './archive-rows.ts'
import type { SessionSource, SessionSummary } from './reader.ts'
import { type JournalRecord, parseRecord } from './record.ts'

type Question = { readonly ask: 'sessions' } | { readonly ask: 'records'; readonly session: string }
type Row = Readonly<Record<string, unknown>>

function socketPath(dataDir: string): string {
  return join(dataDir, 'archive.sock')
}

export async function serveArchive(
  dataDir: string,
  archive: Archive,
): Promise<{ close(): Promise<void> }> {
  const path = socketPath(dataDir)
  await rm(path, { force: true })
  const server = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => socket.destroy())
    void answer(socket, archive)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  await chmod(path, 0o600)
  return { close: () => new Promise(resolve => server.close(() => resolve())) }
}

/** Asks the process that has the archive open; without one, opens it here. Close it after use. */
export async function archiveSource(
  dataDir: string,
): Promise<SessionSource & { close(): Promise<void> }> {
  const socket = await opened(socketPath(dataDir))
  if (socket !== undefined) {
    socket.destroy()
    return source(
      question => asked(socketPath(dataDir), question),
      async () => undefined,
    )
  }
  const path = join(dataDir, 'archive')
  // Opening would make an empty one.
  await stat(path)
  const archive = await Archive.open({ kind: 'embedded' }, path)
  return source(
    question => rowsOf(archive, question),
    () => archive.close(),
  )
}

function source(
  ask: (question: Question) => Promise<readonly Row[]>,
  close: () => Promise<void>,
): SessionSource & { close(): Promise<void> } {
  return {
    sessions: async () => (await ask({ ask: 'sessions' })).map(summary),
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

function rowsOf(archive: Archive, question: Question): Promise<readonly Row[]> {
  if (question.ask === 'records') {
    return archive.query(
      `SELECT segment, record, base64Encode(bytes) AS base64 FROM records
       WHERE session = {session:String} ORDER BY segment, record`,
      { session: question.session },
    )
  }
  return archive.query(
    `SELECT s.*, c.statements AS statements, c.held AS held, c.denied AS denied,
       c.failed AS failed, c.shown AS rows, c.broke_glass AS broke_glass
     FROM sessions AS s LEFT JOIN (
       SELECT session, count() AS statements, countIf(verdict = 'hold') AS held,
         countIf(verdict = 'deny') AS denied, countIf(error IS NOT NULL) AS failed,
         sum(coalesce(rows, 0)) AS shown, countIf(break_glass) AS broke_glass
       FROM statements GROUP BY session
     ) AS c ON c.session = s.session
     ORDER BY s.started_at DESC`,
  )
}

async function answer(socket: Socket, archive: Archive): Promise<void> {
  try {
    for await (const line of createInterface({ input: socket })) {
      const rows = await rowsOf(archive, JSON.parse(line) as Question)
      for (const row of rows) {
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

function summary(row: Row): SessionSummary {
  const { session, user, kind, owner, purpose, database, environment, protocol, application } = row
  const { remote_address, tls, started_at, ended_at, end_reason } = row
  const { statements, held, denied, failed, rows, broke_glass } = row
  const cut = end_reason === cutReason
  const ended = typeof ended_at === 'string'
  return {
    id: String(session),
    user: String(user),
    kind: kind === 'agent' ? 'agent' : 'person',
    owner: textOf(owner),
    purpose: textOf(purpose),
    database: String(database),
    environment: String(environment),
    protocol: String(protocol),
    application: textOf(application),
    remoteAddress: String(remote_address),
    tls: tls === true,
    startedAt: isoTime(String(started_at)),
    endedAt: cut || !ended ? null : isoTime(ended_at),
    state: cut ? 'cut' : ended ? 'ended' : 'open',
    endReason: cut ? null : textOf(end_reason),
    statements: Number(statements),
    held: Number(held),
    denied: Number(denied),
    failed: Number(failed),
    rows: Number(rows),
    brokeGlass: Number(broke_glass),
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** ClickHouse writes `2026-11-21 10:00:00.000000`, in UTC as the columns say. */
function isoTime(text: string): string {
  return new Date(`${text.replace(' ', 'T').slice(0, 23)}Z`).toISOString()
}
