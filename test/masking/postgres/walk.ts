/** Sends attacks one after another, each from the same state, and gives what came back. */
import { ByteReader } from '../../../protocols/bytes.ts'
import {
  bind,
  copyFail,
  describe,
  execute,
  type Frame,
  fieldsOf,
  parse,
  query,
  sync,
  type WireClient,
} from '../../support/wire-client.ts'
import type { Attack } from './family.ts'

export type Mode = 'simple' | 'text' | 'binary'

export interface Outcome {
  /** A frame a line, without what differs from run to run. */
  readonly frames: readonly string[]
  readonly bytes: Buffer
  readonly held: boolean
  /** SQLSTATEs and messages. */
  readonly errors: readonly string[]
}

const reset = [query('ROLLBACK'), query('DISCARD ALL')]

/** What a session still owes is read, what it made is gone, before the next attack. */
export class Walker {
  readonly #connect: () => Promise<WireClient>
  readonly #mode: Mode
  #client: WireClient | undefined

  constructor(connect: () => Promise<WireClient>, mode: Mode) {
    this.#connect = connect
    this.#mode = mode
  }

  async walk(attack: Attack): Promise<Outcome> {
    this.#client ??= await this.#connect()
    const client = this.#client
    // A statement alone is rolled back; several see to it themselves.
    const before = typeof attack === 'string' ? [...reset, query('BEGIN')] : reset
    client.send(...before)
    for (const _ of before) await client.untilReady()
    client.received = Buffer.alloc(0)
    const frames: Frame[] = []
    for (const text of typeof attack === 'string' ? [attack] : attack) {
      client.send(...this.#messages(text))
      frames.push(...(await this.#answer(client)))
    }
    // What was notified comes when the session is idle again.
    client.send(query('SELECT 1'))
    frames.push(...(await this.#answer(client)))
    if (client.closed) this.#client = undefined
    const errors = frames.filter(({ type }) => type === 'E').map(({ body }) => fieldsOf(body))
    const held = errors.some(fields => fields.get('M')?.includes('held for approval') === true)
    return {
      held,
      frames: frames.map(lineOf),
      bytes: client.received,
      errors: errors.map(fields => `${fields.get('C')} ${fields.get('M')}`),
    }
  }

  close(): void {
    this.#client?.close()
  }

  #messages(text: string): Buffer[] {
    if (this.#mode === 'simple') return [query(text)]
    const format = this.#mode === 'binary' ? 1 : 0
    return [parse(text), describe('S'), bind({ format }), describe('P'), execute(), sync]
  }

  #afterCopy(): Buffer[] {
    return this.#mode === 'simple' ? [] : [sync]
  }

  async #answer(client: WireClient): Promise<Frame[]> {
    const frames: Frame[] = []
    for (let frame = await client.next(); frame !== undefined; frame = await client.next()) {
      frames.push(frame)
      // What was pipelined behind it was read as part of it.
      if (frame.type === 'G') client.send(copyFail('nothing to send'), ...this.#afterCopy())
      if (frame.type === 'Z') break
    }
    return frames
  }
}

function lineOf({ type, body }: Frame): string {
  if (type === 'E' && body.includes('held for approval')) return 'held'
  // Ids of tables that were made just now are of the moment.
  if (type === 'T') return `T ${fields(body).join(' ')}`
  // A notification starts with the process that sent it.
  const text = body.toString('latin1', type === 'A' ? 4 : 0)
  return `${type} ${text.replace(/pg_temp_\d+/g, 'pg_temp')}`
}

/** Names and types. */
function fields(body: Buffer): string[] {
  const reader = new ByteReader(body)
  return Array.from({ length: reader.uint16() }, () => {
    const name = reader.cstring()
    reader.slice(6)
    const type = reader.int32()
    reader.slice(8)
    return `${name}:${type}`
  })
}
