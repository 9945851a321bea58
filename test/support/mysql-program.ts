/**
 * MySQL 9.7, which Debian's stable release does not have: the packages of Debian sid, unpacked with
 * everything they depend on into a folder of their own and run through their own loader. apt
 * fetches and verifies them; nothing is installed. The folder stays for the next run.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chmod, lstat, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface MysqlFolder {
  /** Has `sbin`, `bin`, `share` and `lib`. */
  readonly usr: string
  /** What stands before the path of one of its programs. */
  readonly loader: readonly [string, ...string[]]
  /** Made by `mysqld --initialize-insecure`: a copy of it is a data directory. */
  readonly template: string
}

const run = promisify(execFile)
const limits = { maxBuffer: 64 * 1024 * 1024, timeout: 300_000 }
const folder = join(tmpdir(), `countersign-mysql-sid-${userInfo().uid}`)
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

let found: Promise<MysqlFolder> | undefined

/** Rejects, in plain words, when it cannot be had here. */
export function mysqlFolder(): Promise<MysqlFolder> {
  found ??= find()
  return found
}

/** For the `skip` of a test: false, or the reason that is then printed. */
export async function whyNoMysql(): Promise<string | false> {
  return mysqlFolder().then(
    () => false,
    (error: Error) => error.message,
  )
}

/** A program of its client package, as a command and its first arguments. */
export async function mysqlClient(name: 'mysql' | 'mysqldump'): Promise<readonly string[]> {
  const { usr, loader } = await mysqlFolder()
  return [...loader, join(usr, 'bin', name), '--no-defaults']
}

async function find(): Promise<MysqlFolder> {
  if (!(await isOurs(folder))) {
    await locked(`${folder}.lock`, async () => {
      if (!(await isOurs(folder))) await make()
    }).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`MySQL 9.7 could not be had from Debian sid: ${why.trim()}`, { cause })
    })
  }
  return layout(folder)
}

async function layout(root: string): Promise<MysqlFolder> {
  const usr = join(root, 'root/usr')
  const loaders = ['lib64/ld-linux-x86-64.so.2', 'lib/ld-linux-aarch64.so.1']
  for (const each of loaders.map(path => join(usr, path))) {
    if (!(await exists(each))) continue
    const triplet = each.includes('x86-64') ? 'x86_64-linux-gnu' : 'aarch64-linux-gnu'
    const loader = [each, '--library-path', join(usr, 'lib', triplet)] as const
    return { usr, loader: [...loader], template: join(root, 'template') }
  }
  throw new Error(`there is no loader below ${usr}`)
}

async function make(): Promise<void> {
  const fresh = await mkdtemp(`${folder}-`)
  try {
    await unpack(fresh)
    const { usr, loader, template } = await layout(fresh)
    const [file, ...first] = loader
    const server = [...first, join(usr, 'sbin/mysqld'), '--no-defaults', `--basedir=${usr}`]
    const small = ['--innodb-flush-method=nosync', '--innodb-doublewrite=OFF', '--skip-log-bin']
    const quick = ['--innodb-redo-log-capacity=16M', '--innodb-buffer-pool-size=32M']
    const where = [
      '--initialize-insecure',
      `--datadir=${template}`,
      `--user=${userInfo().username}`,
    ]
    await run(file, [...server, ...where, ...small, ...quick], limits)
    await run('chmod', ['-R', 'u+rwX,go+rX,go-w', fresh])
    await rename(fresh, folder)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    throw error
  }
}

/** apt with a state of its own, in which no package is installed: so it fetches all of them. */
async function unpack(fresh: string): Promise<void> {
  await access(keyring).catch(() => {
    throw new Error(`there is no ${keyring} to verify packages with`)
  })
  const apt = join(fresh, 'apt')
  for (const path of ['state/lists/partial', 'cache/archives/partial']) {
    await mkdir(join(apt, path), { recursive: true })
  }
  await writeFile(join(apt, 'state/status'), '')
  const source = `deb [signed-by=${keyring}] http://deb.debian.org/debian sid main\n`
  await writeFile(join(apt, 'sources.list'), source)
  const options = {
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': join(apt, 'state'),
    'Dir::State::status': join(apt, 'state/status'),
    'Dir::Cache': join(apt, 'cache'),
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': userInfo().username,
    'APT::Install-Recommends': 'false',
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  await run('apt-get', [...flags, 'update', '-qq'], limits)
  const wanted = ['mysql-server-core', 'mysql-client-core']
  await run('apt-get', [...flags, 'install', '-y', '-qq', '--download-only', ...wanted], limits)
  const root = join(fresh, 'root')
  const each = `for deb in "$1"/*.deb; do dpkg-deb -x "$deb" "$2" || exit 1; done`
  await run('sh', ['-c', each, 'sh', join(apt, 'cache/archives'), root], limits)
  await rm(apt, { recursive: true, force: true })
  await chmod(fresh, 0o755)
}

/** One process at a time; the lock goes away with its holder, however that ends. */
async function locked(path: string, work: () => Promise<void>): Promise<void> {
  const holder = spawn('flock', [path, 'sh', '-c', 'echo; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  await once(holder.stdout, 'data')
  try {
    await work()
  } finally {
    const gone = once(holder, 'close')
    holder.stdin.end()
    await gone
  }
}

/** A folder that somebody else put there may hold anything. */
async function isOurs(path: string): Promise<boolean> {
  const there = await lstat(path).catch(() => undefined)
  if (there === undefined || !there.isDirectory()) return false
  return there.uid === userInfo().uid && (there.mode & 0o022) === 0
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
