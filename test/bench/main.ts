/**
 * `npm run bench`: what passing through us costs, beside PgBouncer and no proxy at all. Each number
 * is the median of rounds in which the three take turns, so that what the machine does meanwhile
 * falls on all of them.
 *
 *   --seconds N   how long each pgbench run takes (5)
 *   --rounds N    how often each is measured (3)
 *   --clients N,… numbers of pgbench clients (1,8,32)
 *   --only NAME,… of pgbench-select pgbench-tpcb select-500k select-500k-masked
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { makePeople, rowsPerSecond } from './big-select.ts'
import { initialize, transactionsPerSecond } from './pgbench.ts'
import { startTargets, type Target } from './targets.ts'

interface Measurement {
  readonly name: string
  readonly clients: number
  readonly mode: 'simple' | 'prepared'
  readonly unit: string
  readonly direct: number | null
  readonly pgbouncer: number | null
  readonly countersign: number | null
}

interface Case {
  readonly name: string
  readonly clients: number
  readonly mode: 'simple' | 'prepared'
  readonly unit: string
  measure(target: Target): Promise<number>
}

const scripts = { 'pgbench-select': 'select-only', 'pgbench-tpcb': 'tpcb-like' } as const
const selects = { 'select-500k': 'people_open', 'select-500k-masked': 'people' } as const

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '1,8,32' },
    only: { type: 'string' },
  },
})

const targets = await startTargets()
try {
  for (const note of targets.notes) say(`${note}\n`)
  const [direct] = targets.all
  if (direct === undefined) throw new Error('nothing to measure')
  const wanted = cases()
  say('filling the tables\n')
  if (wanted.some(each => each.name.startsWith('pgbench'))) await initialize(direct)
  if (wanted.some(each => each.name.startsWith('select'))) await makePeople(direct)

  const rounds = Number(flags.rounds)
  say(`${heading()}\n`)
  const measurements: Measurement[] = []
  for (const each of wanted) {
    const measurement = await measured(each, targets.all, rounds)
    measurements.push(measurement)
    say(`${line(measurement)}\n`)
    await writeFile('bench.json', `${JSON.stringify(measurements, undefined, 2)}\n`)
  }
} finally {
  await targets.stop()
}

function cases(): readonly Case[] {
  const only = flags.only?.split(',')
  const seconds = Number(flags.seconds)
  const counts = flags.clients.split(',').map(Number)
  const all: Case[] = []
  for (const [name, script] of Object.entries(scripts)) {
    for (const mode of ['simple', 'prepared'] as const) {
      for (const clients of counts) {
        const measure = (target: Target): Promise<number> =>
          transactionsPerSecond(target, { script, clients, mode, seconds })
        all.push({ name, clients, mode, unit: 'transactions/s', measure })
      }
    }
  }
  for (const [name, table] of Object.entries(selects)) {
    const measure = (target: Target): Promise<number> => rowsPerSecond(target, table)
    all.push({ name, clients: 1, mode: 'simple', unit: 'rows/s', measure })
  }
  const chosen = all.filter(each => only === undefined || only.includes(each.name))
  if (chosen.length === 0) throw new Error(`--only ${flags.only}: there is no such benchmark`)
  return chosen
}

async function measured(about: Case, all: readonly Target[], rounds: number): Promise<Measurement> {
  const seen = new Map<Target['name'], number[]>()
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, so that warmth of caches favours nobody.
    const turn = round % all.length
    for (const target of [...all.slice(turn), ...all.slice(0, turn)]) {
      const list = seen.get(target.name) ?? []
      list.push(await about.measure(target))
      seen.set(target.name, list)
    }
  }
  const { name, clients, mode, unit } = about
  return {
    ...{ name, clients, mode, unit },
    direct: median(seen.get('direct')),
    pgbouncer: median(seen.get('pgbouncer')),
    countersign: median(seen.get('countersign')),
  }
}

function median(values: readonly number[] | undefined): number | null {
  const sorted = values?.toSorted((a, b) => a - b) ?? []
  const middle = sorted[Math.floor(sorted.length / 2)]
  return middle === undefined ? null : Math.round(middle)
}

function heading(): string {
  return row(['', 'clients', 'mode', 'direct', 'pgbouncer', 'us', 'us/direct', 'us/pgbouncer'])
}

function line(of: Measurement): string {
  const number = (value: number | null): string => value?.toLocaleString('en') ?? '-'
  return row([
    ...[of.name, String(of.clients), of.mode],
    ...[number(of.direct), number(of.pgbouncer), number(of.countersign)],
    ...[ratio(of.countersign, of.direct), ratio(of.countersign, of.pgbouncer)],
  ])
}

function ratio(value: number | null, base: number | null): string {
  return value === null || base === null ? '-' : (value / base).toFixed(2)
}

function row(cells: readonly string[]): string {
  return cells.map((cell, at) => (at === 0 ? cell.padEnd(20) : cell.padStart(13))).join('')
}

function say(text: string): void {
  process.stdout.write(text)
}
