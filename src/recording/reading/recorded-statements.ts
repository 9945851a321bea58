/**
 * Every statement that was recorded since some time, in order, with what a policy can be asked about
 * it. Reads what is in clear, so that it needs no key.
 */
import { stat } from 'node:fs/promises'
import {
  readEntries,
  type SessionEntry,
  type ShapeEntry,
  type StatementEndEntry,
  type StatementEntry,
} from '../journal/clear.ts'
import { type JournalRecord, RecordKind } from '../journal/record.ts'
import { listSegments, readSegment, segmentPath } from '../journal/segment.ts'
import type { SessionSource } from './reader.ts'

export interface RecordedOne {
  readonly session: SessionEntry
  readonly entry: StatementEntry
  readonly shape: ShapeEntry
  readonly at: Date
  /** What a budget would have done to its result, in mode `observe`; its verdict says it. */
  readonly budget?: true
}

export type Progress = (done: number, of: number) => void

/** From the journal's files. A segment that was not written to since is not read. */
export async function* journalStatements(
  dir: string,
  since: Date,
  progress: Progress = () => undefined,
): AsyncGenerator<RecordedOne> {
  const segments = await listSegments(dir)
  const stream = new Statements(since)
  for (const [index, segment] of segments.entries()) {
    progress(index, segments.length)
    const { mtimeMs } = await stat(segmentPath(dir, segment))
    if (mtimeMs < since.getTime()) continue
    stream.newSegment()
    const { records } = await readSegment(dir, segment)
    for (const record of records) yield* stream.push(record)
  }
  progress(segments.length, segments.length)
}

const pageMax = 200

/** From the archive, session by session. */
export async function* archivedStatements(
  source: SessionSource,
  since: Date,
  progress: Progress = () => undefined,
): AsyncGenerator<RecordedOne> {
  const sessions: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await source.search({ since, limit: pageMax, ...(after && { after }) })
    sessions.push(...page.sessions.map(({ id }) => id))
    after = page.next
    if (after === undefined) break
  }
  for (const [index, id] of sessions.reverse().entries()) {
    progress(index, sessions.length)
    const stream = new Statements(since)
    for await (const record of source.records(id)) yield* stream.push(record)
  }
  progress(sessions.length, sessions.length)
}

/** Records in order, of one segment or of one session. */
class Statements {
  readonly #since: Date
  readonly #sessions = new Map<number, Recorded>()

  constructor(since: Date) {
    this.#since = since
  }

  /** Each says anew whose sessions are in it. */
  newSegment(): void {
    this.#sessions.clear()
  }

  *push(record: JournalRecord): Generator<RecordedOne> {
    if (record.kind !== RecordKind.Session) return
    for (const entry of readEntries(record.clear)) {
      if (entry.type === 'session') {
        this.#sessions.set(record.session, { entry, shapes: new Map(), running: new Map() })
        continue
      }
      const session = this.#sessions.get(record.session)
      if (entry.type === 'shape') session?.shapes.set(entry.shape, entry)
      if (session === undefined) continue
      if (entry.type === 'statement.end') yield* observed(session, entry)
      if (entry.type !== 'statement') continue
      const shape = session.shapes.get(entry.shape)
      const at = new Date(Date.parse(session.entry.startedAt) + entry.at / 1000)
      if (shape === undefined || at < this.#since) continue
      const one = { session: session.entry, entry, shape, at }
      session.running.set(entry.statement, one)
      yield one
    }
  }
}

interface Recorded {
  readonly entry: SessionEntry
  readonly shapes: Map<number, ShapeEntry>
  readonly running: Map<number, RecordedOne>
}

function* observed({ running }: Recorded, end: StatementEndEntry): Generator<RecordedOne> {
  const one = running.get(end.statement)
  running.delete(end.statement)
  if (one === undefined) return
  for (const { rule, would } of end.observed ?? []) {
    const verdict = { kind: 'allow', rules: [rule], reason: '', observed: would } as const
    yield { ...one, entry: { ...one.entry, verdict }, budget: true }
  }
}
