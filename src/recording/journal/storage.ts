/**
 * How much room the journal has left. Below `lowBytes` no session begins, below `criticalBytes` no
 * statement runs; a recording is never cut short in silence.
 */
import { statfs } from 'node:fs/promises'
import type { StorageState } from '../events.ts'

export interface StorageLimits {
  readonly lowBytes: number
  readonly criticalBytes: number
}

/** Asks the file system. Rejects when it does not answer. */
export async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize
}

export function storageState(free: number, limits: StorageLimits): StorageState {
  if (free < limits.criticalBytes) return 'critical'
  return free < limits.lowBytes ? 'low' : 'healthy'
}
