/**
 * Recorded frames back into results. The bytes are what the client was shown, masks applied; a
 * frame may be cut over any number of recorded pieces, and a recording may end within one. Before
 * each response stands the beginning of the command that it answers.
 *
 *              ┌────────── more results ──────────┐
 *              ▼                                  │
 *   command ─► first ─ count ─► columns ─► rows ──┴─ OK, EOF, ERR ─► nothing
 *              │ └─ OK, ERR ──────────────────────────────────────► nothing
 *              └─── LOCAL INFILE ─► file ─ empty packet ─► first
 */
import { ProtocolError } from '../errors.ts'
import type { FrameDecoder, RecordedFrames, ResultEvent } from '../protocol.ts'
import { encodePacket, framePayloadMax } from './framing.ts'
import { type ColumnDefinition, decodeColumnDefinition } from './packets/column-definition.ts'
import { Command } from './packets/commands.ts'
import { decodeErr, errHeader } from './packets/err.ts'
import { localInfileHeader } from './packets/local-infile.ts'
import { okEndOfResultHeader, okHeader, ServerStatus } from './packets/ok.ts'
import { PayloadReader } from './payload.ts'
import { RecordedPackets } from './recorded-packets.ts'
import { type ShownColumn, shownColumn, shownRow } from './shown-rows.ts'

/** Command byte and statement id. */
const STATEMENT_BYTES = 5

/**
 * What is to be recorded as frames of the client before each response that is recorded: the command
 * byte, and for execute and fetch the statement's id. Without it nobody could tell a text row from
 * a binary one, or know whose rows a fetch brings. `statementId` stands for the -1 by which
 * MariaDB's clients mean the statement prepared last.
 */
export function commandFrame(payload: Buffer, statementId?: number): Buffer {
  if (!ofStatement.has(payload[0] ?? 0) || payload.length < STATEMENT_BYTES)
    return encodePacket(0, payload.subarray(0, 1))
  const marker = Buffer.from(payload.subarray(0, STATEMENT_BYTES))
  if (statementId !== undefined) marker.writeUInt32LE(statementId, 1)
  return encodePacket(0, marker)
}

const ofStatement: ReadonlySet<number> = new Set([
  Command.COM_STMT_EXECUTE,
  Command.COM_STMT_BULK_EXECUTE,
  Command.COM_STMT_FETCH,
])

export function frameDecoder(): FrameDecoder {
  return new RecordedResponses()
}

type State = 'first' | 'columns' | 'rows' | 'file' | 'nothing'

class RecordedResponses implements FrameDecoder {
  readonly #packets = { server: new RecordedPackets(), client: new RecordedPackets() }
  #events: ResultEvent[] = []
  #state: State = 'first'
  #command: number = Command.COM_QUERY
  #statement = 0
  #columns: ShownColumn[] = []
  #columnsLeft = 0
  /** Columns are told once it is clear that rows follow. */
  #told = false
  #rows = 0
  /** By statement: whose rows are fetched later. */
  readonly #cursors = new Map<number, ShownColumn[]>()

  push({ from, atUs, bytes }: RecordedFrames): readonly ResultEvent[] {
    this.#events = []
    const packets = this.#packets[from]
    packets.add(bytes)
    for (let payload = packets.next(); payload !== undefined; payload = packets.next()) {
      try {
        if (from === 'client') this.#fromClient(payload, atUs)
        else this.#fromServer(payload, atUs)
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        // A part of the recording is missing: up to the next command nothing can be said.
        this.#state = 'nothing'
      }
    }
    return this.#events
  }

  #fromClient(payload: Buffer, atUs: number): void {
    if (this.#state === 'file') {
      if (payload.length === 0) this.#state = 'first'
      else this.#events.push({ type: 'copy', atUs, from: 'client', bytes: payload })
      return
    }
    this.#packets.server.clear()
    this.#command = payload[0] ?? 0
    this.#statement = payload.length < STATEMENT_BYTES ? 0 : payload.readUInt32LE(1)
    this.#state = 'first'
    this.#rows = 0
    if (this.#command !== Command.COM_STMT_FETCH) return
    this.#columns = this.#cursors.get(this.#statement) ?? []
    this.#told = false
    this.#state = this.#columns.length > 0 ? 'rows' : 'nothing'
  }

  #fromServer(payload: Buffer, atUs: number): void {
    if (this.#state !== 'nothing' && payload[0] === errHeader) {
      this.#tellColumns(atUs)
      this.#state = 'nothing'
      this.#events.push(errorOf(payload, atUs))
      return
    }
    switch (this.#state) {
      case 'first':
        this.#first(payload, atUs)
        return
      case 'columns':
        this.#column(decodeColumnDefinition(payload))
        return
      case 'rows':
        this.#row(payload, atUs)
        return
      default:
    }
  }

  #first(payload: Buffer, atUs: number): void {
    if (!answersWithResults.has(this.#command)) {
      this.#state = 'nothing'
      if (this.#command === Command.COM_INIT_DB) this.#end(payload, atUs)
      return
    }
    if (payload[0] === okHeader) {
      this.#end(payload, atUs)
    } else if (payload[0] === localInfileHeader) {
      this.#state = 'file'
    } else {
      this.#columns = []
      this.#columnsLeft = new PayloadReader(payload).lenencLength() // int<lenenc>
      this.#told = false
      this.#rows = 0
      this.#state = 'columns'
    }
  }

  #column(definition: ColumnDefinition): void {
    this.#columns.push(shownColumn(definition, this.#command !== Command.COM_QUERY))
    this.#columnsLeft -= 1
    if (this.#columnsLeft <= 0) this.#state = 'rows'
  }

  #row(payload: Buffer, atUs: number): void {
    if (payload[0] !== okEndOfResultHeader || payload.length >= framePayloadMax) {
      this.#tellColumns(atUs)
      this.#rows += 1
      this.#events.push({ type: 'row', atUs, values: shownRow(payload, this.#columns) })
      return
    }
    const { statusFlags } = decodeEnd(payload)
    const fetched = this.#command === Command.COM_STMT_FETCH
    const executed = this.#command === Command.COM_STMT_EXECUTE
    if (executed && (statusFlags & ServerStatus.CURSOR_EXISTS) !== 0) {
      this.#cursors.set(this.#statement, this.#columns)
      this.#state = 'nothing'
      return
    }
    // The EOF between columns and rows, where EOF packets were agreed on.
    if (!fetched && !this.#told && this.#rows === 0 && payload.length === EOF_BYTES) {
      this.#tellColumns(atUs)
      return
    }
    this.#end(payload, atUs)
  }

  #tellColumns(atUs: number): void {
    if (this.#told || this.#state !== 'rows') return
    this.#told = true
    const columns = this.#columns.map(({ name, type }) => ({ name, type }))
    this.#events.push({ type: 'columns', atUs, columns })
  }

  #end(payload: Buffer, atUs: number): void {
    this.#tellColumns(atUs)
    const { affectedRows, statusFlags, warnings } = decodeEnd(payload)
    const of = this.#state === 'rows' ? rowsOf(this.#rows) : `OK, ${rowsOf(affectedRows)} affected`
    const more = (statusFlags & ServerStatus.MORE_RESULTS_EXISTS) !== 0
    this.#state = more ? 'first' : 'nothing'
    this.#events.push({
      type: 'end',
      atUs,
      tag: warnings === 0 ? of : `${of}, ${counted(warnings, 'warning')}`,
    })
  }
}

const answersWithResults: ReadonlySet<number> = new Set([Command.COM_QUERY, ...ofStatement])

/** With its header: an OK that ends a result is longer. */
const EOF_BYTES = 5

interface End {
  readonly affectedRows: bigint
  readonly statusFlags: number
  readonly warnings: number
}

/** OK or EOF; they count in different orders. */
function decodeEnd(payload: Buffer): End {
  const body = new PayloadReader(payload, 1)
  if (payload.length === EOF_BYTES) {
    const warnings = body.uint16() // int<2>
    return { affectedRows: 0n, warnings, statusFlags: body.uint16() } // int<2>
  }
  const affectedRows = body.lenencInteger() // int<lenenc>
  body.lenencInteger() // int<lenenc> last insert id
  const statusFlags = body.uint16() // int<2>
  return { affectedRows, statusFlags, warnings: body.uint16() } // int<2>
}

function rowsOf(count: number | bigint): string {
  return counted(count, 'row')
}

function counted(count: number | bigint, noun: string): string {
  return `${count} ${noun}${String(count) === '1' ? '' : 's'}`
}

function errorOf(payload: Buffer, atUs: number): ResultEvent {
  const { code, sqlState, message } = decodeErr(payload)
  return {
    type: 'error',
    atUs,
    severity: 'ERROR',
    code: `${code} (${sqlState})`,
    message,
    detail: undefined,
    hint: undefined,
  }
}
