/**
 * One process writes a journal. Node has no flock, so the lock is a file that names its process by
 * what no other process can have: boot id and start time beside the process id, since in containers
 * the same small ids come back after every start.
 */
import { readFileSync } from 'node:fs'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Holder {
  readonly pid: number
  readonly born: string
}

export interface Lock {
  release(): Promise<void>
}

/** Rejects when another living process holds it. */
export async function takeLock(dir: string): Promise<Lock> {
  const path = lockPath(dir)
  const own: Holder = { pid: process.pid, born: born(process.pid) ?? '' }
  const draft = `${path}.${process.pid}`
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 })
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await link(draft, path)
        break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error
        const holder = await lockHolder(dir)
        if (holder !== undefined) {
          throw new Error(`expected ${dir} to be free, process ${holder} writes it`, {
            cause: error,
          })
        }
        await rm(path, { force: true })
      }
    }
  } finally {
    await rm(draft, { force: true })
  }
  return { release: () => rm(path, { force: true }) }
}

/** The process that writes the journal now; undefined when none does. */
export async function lockHolder(dir: string): Promise<number | undefined> {
  try {
    const holder = JSON.parse(await readFile(lockPath(dir), 'utf8')) as Holder
    const found = born(holder.pid)
    return found !== undefined && found === holder.born ? holder.pid : undefined
  } catch {
    // No lock, or one that was cut while it was written: nobody holds it.
    return undefined
  }
}

function lockPath(dir: string): string {
  return join(dir, 'lock')
}

/** What tells a process from an earlier one of the same id; undefined when there is none. */
function born(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
  }
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The name in parentheses may hold anything: fields are counted from the last parenthesis.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie waits for its parent to look, and writes nothing any more.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return `${boot} ${fields[19] ?? ''}`
  } catch {
    // Not Linux: the id alone has to do.
    return ''
  }
}
