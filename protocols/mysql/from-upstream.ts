/**
 * The relay's half that reads the server. Synchronous, one pass over the packets of a chunk: what
 * nobody changes becomes spans of the chunk, rows with masked columns are made anew, and what was
 * asked by us is kept. Columns are held back until all of them are there and are judged. What is
 * not owed, or cannot be described, is a ProtocolError: it ends the session rather than shows a row
 * that nobody has looked at.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response.html
 *
 *              ┌───────────── more results ─────────────┐
 *              ▼                                        │
 *   owed ──► first ── count ──► columns ── judged ──► rows ── OK, EOF, ERR ──► answered
 *              │                                                                  ▲
 *              ├── OK, EOF, ERR ──────────────────────────────────────────────────┤
 *              ├── COM_STMT_PREPARE_OK ──► its definitions, counted ──────────────┤
 *              └── LOCAL INFILE ──► first, when the client has sent the file ─────┘
 */
import { ProtocolError } from '../errors.ts'
import type { Effect, Limits, Session } from '../protocol.ts'
import { AskedRows } from './asked-rows.ts'
import { Capability, has } from './capabilities.ts'
import { DescribedResults } from './described-results.ts'
import { codeOfTheServer, concealedErr, concealedOk } from './diagnostics.ts'
import type { Exchange, Owed, Run } from './exchange.ts'
import {
  encodeHeader,
  framePayloadMax,
  frameSequence,
  headerBytes,
  nextSequence,
  packetExtent,
} from './framing.ts'
import { errHeader } from './packets/err.ts'
import { localInfileHeader } from './packets/local-infile.ts'
import { okEndOfResultHeader, okHeader, ServerStatus, statusFlagsOf } from './packets/ok.ts'
import type { SessionState } from './session-state.ts'

export class FromUpstream {
  /** What goes to the client, in order. Emptied by whoever sends it. */
  readonly output: Buffer[] = []
  /** Runs that ended with what is in `output`. Emptied by whoever records them. */
  readonly ended: { run: Run; error: string | undefined }[] = []
  needed = 1
  /** Set when the recorder is full: nothing more may be read before it settles. */
  full: Promise<void> | undefined

  readonly #session: Session
  readonly #exchange: Exchange
  readonly #state: SessionState
  readonly #limits: Limits
  readonly #capabilities: bigint
  readonly #deprecatesEof: boolean
  readonly #described: DescribedResults
  /** The server answered, or wants a file: the client may be read again. */
  readonly #answered: () => void
  #spanStart = 0
  /** Bytes of a row that pass without being read, and whether it goes on in another frame. */
  #streaming = 0
  #continues = false
  #inRows = false
  /** Packets of COM_STMT_PREPARE's definitions that are still to come. */
  #definitions = 0
  /** How far the columns that are held back were looked at, from the first of them. */
  #scanned = 0
  #seenDefinitions = 0
  /** What is added to the server's sequence numbers, since masked rows took more or fewer frames. */
  #shift = 0
  #asked: AskedRows | undefined

  constructor(parts: {
    session: Session
    exchange: Exchange
    state: SessionState
    limits: Limits
    capabilities: bigint
    answered: () => void
  }) {
    this.#session = parts.session
    this.#exchange = parts.exchange
    this.#state = parts.state
    this.#limits = parts.limits
    this.#capabilities = parts.capabilities
    this.#deprecatesEof = has(parts.capabilities, Capability.DEPRECATE_EOF)
    this.#described = new DescribedResults(parts.session, parts.state)
    this.#answered = parts.answered
  }

  /** A packet of ours, where nothing of the server's is owed. */
  inject(packet: Buffer): void {
    this.#emit(packet)
  }

  /** Takes whole packets, and parts of rows that only pass. Returns how many bytes it took. */
  consume(bytes: Buffer): number {
    this.#spanStart = 0
    let offset = Math.min(this.#streaming, bytes.length)
    this.#streaming -= offset
    while (bytes.length - offset > headerBytes || this.#isFrame(bytes, offset)) {
      const inRows = this.#inRows || this.#exchange.owed?.reply === 'rows'
      const next = inRows ? this.#rows(bytes, offset) : this.#packet(bytes, offset)
      if (next === offset) break
      offset = next
    }
    this.#emitSpan(bytes, offset)
    return offset
  }

  /** A header alone is a frame when nothing follows it: the last one of a long row. */
  #isFrame(bytes: Buffer, offset: number): boolean {
    return bytes.length - offset === headerBytes && bytes.readUIntLE(offset, 3) === 0
  }

  #emitSpan(bytes: Buffer, end: number): void {
    if (end > this.#spanStart && this.#asked === undefined)
      this.#emit(bytes.subarray(this.#spanStart, end))
    this.#spanStart = end
  }

  /** What the client is shown is recorded, in the same order. */
  #emit(bytes: Buffer): void {
    this.output.push(bytes)
    this.full = this.#session.record({ type: 'frames', from: 'server', bytes }) ?? this.full
  }

  /** [offset, end) is not shown; `payload` is, as a packet of the same number. */
  #replace(bytes: Buffer, offset: number, end: number, payload: Buffer): void {
    this.#emitSpan(bytes, offset)
    this.#emit(encodeHeader(payload.length, frameSequence(bytes, offset)))
    this.#emit(payload)
    this.#spanStart = end
  }

  /** Our chunk to change: nobody else has seen it. */
  #renumber(bytes: Buffer, offset: number): void {
    if (this.#shift !== 0)
      bytes.writeUInt8((frameSequence(bytes, offset) + this.#shift) & 0xff, offset + 3)
  }

  // ── Rows ────────────────────────────────────────────────────────────────────────────────────

  /** All the rows from `offset` on: passed as they are, or made anew in one go. */
  #rows(bytes: Buffer, offset: number): number {
    const { run, format } = this.#owed()
    if (run === undefined) throw new ProtocolError('no row', 'a row')
    const { mask } = run
    let end = offset
    while (bytes.length - end >= headerBytes) {
      const length = bytes.readUIntLE(end, 3)
      if (!this.#continues) {
        const first = bytes[end + headerBytes]
        if (first === undefined) break
        if (this.#isEnd(first, length)) {
          if (end > offset) break
          return this.#endOfRows(bytes, offset)
        }
        if (length === 0 || (format === 'binary' && first !== 0))
          throw new ProtocolError('a row', `${length} bytes from 0x${first.toString(16)}`)
      }
      const next = end + headerBytes + length
      if (mask !== undefined) {
        const extent = this.#whole(bytes, end)
        if (extent === 0) break
        run.rows += 1
        end += extent
        continue
      }
      this.#renumber(bytes, end)
      this.#continues = length === framePayloadMax
      if (!this.#continues) run.rows += 1
      if (next > bytes.length) {
        this.#streaming = next - bytes.length
        run.bytes += next - offset
        return bytes.length
      }
      end = next
    }
    run.bytes += end - offset
    if (mask !== undefined && end > offset) {
      this.#emitSpan(bytes, offset)
      const masked = mask.maskRows(bytes, offset, end, this.#shift)
      this.#shift = masked.shift
      this.#emit(masked.bytes)
      this.#spanStart = end
    }
    return end
  }

  /** The extent of the packet at `at`, or 0 when it is not all there. */
  #whole(bytes: Buffer, at: number): number {
    const extent = packetExtent(bytes, at)
    const wanted = Math.abs(extent)
    if (wanted > this.#limits.frameBytesMax + headerBytes)
      throw new ProtocolError(
        `a packet of at most ${this.#limits.frameBytesMax} bytes`,
        `${wanted}`,
      )
    if (extent > 0) return extent
    this.needed = wanted
    return 0
  }

  /** Rows that begin like an OK or EOF have a first value of 16 MiB and are longer. */
  #isEnd(first: number, length: number): boolean {
    if (first === errHeader) return true
    if (first !== okEndOfResultHeader) return false
    return this.#deprecatesEof ? length < framePayloadMax : length < 9
  }

  #endOfRows(bytes: Buffer, offset: number): number {
    const extent = this.#whole(bytes, offset)
    if (extent === 0) return offset
    this.#renumber(bytes, offset)
    if (bytes[offset + headerBytes] === errHeader)
      return this.#error(bytes, offset, offset + extent)
    return this.#ok(bytes, offset, offset + extent)
  }

  // ── Everything else ─────────────────────────────────────────────────────────────────────────

  #owed(): Owed {
    const { owed } = this.#exchange
    if (owed === undefined) throw new ProtocolError('nothing', 'a packet that answers no command')
    return owed
  }

  #packet(bytes: Buffer, offset: number): number {
    const extent = this.#whole(bytes, offset)
    if (extent === 0) return offset
    const end = offset + extent
    const first = bytes[offset + headerBytes]
    if (extent >= framePayloadMax + headerBytes || first === undefined)
      throw new ProtocolError('a packet of one frame', `${extent} bytes`)
    const { owed } = this.#exchange
    // A server that shuts down says so before it closes, asked or not.
    if (owed === undefined && first === errHeader) return end
    const { reply, asked } = this.#owed()
    if (asked !== undefined) return this.#ask(bytes, offset, end)
    if (this.#definitions > 0) return this.#definition(end)
    const isColumns =
      reply === 'results' &&
      first !== okHeader &&
      first !== errHeader &&
      first !== localInfileHeader
    if (isColumns) return this.#columns(bytes, offset, end)
    this.#renumber(bytes, offset)
    if (first === errHeader) return this.#error(bytes, offset, end)
    switch (reply) {
      case 'ok':
        return this.#ok(bytes, offset, end)
      case 'text':
        this.#complete(true)
        return end
      case 'rows':
        throw new ProtocolError('a row', 'the beginning of a result')
      case 'definitions':
        return this.#isEnd(first, extent - headerBytes) ? this.#ok(bytes, offset, end) : end
      case 'prepare':
        return this.#prepared(bytes, offset, end)
      case 'results':
        return first === okHeader
          ? this.#ok(bytes, offset, end)
          : this.#localInfile(bytes, offset, end)
    }
  }

  /** What we asked ourselves is read by us and seen by nobody. */
  #ask(bytes: Buffer, offset: number, end: number): number {
    if (this.#asked === undefined) {
      this.#emitSpan(bytes, offset)
      this.#asked = new AskedRows(this.#deprecatesEof)
    }
    const state = this.#asked.take(bytes.subarray(offset + headerBytes, end))
    this.#spanStart = end
    if (state !== 'more') {
      const { rows, statusFlags } = this.#asked
      const asked = this.#exchange.owed?.asked
      this.#asked = undefined
      this.#exchange.owed = undefined
      if (statusFlags !== undefined) this.#state.reported(statusFlags)
      asked?.(state === 'failed' ? undefined : rows)
      this.#answered()
    }
    return end
  }

  #prepared(bytes: Buffer, offset: number, end: number): number {
    if (bytes[offset + headerBytes] !== okHeader || end - offset < headerBytes + 12)
      throw new ProtocolError('COM_STMT_PREPARE_OK', `${end - offset - headerBytes} bytes`)
    const id = bytes.readUInt32LE(offset + headerBytes + 1) // int<4> statement_id
    const columns = bytes.readUInt16LE(offset + headerBytes + 5) // int<2> num_columns
    const parameters = bytes.readUInt16LE(offset + headerBytes + 7) // int<2> num_params
    this.#owed().made?.(id, parameters)
    const eof = this.#deprecatesEof ? 0 : 1
    this.#definitions = (parameters > 0 ? parameters + eof : 0) + (columns > 0 ? columns + eof : 0)
    if (this.#definitions === 0) this.#complete(true)
    return end
  }

  #definition(end: number): number {
    this.#definitions -= 1
    if (this.#definitions === 0) this.#complete(true)
    return end
  }

  /** The number of columns, and all of their definitions: judged before any of it is shown. */
  #columns(bytes: Buffer, offset: number, end: number): number {
    const owed = this.#owed()
    const { run, format } = owed
    if (run === undefined) throw new ProtocolError('no result', 'a result')
    const count = columnCount(bytes.subarray(offset + headerBytes, end))
    const packets = count + (this.#deprecatesEof ? 0 : 1)
    // The chunk begins with them whenever this is called again.
    let at = this.#scanned === 0 ? end : offset + this.#scanned
    let seen = this.#scanned === 0 ? 0 : this.#seenDefinitions
    while (seen < packets) {
      const extent = bytes.length - at < headerBytes ? 0 : this.#whole(bytes, at)
      if (extent === 0) {
        this.#scanned = at - offset
        this.#seenDefinitions = seen
        this.needed = at - offset + Math.max(this.needed, headerBytes)
        if (this.needed > this.#limits.frameBytesMax + framePayloadMax)
          throw new ProtocolError('columns that fit into memory', `${this.needed} bytes of them`)
        return offset
      }
      if (bytes[at + headerBytes] === errHeader) throw new ProtocolError('ColumnDefinition', 'ERR')
      at += extent
      seen += 1
    }
    this.#scanned = 0
    for (let frame = offset; this.#shift !== 0 && frame < at; frame += packetExtent(bytes, frame))
      this.#renumber(bytes, frame)
    run.mask = this.#described.mask(run, count, bytes.subarray(offset, at), format)
    this.#inRows = true
    if (this.#deprecatesEof) return at
    // In place of rows: they wait in a cursor.
    const statusFlags = bytes.readUInt16LE(at - 2)
    if ((statusFlags & ServerStatus.CURSOR_EXISTS) !== 0) this.#succeeded(statusFlags)
    return at
  }

  #localInfile(bytes: Buffer, offset: number, end: number): number {
    const { run } = this.#owed()
    // A hostile server could ask for any file, at any time.
    if (run?.analysis.effects.some(mayImportLocally) !== true)
      throw new ProtocolError('a result', 'LOCAL INFILE that nobody asked for')
    this.#exchange.infile = nextSequence(frameSequence(bytes, offset))
    this.#answered()
    return end
  }

  /** OK or EOF: the end of a result, perhaps not of the reply. */
  #ok(bytes: Buffer, offset: number, end: number): number {
    const payload = bytes.subarray(offset + headerBytes, end)
    const { run } = this.#owed()
    if (payload.length > 7 && run?.hidesDiagnostics === true) {
      const shown = concealedOk(payload, this.#capabilities)
      if (shown !== payload) this.#replace(bytes, offset, end, shown)
    }
    this.#succeeded(statusFlagsOf(payload, this.#capabilities))
    return end
  }

  #succeeded(statusFlags: number): void {
    const { run, reply, prepared } = this.#owed()
    this.#state.reported(statusFlags)
    this.#inRows = false
    if (run !== undefined) {
      run.result += 1
      if (reply === 'results' && (statusFlags & ServerStatus.CURSOR_EXISTS) !== 0) {
        run.cursor = true
        if (prepared !== undefined) prepared.run = run
        this.#exchange.cursors.add(run)
      } else if (reply === 'rows' && (statusFlags & ServerStatus.LAST_ROW_SENT) !== 0) {
        run.cursor = false
        this.#exchange.cursors.delete(run)
      }
    }
    if ((statusFlags & ServerStatus.MORE_RESULTS_EXISTS) === 0) this.#complete(true)
  }

  #error(bytes: Buffer, offset: number, end: number): number {
    const { run, preparing } = this.#owed()
    const told = run ?? preparing
    const payload = bytes.subarray(offset + headerBytes, end)
    const hides = {
      all: told?.hidesDiagnostics === true,
      code: this.#session.hidesDiagnostics(codeOfTheServer),
    }
    const { shown, errno } = concealedErr(payload, hides, told?.text ?? '')
    if (shown !== payload) this.#replace(bytes, offset, end, shown)
    if (run !== undefined) {
      run.cursor = false
      this.#exchange.cursors.delete(run)
    }
    this.#complete(false, String(errno))
    return end
  }

  #complete(ok: boolean, error?: string): void {
    const { run, done, reply } = this.#owed()
    this.#exchange.owed = undefined
    this.#exchange.infile = undefined
    this.#inRows = false
    this.#shift = 0
    this.#definitions = 0
    if (run !== undefined) {
      if (reply === 'results' || reply === 'ok') this.#state.completed(run.analysis, run.result, ok)
      if (!run.cursor) this.end(run, error)
      if (ok && clearsDiagnostics(run)) this.#exchange.diagnosticsHidden = false
    }
    done?.(ok)
    this.#answered()
  }

  /** A run is over: nothing more will come of it. */
  end(run: Run, error: string | undefined): void {
    if (run.ended) return
    run.ended = true
    run.cursor = false
    this.#exchange.cursors.delete(run)
    this.ended.push({ run, error })
  }
}

/** MariaDB keeps what it would warn of until a statement uses a table. */
function clearsDiagnostics({ analysis, hidesDiagnostics, diagnostics }: Run): boolean {
  const { relations, results } = analysis
  const uses = relations.length > 0 && results.length === 1
  return uses && !hidesDiagnostics && diagnostics === undefined
}

/** LOAD DATA LOCAL, or a text that somebody let through unread. */
function mayImportLocally({ kind, detail }: Effect): boolean {
  return kind === 'unknown' || (kind === 'import' && detail === 'local')
}

/** int<lenenc>, alone in its packet. */
function columnCount(payload: Buffer): number {
  const first = payload[0] ?? 0
  const count =
    first < 0xfb && payload.length === 1
      ? first
      : first === 0xfc && payload.length === 3
        ? payload.readUInt16LE(1)
        : 0
  if (count === 0)
    throw new ProtocolError('a number of columns', `0x${payload.toString('hex', 0, 9)}`)
  return count
}
