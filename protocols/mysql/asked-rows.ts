/** Reads the reply to a query of our own: a few short rows in text, packet by packet. */
import { ProtocolError } from '../errors.ts'
import { errHeader } from './packets/err.ts'
import { okEndOfResultHeader, okHeader } from './packets/ok.ts'
import { PayloadReader } from './payload.ts'

const nullValue = 0xfb

export class AskedRows {
  readonly rows: (string | null)[][] = []
  /** Of the packet that ended it. */
  statusFlags: number | undefined
  readonly #deprecatesEof: boolean
  #columns = 0
  /** Definitions, and the EOF behind them, that are still to come. */
  #left = -1

  constructor(deprecatesEof: boolean) {
    this.#deprecatesEof = deprecatesEof
  }

  take(payload: Buffer): 'more' | 'complete' | 'failed' {
    const first = payload[0] ?? 0
    if (first === errHeader) return 'failed'
    if (this.#left < 0) {
      if (first === okHeader) return 'complete'
      if (first > 0xfa) throw new ProtocolError('a number of columns', `0x${first.toString(16)}`)
      this.#columns = first
      this.#left = first + (this.#deprecatesEof ? 0 : 1)
      return 'more'
    }
    if (this.#left > 0) {
      this.#left -= 1
      return 'more'
    }
    if (first === okEndOfResultHeader) {
      this.statusFlags = statusFlags(payload, this.#deprecatesEof)
      return 'complete'
    }
    const body = new PayloadReader(payload)
    const row: (string | null)[] = []
    for (let i = 0; i < this.#columns; i += 1) {
      if (body.peek() === nullValue) {
        body.skip(1)
        row.push(null)
      } else row.push(body.lenencString()) // string<lenenc>
    }
    this.rows.push(row)
    return 'more'
  }
}

function statusFlags(payload: Buffer, deprecatesEof: boolean): number {
  const body = new PayloadReader(payload, 1)
  if (deprecatesEof) {
    body.lenencInteger() // int<lenenc> affected_rows
    body.lenencInteger() // int<lenenc> last_insert_id
  } else body.skip(2) // int<2> warnings
  return body.uint16() // int<2> status_flags
}
