/**
 * The three ways to the same server that are compared: straight, through PgBouncer in session mode,
 * and through us with policy, masking rules and recording on.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import type { EmbeddedPostgres } from '../../src/demo/embedded-postgres.ts'
import { freePort } from '../../src/demo/kept-server.ts'
import { unprivileged } from '../../src/demo/postgres-program.ts'
import { scramVerifier } from '../../src/identity/scram-verifier.ts'
import { ensure } from '../support/clients.ts'
import { startPostgres } from '../support/postgres.ts'

export interface Target {
  readonly name: 'direct' | 'pgbouncer' | 'countersign'
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface Targets {
  /** PgBouncer is left out when it cannot be had. */
  readonly all: readonly Target[]
  readonly notes: readonly string[]
  stop(): Promise<void>
}

const database = 'bench'
const user = 'bench'

export async function startTargets(): Promise<Targets> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-bench-'))
  await chmod(dir, 0o711)
  const password = randomBytes(12).toString('hex')
  // Not durable: waiting for a disk would hide what the ways to the server cost.
  const server = await startPostgres({
    version: 15,
    settings: { shared_buffers: '512MB', max_connections: '120', max_wal_size: '4GB' },
  })
  const children: ChildProcess[] = []
  const notes: string[] = []
  // Also when something throws where nobody catches it.
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL')
  })
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end))
    await server.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await makeDatabase(server, password)
    const straight = { name: 'direct', port: server.port, user, password, database } as const
    const all: Target[] = [straight]
    try {
      const pooled = await startPgBouncer(dir, straight)
      children.push(pooled.child)
      all.push({ ...straight, name: 'pgbouncer', port: pooled.port })
    } catch (error) {
      notes.push(`no PgBouncer: ${error instanceof Error ? error.message : String(error)}`)
    }
    const port = await freePort()
    const url = new URL('postgres://127.0.0.1')
    url.username = straight.user
    url.password = straight.password
    url.port = String(straight.port)
    url.pathname = straight.database
    const config = await configuration(port, await freePort(), straight)
    const ours = { port, child: await startCountersign(dir, port, url.href, config) }
    children.push(ours.child)
    all.push({ ...straight, name: 'countersign', port: ours.port })
    return { all, notes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function makeDatabase(server: EmbeddedPostgres, password: string): Promise<void> {
  const admin = new Client({ connectionString: server.url })
  await admin.connect()
  await admin.query(`create role ${user} login password ${admin.escapeLiteral(password)}`)
  await admin.query(`create database ${database} owner ${user}`)
  await admin.end()
}

async function startPgBouncer(
  dir: string,
  to: Target,
): Promise<{ child: ChildProcess; port: number }> {
  const program = await ensure('pgbouncer')
  const runAs = await unprivileged()
  const port = await freePort()
  const users = join(dir, 'pgbouncer.users')
  const config = join(dir, 'pgbouncer.ini')
  await writeFile(users, `"${to.user}" "${to.password}"\n`, { mode: 0o600 })
  await writeFile(
    config,
    `[databases]
${to.database} = host=127.0.0.1 port=${to.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = session
default_pool_size = 40
max_client_conn = 120
server_reset_query = DISCARD ALL
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
log_pooler_errors = 0
`,
  )
  if (runAs !== undefined) {
    for (const path of [users, config]) await chown(path, runAs.uid, runAs.gid)
  }
  const child = spawn(program, ['-q', config], { ...runAs, cwd: '/', stdio: 'ignore' })
  await listening(child, port, 'pgbouncer')
  return { child, port }
}

/** In a process of its own, as it would be. The configuration names the URL's file. */
export async function startCountersign(
  dir: string,
  port: number,
  url: string,
  configuration: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const config = join(dir, 'countersign.yaml')
  await writeFile(join(dir, 'upstream.url'), url, { mode: 0o600 })
  await writeFile(config, configuration, { mode: 0o600 })
  const main = fileURLToPath(new URL('../../src/main.js', import.meta.url))
  const child = spawn(process.execPath, [main, 'serve', '-c', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...variables },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await listening(child, port, 'countersign').catch((cause: unknown) => {
    throw new Error(`countersign did not start: ${said}`, { cause })
  })
  return child
}

async function configuration(port: number, http: number, to: Target): Promise<string> {
  return `
listen: { postgres: ${port}, http: ${http} }
data_dir: ./data
databases:
  ${to.database}:
    upstream: { url_file: ./upstream.url, tls: disable }
users:
  ${to.user}:
    password_verifier: ${JSON.stringify(await scramVerifier(to.password))}
    groups: [benchmarks]
  reviewer:
    password_verifier: ${JSON.stringify(await scramVerifier(randomBytes(12).toString('hex')))}
    groups: [reviewers]
policy:
  preset: recommended
  rules:
    - { name: agents-ask, action: hold, kind: agent, effects: [insert, update, delete] }
masking:
  rules:
    - { name: email, columns: [public.people.email], mask: email }
    - { name: phone, columns: [public.people.phone], mask: { partial: { first: 3, last: 2 } } }
    - { name: card, columns: [public.people.card_number], mask: { partial: { last: 4 } } }
approvals:
  reviewers: { any: [{ group: reviewers }] }
recording: { rows: true, durability: write }
`
}

async function listening(child: ChildProcess, port: number, name: string): Promise<void> {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`${name} ended with status ${child.exitCode ?? child.signalCode}`)
    }
    const socket = connect(port, '127.0.0.1')
    const there = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (there) return
    await delay(50)
  }
  child.kill('SIGKILL')
  throw new Error(`${name} did not listen within 30 s`)
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  AbortSignal.timeout(15_000).addEventListener('abort', () => child.kill('SIGKILL'))
  await gone
}
