/**
 * The relay's half that reads the server. Synchronous, one pass over the frames of a chunk: what
 * nobody changes becomes spans of the chunk, rows with masked columns are made anew, and what was
 * asked by us is dropped. What is not owed, or cannot be described, is a ProtocolError: it ends
 * the session rather than shows a row that nobody has looked at.
 */
import { ByteReader } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import type { Flow } from '../flow.ts'
import type { Analysis, EffectKind, Limits, Refusal, Session } from '../protocol.ts'
import { RecordedSpans } from '../recorded-spans.ts'
import type { Conversation, Owed, Run } from './conversation.ts'
import { CopyMask } from './copy-mask.ts'
import { copyOut } from './copy-out.ts'
import { Descriptions } from './descriptions.ts'
import { concealed, refusalResponse } from './diagnostics.ts'
import { FatalError } from './fatal.ts'
import { Backend, frameLength, headerBytes } from './framing.ts'
import { PassingRows } from './passing-rows.ts'
import { sqlStateOf } from './refusal.ts'
import type { StatementNames } from './statement-names.ts'

export class FromUpstream {
  /** Runs that ended with what is in `output`. Emptied by whoever records them. */
  readonly ended: { run: Run; error: string | undefined }[] = []

  readonly #session: Session
  readonly #conversation: Conversation
  readonly #names: StatementNames
  /** A segment was answered, or failed: names that were waited for may be known now. */
  readonly #answered: () => void
  /** Sends what must fail, so that the transaction does. */
  readonly #fail: () => void
  /** A result was stopped: nothing is shown before the server is ready again. */
  #silent = false
  /** Notices of ours that wait for the end of a frame. */
  #notices: Buffer[] = []
  readonly #spans: RecordedSpans
  readonly #flow: Flow
  readonly #rows: PassingRows
  readonly #descriptions: Descriptions

  constructor(parts: {
    session: Session
    conversation: Conversation
    names: StatementNames
    limits: Limits
    answered: () => void
    flow: Flow
    fail: () => void
  }) {
    this.#session = parts.session
    this.#conversation = parts.conversation
    this.#names = parts.names
    this.#answered = parts.answered
    this.#fail = parts.fail
    this.#spans = new RecordedSpans(parts.session)
    this.#flow = parts.flow
    this.#rows = new PassingRows(this.#spans, parts.flow, parts.limits)
    this.#descriptions = new Descriptions(parts.session, parts.names)
  }

  /** What goes to the client, in order. Emptied by whoever sends it. */
  get output(): Buffer[] {
    return this.#spans.output
  }

  /** When the bytes given last end within a frame: how many it takes. Begins anew with each. */
  get needed(): number {
    return this.#rows.needed
  }

  /** When the recorder is full: nothing more may be read before it settles. Told once. */
  takeFull(): Promise<void> | undefined {
    return this.#spans.takeFull()
  }

  /** Puts a frame of ours between two of the server's. */
  inject(frame: Buffer): void {
    if (this.#rows.midFrame) this.#notices.push(frame)
    else this.#spans.emit(frame)
  }

  /** Takes whole frames, and parts of those that only pass. Returns how many bytes it took. */
  consume(bytes: Buffer): number {
    this.#spans.begin()
    this.#rows.needed = 1
    let offset = this.#rows.begin(bytes)
    if (!this.#rows.midFrame && this.#notices.length > 0) {
      this.#spans.pass(bytes, offset)
      for (const frame of this.#notices) this.#spans.emit(frame)
      this.#notices = []
    }
    while (bytes.length - offset >= headerBytes) {
      const type = bytes[offset]
      const silent = this.#silent && !alwaysShown.has(type)
      const next = type === Backend.DataRow ? this.#row(bytes, offset) : this.#frame(bytes, offset)
      if (next === offset) break
      if (silent) this.#spans.drop(bytes, offset, next)
      offset = next
    }
    this.#spans.pass(bytes, offset)
    return offset
  }

  // ── Rows ────────────────────────────────────────────────────────────────────────────────────

  /** All the rows from `offset` on. */
  #row(bytes: Buffer, offset: number): number {
    const run = this.#running()
    if (this.#stopped(run)) return this.#rows.withhold(bytes, offset)
    if (!run.described) this.#describeExecuted(run, bytes, offset)
    return this.#rows.rows(bytes, offset, run)
  }

  #copyData(bytes: Buffer, offset: number): number {
    const run = this.#running()
    if (this.#stopped(run)) return this.#rows.withhold(bytes, offset)
    return this.#rows.copyData(bytes, offset, run)
  }

  #stopped(run: Run): boolean {
    return this.#silent || run.stopped !== undefined
  }

  #running(): Run {
    const run = this.#conversation.next()?.run
    if (run === undefined) throw new ProtocolError('no row', 'DataRow')
    return run
  }

  #describeExecuted(run: Run, bytes: Buffer, offset: number): void {
    const description = this.#descriptions.describeExecuted(run)
    if (description === undefined) return
    this.#spans.pass(bytes, offset)
    this.#spans.record(description)
  }

  // ── Everything else ─────────────────────────────────────────────────────────────────────────

  #frame(bytes: Buffer, offset: number): number {
    const type = bytes[offset]
    const length = frameLength(bytes, offset)
    if (length < 4) throw new ProtocolError('a frame length of 4 or more', String(length))
    const end = offset + 1 + length
    if (type === Backend.CopyData) return this.#copyData(bytes, offset)
    this.#rows.wholeFrame(length)
    if (end > bytes.length) {
      this.#rows.needed = end - offset
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
        return this.#complete(bytes, offset, end, type)
      case Backend.PortalSuspended: {
        const run = this.#running()
        if (run.stopped !== undefined) return this.#stop(run, run.stopped, bytes, offset, end)
        conversation.suspended.add(run)
        conversation.answered('execute')
        return end
      }
      case Backend.ErrorResponse:
        if (length > errorBytesFree && !this.#maySay(end - offset)) return offset
        this.#error(bytes, offset, end)
        return end
      case Backend.NoticeResponse:
        if (!this.#maySay(end - offset)) return offset
        this.#notice(bytes, offset, end)
        return end
      case Backend.ReadyForQuery:
        this.#beReady(bytes, offset, end)
        return end
      case Backend.CopyInResponse:
        this.#running()
        conversation.copyInBegan()
        return end
      case Backend.CopyOutResponse:
        this.#beginCopyOut()
        return end
      case Backend.CopyDone:
        this.#copyDone()
        return end
      case Backend.ParameterStatus:
        this.#parameterStatus(new ByteReader(bytes, offset + headerBytes, end))
        return end
      case Backend.NotificationResponse: {
        const refusal = this.#session.overhears(end - offset)
        if (refusal !== undefined) throw new FatalError(sqlStateOf(refusal), refusal.message)
        return end
      }
      default:
        throw new ProtocolError('a backend message', `type 0x${(type ?? 0).toString(16)}`)
    }
  }

  #replace(bytes: Buffer, offset: number, end: number, frame: Buffer): void {
    this.#spans.drop(bytes, offset, end)
    if (!this.#silent) this.#spans.emit(frame)
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
      this.#descriptions.describeResult(owed.run, bytes.subarray(offset, end))
      return
    }
    this.#descriptionOf(bytes, offset, end)
  }

  /** The answer to Describe: RowDescription, or NoData for no columns. */
  #descriptionOf(bytes: Buffer, offset: number, end: number): void {
    const owed = this.#conversation.answered('describe')
    this.#descriptions.describe(owed, bytes.subarray(offset, end))
    if (owed.ours) this.#spans.drop(bytes, offset, end)
  }

  #complete(bytes: Buffer, offset: number, end: number, type: number): number {
    const owed = this.#conversation.next()
    const run = this.#running()
    if (type === Backend.CommandComplete && bytes[end - 1] !== 0)
      throw new ProtocolError('a NUL after the tag', 'another byte')
    const tag =
      type === Backend.CommandComplete
        ? bytes.toString('utf8', offset + headerBytes, end - 1)
        : undefined
    this.#names.completed(run.analysis, run.result, tag ?? '')
    if (run.stopped !== undefined && !run.failed)
      return this.#stop(run, run.stopped, bytes, offset, end)
    run.tag = tag
    run.result += 1
    run.described = false
    run.mask = undefined
    run.copy = undefined
    if (owed?.reply !== 'execute') return end
    this.#conversation.answered('execute')
    this.#conversation.suspended.delete(run)
    if (!run.failed) this.ended.push({ run, error: undefined })
    return end
  }

  /**
   * The server had said all before it could be told to stop. The client is told that the result was
   * stopped, and nothing of what the server did after it: so there must be nothing that counts.
   */
  #stop(run: Run, refusal: Refusal, bytes: Buffer, offset: number, end: number): number {
    const conversation = this.#conversation
    const owed = conversation.next()
    if (owed?.reply === 'execute') conversation.answered('execute')
    const more = run.portal === undefined && run.result + 1 < run.analysis.results.length
    if (more || conversation.runsBeforeSync())
      throw new FatalError(sqlStateOf(refusal), refusal.message)
    this.#replace(bytes, offset, end, refusalResponse(refusal))
    this.#failed(run, refusal.code)
    this.#silent = true
    return end
  }

  /** After a result that was stopped too late for the server to fail at it, a transaction fails. */
  #beReady(bytes: Buffer, offset: number, end: number): void {
    const status = bytes[offset + headerBytes]
    if (this.#silent && status === openTransaction) {
      // What was sent behind it ran already.
      if (this.#conversation.owedCount > 1)
        throw new FatalError('57014', 'a result was stopped, and what was sent behind it ran')
      this.#conversation.owe({ reply: 'query', ours: true })
      this.#fail()
      this.#spans.drop(bytes, offset, end)
    }
    this.#silent = false
    this.#ready(status)
  }

  #ready(status: number | undefined): void {
    const conversation = this.#conversation
    const owed = conversation.answered('sync', 'query')
    if (owed.run !== undefined && !owed.run.failed)
      this.ended.push({ run: owed.run, error: undefined })
    const transaction = status === 0x49 ? 'idle' : status === openTransaction ? 'open' : 'failed'
    conversation.transaction = transaction
    conversation.openedAt =
      transaction === 'idle' ? undefined : (conversation.openedAt ?? Date.now())
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
    const stopped = owed?.run?.stopped
    if (owed?.ours === true) {
      this.#spans.drop(bytes, offset, end)
    } else if (owed?.refusal !== undefined) {
      this.#replace(bytes, offset, end, refusalResponse(owed.refusal))
    } else if (owed?.run !== undefined && stopped !== undefined) {
      if (!owed.run.failed) {
        this.#replace(bytes, offset, end, refusalResponse(stopped))
        this.#failed(owed.run, stopped.code)
      }
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

  /** A message may hold a table as well as rows do: it counts for what they count for. */
  #maySay(length: number): boolean {
    const run = this.#conversation.next()?.run
    if (run === undefined || run.failed || this.#stopped(run)) return true
    return this.#flow.may(run, 0, length)
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

  #beginCopyOut(): void {
    const run = this.#running()
    run.copy = copyOut(this.#session, run)
  }

  #copyDone(): void {
    const { copy, stopped } = this.#running()
    if (stopped !== undefined) return
    // What a masked row left over is no whole row: it cannot be shown.
    if (copy instanceof CopyMask) copy.finish()
  }
}

/** What a server says by itself about a mistake is shorter, and nobody is asked about it. */
const errorBytesFree = 1024

/** `T`, the status of a transaction block. */
const openTransaction = 0x54

/** What is about the session, not about what was stopped. */
const alwaysShown: ReadonlySet<number | undefined> = new Set([
  Backend.ReadyForQuery,
  Backend.ParameterStatus,
  Backend.NotificationResponse,
])

/** What a statement does that may run deferred constraints and triggers of earlier ones. */
const endsTransactions: ReadonlySet<EffectKind> = new Set(['transaction', 'setting'])

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
