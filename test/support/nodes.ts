/** Two nodes of the real program before one database, with one Postgres for their state. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Test } from 'tap'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/demo/embedded-postgres.ts'
import { freePort } from '../../src/demo/kept-server.ts'
import { newToken, tokenHash } from '../../src/identity/tokens.ts'
import { type Approval, type Proxy as OneProxy, type ProxyOptions, startProxy } from './proxy.ts'

export interface Node extends OneProxy {
  /** As rita or sven, by a token: status and body. */
  api(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    user?: 'rita' | 'sven',
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>
  approval(id: string): Promise<Approval & { readonly settledReason?: string }>
}

export interface Nodes {
  readonly a: Node
  readonly b: Node
  /** Where the state is. */
  readonly state: StoppablePostgres
}

export interface StoppablePostgres {
  readonly url: string
  pid(): number
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startNodes(t: Test, options: ProxyOptions = {}): Promise<Nodes> {
  const state = await stoppablePostgres(t)
  const tokens = { rita: newToken(), sven: newToken() }
  const more = (name: string): string => `
state: { node: ${name}, host: 127.0.0.1, port: ${new URL(state.url).port}, user: postgres, database: postgres, password_env: STATE_PASSWORD, tls: disable }
tokens:
  rita: { sha256: ${tokenHash(tokens.rita)}, user: rita, scopes: [read, decide, grant] }
  sven: { sha256: ${tokenHash(tokens.sven)}, user: sven, scopes: [read, decide, grant] }
`
  const wrap = [`STATE_PASSWORD=${new URL(state.url).password}`]
  const a = await startProxy(t, { ...options, wrap, more: more('a') })
  const b = await startProxy(t, { ...options, wrap, more: more('b'), upstream: a.upstream })
  return { a: node(a, tokens), b: node(b, tokens), state }
}

function node(proxy: OneProxy, tokens: Readonly<Record<'rita' | 'sven', string>>): Node {
  const api: Node['api'] = async (method, path, body, user = 'rita') => {
    const response = await fetch(`${proxy.http}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens[user]}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
    }
  }
  const approval: Node['approval'] = async id => {
    const { status, body } = await api('GET', `approvals/${id}`)
    if (status !== 200) throw new Error(`expected approval ${id}, got ${JSON.stringify(body)}`)
    return body['approval'] as Approval
  }
  return Object.assign(proxy, { api, approval })
}

/** A session of one node, and the approval that its statements wait for. */
export interface HeldSession {
  /** Runs a statement that is held: the approval's short id, and the end. */
  hold(sql: string): Promise<{ readonly shortId: string; readonly end: Promise<Ended> }>
  readonly client: pg.Client
}

export type Ended = { readonly ok: true } | { readonly ok: false; readonly message: string }

export async function session(t: Test, proxy: OneProxy): Promise<HeldSession> {
  const client = new pg.Client(proxy.client())
  client.on('error', () => undefined)
  await client.connect()
  t.teardown(() => client.end().catch(() => undefined))
  return {
    client,
    hold: async sql => {
      let end: Promise<Ended> | undefined
      const shortId = await new Promise<string>((resolve, reject) => {
        const hear = ({ message = '' }: { readonly message?: string | undefined }): void => {
          const told = /held for approval (\w+):/.exec(message)?.[1]
          if (told === undefined) return
          client.off('notice', hear)
          resolve(told)
        }
        client.on('notice', hear)
        end = client.query(sql).then(
          (): Ended => ({ ok: true }),
          (error: Error): Ended => {
            reject(error)
            return { ok: false, message: error.message }
          },
        )
      })
      return { shortId, end: end ?? Promise.reject(new Error('nothing was sent')) }
    },
  }
}

async function stoppablePostgres(t: Test): Promise<StoppablePostgres> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-state-'))
  await chmod(dir, 0o755)
  const port = await freePort()
  const start = (): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({
      dir,
      port,
      password: 'state',
      durable: false,
      temporary: false,
      settings: { max_connections: '60', shared_buffers: '32MB' },
    })
  let running = await start()
  t.teardown(async () => {
    await running.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  return {
    url: running.url,
    pid: () => running.pid,
    stop: () => running.stop(),
    start: async () => {
      running = await start()
    },
  }
}
