/**
 * `npm run bench`: what passing through us costs, beside PgBouncer and no proxy at all. Each number
 * is the median of rounds in which the three take turns, so that what the machine does meanwhile
 * falls on all of them.
 *
 *   --seconds N   how long each run of pgbench or sysbench takes (5)
 *   --rounds N    how often each is measured (3)
 *   --clients N,… numbers of their clients (1,8,32)
 *   --only NAME,… of pgbench-select pgbench-tpcb select-500k select-500k-masked, and before MariaDB
 *                 sysbench-point-select sysbench-read-only sysbench-read-write mysql-select-500k
 *                 mysql-select-500k-masked; prepared ones of the last two have binary rows
 *                 approvals alone: milliseconds from a hold to Slack, from a click to the server, and
 *                 MiB of the proxy, while --held N statements wait (1000), over --samples N (30)
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { heldMax, measureApprovals } from './approvals.ts'
import { makePeople, rowsPerSecond } from './big-select.ts'
import { makeMysqlPeople, mysqlRowsPerSecond } from './mysql-big-select.ts'
import { startMysqlTargets } from './mysql-targets.ts'
import { initialize, transactionsPerSecond } from './pgbench.ts'
import { prepareSysbench, sysbenchPerSecond } from './sysbench.ts'
import { startTargets, type Target, type Targets } from './targets.ts'

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
  readonly server: 'postgres' | 'mariadb'
  readonly name: string
  readonly clients: number
  readonly mode: 'simple' | 'prepared'
  readonly unit: string
  measure(target: Target): Promise<number>
}

const scripts = { 'pgbench-select': 'select-only', 'pgbench-tpcb': 'tpcb-like' } as const
const sysbenches = {
  'sysbench-point-select': 'oltp_point_select',
  'sysbench-read-only': 'oltp_read_only',
  'sysbench-read-write': 'oltp_read_write',
} as const
const mysqlSelects = {
  'mysql-select-500k': 'people_open',
  'mysql-select-500k-masked': 'people',
} as const
const selects = { 'select-500k': 'people_open', 'select-500k-masked': 'people' } as const

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '1,8,32' },
    only: { type: 'string' },
    held: { type: 'string', default: '1000' },
    samples: { type: 'string', default: '30' },
  },
})

const approvals = flags.only === 'approvals'
const wanted = approvals ? [] : cases()
const measurements: Measurement[] = []
if (approvals) {
  const held = Math.min(Number(flags.held), await heldMax())
  const figures = await measureApprovals({ held, samples: Number(flags.samples), say })
  say(`${JSON.stringify(figures)}\n`)
} else say(`${heading()}\n`)
for (const server of ['postgres', 'mariadb'] as const) {
  const its = wanted.filter(each => each.server === server)
  if (its.length > 0) await measureAll(server, its)
}

async function measureAll(server: Case['server'], its: readonly Case[]): Promise<void> {
  const targets = await (server === 'postgres' ? startTargets() : startMysqlTargets())
  try {
    for (const note of targets.notes) say(`${note}\n`)
    await fill(server, targets, its)
    for (const each of its) {
      const measurement = await measured(each, targets.all, Number(flags.rounds))
      measurements.push(measurement)
      say(`${line(measurement)}\n`)
      await writeFile('bench.json', `${JSON.stringify(measurements, undefined, 2)}\n`)
    }
  } finally {
    await targets.stop()
  }
}

async function fill(server: Case['server'], targets: Targets, its: readonly Case[]): Promise<void> {
  const [direct] = targets.all
  if (direct === undefined) throw new Error('nothing to measure')
  const selecting = its.some(each => each.name.includes('select-500k'))
  const transacting = its.some(each => !each.name.includes('select-500k'))
  if (transacting) await (server === 'postgres' ? initialize : prepareSysbench)(direct)
  if (selecting) await (server === 'postgres' ? makePeople : makeMysqlPeople)(direct)
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
        all.push({ server: 'postgres', name, clients, mode, unit: 'transactions/s', measure })
      }
    }
  }
  for (const [name, table] of Object.entries(selects)) {
    const measure = (target: Target): Promise<number> => rowsPerSecond(target, table)
    all.push({ server: 'postgres', name, clients: 1, mode: 'simple', unit: 'rows/s', measure })
  }
  all.push(...mysqlCases(seconds, counts))
  const chosen = all.filter(each => only === undefined || only.includes(each.name))
  if (chosen.length === 0) throw new Error(`--only ${flags.only}: there is no such benchmark`)
  return chosen
}

function mysqlCases(seconds: number, counts: readonly number[]): readonly Case[] {
  const all: Case[] = []
  const server = 'mariadb'
  for (const [name, script] of Object.entries(sysbenches)) {
    for (const mode of ['simple', 'prepared'] as const) {
      for (const clients of counts) {
        const measure = (target: Target): Promise<number> =>
          sysbenchPerSecond(target, { script, clients, mode, seconds })
        all.push({ server, name, clients, mode, unit: 'transactions/s', measure })
      }
    }
  }
  for (const [name, table] of Object.entries(mysqlSelects)) {
    for (const mode of ['simple', 'prepared'] as const) {
      const measure = (target: Target): Promise<number> => mysqlRowsPerSecond(target, table, mode)
      all.push({ server, name, clients: 1, mode, unit: 'rows/s', measure })
    }
  }
  return all
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
  return cells.map((cell, at) => (at === 0 ? cell.padEnd(25) : cell.padStart(13))).join('')
}

function say(text: string): void {
  process.stdout.write(text)
}
