/**
 * A real Postgres out of an npm package, for the demo and for the tests: initdb, start, wait, stop.
 * It listens on 127.0.0.1 only, asks for a password (SCRAM-SHA-256), and dies with this process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
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
const stopMsMax = 20_000

/**
 * Runs the server until standard input ends, which happens when this process ends in whatever way,
 * kill -9 included. A shell is the smallest thing that can watch for that.
 */
const keeper = `
  exec 3<&0
  "$@" & server=$!
  (cat <&3 >/dev/null; kill -INT $server 2>/dev/null) &
  wait $server; status=$?
  [ $status -ne 0 ] || [ -z "$COUNTERSIGN_REMOVE" ] || rm -rf "$COUNTERSIGN_REMOVE"
  exit $status
`

/** Rejects with an Error whose message ends with what the server said. */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const program = options.program ?? (await postgresProgram())
  const password = options.password ?? randomBytes(12).toString('hex')
  const dataDir = join(options.dir, 'data')
  const logPath = join(options.dir, 'postgres.log')
  await mkdir(options.dir, { recursive: true })
  await own(options.dir, program)
  await reachable(options.dir, program)
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
    await stop(server)
    const retry = options.port === undefined && attempt < 5 && problem.includes('in use')
    if (retry) continue
    if (options.temporary) await rm(options.dir, { recursive: true, force: true, maxRetries: 5 })
    throw new Error(`Postgres did not start: ${problem}`)
  }
}

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no TCP port to be had')
  return address.port
}

async function makeCluster(
  program: PostgresProgram,
  dir: string,
  dataDir: string,
  password: string,
): Promise<void> {
  const passwordFile = join(dir, 'initdb-password')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  await own(passwordFile, program)
  try {
    const run = spawn(
      join(program.bin, 'initdb'),
      [
        ...['-D', dataDir, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'],
        ...['--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--no-instructions'],
      ],
      { ...identity(program), cwd: dir, env: environment(), stdio: ['ignore', 'ignore', 'pipe'] },
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
      await own(path, program)
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
  const log = await open(logPath, 'a')
  try {
    const server = spawn(
      '/bin/sh',
      [
        ...['-c', keeper, 'sh', join(program.bin, 'postgres'), '-D', dataDir],
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        ...identity(program),
        cwd: options.dir,
        env: { ...environment(), COUNTERSIGN_REMOVE: options.temporary ? options.dir : '' },
        stdio: ['pipe', log.fd, log.fd],
        // Ctrl-C in the terminal is for us: we stop the server last, in order.
        detached: true,
      },
    )
    // A write to a server that is gone is of no interest: we only ever close this pipe.
    server.stdin?.on('error', () => undefined)
    return server
  } finally {
    await log.close()
  }
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
    if (server.exitCode !== null || server.signalCode !== null) return logTail(logPath)
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
  // The server and its pipe must not keep a finished program alive.
  server.unref()
  const pipe = server.stdin
  if (pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
  let stopping: Promise<void> | undefined
  return {
    ...at,
    pid,
    host: '127.0.0.1',
    user: 'postgres',
    database: 'postgres',
    url: `postgres://postgres:${encodeURIComponent(at.password)}@127.0.0.1:${at.port}/postgres`,
    stop: () => {
      stopping ??= stop(server).then(async () => {
        if (options.temporary)
          await rm(options.dir, { recursive: true, force: true, maxRetries: 5 })
      })
      return stopping
    },
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.ref()
  const gone = once(server, 'exit')
  server.stdin?.end()
  const late = AbortSignal.timeout(stopMsMax)
  late.addEventListener('abort', () => killGroup(server))
  await gone
}

function killGroup(server: ChildProcess): void {
  if (server.pid === undefined || server.exitCode !== null) return
  process.kill(-server.pid, 'SIGKILL')
}

function identity(program: PostgresProgram): { uid?: number; gid?: number } {
  return program.runAs === undefined ? {} : program.runAs
}

async function own(path: string, program: PostgresProgram): Promise<void> {
  if (program.runAs !== undefined) await chown(path, program.runAs.uid, program.runAs.gid)
}

async function reachable(dir: string, program: PostgresProgram): Promise<void> {
  const test = spawn('test', ['-w', dir], { ...identity(program), cwd: '/', stdio: 'ignore' })
  const [code] = await once(test, 'close')
  if (code === 0) return
  const who = `Postgres does not run as root, so it runs as nobody, who cannot get into ${dir}`
  throw new Error(`${who}: choose a folder below ${tmpdir()}`)
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

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

async function logTail(path: string): Promise<string> {
  return (await readIfThere(path)).trim().split('\n').slice(-4).join('\n')
}
