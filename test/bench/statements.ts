/**
 * `npm run bench:statements [-- FILE.sql…]`: what reading a statement costs, cached and at first
 * sight. Given files of statements, such as PostgreSQL's own src/test/regress/sql, each of them is
 * read: none may throw, and those that are not understood are counted.
 */
import { readFile } from 'node:fs/promises'
import { Client } from 'pg'
import { Catalog } from '../../protocols/postgres/catalog.ts'
import { Analyzer } from '../../protocols/postgres/sql/analyzer.ts'
import { type Names, noObjects } from '../../protocols/postgres/sql/names.ts'
import type { Analysis } from '../../protocols/protocol.ts'
import { startPostgres } from '../support/postgres.ts'

const files = process.argv.slice(2)
await Analyzer.load()
const server = await startPostgres()
try {
  const names = await namesOf()
  if (files.length === 0) measure(names)
  else await readAll(names)
} finally {
  await server.stop()
}
process.exit()

async function namesOf(): Promise<Names> {
  const { host, port, user, password, database } = server
  const client = new Client({ host, port, user, password, database })
  await client.connect()
  for (let i = 0; i < 10; i++)
    await client.query(
      `CREATE TABLE t${i} (id int PRIMARY KEY, next int, ${columns(30)}, secret text)`,
    )
  await client.end()
  const tls = { mode: 'disable' } as const
  const catalog = await Catalog.open({ host, port, user, password, database, tls })
  const { snapshot } = catalog
  await catalog.close()
  return { catalog: snapshot, searchPath: ['public'], user, session: noObjects, version: 1 }
}

function columns(count: number): string {
  return Array.from({ length: count }, (_, i) => `c${i} text`).join(', ')
}

function measure(names: Names): void {
  const joins = Array.from({ length: 9 }, (_, i) => `JOIN t${i + 1} ON t${i + 1}.id = t${i}.next`)
  const join = (i: number): string =>
    `SELECT t0.*, t5.c3, t9.secret AS s${i} FROM t0 ${joins.join(' ')} WHERE t3.c${i % 30} = $1`
  const analyzer = new Analyzer()
  for (let i = 0; i < 2000; i++) analyzer.analyze(join(i), names)
  const first = Array.from({ length: 500 }, (_, i) =>
    timed(() => analyzer.analyze(join(10_000 + i), names)),
  )
  print('10-table join, first sight', first, 'µs')
  const text = join(0)
  analyzer.analyze(text, names)
  const rounds = 200_000
  const whole = timed(() => {
    for (let i = 0; i < rounds; i++) analyzer.analyze(text, names)
  })
  say(`10-table join, cached: ${(whole / rounds).toFixed(2)} µs each`)
}

async function readAll(names: Names): Promise<void> {
  const analyzer = new Analyzer()
  const times: number[] = []
  let unread = 0
  let untraced = 0
  let unknown = 0
  const thrown: string[] = []
  let slowest = ''
  let most = 0
  for (const file of files) {
    for (const statement of statementsOf(await readFile(file, 'utf8'))) {
      let analysis: Analysis | undefined
      const spent = timed(() => {
        try {
          analysis = analyzer.analyze(statement, names)
        } catch (error) {
          thrown.push(`${file}: ${statement.slice(0, 80)}: ${String(error)}`)
        }
      })
      times.push(spent)
      if (spent > most) [most, slowest] = [spent, `${file}: ${statement.slice(0, 120)}`]
      if (analysis?.unreadable !== undefined) unread += 1
      else if (analysis?.results.includes('untraced') === true) untraced += 1
      if (analysis?.effects.some(({ kind }) => kind === 'unknown') === true) unknown += 1
    }
  }
  print(`${times.length} statements`, times, 'µs')
  say(`slowest: ${slowest.replaceAll('\n', ' ')}`)
  say(`thrown: ${thrown.length}; cannot be parsed: ${unread}; not traced: ${untraced}`)
  say(`with an unknown effect: ${unknown}`)
  for (const each of thrown) say(each)
}

/** As psql would send them: its own commands and the data of COPY left out. */
function statementsOf(text: string): string[] {
  const lines: string[] = []
  let data = false
  for (const line of text.split('\n')) {
    if (data) data = line !== '\\.'
    else if (!line.startsWith('\\')) {
      lines.push(line)
      data = /^\s*copy\b.*\bfrom\s+stdin\b/i.test(line)
    }
  }
  return lines
    .join('\n')
    .split(/;[ \t]*(?:--[^\n]*)?\n/)
    .map(statement => statement.trim())
    .filter(statement => statement !== '')
}

/** Microseconds of the processor's time, so that what else the machine does counts for nothing. */
function timed(run: () => void): number {
  const from = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(from)
  return user + system
}

function print(what: string, times: readonly number[], unit: string): void {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(0)
  say(`${what}: median ${at(0.5)} ${unit}, p99 ${at(0.99)} ${unit}, slowest ${at(1)} ${unit}`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
