/**
 * The relay's half that reads the server. Synchronous, one pass over the frames of a chunk: what
 * nobody changes becomes spans of the chunk, rows with masked columns are made anew, and what was
 * asked by us is dropped. What is not owed, or cannot be described, is a ProtocolError: it ends
 * the session rather than shows a row that nobody has looked at.
 */
import { ByteReader } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import type {
  Analysis,
  Column,
  EffectKind,
  Limits,
  ResultLineage,
  Session,
  ValueType,
} from '../protocol.ts'
import type { Conversation, Owed, Prepared, Run } from './conversation.ts'
import { CopyMask } from './copy-mask.ts'
import { concealed, refusalResponse } from './diagnostics.ts'
import { Backend, frameLength, headerBytes } from './framing.ts'
import { formatOf } from './messages/extended-query.ts'
import {
  decodeRowDescription,
  encodeRowDescription,
  type FieldDescription,
} from './messages/row-description.ts'
import { compileRowMask, type RowMask } from './row-mask.ts'
import { copyOptionsOf } from './sql/copy-options.ts'
import type { StatementNames } from './statement-names.ts'

export class FromUpstream {
  /** What goes to the client, in order. Emptied by whoever sends it. */
  readonly output: Buffer[] = []
  /** Runs that ended with what is in `output`. Emptied by whoever records them. */
  readonly ended: { run: Run; error: string | undefined }[] = []
  needed = 1
  /** Set when the recorder is full: nothing more may be read before it settles. */
  full: Promise<void> | undefined

  readonly #session: Session
  readonly #conversation: Conversation
  readonly #names: StatementNames
  readonly #limits: Limits
  /** A segment was answered, or failed: names that were waited for may be known now. */
  readonly #answered: () => void
  /** Bytes of a row or of COPY data that pass without being read. */
  #streaming = 0
  #spanStart = 0
  /** The description of the rows that were recorded last. */
  #shown: Prepared['mask']
  /** Notices of ours that wait for the end of a frame. */
  #notices: Buffer[] = []
  /** By analysis and position: the last description of that result, and the mask made from it. */
  readonly #described = new WeakMap<object, DescribedResult[]>()

  constructor(parts: {
    session: Session
    conversation: Conversation
    names: StatementNames
    limits: Limits
    answered: () => void
  }) {
    this.#session = parts.session
    this.#conversation = parts.conversation
    this.#names = parts.names
    this.#limits = parts.limits
    this.#answered = parts.answered
  }

  /** Puts a frame of ours between two of the server's. */
  inject(frame: Buffer): void {
    if (this.#streaming === 0) this.#emit(frame)
    else this.#notices.push(frame)
  }

  /** Takes whole frames, and parts of those that only pass. Returns how many bytes it took. */
  consume(bytes: Buffer): number {
    this.#spanStart = 0
    let offset = Math.min(this.#streaming, bytes.length)
    this.#streaming -= offset
    if (this.#streaming === 0 && this.#notices.length > 0) {
      this.#emitSpan(bytes, offset)
      for (const frame of this.#notices) this.#emit(frame)
      this.#notices = []
    }
    while (bytes.length - offset >= headerBytes) {
      const next =
        bytes[offset] === Backend.DataRow ? this.#rows(bytes, offset) : this.#frame(bytes, offset)
      if (next === offset) break
      offset = next
    }
    this.#emitSpan(bytes, offset)
    return offset
  }

  #emitSpan(bytes: Buffer, end: number): void {
    if (end > this.#spanStart) this.#emit(bytes.subarray(this.#spanStart, end))
    this.#spanStart = end
  }

  /** What the client is shown is recorded, in the same order. */
  #emit(bytes: Buffer): void {
    this.output.push(bytes)
    this.full = this.#session.record({ type: 'frames', from: 'server', bytes }) ?? this.full
  }

  // ── Rows ────────────────────────────────────────────────────────────────────────────────────

  /** All the rows from `offset` on: passed as they are, or made anew in one go. */
  #rows(bytes: Buffer, offset: number): number {
    const run = this.#running()
    if (!run.described) this.#describeExecuted(run, bytes, offset)
    let end = offset
    while (bytes.length - end >= rowHeaderBytes && bytes[end] === Backend.DataRow) {
      const length = frameLength(bytes, end)
      if (length < 6) throw new ProtocolError('a DataRow', `a length of ${length}`)
      const columns = bytes.readUInt16BE(end + headerBytes)
      if (columns !== run.columns)
        throw new ProtocolError(`DataRow of ${run.columns} columns`, `${columns} columns`)
      const next = end + 1 + length
      if (next > bytes.length) {
        if (run.mask !== undefined) {
          this.#wholeFrame(length)
          if (end === offset) this.needed = next - end
          break
        }
        this.#streaming = next - bytes.length
        run.rows += 1
        run.bytes += next - offset
        return bytes.length
      }
      run.rows += 1
      end = next
    }
    if (end === offset && bytes.length - end < rowHeaderBytes) this.needed = rowHeaderBytes
    run.bytes += end - offset
    if (run.mask !== undefined && end > offset) {
      this.#emitSpan(bytes, offset)
      this.#emit(run.mask.maskRows(bytes, offset, end))
      this.#spanStart = end
    }
    return end
  }

  #running(): Run {
    const run = this.#conversation.next()?.run
    if (run === undefined) throw new ProtocolError('no row', 'DataRow')
    return run
  }

  #wholeFrame(length: number): void {
    if (length > this.#limits.frameBytesMax)
      throw new ProtocolError(
        `a frame of at most ${this.#limits.frameBytesMax} bytes`,
        `one of ${length}`,
      )
  }

  /** Rows of an Execute: what Describe said, in the formats that Bind asked for. */
  #describeExecuted(run: Run, bytes: Buffer, offset: number): void {
    const portal = run.portal
    const fields = portal?.prepared.fields
    if (portal === undefined || fields === undefined)
      throw new ProtocolError('RowDescription', 'DataRow')
    const { prepared, resultFormats } = portal
    if (
      prepared.mask?.analysis !== run.analysis ||
      !sameFormats(prepared.mask.formats, resultFormats)
    ) {
      const formats = fields.map((_, i) => formatOf(resultFormats, i))
      const rows = this.#rowMask(run, fields, formats)
      const frame = encodeRowDescription(fields, formats)
      prepared.mask = { analysis: run.analysis, formats: resultFormats, rows, frame }
    }
    run.mask = prepared.mask.rows
    run.columns = fields.length
    run.described = true
    // The recording has to say what the rows are, even if the client was told long ago.
    if (this.#shown !== prepared.mask) {
      this.#shown = prepared.mask
      this.#emitSpan(bytes, offset)
      this.full =
        this.#session.record({ type: 'frames', from: 'server', bytes: prepared.mask.frame }) ??
        this.full
    }
  }

  /** Rows of a simple query: its own RowDescription, which is mostly the one of the last time. */
  #describeResult(run: Run, frame: Buffer): void {
    let known = this.#described.get(run.analysis)
    if (known === undefined) {
      known = []
      this.#described.set(run.analysis, known)
    }
    let result = known[run.result]
    if (result === undefined || !result.frame.equals(frame)) {
      const fields = decodeRowDescription(new ByteReader(frame, headerBytes))
      const formats = fields.map(field => (field.format === 1 ? 1 : 0))
      const mask = this.#rowMask(run, fields, formats)
      result = { frame: Buffer.from(frame), columns: fields.length, mask }
      known[run.result] = result
    }
    run.mask = result.mask
    run.columns = result.columns
    run.described = true
    this.#shown = undefined
  }

  #rowMask(
    run: Run,
    fields: readonly FieldDescription[],
    formats: readonly (0 | 1)[],
  ): RowMask | undefined {
    const columns = fields.map(field => this.#names.column(field))
    const mask = this.#session.masks(run.analysis, run.result, columns)
    return mask === undefined ? undefined : compileRowMask(mask, columns, formats)
  }

  // ── Everything else ─────────────────────────────────────────────────────────────────────────

  #frame(bytes: Buffer, offset: number): number {
    const type = bytes[offset]
    const length = frameLength(bytes, offset)
    if (length < 4) throw new ProtocolError('a frame length of 4 or more', String(length))
    const end = offset + 1 + length
    if (type === Backend.CopyData) return this.#copyData(bytes, offset, end)
    this.#wholeFrame(length)
    if (end > bytes.length) {
      this.needed = end - offset
      return offset
    }
    const conversation = this.#conversation
    switch (type) {
      case Backend.ParseComplete:
        conversation.answered('parse')
        return end
      case Backend.BindComplete:
        conversation.answered('bind')
        return end
      case Backend.CloseComplete:
        conversation.answered('close')
        return end
      case Backend.ParameterDescription:
        this.#parameterDescription(bytes, offset, end)
        return end
      case Backend.RowDescription:
        this.#rowDescription(bytes, offset, end)
        return end
      case Backend.NoData:
        this.#descriptionOf(bytes, offset, end)
        return end
      case Backend.CommandComplete:
      case Backend.EmptyQueryResponse:
        this.#complete(bytes, offset, end, type)
        return end
      case Backend.PortalSuspended:
        conversation.suspended.add(this.#running())
        conversation.answered('execute')
        return end
      case Backend.ErrorResponse:
        this.#error(bytes, offset, end)
        return end
      case Backend.NoticeResponse:
        this.#notice(bytes, offset, end)
        return end
      case Backend.ReadyForQuery:
        this.#ready(bytes[offset + headerBytes])
        return end
      case Backend.CopyInResponse:
        this.#running()
        conversation.copyInBegan()
        return end
      case Backend.CopyOutResponse:
        this.#copyOut()
        return end
      case Backend.CopyDone:
        this.#copyDone()
        return end
      case Backend.ParameterStatus:
        this.#parameterStatus(new ByteReader(bytes, offset + headerBytes, end))
        return end
      case Backend.NotificationResponse:
        return end
      default:
        throw new ProtocolError('a backend message', `type 0x${(type ?? 0).toString(16)}`)
    }
  }

  #drop(bytes: Buffer, offset: number, end: number): void {
    this.#emitSpan(bytes, offset)
    this.#spanStart = end
  }

  #replace(bytes: Buffer, offset: number, end: number, frame: Buffer): void {
    this.#drop(bytes, offset, end)
    this.#emit(frame)
  }

  #parameterDescription(bytes: Buffer, offset: number, end: number): void {
    const prepared = this.#conversation.next()?.described
    if (prepared === undefined) return
    const body = new ByteReader(bytes, offset + headerBytes, end)
    const count = body.uint16() // Int16
    const types: number[] = []
    for (let i = 0; i < count; i++) types.push(body.uint32()) // Int32
    prepared.parameterTypes = types
  }

  #rowDescription(bytes: Buffer, offset: number, end: number): void {
    const owed = this.#conversation.next()
    if (owed?.reply === 'query' && owed.run !== undefined) {
      this.#describeResult(owed.run, bytes.subarray(offset, end))
      return
    }
    this.#descriptionOf(bytes, offset, end)
  }

  /** The answer to Describe: RowDescription, or NoData for no columns. */
  #descriptionOf(bytes: Buffer, offset: number, end: number): void {
    const owed = this.#conversation.answered('describe')
    const prepared = owed.described
    if (prepared !== undefined) {
      prepared.describing = undefined
      const frame = bytes.subarray(offset, end)
      if (prepared.description?.equals(frame) !== true) {
        prepared.description = Buffer.from(frame)
        this.#shown = undefined
        prepared.mask = undefined
        prepared.fields =
          frame[0] === Backend.NoData
            ? []
            : decodeRowDescription(new ByteReader(frame, headerBytes))
      }
    }
    if (owed.ours) this.#drop(bytes, offset, end)
  }

  #complete(bytes: Buffer, offset: number, end: number, type: number): void {
    const owed = this.#conversation.next()
    const run = this.#running()
    if (type === Backend.CommandComplete && bytes[end - 1] !== 0)
      throw new ProtocolError('a NUL after the tag', 'another byte')
    const tag =
      type === Backend.CommandComplete
        ? bytes.toString('utf8', offset + headerBytes, end - 1)
        : undefined
    this.#names.completed(run.analysis, run.result, tag ?? '')
    run.tag = tag
    run.result += 1
    run.described = false
    run.mask = undefined
    run.copy = undefined
    if (owed?.reply !== 'execute') return
    this.#conversation.answered('execute')
    this.#conversation.suspended.delete(run)
    this.ended.push({ run, error: undefined })
  }

  #ready(status: number | undefined): void {
    const conversation = this.#conversation
    const owed = conversation.answered('sync', 'query')
    if (owed.run !== undefined && !owed.run.failed)
      this.ended.push({ run: owed.run, error: undefined })
    const transaction = status === 0x49 ? 'idle' : status === 0x54 ? 'open' : 'failed'
    conversation.transaction = transaction
    if (transaction === 'idle') {
      conversation.portals.clear()
      conversation.hidesAtEnd = false
      for (const run of conversation.suspended) this.ended.push({ run, error: undefined })
      conversation.suspended.clear()
    }
    this.#names.settled(transaction)
    this.#answered()
  }

  #error(bytes: Buffer, offset: number, end: number): void {
    const owed = this.#conversation.next()
    const simple = owed?.reply === 'query'
    if (simple) this.#conversation.copyIn = false
    const skipped = simple ? [] : this.#conversation.failed()
    if (owed?.refusal !== undefined) {
      this.#replace(bytes, offset, end, refusalResponse(owed.refusal))
    } else {
      const frame = bytes.subarray(offset, end)
      const { shown, code } = concealed(frame, { all: this.#hides(owed), code: this.#hidesCode })
      if (shown !== frame) this.#replace(bytes, offset, end, shown)
      if (owed?.run !== undefined) this.#failed(owed.run, code)
    }
    for (const { run } of skipped)
      if (run !== undefined && run !== owed?.run) this.#failed(run, 'skipped')
    this.#answered()
  }

  #failed(run: Run, error: string): void {
    run.failed = true
    this.#conversation.suspended.delete(run)
    this.ended.push({ run, error })
  }

  /** Whether what the server says now may show masked values. */
  #hides(owed: Owed | undefined): boolean {
    if (owed?.run?.hidesDiagnostics === true) return true
    if (owed?.analysis !== undefined && this.#session.hidesDiagnostics(owed.analysis)) return true
    if (!this.#conversation.hidesAtEnd) return false
    const effects = owed?.run?.analysis.effects
    return effects === undefined || effects.every(each => endsTransactions.has(each.kind))
  }

  /** Triggers, constraints and the like may say anything: whether it may be something masked. */
  get #hidesCode(): boolean {
    return this.#session.hidesDiagnostics(codeOfTheServer)
  }

  #notice(bytes: Buffer, offset: number, end: number): void {
    const frame = bytes.subarray(offset, end)
    const hides = { all: this.#hides(this.#conversation.next()), code: this.#hidesCode }
    const { shown } = concealed(frame, hides)
    if (shown !== frame) this.#replace(bytes, offset, end, shown)
  }

  #parameterStatus(body: ByteReader): void {
    const name = body.cstring() // String
    const value = body.cstring() // String
    this.#names.reported(name, value)
  }

  // ── COPY TO STDOUT ──────────────────────────────────────────────────────────────────────────

  #copyOut(): void {
    const run = this.#running()
    const lineage = run.analysis.results[run.result]
    const columns = copiedColumns(lineage)
    const mask = this.#session.masks(run.analysis, run.result, columns)
    if (mask === undefined) {
      run.copy = 'shown'
      return
    }
    const options = copyOptionsOf(run.text, run.result)
    run.copy =
      options === undefined || lineage === undefined || typeof lineage === 'string'
        ? 'withheld'
        : new CopyMask(options, mask, columns)
  }

  #copyDone(): void {
    const { copy } = this.#running()
    // What a masked row left over is no whole row: it cannot be shown.
    if (copy instanceof CopyMask) copy.finish()
  }

  #copyData(bytes: Buffer, offset: number, end: number): number {
    const run = this.#running()
    if (run.copy === undefined) throw new ProtocolError('CopyOutResponse', 'CopyData')
    if (run.copy === 'shown') {
      const here = Math.min(end, bytes.length)
      this.#streaming = end - here
      run.bytes += end - offset
      return here
    }
    this.#wholeFrame(end - offset)
    if (end > bytes.length) {
      this.needed = end - offset
      return offset
    }
    if (run.copy === 'withheld') {
      this.#drop(bytes, offset, end)
      return end
    }
    const body = run.copy.push(bytes.subarray(offset + headerBytes, end))
    run.bytes += end - offset
    this.#drop(bytes, offset, end)
    if (body.length > 0) {
      this.#emit(copyDataHeader(body.length))
      this.#emit(body)
    }
    return end
  }
}

/** Type, length and the number of columns. */
const rowHeaderBytes = 7

interface DescribedResult {
  readonly frame: Buffer
  readonly columns: number
  readonly mask: RowMask | undefined
}

/** What a statement does that may run deferred constraints and triggers of earlier ones. */
const endsTransactions: ReadonlySet<EffectKind> = new Set(['transaction', 'setting'])

function sameFormats(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((format, i) => format === b[i]))
}

const codeOfTheServer: Analysis = {
  tag: '',
  effects: [],
  results: [],
  reads: [],
  moves: [],
  relations: [],
  normalized: '',
  unreadable: 'code that runs in the server',
}

const unknownType: ValueType = { class: 'other', name: 'unknown', lengthMax: undefined }

function copiedColumns(lineage: ResultLineage | undefined): readonly Column[] {
  // One column stands for all that are not known: if it is hidden, everything is withheld.
  if (lineage === undefined || typeof lineage === 'string')
    return [{ name: '', type: unknownType, origin: [] }]
  return lineage.map(column => ({
    name: column.name,
    type: column.type ?? unknownType,
    origin: [],
  }))
}

function copyDataHeader(length: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes)
  header[0] = Backend.CopyData
  header.writeUInt32BE(length + 4, 1)
  return header
}
