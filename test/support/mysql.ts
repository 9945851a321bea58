/**
 * A throwaway MariaDB or MySQL for one test file: `const server = await startMariadb()`. It logs
 * every statement that it is given, and has an empty database.
 */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { startEmbeddedMariadb } from '../../src/demo/embedded-mariadb.ts'
import { describeMariadb, type MariadbProgram } from '../../src/demo/mariadb-program.ts'
import { ensure } from './clients.ts'
import { mysqlFolder } from './mysql-program.ts'

export { mysqlClient, whyNoMysql } from './mysql-program.ts'

export interface TestMysqlOptions {
  /** PEM texts. Without it MySQL makes a certificate of its own, and MariaDB has no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Run in the database `shop` once the server is up. Several statements are allowed. */
  readonly sql?: string
  readonly sqlMode?: string
  /** Server variables: `{ 'max-allowed-packet': '128M' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface TestMysql {
  readonly flavour: 'mariadb' | 'mysql'
  /** `10.11.19`. */
  readonly version: string
  readonly host: string
  readonly port: number
  /** May do everything. */
  readonly user: string
  readonly password: string
  readonly database: string
  /** With the password in it. */
  readonly url: string
  /** The general log: every statement that the server was given, with its connection's id. */
  readonly logPath: string
  readonly dataDir: string
  /** Of the server itself. */
  readonly pid: number
  /** Returns when the last process of it is gone. Idempotent. */
  stop(): Promise<void>
}

const run = promisify(execFile)
const database = 'shop'

/** MariaDB 10.11 of Debian. Stop it in a teardown; it goes away with the process in any case. */
export async function startMariadb(options: TestMysqlOptions = {}): Promise<TestMysql> {
  return start(await describeMariadb(await ensure('mariadbd')), await folder(), options, {})
}

/** MySQL 9.7 of Debian sid. Ask `whyNoMysql()` first whether there is one. */
export async function startMysql(options: TestMysqlOptions = {}): Promise<TestMysql> {
  const { usr, loader, template } = await mysqlFolder()
  const program = await describeMariadb(join(usr, 'sbin/mysqld'), loader)
  const dir = await folder()
  const dataDir = join(dir, 'data')
  await run('cp', ['-r', '--sparse=always', template, dataDir])
  // The server's own identity is in it, which no two servers share.
  await rm(join(dataDir, 'auto.cnf'), { force: true })
  const { uid, gid } = program.runAs ?? {}
  if (uid !== undefined) await run('chown', ['-R', `${uid}:${gid}`, dataDir])
  await writeFile(join(dir, 'made'), '')
  const settings = { basedir: usr, 'plugin-dir': join(usr, 'lib/mysql/plugin') }
  return start(program, dir, options, settings)
}

async function start(
  program: MariadbProgram,
  dir: string,
  options: TestMysqlOptions,
  settings: Readonly<Record<string, string>>,
): Promise<TestMysql> {
  const logPath = join(dir, 'general.log')
  const server = await startEmbeddedMariadb({
    dir,
    program,
    durable: false,
    temporary: true,
    setup: [`CREATE DATABASE ${database};`],
    settings: {
      ...settings,
      'general-log': 'ON',
      'general-log-file': logPath,
      'skip-log-bin': 'ON',
      'secure-file-priv': '',
      'innodb-flush-method': 'nosync',
      'innodb-doublewrite': 'OFF',
      ...(options.sqlMode === undefined ? {} : { 'sql-mode': options.sqlMode }),
      ...options.settings,
    },
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  })
  const started = { ...server, database, url: `${server.url}/${database}`, logPath }
  if (options.sql !== undefined) await fill(started, options.sql)
  return started
}

async function fill(server: TestMysql, sql: string): Promise<void> {
  const { host, port, user, password } = server
  try {
    const options = { host, port, user, password, database, multipleStatements: true }
    const connection = await createConnection(options)
    await connection.query(sql)
    await connection.end()
  } catch (error) {
    await server.stop()
    // The driver's own has all of the text in it.
    throw new Error(`the test's SQL failed: ${error instanceof Error ? error.message : error}`)
  }
}

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-mysql-'))
  await chmod(dir, 0o755)
  return dir
}
