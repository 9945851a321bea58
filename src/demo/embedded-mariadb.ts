/**
 * A real MariaDB or MySQL in a folder of its own, for the demo and for the tests: install, start,
 * wait, stop. It listens on 127.0.0.1 only, asks for a password, and dies with this process.
 */
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
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
import { type MariadbProgram, mariadbProgram } from './mariadb-program.ts'

export interface EmbeddedMariadbOptions {
  /** Its folder; made when missing. The data in it is used again when there is some. */
  readonly dir: string
  /** A free one when absent. */
  readonly port?: number
  /** Of the account `root`. Set at every start. */
  readonly password?: string
  /** Server variables as on the command line, without the dashes: `general-log`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Statements, one a line, that run as `root` before anybody can connect. */
  readonly setup?: readonly string[]
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Survives a power cut; off for throwaway servers, which are faster. */
  readonly durable: boolean
  /** The folder goes away with the server. */
  readonly temporary: boolean
  /** What the machine has when absent. */
  readonly program?: MariadbProgram
}

export interface EmbeddedMariadb {
  readonly flavour: MariadbProgram['flavour']
  readonly version: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** With the password in it, and without a database. */
  readonly url: string
  /** The server's own log. */
  readonly logPath: string
  readonly dataDir: string
  /** Of the server itself. */
  readonly pid: number
  /** Returns when the last process of it is gone. Idempotent. */
  stop(): Promise<void>
}

const startMsMax = 60_000

/** Rejects with an Error whose message ends with what the server said. */
export async function startEmbeddedMariadb(
  options: EmbeddedMariadbOptions,
): Promise<EmbeddedMariadb> {
  const program = options.program ?? (await mariadbProgram())
  const password = options.password ?? randomBytes(12).toString('hex')
  const dataDir = join(options.dir, 'data')
  const logPath = join(options.dir, `${program.flavour}.log`)
  await mkdir(options.dir, { recursive: true })
  await own(options.dir, program.runAs)
  await expectReachable(options.dir, program.runAs, 'the server')
  // Both servers make this folder before all else, and a broken attempt is not to be used again.
  const madePath = join(options.dir, 'made')
  if (!(await exists(madePath))) {
    await rm(dataDir, { recursive: true, force: true })
    await install(program, options.dir, dataDir)
    await writeFile(madePath, '')
  }
  const setupPath = await writeSetup(program, options, password)
  try {
    // Somebody else may take the port between our looking and the server's binding it.
    for (let attempt = 1; ; attempt++) {
      const port = options.port ?? (await freePort())
      const before = (await readIfThere(logPath)).length
      const server = await launch(program, options, { dataDir, logPath, setupPath, port })
      const problem = await ready(server, logPath, before, port)
      if (problem === undefined)
        return await running(server, program, options, { port, password, logPath, dataDir })
      await stopKept(server)
      const retry = options.port === undefined && attempt < 5 && /already in use/.test(problem)
      if (retry) continue
      if (options.temporary) await rm(options.dir, { recursive: true, force: true })
      throw new Error(`${program.flavour} did not start: ${problem}`)
    }
  } finally {
    // The password is in it.
    await rm(setupPath, { force: true })
  }
}

async function install(program: MariadbProgram, dir: string, dataDir: string): Promise<void> {
  const [file, ...first] = program.server
  const command =
    program.install === undefined
      ? [file, ...first, '--no-defaults', '--initialize-insecure', `--datadir=${dataDir}`]
      : [
          ...[program.install, '--no-defaults', `--datadir=${dataDir}`, '--skip-test-db'],
          // Otherwise root would be whoever is root on this machine, and have no password.
          '--auth-root-authentication-method=normal',
        ]
  const [executable = file, ...rest] = command
  const run = spawn(executable, rest, {
    ...program.runAs,
    cwd: dir,
    env: environment(dir),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [run.stdout, run.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
    })
  const [code] = await once(run, 'close')
  if (code !== 0) throw new Error(`${executable} failed: ${said.trim()}`)
}

/** Runs before the port is open, so that nobody finds the server without its password. */
async function writeSetup(
  program: MariadbProgram,
  options: EmbeddedMariadbOptions,
  password: string,
): Promise<string> {
  const path = join(options.dir, 'setup.sql')
  const by = `IDENTIFIED BY '${quoted(password)}'`
  const lines = [
    `ALTER USER 'root'@'localhost' ${by};`,
    // Without name resolution 127.0.0.1 is not localhost.
    `CREATE USER IF NOT EXISTS 'root'@'127.0.0.1' ${by};`,
    `ALTER USER 'root'@'127.0.0.1' ${by};`,
    `GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;`,
    ...(options.setup ?? []),
  ]
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 })
  await own(path, program.runAs)
  return path
}

async function launch(
  program: MariadbProgram,
  options: EmbeddedMariadbOptions,
  at: { dataDir: string; logPath: string; setupPath: string; port: number },
): Promise<ChildProcess> {
  const settings: Record<string, string> = {
    datadir: at.dataDir,
    'bind-address': '127.0.0.1',
    port: String(at.port),
    // Within the data folder: an absolute path might be longer than a socket's may be.
    socket: 'server.sock',
    'pid-file': 'server.pid',
    'init-file': at.setupPath,
    'skip-name-resolve': '1',
    'character-set-server': 'utf8mb4',
    'innodb-buffer-pool-size': '64M',
    'max-allowed-packet': '1G',
    ...(program.flavour === 'mysql' && { mysqlx: 'OFF', 'secure-file-priv': '' }),
    ...(!options.durable && { 'innodb-flush-log-at-trx-commit': '0', 'sync-binlog': '0' }),
    ...(options.tls !== undefined && (await writeTls(program, options.dir, options.tls))),
    ...options.settings,
  }
  return launchKept({
    command: [
      ...[...program.server, '--no-defaults'],
      ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
    ],
    signal: 'TERM',
    runAs: program.runAs,
    cwd: options.dir,
    env: environment(options.dir),
    logPath: at.logPath,
    remove: options.temporary ? options.dir : undefined,
  })
}

async function writeTls(
  program: MariadbProgram,
  dir: string,
  tls: { readonly cert: string; readonly key: string },
): Promise<Record<string, string>> {
  const settings: Record<string, string> = {}
  for (const [name, text] of Object.entries(tls)) {
    const path = join(dir, `server.${name}`)
    await writeFile(path, text, { mode: 0o600 })
    await own(path, program.runAs)
    settings[`ssl-${name}`] = path
  }
  return settings
}

/** What went wrong, or undefined once the server takes connections. */
async function ready(
  server: ChildProcess,
  logPath: string,
  before: number,
  port: number,
): Promise<string | undefined> {
  const deadline = Date.now() + startMsMax
  // The port is in the same line or in the next; MySQL's installing server has port 0.
  const line = new RegExp(`ready for connections\\.[^]{0,200}\\bport: ${port}\\b`)
  while (Date.now() < deadline) {
    const ended = hasEnded(server)
    const said = (await readIfThere(logPath)).slice(before)
    if (ended) return said.trim().split('\n').slice(-8).join('\n')
    if (line.test(said)) return undefined
    await delay(20)
  }
  return `not ready after ${startMsMax / 1000} s\n${await logTail(logPath)}`
}

async function running(
  server: ChildProcess,
  { flavour, version }: MariadbProgram,
  options: EmbeddedMariadbOptions,
  at: { port: number; password: string; logPath: string; dataDir: string },
): Promise<EmbeddedMariadb> {
  const pid = Number((await readIfThere(join(at.dataDir, 'server.pid'))).trim())
  letGo(server)
  let stopping: Promise<void> | undefined
  return {
    ...at,
    pid,
    flavour,
    version,
    host: '127.0.0.1',
    user: 'root',
    url: `mysql://root:${encodeURIComponent(at.password)}@127.0.0.1:${at.port}`,
    stop: () => {
      stopping ??= stopKept(server).then(async () => {
        if (options.temporary) await rm(options.dir, { recursive: true, force: true })
      })
      return stopping
    },
  }
}

/**
 * MYSQL_HOME and the like of the person who starts us must not reach this server, nor a folder for
 * temporary files that `nobody` may not write to.
 */
function environment(dir: string): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(MYSQL|MARIADB)/.test(name))
  return { ...Object.fromEntries(entries), LC_ALL: 'C', HOME: dir, TMPDIR: dir }
}

/** For a string in SQL with the server's own sql_mode. */
function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "''")
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
