/** Trials on MariaDB 10.11 and MySQL 9.7: the databases, the program, and pairs of sessions. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { Catalog } from '../../protocols/mysql/catalog.ts'
import { Analyzer } from '../../protocols/mysql/sql/analyzer.ts'
import { scramVerifier } from '../../src/identity/scram-verifier.ts'
import { startMariadb, startMysql, type TestMysql } from '../support/mysql.ts'
import { columnInShort, namesOver } from '../support/mysql-shop.ts'
import { secretColumns, secretData, secretSchema } from '../support/mysql-statement-generator.ts'
import {
  execute,
  MysqlWire,
  packets,
  prepare,
  query,
  type Result,
  textsOf,
} from '../support/mysql-wire.ts'
import { password, RunningProgram } from '../support/running-program.ts'
import { mysqlScript } from './mysql-scripts.ts'
import { type Answer, type Arena, inWorlds, type Lane, type Pair, type Script } from './trial.ts'

/** Of equal length. Where scripts write, the statistics change that plans are made by. */
const worlds = ['w1', 'w2', 'w3', 'w4'] as const
type World = (typeof worlds)[number]
export type Mode = 'text' | 'binary'

const modes: readonly Mode[] = ['text', 'binary']
const secrets: ReadonlySet<string> = new Set(secretColumns.map(column => `w1.${column}`))
const resetConnection = Buffer.from([0x1f])

const rowsMax = 20_000

export interface MysqlArenaOptions {
  readonly flavour: 'mariadb' | 'mysql'
  /** Everything may be asked that is not equality, or nothing; then no answer at all may differ. */
  readonly predicates: 'flag' | 'equality'
  /** Of every lane; absent: they differ. */
  readonly mode?: Mode | undefined
}

export async function startMysqlArena(options: MysqlArenaOptions): Promise<Arena> {
  const { flavour, predicates } = options
  const settings = { 'event-scheduler': 'OFF', 'general-log': 'OFF', 'performance-schema': 'OFF' }
  const upstream = await (flavour === 'mysql' ? startMysql : startMariadb)({ settings })
  for (const world of worlds) await fill(upstream, world)
  const dir = await mkdtemp(join(tmpdir(), 'countersign-trials-'))
  for (const world of worlds) {
    const url = upstream.url.replace(/\/\w+$/, `/${world}`)
    await writeFile(join(dir, `${world}.url`), url, { mode: 0o600 })
  }
  await writeFile(join(dir, 'countersign.yaml'), await configText(predicates))
  const program = new RunningProgram(dir, 'mysql', upstream, [])
  await program.start()
  const { host, port, user, password: secret } = upstream
  const tls = { mode: 'prefer' } as const
  const catalog = await Catalog.open({ host, port, user, password: secret, database: 'w1', tls })
  const names = namesOver(catalog.snapshot, 'w1')
  await catalog.close()
  const analyzer = new Analyzer()
  const asks = (text: string): boolean =>
    (analyzer.analyze(text, names).predicates ?? []).some(({ column: { schema, table, column } }) =>
      secrets.has(columnInShort({ schema, table, column })),
    )
  const moves = (text: string): boolean =>
    analyzer
      .analyze(text, names)
      .moves.some(({ from: { schema, table, column } }) =>
        secrets.has(columnInShort({ schema, table, column })),
      )
  const place = { host, port: program.port, user: 'analyst', password }
  return {
    script: seed => mysqlScript(seed, flavour === 'mysql', predicates === 'equality'),
    lane: async number => {
      const mode = options.mode ?? modes[number % modes.length] ?? 'text'
      const wires = worlds.map(database =>
        MysqlWire.connect({ ...place, database }, { definitions: true }),
      )
      return new MysqlLane(await Promise.all(wires), mode)
    },
    asks: script => predicates === 'flag' && script.some(asks),
    moves: script => script.some(moves),
    stop: () => program.stop(),
  }
}

async function fill({ host, port, user, password }: TestMysql, world: World): Promise<void> {
  const options = { host, port, user, password, multipleStatements: true }
  const connection = await createConnection(options)
  await connection.query('SET GLOBAL log_bin_trust_function_creators = 1')
  // Products of products: millions of rows tell no more than the first of them.
  await connection.query(`SET GLOBAL sql_select_limit = ${rowsMax}`)
  await connection.query(`CREATE DATABASE ${world}; USE ${world}`)
  const data = secretData(worlds.indexOf(world) % 2 === 0 ? 'a' : 'bcd')
  for (const text of [...secretSchema, ...data]) await connection.query(text)
  await connection.end()
}

async function configText(predicates: string): Promise<string> {
  const verifier = JSON.stringify(await scramVerifier(password))
  const columns = worlds.flatMap(world => secretColumns.map(column => `${world}.${column}`))
  const databases = worlds.map(
    world => `
  ${world}: { protocol: mysql, upstream: { url_file: ./${world}.url, tls: disable } }`,
  )
  return `
listen: { mysql: 127.0.0.1:0, http: 127.0.0.1:0 }
data_dir: ./data
databases:${databases.join('')}
users:
  analyst: { password_verifier: ${verifier}, groups: [analysts], on_hold: return }
policy: { preset: none }
masking:
  equality_limit: { count: 100000, window: 1s }
  rules:
    - { name: hidden, columns: [${columns.join(', ')}], mask: redact, predicates: ${predicates} }
recording: { rows: false, archive: none }
`
}

function writes(script: Script): boolean {
  return script.some(text => /\b(?:INSERT|UPDATE|DELETE|REPLACE) /.test(text))
}

/** A command, and whether its answer is a part of the trial's. */
interface Step {
  readonly payload: Buffer
  readonly shown: boolean
}

/** From the same state, and back to it. */
function stepsOf(script: Script): readonly Step[] {
  const shown = script.map(text => ({ payload: query(text), shown: true }))
  const written = writes(script)
  if (script.length === 1 && !written) return shown
  const aside = (payload: Buffer): Step => ({ payload, shown: false })
  return [
    // One at a time in each database: deadlocks and waits would be told apart.
    ...(written ? [aside(query('SELECT get_lock(database(), 60)'))] : []),
    ...[aside(query('BEGIN')), ...shown, aside(query('ROLLBACK'))],
    // Variables, temporary tables and the lock go, too.
    aside(resetConnection),
  ]
}

class MysqlLane implements Lane {
  readonly mode: Mode
  readonly #wires: readonly MysqlWire[]

  constructor(wires: readonly MysqlWire[], mode: Mode) {
    this.#wires = wires
    this.mode = mode
  }

  run(scripts: readonly Script[]): Promise<readonly Pair[]> {
    return inWorlds(scripts, writes, (world, own) => this.#answers(world, own))
  }

  close(): void {
    for (const wire of this.#wires) wire.close()
  }

  async #answers(world: number, scripts: readonly Script[]): Promise<readonly Answer[]> {
    const wire = this.#wires[world]
    if (wire === undefined || scripts.length === 0) return []
    wire.forget()
    const steps = scripts.map(stepsOf)
    // Only whoever knows the number of what was prepared can go on.
    const ahead = this.mode === 'text'
    if (ahead) wire.socket.write(Buffer.concat(steps.flat().map(step => packets(step.payload))))
    const answers: Answer[] = []
    for (const own of steps) {
      const results: Result[] = []
      for (const { payload, shown } of own) {
        const binary = !ahead && payload[0] === queryCommand && shown
        if (!ahead && !binary) wire.send(payload)
        const came = await (binary ? runPrepared(wire, payload) : wire.answer(payload[0] ?? -1))
        if (shown) results.push(...came)
      }
      answers.push(answerOf(results))
    }
    return answers
  }
}

const queryCommand = 0x03

async function runPrepared(wire: MysqlWire, payload: Buffer): Promise<readonly Result[]> {
  const first = await wire.ask(prepare(payload.toString('utf8', 1)))
  const [prepared] = first
  if (prepared?.kind !== 'prepared') return first
  const results = await wire.ask(execute(prepared.id))
  const close = Buffer.alloc(5)
  close[0] = 0x19
  close.writeUInt32LE(prepared.id, 1)
  wire.send(close)
  return results
}

function answerOf(results: readonly Result[]): Answer {
  if (results.some(({ kind }) => kind === 'closed')) throw new Error('the session was closed')
  const errors = results.filter(each => each.kind === 'error')
  return {
    lines: results.map(lineOf),
    shown: () => shownBy(results),
    refused: errors.some(({ message }) => refused(message)),
    failed: errors.length > 0,
  }
}

function refused(message: string): boolean {
  return /masked-predicate|held for approval/.test(message)
}

/** Which index was good enough is the plan's, and that is of the tables' estimated sizes. */
const plansOwn = 0x10 | 0x20

/** How long parts of a plan took. */
const clock = /"r_[a-z_]*time_ms": [\d.e-]+|time=[\d.e-]+(?:\.\.[\d.e-]+)?/g

/** A plan without its clock, and without its length, which has the clock's digits in it. */
function rowText(row: Buffer): string {
  const text = row.toString('latin1')
  return text.search(clock) < 0 ? text : text.slice(9).replace(clock, '')
}

function lineOf(result: Result): string {
  if (result.kind === 'prepared') return 'prepared'
  if (result.kind === 'error' && refused(result.message)) return 'refused'
  if (result.kind === 'rows') {
    // Which of them come first is the plan's.
    if (result.rows.length >= rowsMax) return 'more rows than are told apart'
    // Ties are the server's to break, by how long rows are among others.
    const rows = result.rows.map(rowText).sort()
    const text = rows.join(' | ')
    const columns = (result.definitions ?? []).map(each => each.toString('latin1')).join(' ')
    return named(`rows ${columns}: ${text} (${result.status & ~plansOwn})`)
  }
  if (result.kind === 'ok') return `ok ${result.affected} (${result.status & ~plansOwn})`
  return named(JSON.stringify(result))
}

function named(text: string): string {
  return text.replace(/\bw[1-4]\b/g, 'w')
}

/** Which rows there are, however often; of texts which values each column has. */
function shownBy(results: readonly Result[]): string {
  return JSON.stringify(
    results.map(result => {
      if (result.kind !== 'rows') return result.kind
      const columns = new Map<number, Set<string>>()
      for (const row of result.rows) {
        const texts = row[0] === 0 ? [row.toString('latin1')] : textsOf(row)
        for (const [i, text] of texts.entries()) {
          const column = columns.get(i) ?? new Set()
          columns.set(i, column.add(String(text)))
        }
      }
      return [...columns.values()].map(column => [...column].sort())
    }),
  )
}
