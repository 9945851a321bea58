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
import type { Flow } from '../flow.ts'
import type { Effect, Limits, Refusal, Session } from '../protocol.ts'
import { RecordedSpans } from '../recorded-spans.ts'
import { AskedRows } from './asked-rows.ts'
import { Capability, has } from './capabilities.ts'
import { DescribedResults } from './described-results.ts'
import { clearsDiagnostics, codeOfTheServer, concealedErr, concealedOk } from './diagnostics.ts'
import type { Exchange, Owed, Run } from './exchange.ts'
import { FatalError } from './fatal.ts'
import {
  encodeHeader,
  framePayloadMax,
  frameSequence,
  headerBytes,
  nextSequence,
  packetExtent,
} from './framing.ts'
import { HeldColumns } from './held-columns.ts'
import { ErrorCode, errHeader } from './packets/err.ts'
import { localInfileHeader } from './packets/local-infile.ts'
import { okHeader, ServerStatus, statusFlagsOf } from './packets/ok.ts'
import { decodePrepareOk } from './packets/prepare-ok.ts'
import { PassingRows } from './passing-rows.ts'
import { refusalPacket } from './refusal.ts'
import { ServerPackets } from './server-packets.ts'
import type { SessionState } from './session-state.ts'

export class FromUpstream {
  /** Runs that ended with what is in `output`. Emptied by whoever records them. */
  readonly ended: { run: Run; error: string | undefined }[] = []

  readonly #session: Session
  readonly #exchange: Exchange
  readonly #state: SessionState
  readonly #capabilities: bigint
  readonly #described: DescribedResults
  /** The server answered, or wants a file: the client may be read again. */
  readonly #answered: () => void
  readonly #spans: RecordedSpans
  readonly #packets: ServerPackets
  readonly #rows: PassingRows
  readonly #columns: HeldColumns
  #inRows = false
  /** Packets of COM_STMT_PREPARE's definitions that are still to come. */
  #definitions = 0
  #asked: AskedRows | undefined

  constructor(parts: {
    session: Session
    exchange: Exchange
    state: SessionState
    limits: Limits
    capabilities: bigint
    answered: () => void
    flow: Flow
  }) {
    this.#session = parts.session
    this.#exchange = parts.exchange
    this.#state = parts.state
    this.#capabilities = parts.capabilities
    this.#spans = new RecordedSpans(parts.session)
    const deprecatesEof = has(parts.capabilities, Capability.DEPRECATE_EOF)
    this.#packets = new ServerPackets(deprecatesEof, parts.limits)
    this.#rows = new PassingRows(this.#packets, this.#spans, parts.flow)
    this.#columns = new HeldColumns(this.#packets, parts.limits.frameBytesMax)
    this.#described = new DescribedResults(parts.session, parts.state)
    this.#answered = parts.answered
  }

  /** What goes to the client, in order. Emptied by whoever sends it. */
  get output(): Buffer[] {
    return this.#spans.output
  }

  /** When the bytes given last end within a packet: how many it takes. */
  get needed(): number {
    return this.#packets.needed
  }

  /** When the recorder is full: nothing more may be read before it settles. Told once. */
  takeFull(): Promise<void> | undefined {
    return this.#spans.takeFull()
  }

  /** A packet of ours, where nothing of the server's is owed. */
  inject(packet: Buffer): void {
    this.#spans.emit(packet)
  }

  /** Takes whole packets, and parts of rows that only pass. Returns how many bytes it took. */
  consume(bytes: Buffer): number {
    this.#packets.needed = 1
    this.#spans.begin()
    let offset = this.#rows.begin(bytes)
    while (bytes.length - offset > headerBytes || this.#isFrame(bytes, offset)) {
      const inRows = this.#inRows || this.#exchange.owed?.reply === 'rows'
      const next = inRows ? this.#row(bytes, offset) : this.#packet(bytes, offset)
      if (next === offset) break
      offset = next
    }
    this.#spans.pass(bytes, offset)
    return offset
  }

  /** A header alone is a frame when nothing follows it: the last one of a long row. */
  #isFrame(bytes: Buffer, offset: number): boolean {
    return bytes.length - offset === headerBytes && bytes.readUIntLE(offset, 3) === 0
  }

  /** [offset, end) is not shown; `payload` is, as a packet of the same number. */
  #replace(bytes: Buffer, offset: number, end: number, payload: Buffer): void {
    this.#spans.drop(bytes, offset, end)
    this.#spans.emit(encodeHeader(payload.length, frameSequence(bytes, offset)))
    this.#spans.emit(payload)
  }

  /** All the rows from `offset` on, or what is behind the last of them. */
  #row(bytes: Buffer, offset: number): number {
    const { run, format } = this.#owed()
    if (run === undefined) throw new ProtocolError('no row', 'a row')
    if (this.#rows.ended(bytes, offset)) return this.#endOfRows(bytes, offset)
    return this.#rows.pass(bytes, offset, run, format)
  }

  #endOfRows(bytes: Buffer, offset: number): number {
    const extent = this.#packets.whole(bytes, offset)
    if (extent === 0) return offset
    this.#packets.renumber(bytes, offset)
    if (bytes[offset + headerBytes] === errHeader)
      return this.#error(bytes, offset, offset + extent)
    return this.#ok(bytes, offset, offset + extent)
  }

  #owed(): Owed {
    const { owed } = this.#exchange
    if (owed === undefined) throw new ProtocolError('nothing', 'a packet that answers no command')
    return owed
  }

  #packet(bytes: Buffer, offset: number): number {
    const extent = this.#packets.whole(bytes, offset)
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
    if (isColumns) return this.#result(bytes, offset, end)
    this.#packets.renumber(bytes, offset)
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
        return this.#packets.endsRows(first, extent - headerBytes)
          ? this.#ok(bytes, offset, end)
          : end
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
    this.#spans.drop(bytes, offset, end)
    this.#asked ??= new AskedRows(this.#packets.deprecatesEof)
    const state = this.#asked.take(bytes.subarray(offset + headerBytes, end))
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
    const { statementId, columns, parameters } = decodePrepareOk(
      bytes.subarray(offset + headerBytes, end),
    )
    this.#owed().made?.(statementId, parameters)
    const eof = this.#packets.deprecatesEof ? 0 : 1
    this.#definitions = (parameters > 0 ? parameters + eof : 0) + (columns > 0 ? columns + eof : 0)
    if (this.#definitions === 0) this.#complete(true)
    return end
  }

  #definition(end: number): number {
    this.#definitions -= 1
    if (this.#definitions === 0) this.#complete(true)
    return end
  }

  /** The columns of a result, judged before any of them is shown. */
  #result(bytes: Buffer, offset: number, end: number): number {
    const { run, format } = this.#owed()
    if (run === undefined) throw new ProtocolError('no result', 'a result')
    const packets = this.#packets
    const rows = this.#columns.take(bytes, offset, end)
    if (rows === offset) return offset
    for (let at = offset; packets.shift !== 0 && at < rows; at += packetExtent(bytes, at))
      packets.renumber(bytes, at)
    const { count } = this.#columns
    run.mask = this.#described.mask(run, count, bytes.subarray(offset, rows), format)
    this.#inRows = true
    if (packets.deprecatesEof) return rows
    // In place of rows: they wait in a cursor. In text it is one that a routine opened for itself.
    const statusFlags = bytes.readUInt16LE(rows - 2)
    const waits = format === 'binary' && (statusFlags & ServerStatus.CURSOR_EXISTS) !== 0
    if (waits) this.#succeeded(statusFlags)
    return rows
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
    if (run?.stopped !== undefined) return this.#stop(run.stopped, payload, bytes, offset, end)
    if (payload.length > 7 && run?.hidesDiagnostics === true) {
      const shown = concealedOk(payload, this.#capabilities)
      if (shown !== payload) this.#replace(bytes, offset, end, shown)
    }
    this.#succeeded(statusFlagsOf(payload, this.#capabilities))
    return end
  }

  /**
   * The server had said all before it could be told to stop. Of what it does after it the client
   * would not hear: so there must be nothing.
   */
  #stop(refusal: Refusal, payload: Buffer, bytes: Buffer, offset: number, end: number): number {
    const statusFlags = statusFlagsOf(payload, this.#capabilities)
    const shown = refusalPacket(refusal)
    if ((statusFlags & ServerStatus.MORE_RESULTS_EXISTS) !== 0)
      throw new FatalError(ErrorCode.ER_QUERY_INTERRUPTED, '70100', refusal.message)
    this.#state.reported(statusFlags)
    this.#replace(bytes, offset, end, shown)
    this.#complete(false, refusal.code)
    return end
  }

  #succeeded(statusFlags: number): void {
    const { run, reply, format, prepared } = this.#owed()
    this.#state.reported(statusFlags)
    this.#inRows = false
    if (run !== undefined) {
      run.result += 1
      const opened = format === 'binary' && (statusFlags & ServerStatus.CURSOR_EXISTS) !== 0
      if (reply === 'results' && opened) {
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
    if (run?.stopped !== undefined) {
      this.#replace(bytes, offset, end, refusalPacket(run.stopped))
      run.cursor = false
      this.#complete(false, run.stopped.code)
      return end
    }
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
    this.#packets.shift = 0
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

/** LOAD DATA LOCAL, or a text that somebody let through unread. */
function mayImportLocally({ kind, detail }: Effect): boolean {
  return kind === 'unknown' || (kind === 'import' && detail === 'local')
}
