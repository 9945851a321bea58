/**
 * `npm run bench:statements [-- FILE.sql…]`: what reading a statement costs, cached and at first
 * sight, and what the policy costs with 200 rules of its own beside the preset's. Given files of statements, such as PostgreSQL's own src/test/regress/sql, each of them is
 * read: none may throw, and those that are not understood are counted.
 */
import { readFile } from 'node:fs/promises'
import { Client } from 'pg'
import { Catalog } from '../../protocols/postgres/catalog.ts'
import { Analyzer } from '../../protocols/postgres/sql/analyzer.ts'
import { type Names, noObjects } from '../../protocols/postgres/sql/names.ts'
import type { Analysis } from '../../protocols/protocol.ts'
import { Policy } from '../../src/policy/policy.ts'
import type { PolicyContext, Rule } from '../../src/policy/rule.ts'
import { startPostgres } from '../support/postgres.ts'

const files = process.argv.slice(2)
const rulesCount = 200
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
  judged(names)
}

/** Reading and verdict together, as a session pays for both before it lets a statement go. */
function judged(names: Names): void {
  const policy = new Policy({
    ...{ mode: 'enforce', preset: 'recommended', default: 'allow' },
    rules: Array.from({ length: rulesCount }, (_, i) => ruleOf(i)),
    approvers: { any: [{ group: 'reviewers', count: 1 }] },
  })
  const identity = { name: 'ann', kind: 'person', groups: ['team7'], owner: undefined } as const
  const context: PolicyContext = {
    ...{ identity, database: 'shop', environment: 'production', application: undefined },
    ...{ transaction: 'idle', maskedReads: [], maskedMoves: [], now: new Date() },
  }
  const analyzer = new Analyzer()
  const verdict = (text: string): string =>
    policy.evaluate(analyzer.analyze(text, names), context).kind
  const point = (i: number): string => `SELECT c1, c2 AS a${i} FROM t${i % 10} WHERE id = $1`
  for (let i = 0; i < 3000; i++) verdict(point(i))
  // One at a time is below what the clock of the processor tells.
  const batch = 100
  const fresh = Array.from({ length: 50 }, (_, round) => {
    const texts = Array.from({ length: batch }, (_, i) => point(10_000 + round * batch + i))
    return timed(() => texts.forEach(verdict)) / batch
  })
  print(`new point query, ${rulesCount} rules`, fresh, 'µs')
  const read = Array.from({ length: 50 }, (_, round) => {
    const texts = Array.from({ length: batch }, (_, i) => point(50_000 + round * batch + i))
    return timed(() => texts.forEach(text => void analyzer.analyze(text, names))) / batch
  })
  print('of that, reading it', read, 'µs')
  const rounds = 100_000
  const text = point(0)
  const seen = timed(() => {
    for (let i = 0; i < rounds; i++) verdict(text)
  })
  say(`seen before, ${rulesCount} rules: ${(seen / rounds).toFixed(2)} µs each`)
  const once = policy.evaluate(analyzer.analyze(text, names), context)
  say(
    `a session asks the policy again: ${once.cacheable ? 'no' : 'yes, a rule hangs on the moment'}`,
  )
}

/** Of every sort that a policy may have: by object, by identity, by application, in CEL. */
function ruleOf(i: number): Rule {
  const about = { name: `rule-${i}`, action: 'hold' } as const
  const objects = [`public.t${i % 10}_${i}`, `audit.*_${i}`]
  if (i % 20 === 19) return { ...about, effects: ['read'], expr: `statement.tag == "NONE${i}"` }
  switch (i % 4) {
    case 0:
      return { ...about, effects: ['read', 'update'], objects }
    case 1:
      return { ...about, groups: [`team${i}`], objects: [`public.t${i % 10}`] }
    case 2:
      return { ...about, effects: ['delete'], unfiltered: true, objects }
    default:
      return { ...about, applications: [`batch-${i}*`], objects: ['public.*'] }
  }
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
