/**
 * One export that its budget pauses: who takes it, what came before the pause, what people answered,
 * what the client saw then, and how much memory the proxy had meanwhile.
 */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Approval } from '../support/running-program.ts'

export type Decision = 'approve' | 'deny'

/** A way to take every row, over a client of type C. */
export interface Way<C> {
  readonly name: string
  /** Whose budget it uses up: a way that uses up an identity's needs one for each decision. */
  readonly user: Readonly<Record<Decision, string>>
  /** Tells each row's number as it comes. Rejects with what the client is told. */
  take(client: C, rows: number, seen: (n: number) => void): Promise<void>
}

export interface ExportProxy {
  readonly child: ChildProcess
  pending(): Promise<Approval>
  decide(approval: Approval, decision: Decision): Promise<number>
}

interface Client {
  /** What `SELECT 1` gives. */
  one(): Promise<unknown>
  close(): Promise<void>
}

/** MiB, rows and seconds. */
export interface ExportFigures {
  readonly rows: number
  readonly inOrder: boolean
  /** Rows that the client had when the statement waited. */
  readonly pausedAt: number
  /** More came while it waited, though nobody had answered. */
  readonly leaked: number
  readonly rss: { readonly before: number; readonly paused: number; readonly peak: number }
  readonly told: string
  readonly afterwards: unknown
  readonly seconds: number
}

const pausedMs = 2000

export async function runExport<C extends Client>(
  proxy: ExportProxy,
  way: Way<C>,
  client: C,
  rows: number,
  decision: Decision,
): Promise<ExportFigures> {
  let count = 0
  let inOrder = true
  const memory = watchMemory(proxy.child)
  const before = memory.now()
  const began = performance.now()
  const taken = way
    .take(client, rows, n => {
      count += 1
      if (n !== count) inOrder = false
    })
    .then(
      () => 'all of it',
      (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
    )
  const approval = await Promise.race([proxy.pending(), taken])
  if (typeof approval === 'string') throw new Error(`${way.name} was not paused: ${approval}`)
  // What had been let through before is on its way to the client.
  await delay(pausedMs / 2)
  const pausedAt = count
  await delay(pausedMs / 2)
  const paused = memory.now()
  const leaked = count - pausedAt
  await proxy.decide(approval, decision)
  const told = await taken
  const seconds = Math.round((performance.now() - began - pausedMs) / 100) / 10
  const peak = memory.stop()
  const afterwards = await client.one().catch((error: Error) => error.message)
  await client.close()
  const rss = { before, paused, peak }
  return { rows: count, inOrder, pausedAt, leaked, rss, told, afterwards, seconds }
}

/** Resident memory, ten times a second. */
function watchMemory({ pid }: ChildProcess): { now(): number; stop(): number } {
  const now = (): number => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024)
  }
  let peak = now()
  const timer = setInterval(() => {
    peak = Math.max(peak, now())
  }, 100)
  return {
    now,
    stop: () => {
      clearInterval(timer)
      return Math.max(peak, now())
    },
  }
}

/** Promises that it broke, in words. `told` is what a client is to see when it is denied. */
export function broken(
  figures: ExportFigures,
  decision: Decision,
  { rows, budget, told }: { readonly rows: number; readonly budget: number; readonly told: RegExp },
): string[] {
  const wrong: string[] = []
  const expect = (holds: boolean, what: string): void => {
    if (!holds) wrong.push(what)
  }
  const { rss, pausedAt } = figures
  expect(figures.inOrder, 'the rows are out of order')
  expect(pausedAt <= budget, `${pausedAt} rows came, ${budget} were the budget`)
  expect(pausedAt > budget * 0.9, `it was paused at ${pausedAt} of ${budget}`)
  expect(figures.leaked === 0, `${figures.leaked} rows came while it waited`)
  expect(Number(figures.afterwards) === 1, `SELECT 1 gave ${figures.afterwards}`)
  const growth = rss.peak - rss.before
  expect(growth <= growthMiBMax, `memory grew by ${growth} MiB`)
  if (decision === 'approve') {
    expect(figures.told === 'all of it', `the client was told ${figures.told}`)
    expect(figures.rows === rows, `${figures.rows} of ${rows} rows came`)
  } else {
    expect(told.test(figures.told), `the client was told ${figures.told}`)
    expect(figures.rows === pausedAt, `${figures.rows - pausedAt} rows came after the denial`)
  }
  return wrong
}

/** A fraction of any of the results; what the garbage collector may leave for later. */
const growthMiBMax = 100
