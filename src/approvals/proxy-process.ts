/**
 * Tells whether the process that asked for an approval still lives: its client waits there, and
 * when the process is gone, so is whoever wanted the statement to run.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Opened in this very process, which has one pid but may hold several stores, as tests do. */
const own = new Set<string>()

export function enterProcess(): string {
  const token = `${process.pid}/${startTime(process.pid) ?? ''}/${randomUUID()}`
  own.add(token)
  return token
}

export function leaveProcess(token: string): void {
  own.delete(token)
}

export function isAlive(token: string): boolean {
  if (own.has(token)) return true
  const [pidText = '', started = ''] = token.split('/')
  const pid = Number(pidText)
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false
  // A pid is used again; the time at which a process started tells the two apart, where known.
  return running(pid) && (startTime(pid) ?? '') === started
}

function running(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** In clock ticks since boot, with the boot's id; undefined where there is no /proc. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    // The second field is a name in parentheses that may contain anything; the 22nd is the time.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return ticks === undefined ? undefined : `${boot}:${ticks}`
  } catch {
    return undefined
  }
}
