/**
 * Where the programs of a MariaDB or MySQL server are on this machine, and as whom they can be run.
 * Neither comes in an npm package, so that they have to be installed. Both refuse to run as root;
 * under root they run as `nobody`.
 */
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { type PostgresProgram, unprivileged } from './postgres-program.ts'

export interface MariadbProgram {
  readonly flavour: 'mariadb' | 'mysql'
  /** `10.11.19`. */
  readonly version: string
  /** What to run, and the arguments that come first: a loader may stand before the server. */
  readonly server: readonly [string, ...string[]]
  /** MariaDB only: makes the tables that a server starts with. MySQL's server does it itself. */
  readonly install: string | undefined
  /** Absent: as whoever we are. */
  readonly runAs: PostgresProgram['runAs']
}

const run = promisify(execFile)

/** Where distributions put servers, which the PATH of an ordinary user often leaves out. */
const folders = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/libexec',
  '/usr/local/mysql/bin',
  '/opt/homebrew/bin',
]
let found: Promise<MariadbProgram> | undefined

/** Looked for once. Rejects with a sentence that says what to install. */
export function mariadbProgram(): Promise<MariadbProgram> {
  found ??= find()
  return found
}

/**
 * What the program at the path is; rejects when it does not run. `first` stands before it, when it
 * is another system's and has to be run through that one's own loader.
 */
export async function describeMariadb(
  path: string,
  first: readonly string[] = [],
): Promise<MariadbProgram> {
  const server = commandLine([...first, path])
  const runAs = await unprivileged()
  const [file, ...before] = server
  // Option files could ask for a log that `nobody` may not write.
  const options = { ...runAs, cwd: '/', timeout: 10_000 }
  const { stdout } = await run(file, [...before, '--no-defaults', '--version'], options)
  const version = /\bVer (\d+\.\d+\.\d+)/.exec(stdout)?.[1]
  if (version === undefined) throw new Error(`expected a version from ${path}, got ${stdout}`)
  const flavour = /mariadb/i.test(stdout) ? 'mariadb' : 'mysql'
  const install = flavour === 'mariadb' ? await installer() : undefined
  return { flavour, version, server, install, runAs }
}

async function find(): Promise<MariadbProgram> {
  const problems: string[] = []
  for (const name of ['mariadbd', 'mysqld']) {
    for (const path of await executables(name)) {
      try {
        return await describeMariadb(path)
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error))
      }
    }
  }
  const why = problems.length === 0 ? '' : `: ${problems.join('; ')}`
  throw new Error(
    `there is no MariaDB or MySQL server on this machine${why} ` +
      '(on Debian and Ubuntu: apt-get install mariadb-server)',
  )
}

/** MariaDB renamed it, and keeps the old name as a link. */
async function installer(): Promise<string> {
  for (const name of ['mariadb-install-db', 'mysql_install_db']) {
    const [path] = await executables(name)
    if (path !== undefined) return path
  }
  throw new Error('there is no mariadb-install-db beside the server')
}

async function executables(name: string): Promise<readonly string[]> {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')
  const candidates = [...new Set([...path, '/usr/bin', ...folders])].map(each => join(each, name))
  const there = await Promise.all(
    candidates.map(candidate =>
      access(candidate, constants.X_OK).then(
        () => [candidate],
        () => [],
      ),
    ),
  )
  return there.flat()
}

function commandLine(parts: readonly string[]): readonly [string, ...string[]] {
  const [file, ...more] = parts
  if (file === undefined) throw new TypeError('expected a program, got nothing')
  return [file, ...more]
}
