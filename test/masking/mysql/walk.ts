/** Sends attacks one after another, each from the same state, and gives what came back. */

import { mysqlLeaksIn } from '../../support/mysql-canary.ts'
import {
  execute,
  fetch,
  type MysqlWire,
  prepare,
  query,
  type Result,
} from '../../support/mysql-wire.ts'
import type { Attack } from './family.ts'

export type Mode = 'text' | 'binary' | 'cursor'

export interface Outcome {
  /** A result a line, without what differs from world to world by its name alone. */
  readonly lines: readonly string[]
  /** Names of the masked values in all bytes received, without those that the attack itself names. */
  readonly leaks: readonly string[]
  readonly held: boolean
  readonly errors: readonly string[]
}

const heldPattern = /held (?:again )?for approval/
/** Which index was good enough is the plan's, and that is of the tables' estimated sizes. */
const plansOwn = 0x10 | 0x20
const resetConnection = Buffer.from([0x1f])

/** What a session still owes is read, what it made is gone, before the next attack. */
export class Walker {
  readonly #connect: () => Promise<MysqlWire>
  readonly #mode: Mode
  #wire: MysqlWire | undefined

  constructor(connect: () => Promise<MysqlWire>, mode: Mode) {
    this.#connect = connect
    this.#mode = mode
  }

  /** `warnings`: what the diagnostics of the session keep is asked for, too. */
  async walk(attack: Attack, warnings: boolean = true): Promise<Outcome> {
    this.#wire ??= await this.#connect()
    const wire = this.#wire
    await wire.ask(resetConnection)
    await wire.query('BEGIN')
    wire.forget()
    const results: Result[] = []
    for (const text of typeof attack === 'string' ? [attack] : attack)
      results.push(...(await this.#run(wire, text)))
    const bytes = wire.received()
    // What the diagnostics of the session keep is no way around either.
    if (warnings && !results.some(({ kind }) => kind === 'closed'))
      results.push(...(await wire.query('SHOW WARNINGS')))
    const all = Buffer.concat([bytes, wire.received().subarray(bytes.length)])
    if (results.some(({ kind }) => kind === 'closed' || kind === 'infile')) this.close()
    const told = mysqlLeaksIn(Buffer.from(typeof attack === 'string' ? attack : attack.join()))
    const errors = results.flatMap(each => (each.kind === 'error' ? [each.message] : []))
    return {
      lines: results.map(lineOf),
      leaks: mysqlLeaksIn(all).filter(name => !told.includes(name)),
      held: errors.some(message => heldPattern.test(message)),
      errors,
    }
  }

  close(): void {
    this.#wire?.close()
    this.#wire = undefined
  }

  async #run(wire: MysqlWire, text: string): Promise<readonly Result[]> {
    if (this.#mode === 'text') return wire.ask(query(text))
    const first = await wire.ask(prepare(text))
    const [prepared] = first
    if (prepared?.kind !== 'prepared') return first
    if (this.#mode === 'binary') return [...first, ...(await wire.ask(execute(prepared.id)))]
    const opened = await wire.ask(execute(prepared.id, 1))
    const [rows] = opened
    const isCursor = rows?.kind === 'rows' && (rows.status & 64) !== 0
    return [...first, ...opened, ...(isCursor ? await wire.ask(fetch(prepared.id, 9)) : [])]
  }
}

function lineOf(result: Result): string {
  // Ids of statements, and of requests, are of the moment.
  if (result.kind === 'prepared') return `prepared ${result.parameters} ${result.columns}`
  if (result.kind === 'error' && heldPattern.test(result.message)) return 'held'
  if (result.kind === 'rows') {
    const rows = result.rows.map(row => row.toString('latin1')).join(' | ')
    return named(`rows ${result.names.join(', ')}: ${rows} (${result.status & ~plansOwn})`)
  }
  return named(JSON.stringify(result))
}

function named(text: string): string {
  return text.replace(/shop[1-5]/g, 'shop')
}
