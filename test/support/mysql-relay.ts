/**
 * The relay alone before a real MariaDB, with a session that a test decides for: what may run, what
 * is masked, what is hidden. Statements are told apart by words in their texts.
 */

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { Test } from 'tap'
import { mysql } from '../../protocols/mysql/index.ts'
import type {
  Answer,
  CellMask,
  Gateway,
  Limits,
  Refusal,
  Session,
  SessionEvent,
  Statement,
  StatementContext,
} from '../../protocols/protocol.ts'
import { verifier } from './gateway.ts'
import { startMariadb, type TestMysql, type TestMysqlOptions } from './mysql.ts'
import type { Place } from './mysql-proxy.ts'

export interface Reviewed extends Statement {
  readonly context: StatementContext
}

export interface MysqlRelay extends Place {
  readonly server: TestMysql
  readonly reviewed: Reviewed[]
  readonly events: SessionEvent[]
  /** Reasons of the sessions that ended. */
  readonly ended: string[]
  /** Statements with HOLD in them that wait, oldest first. */
  readonly holds: ((answer: Answer) => void)[]
  /** Resolves when a statement is held. */
  held(): Promise<void>
}

export interface MysqlRelayOptions extends TestMysqlOptions {
  readonly limits?: Partial<Limits>
}

/** Columns of that name are masked. */
export const maskedColumn = 'email'

const limits: Limits = {
  startupMsMax: 10_000,
  startupBytesMax: 100_000,
  statementBytesMax: 1_000_000,
  frameBytesMax: 1_000_000,
  bufferedBytesMax: 1_000_000,
}

export async function startMysqlRelay(
  t: Test,
  options: MysqlRelayOptions = {},
): Promise<MysqlRelay> {
  const server = await startMariadb(options)
  t.teardown(() => server.stop())
  const reviewed: Reviewed[] = []
  const events: SessionEvent[] = []
  const ended: string[] = []
  const holds: ((answer: Answer) => void)[] = []
  let wake: () => void = () => undefined
  const { host, port, user, password, database } = server
  const upstream = { host, port, user, password, database, tls: { mode: 'disable' } } as const
  const login = async (): Promise<Session> => ({
    id: 'test',
    upstream,
    signal: new AbortController().signal,
    review: (statement, context, gone) => {
      reviewed.push({ ...statement, context })
      if (statement.text.includes('DENY')) return { run: false, refusal: refusal('denied') }
      if (!statement.text.includes('HOLD')) return { run: true }
      return new Promise(resolve => {
        holds.push(resolve)
        const withdraw = () => resolve({ run: false, refusal: refusal('withdrawn') })
        gone.addEventListener('abort', withdraw, { once: true })
        wake()
      })
    },
    masks: (_analysis, _result, columns) =>
      columns.some(({ name }) => name === maskedColumn)
        ? columns.map(({ name }) => (name === maskedColumn ? stars : undefined))
        : undefined,
    maskVersion: 0,
    flow: () => undefined,
    overhears: () => undefined,
    hidesDiagnostics: ({ normalized }) => normalized.includes('secrets'),
    record: event => {
      const copied = event.type === 'frames' ? { ...event, bytes: Buffer.from(event.bytes) } : event
      events.push(copied)
      return undefined
    },
    end: async reason => {
      ended.push(reason)
    },
  })
  const gateway: Gateway = {
    limits: { ...limits, ...options.limits },
    tls: undefined,
    credential: () => verifier('secret'),
    verifyPassword: async (_login, given) => given === 'secret',
    login,
  }
  const protocol = mysql()
  await protocol.learn([upstream])
  const listener = createServer({ noDelay: true }, socket => {
    protocol.serve(socket, gateway).catch((error: unknown) => t.fail(String(error)))
  })
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    await new Promise(resolve => listener.close(resolve))
    await protocol.close()
  })
  const place: Place = {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    user: 'ann',
    password: 'secret',
    database,
  }
  const held = (): Promise<void> =>
    new Promise(resolve => {
      wake = resolve
    })
  return { ...place, server, reviewed, events, ended, holds, held }
}

const stars: CellMask = {
  kind: 'value',
  apply: value => '*'.repeat(value.length),
  rule: 'stars',
}

function refusal(code: Refusal['code']): Refusal {
  return { code, message: `${code} by the test`, detail: 'Rule: test', hint: undefined }
}
