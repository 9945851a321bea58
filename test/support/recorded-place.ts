/** A recorder on a folder of its own, and sessions with something in them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Analysis } from '../../protocols/protocol.ts'
import type { Keys } from '../../src/keys/keys.ts'
import { openLocalKeys } from '../../src/keys/local.ts'
import type {
  RecordedStatement,
  RecordedVerdict,
  SessionRecorder,
  SessionStart,
} from '../../src/recording/events.ts'
import { Recorder, type RecorderOptions } from '../../src/recording/recorder.ts'

export interface Place {
  readonly dir: string
  readonly journal: string
  readonly keys: Keys
  open(options?: Partial<RecorderOptions>): Promise<Recorder>
  remove(): Promise<void>
}

export async function place(): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-recording-'))
  const keys = await openLocalKeys(join(dir, 'keys', 'local.json'))
  return {
    dir,
    journal: join(dir, 'journal'),
    keys,
    open: options =>
      Recorder.open({
        dir,
        keys,
        durability: 'write',
        archive: { kind: 'none' },
        rows: true,
        ...options,
      }),
    remove: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }),
  }
}

export function sessionStart(id: string, user = 'ada'): SessionStart {
  return {
    id,
    identity: { name: user, kind: 'person', owner: undefined, purpose: undefined, groups: ['dev'] },
    database: 'shop',
    environment: 'production',
    protocol: 'postgres',
    application: 'psql',
    remoteAddress: '127.0.0.1',
    tls: false,
    startedAt: new Date('2026-11-21T10:00:00.000Z'),
  }
}

const customers = {
  schema: 'public',
  name: 'customers',
  columns: [{ schema: 'public', table: 'customers', column: 'email' }],
}

export const analysis: Analysis = {
  tag: 'SELECT',
  effects: [{ kind: 'read', object: { type: 'table', schema: 'public', name: 'customers' } }],
  results: ['untraced'],
  reads: customers.columns,
  moves: [],
  relations: [customers],
  normalized: 'SELECT email FROM customers WHERE id = ?',
  unreadable: undefined,
}

export const allowed: RecordedVerdict = {
  kind: 'allow',
  rules: [],
  reason: '',
  observed: undefined,
}

export function statement(text: string, parameters: readonly string[] = []): RecordedStatement {
  return { text, parameters, analysis, verdict: allowed }
}

/** Runs one statement as a session would: commit, frames, end. */
export function run(session: SessionRecorder, text: string, answer: string): number {
  const number = session.statement(statement(text, ['7']))
  session.commit()
  void session.event({ type: 'frames', from: 'server', bytes: Buffer.from(answer) })
  void session.event({
    type: 'statement.end',
    statement: number,
    tag: 'SELECT 1',
    rows: 1,
    bytes: answer.length,
    error: undefined,
  })
  return number
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
