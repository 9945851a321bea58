/**
 * A real Postgres out of an npm package, for the demo and for the tests: initdb, start, wait, stop.
 * It listens on 127.0.0.1 only, asks for a password (SCRAM-SHA-256), and dies with this process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  expectReachable,
  freePort,
  hasEnded,
  launchKept,
  letGo,
  logTail,
  own,
  readIfThere,
  stopKept,
} from './kept-server.ts'
import { type PostgresProgram, postgresProgram } from './postgres-program.ts'

export interface EmbeddedPostgresOptions {
  /** Its folder; made when missing. The cluster in it is used again when there is one. */
  readonly dir: string
  /** A free one when absent. */
  readonly port?: number
  /** Of the superuser `postgres`. Set when the cluster is made. */
  readonly password?: string
  /** postgresql.conf settings, unquoted. */
  readonly settings?: Readonly<Record<string, string>>
  /** The whole of pg_hba.conf. */
  readonly hba?: string
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Survives a power cut; off for throwaway clusters, which start in a third of the time. */
  readonly durable: boolean
  /** The folder goes away with the server. */
  readonly temporary: boolean
  /** Where initdb and postgres are; those of the npm package when absent. */
  readonly program?: PostgresProgram
}

export interface EmbeddedPostgres {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** With the password in it. */
  readonly url: string
  /** The server's own log. */
  readonly logPath: string
  readonly dataDir: string
  /** Of the postmaster. */
  readonly pid: number
  /** Returns when the last process of it is gone. Idempotent. */
  stop(): Promise<void>
}

const startMsMax = 30_000

/** Rejects with an Error whose message ends with what the server said. */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const program = options.program ?? (await postgresProgram())
  const password = options.password ?? randomBytes(12).toString('hex')
  const dataDir = join(options.dir, 'data')
  const logPath = join(options.dir, 'postgres.log')
  await mkdir(options.dir, { recursive: true })
  await own(options.dir, program.runAs)
  await expectReachable(options.dir, program.runAs, 'Postgres')
  const fresh = !(await exists(join(dataDir, 'PG_VERSION')))
  if (fresh) await makeCluster(program, options.dir, dataDir, password)
  await configure(program, dataDir, options)

  // Somebody else may take the port between our looking and Postgres's binding it.
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    const stale = await readIfThere(join(dataDir, 'postmaster.pid'))
    const server = await launch(program, options, dataDir, logPath, port)
    const problem = await ready(server, dataDir, logPath, stale)
    if (problem === undefined) {
      return running(server, options, { port, password, logPath, dataDir })
    }
    await stopKept(server)
    const retry = options.port === undefined && attempt < 5 && problem.includes('in use')
    if (retry) continue
    if (options.temporary) await rm(options.dir, { recursive: true, force: true, maxRetries: 5 })
    throw new Error(`Postgres did not start: ${problem}`)
  }
}

async function makeCluster(
  program: PostgresProgram,
  dir: string,
  dataDir: string,
  password: string,
): Promise<void> {
  const passwordFile = join(dir, 'initdb-password')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  await own(passwordFile, program.runAs)
  try {
    const run = spawn(
      join(program.bin, 'initdb'),
      [
        ...['-D', dataDir, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'],
        ...['--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--no-instructions'],
      ],
      { ...program.runAs, cwd: dir, env: environment(), stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let said = ''
    run.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const [code] = await once(run, 'close')
    if (code !== 0) throw new Error(`initdb failed: ${said.trim()}`)
  } finally {
    await rm(passwordFile, { force: true })
  }
}

async function configure(
  program: PostgresProgram,
  dataDir: string,
  options: EmbeddedPostgresOptions,
): Promise<void> {
  if (options.hba !== undefined) {
    await writeFile(join(dataDir, 'pg_hba.conf'), options.hba)
  }
  if (options.tls !== undefined) {
    for (const [name, text] of Object.entries(options.tls)) {
      const path = join(dataDir, `server.${name}`)
      await writeFile(path, text, { mode: 0o600 })
      await own(path, program.runAs)
    }
  }
}

async function launch(
  program: PostgresProgram,
  options: EmbeddedPostgresOptions,
  dataDir: string,
  logPath: string,
  port: number,
): Promise<ChildProcess> {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    lc_messages: 'C',
    ...(options.durable
      ? {}
      : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...(options.tls === undefined
      ? {}
      : { ssl: 'on', ssl_cert_file: 'server.cert', ssl_key_file: 'server.key' }),
    ...options.settings,
  }
  return launchKept({
    command: [
      ...[join(program.bin, 'postgres'), '-D', dataDir],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    signal: 'INT',
    runAs: program.runAs,
    cwd: options.dir,
    env: environment(),
    logPath,
    remove: options.temporary ? options.dir : undefined,
  })
}

/** What went wrong, or undefined once the server takes connections. */
async function ready(
  server: ChildProcess,
  dataDir: string,
  logPath: string,
  stale: string,
): Promise<string | undefined> {
  const deadline = Date.now() + startMsMax
  while (Date.now() < deadline) {
    if (hasEnded(server)) return logTail(logPath)
    // The eighth line of postmaster.pid is the postmaster's status; pg_ctl waits for it too.
    // One that was there before us is the trace of a server that was killed.
    const file = await readIfThere(join(dataDir, 'postmaster.pid'))
    const lines = file === stale ? [] : file.split('\n')
    if (lines[7]?.trim() === 'ready') return undefined
    await delay(20)
  }
  return `not ready after ${startMsMax / 1000} s\n${await logTail(logPath)}`
}

async function running(
  server: ChildProcess,
  options: EmbeddedPostgresOptions,
  at: { port: number; password: string; logPath: string; dataDir: string },
): Promise<EmbeddedPostgres> {
  const pid = Number((await readIfThere(join(at.dataDir, 'postmaster.pid'))).split('\n')[0])
  letGo(server)
  let stopping: Promise<void> | undefined
  return {
    ...at,
    pid,
    host: '127.0.0.1',
    user: 'postgres',
    database: 'postgres',
    url: `postgres://postgres:${encodeURIComponent(at.password)}@127.0.0.1:${at.port}/postgres`,
    stop: () => {
      stopping ??= stopKept(server).then(async () => {
        if (options.temporary)
          await rm(options.dir, { recursive: true, force: true, maxRetries: 5 })
      })
      return stopping
    },
  }
}

/** PGDATA, PGPORT and the like of the person who starts us must not reach this server. */
function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))
  return { ...Object.fromEntries(entries), LC_ALL: 'C' }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
