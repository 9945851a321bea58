/**
 * The relay's half that reads the client. Synchronous: it never sees a socket and never waits, but
 * says in `wait` what has to be waited for before it is called again.
 *
 * Frames that nobody changes pass as spans of the chunk they came in. A statement that is held is
 * kept back from its first message on: Parse, Bind, Describe and Execute that came together reach
 * the server together, or not at all. A refused statement is replaced by a message that must fail,
 * so that the server itself raises the error in the right place, rolls back and skips to Sync.
 */
import { isUtf8 } from 'node:buffer'
import { ByteReader, ByteWriter } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import type { Analysis, Answer, Limits, Parameter, Session, StatementContext } from '../protocol.ts'
import type { Conversation, Portal, Prepared, Run } from './conversation.ts'
import { Frontend, frameLength, headerBytes } from './framing.ts'
import { decodeBind, decodeParse, decodeTarget, formatOf } from './messages/extended-query.ts'
import {
  duplicate,
  failingExecute,
  failingQuery,
  longName,
  missingPortal,
  missingStatement,
  type PostgresRefusal,
  reservedName,
  tooLarge,
} from './refusal.ts'
import { errorPosition } from './sql/error-position.ts'
import type { StatementNames } from './statement-names.ts'
import { builtInTypes, decodeBinary } from './values.ts'

export class FromClient {
  /** What goes to the server, in order. Emptied by whoever sends it. */
  readonly output: Buffer[] = []
  /** Set when nothing more may be read from the client before it settles. */
  wait: Promise<void> | undefined
  /** Set when the bytes given hold no whole frame: how many would. */
  needed = 1
  /** The client said goodbye: nothing more is read from it. */
  terminated = false
  /** A statement waits for people. */
  held = false

  readonly #session: Session
  readonly #conversation: Conversation
  readonly #names: StatementNames
  readonly #limits: Limits
  readonly #notify: (text: string) => void
  /** Fires when the client is gone or asks to cancel; a getter, since a cancel makes a new one. */
  readonly #interrupted: () => AbortSignal
  /** The held statement was decided: what `output` has can be sent. */
  readonly #flush: () => void
  #statements: number
  /** Bytes of a frame that pass without being read, and of one that is thrown away. */
  #streaming = 0
  #discarding = 0
  /** Where the frames that belong to the next Execute begin, in the chunk; -1 when none do. */
  #seriesStart = -1
  #seriesMark = 0
  #spanStart = 0
  #settled: (() => void) | undefined

  constructor(parts: {
    session: Session
    conversation: Conversation
    names: StatementNames
    limits: Limits
    notify: (text: string) => void
    interrupted: () => AbortSignal
    flush: () => void
    /** How many were reviewed before the relay began. */
    statements: number
  }) {
    this.#statements = parts.statements
    this.#session = parts.session
    this.#conversation = parts.conversation
    this.#names = parts.names
    this.#limits = parts.limits
    this.#notify = parts.notify
    this.#interrupted = parts.interrupted
    this.#flush = parts.flush
  }

  /** The server answered a segment: what waited for that may look again. */
  segmentAnswered(): void {
    const settled = this.#settled
    this.#settled = undefined
    settled?.()
  }

  /** Takes whole frames, and parts of those that only pass. Returns how many bytes it took. */
  consume(bytes: Buffer): number {
    let offset = 0
    this.#spanStart = 0
    this.#seriesStart = -1
    if (this.#streaming > 0) {
      offset = Math.min(this.#streaming, bytes.length)
      this.#streaming -= offset
      this.#recordSent(bytes.subarray(0, offset))
    } else if (this.#discarding > 0) {
      offset = Math.min(this.#discarding, bytes.length)
      this.#discarding -= offset
      this.#spanStart = offset
    }
    while (bytes.length - offset >= headerBytes && this.wait === undefined && !this.terminated) {
      const next = this.#frame(bytes, offset)
      if (next === offset) break
      offset = next
    }
    this.#emitSpan(bytes, offset)
    return offset
  }

  #emitSpan(bytes: Buffer, end: number): void {
    if (end > this.#spanStart) this.output.push(bytes.subarray(this.#spanStart, end))
    this.#spanStart = end
  }

  /** Handles the frame at `offset`; returns where the next begins, or `offset` when it cannot yet. */
  #frame(bytes: Buffer, offset: number): number {
    const type = bytes[offset]
    if (type === undefined || !frontendTypes.has(type))
      throw new ProtocolError('a frontend message', `type 0x${(type ?? 0).toString(16)}`)
    const length = frameLength(bytes, offset)
    if (length < 4) throw new ProtocolError('a frame length of 4 or more', String(length))
    if (length > lengthMax)
      throw new ProtocolError(`a frame length to ${lengthMax}`, String(length))
    const end = offset + 1 + length
    if (this.#conversation.skipping && isSkipped(type)) return this.#skip(bytes, offset, end)
    if (!inSeries.has(type)) this.#seriesStart = -1
    if (type === Frontend.CopyData) return this.#copyData(bytes, offset, end)
    if (length > this.#limits.frameBytesMax) return this.#oversized(bytes, offset, end, type)
    if (end > bytes.length) {
      this.needed = end - offset
      return offset
    }
    const body = new ByteReader(bytes, offset + headerBytes, end)
    switch (type) {
      case Frontend.Query:
        return this.#query(bytes, offset, end)
      case Frontend.Parse:
        return this.#parse(body, bytes, offset, end)
      case Frontend.Bind:
        return this.#bind(body, bytes, offset, end)
      case Frontend.Describe:
        return this.#describe(body, bytes, offset, end)
      case Frontend.Execute:
        return this.#execute(body, bytes, offset, end)
      case Frontend.Close:
        return this.#close(body, bytes, offset, end)
      case Frontend.Sync:
        this.#conversation.skipping = false
        if (!this.#conversation.copyIn) {
          this.#conversation.owe({ reply: 'sync' })
          this.#conversation.segment += 1
        }
        return end
      case Frontend.Flush:
        return end
      case Frontend.CopyDone:
      case Frontend.CopyFail:
        this.#recordSent(bytes.subarray(offset, end))
        this.#conversation.oweCopied()
        return end
      case Frontend.FunctionCall:
        return this.#replaceQuery(bytes, offset, end, {
          code: 'denied',
          message: 'fast-path function calls are not let through',
          detail: 'A FunctionCall message names a function by its OID and cannot be read.',
          hint: 'Call the function with SELECT.',
        })
      case Frontend.Terminate:
        this.terminated = true
        return end
      default:
        throw new ProtocolError('a frontend message', `type 0x${type.toString(16)}`)
    }
  }

  #copyData(bytes: Buffer, offset: number, end: number): number {
    const here = Math.min(end, bytes.length)
    this.#recordSent(bytes.subarray(offset, here))
    this.#streaming = end - here
    return here
  }

  /** Nothing of it is looked at: the server would not, either. */
  #skip(bytes: Buffer, offset: number, end: number): number {
    const here = Math.min(end, bytes.length)
    this.#emitSpan(bytes, offset)
    this.#spanStart = here
    this.#discarding = end - here
    return here
  }

  /** What must be read whole and is too large for that fails in its place; its bytes are dropped. */
  #oversized(bytes: Buffer, offset: number, end: number, type: number | undefined): number {
    const replaced = type === Frontend.Query || type === Frontend.FunctionCall
    if (!replaced && type !== Frontend.Parse && type !== Frontend.Bind)
      throw new ProtocolError(
        `a frame of at most ${this.#limits.frameBytesMax} bytes`,
        `one of ${end - offset}`,
      )
    const here = Math.min(end, bytes.length)
    this.#discarding = end - here
    if (replaced)
      this.#replaceQuery(bytes, offset, here, tooLarge(end - offset, this.#limits.frameBytesMax))
    else this.#failHere(bytes, offset, here, tooLarge(end - offset, this.#limits.frameBytesMax))
    return here
  }

  // ── Simple query ────────────────────────────────────────────────────────────────────────────

  #query(bytes: Buffer, offset: number, end: number): number {
    const refresh = this.#names.stale(this.#conversation)
    if (refresh !== undefined) return this.#waitAt(refresh, offset)
    const text = this.#text(bytes.subarray(offset + headerBytes, end - 1))
    if (bytes[end - 1] !== 0) throw new ProtocolError('a NUL after the query', 'another byte')
    if (typeof text !== 'string') return this.#replaceQuery(bytes, offset, end, text)
    const analysis = this.#names.analyzeQuery(text, this.#conversation)
    const conflict = this.#names.conflict(analysis, this.#conversation)
    if (conflict !== undefined) return this.#replaceQuery(bytes, offset, end, conflict)
    const run = this.#run(text, analysis, undefined)
    const answer = this.#review(text, analysis, [])
    if (answer instanceof Promise) {
      this.#emitSpan(bytes, offset)
      this.#spanStart = end
      const frame = bytes.subarray(offset, end)
      this.#hold(answer, run, decided => {
        if (decided.run) this.#sendQuery(run, frame)
        else this.#failQuery(decided.refusal)
      })
      return end
    }
    if (!answer.run) return this.#replaceQuery(bytes, offset, end, answer.refusal)
    this.#owesQuery(run)
    return end
  }

  #sendQuery(run: Run, frame: Buffer): void {
    this.#owesQuery(run)
    this.output.push(frame)
  }

  #owesQuery(run: Run): void {
    this.#began(run)
    this.#conversation.owe({ reply: 'query', run })
    this.#conversation.segment += 1
  }

  #replaceQuery(bytes: Buffer, offset: number, end: number, refusal: PostgresRefusal): number {
    this.#emitSpan(bytes, offset)
    this.#spanStart = end
    this.#failQuery(refusal)
    return end
  }

  #failQuery(refusal: PostgresRefusal): void {
    this.#conversation.owe({ reply: 'query', refusal })
    this.#conversation.segment += 1
    this.output.push(failingQuery)
  }

  // ── Extended query ──────────────────────────────────────────────────────────────────────────

  #parse(body: ByteReader, bytes: Buffer, offset: number, end: number): number {
    const message = decodeParse(body)
    const text = longName(message.name) ?? this.#text(message.text)
    if (typeof text !== 'string') return this.#failParse(message.name, bytes, offset, end, text)
    const refresh = this.#names.stale(this.#conversation)
    if (refresh !== undefined) return this.#waitAt(refresh, offset)
    const { conversation } = this.#in(offset)
    if (this.#names.isPreparedInSql(message.name))
      return this.#failHere(bytes, offset, end, duplicate(message.name))
    const analysis = this.#names.analyze(text)
    if (analysis.unreadable !== undefined) {
      const answer = this.#review(text, analysis, [])
      if (answer instanceof Promise)
        throw new TypeError('somebody was asked about a text that does not parse')
      if (!answer.run) return this.#failParse(message.name, bytes, offset, end, answer.refusal)
    }
    const prepared: Prepared = {
      name: message.name,
      text,
      parameterTypes: message.parameterTypes,
      fields: undefined,
      description: undefined,
      describing: undefined,
      mask: undefined,
    }
    conversation.owe({
      reply: 'parse',
      analysis,
      statementName: conversation.statements.set(message.name, prepared, conversation.segment),
    })
    return end
  }

  #bind(body: ByteReader, bytes: Buffer, offset: number, end: number): number {
    const message = decodeBind(body)
    if (message.portal === reservedName)
      throw new ProtocolError('another portal name', 'a reserved one')
    const { conversation, segment } = this.#in(offset)
    const long = longName(message.portal) ?? longName(message.statement)
    if (long !== undefined) return this.#failHere(bytes, offset, end, long)
    const prepared = conversation.statements.get(message.statement, segment)
    if (prepared === 'unsettled') return this.#waitForSegment(offset)
    if (prepared === undefined || this.#names.isPreparedInSql(message.statement))
      return this.#failHere(bytes, offset, end, missingStatement(message.statement))
    const refresh = this.#names.stale(conversation)
    if (refresh !== undefined) return this.#waitAt(refresh, offset)
    const analysis = this.#names.analyze(prepared.text)
    const portal: Portal = {
      name: message.portal,
      prepared,
      analysis,
      parameters: message.parameters,
      parameterFormats: message.parameterFormats,
      resultFormats: message.resultFormats,
      run: undefined,
    }
    conversation.owe({
      reply: 'bind',
      analysis,
      portalName: conversation.portals.set(message.portal, portal, segment),
    })
    return end
  }

  #describe(body: ByteReader, bytes: Buffer, offset: number, end: number): number {
    const target = decodeTarget(body)
    const { conversation, segment } = this.#in(offset)
    const long = longName(target.name)
    if (long !== undefined) return this.#failHere(bytes, offset, end, long)
    if (target.kind === 'statement') {
      const prepared = conversation.statements.get(target.name, segment)
      if (prepared === 'unsettled') return this.#waitForSegment(offset)
      // The server may still have the one before a Parse that was refused.
      if (prepared === undefined && target.name === '')
        return this.#failHere(bytes, offset, end, missingStatement(''))
      this.#owesDescribe(prepared, false)
      return end
    }
    const portal = conversation.portals.get(target.name, segment)
    if (portal === 'unsettled') return this.#waitForSegment(offset)
    this.#owesDescribe(portal?.prepared, false)
    return end
  }

  #owesDescribe(prepared: Prepared | undefined, ours: boolean): void {
    this.#conversation.owe({
      reply: 'describe',
      ...(prepared === undefined ? {} : { described: prepared }),
      ...(ours ? { ours } : {}),
    })
    if (prepared !== undefined) prepared.describing = this.#conversation.segment
  }

  #execute(body: ByteReader, bytes: Buffer, offset: number, end: number): number {
    const name = body.cstring()
    const { conversation, segment } = this.#in(offset)
    const long = longName(name)
    if (long !== undefined) return this.#failHere(bytes, offset, end, long)
    const portal = conversation.portals.get(name, segment)
    if (portal === 'unsettled') return this.#waitForSegment(offset)
    if (portal === undefined || (name !== '' && this.#names.isDeclaredInSql(name)))
      return this.#failHere(bytes, offset, end, missingPortal(name))
    const begun = portal.run
    // Whether it began at all is known when the segment of its Execute is answered.
    if (begun !== undefined && begun.unanswered > 0 && begun.segment !== segment)
      return this.#waitForSegment(offset)
    if (begun !== undefined && !begun.failed) {
      conversation.owe({ reply: 'execute', run: begun })
      this.#seriesStart = -1
      return end
    }
    const { analysis } = portal
    const conflict = this.#names.conflict(analysis, conversation)
    if (conflict !== undefined) return this.#failHere(bytes, offset, end, conflict)
    const run = this.#run(portal.prepared.text, analysis, portal)
    const answer = this.#review(portal.prepared.text, analysis, parametersOf(portal))
    if (!(answer instanceof Promise)) {
      if (!answer.run) return this.#failSeries(bytes, end, answer.refusal)
      const describe = this.#owesExecute(portal, run)
      if (describe !== undefined) {
        this.#emitSpan(bytes, offset)
        this.output.push(describe)
      }
      this.#seriesStart = -1
      return end
    }
    const mark = this.#seriesMark
    this.#emitSpan(bytes, this.#seriesStart)
    const series = bytes.subarray(this.#seriesStart, offset)
    const frame = bytes.subarray(offset, end)
    this.#spanStart = end
    this.#hold(answer, run, decided => {
      if (!decided.run) {
        this.#fail(mark, decided.refusal)
        return
      }
      const describe = this.#owesExecute(portal, run)
      if (series.length > 0) this.output.push(series)
      if (describe !== undefined) this.output.push(describe)
      this.output.push(frame)
    })
    this.#seriesStart = -1
    return end
  }

  /**
   * Returns a Describe to send before the Execute, if nobody asked for one: the columns of a result
   * decide its mask.
   */
  #owesExecute(portal: Portal, run: Run): Buffer | undefined {
    const { prepared } = portal
    // A Describe of an earlier segment may fail without this one.
    const describe =
      prepared.fields === undefined && prepared.describing !== this.#conversation.segment
        ? describePortal(portal.name)
        : undefined
    if (describe !== undefined) this.#owesDescribe(prepared, true)
    portal.run = run
    this.#began(run)
    this.#conversation.owe({ reply: 'execute', run })
    return describe
  }

  #close(body: ByteReader, bytes: Buffer, offset: number, end: number): number {
    const target = decodeTarget(body)
    const long = longName(target.name)
    if (long !== undefined) return this.#failHere(bytes, offset, end, long)
    const conversation = this.#conversation
    const { segment } = conversation
    if (target.kind === 'statement')
      conversation.owe({
        reply: 'close',
        statementName: conversation.statements.set(target.name, undefined, segment),
      })
    else
      conversation.owe({
        reply: 'close',
        portalName: conversation.portals.set(target.name, undefined, segment),
      })
    return end
  }

  // ── Common ──────────────────────────────────────────────────────────────────────────────────

  /** A message of the extended protocol at `offset`: perhaps the first of a series. */
  #in(offset: number): { conversation: Conversation; segment: number } {
    const conversation = this.#conversation
    if (this.#seriesStart < 0) {
      this.#seriesStart = offset
      this.#seriesMark = conversation.mark
    }
    return { conversation, segment: conversation.segment }
  }

  /** Replaces [offset, end) by a message that fails; what came before it stands. */
  #failHere(
    bytes: Buffer,
    offset: number,
    end: number,
    refusal: PostgresRefusal,
    unnames = false,
  ): number {
    this.#seriesStart = -1
    this.#emitSpan(bytes, offset)
    this.#spanStart = end
    this.#fail(this.#conversation.mark, refusal, unnames)
    return end
  }

  #failParse(
    name: string,
    bytes: Buffer,
    offset: number,
    end: number,
    refusal: PostgresRefusal,
  ): number {
    return this.#failHere(bytes, offset, end, refusal, name === '')
  }

  /** Replaces all that came with the Execute, too. */
  #failSeries(bytes: Buffer, end: number, refusal: PostgresRefusal): number {
    this.#emitSpan(bytes, this.#seriesStart)
    this.#spanStart = end
    this.#fail(this.#seriesMark, refusal)
    this.#seriesStart = -1
    return end
  }

  /** What was owed from `mark` on goes: it is not sent. */
  #fail(mark: number, refusal: PostgresRefusal, failedParse = false): void {
    const back = this.#conversation.takeBack(mark)
    const unnames = failedParse || back.some(owed => owed.statementName?.name === '')
    this.#conversation.owe({ reply: 'execute', refusal, unnames })
    this.output.push(failingExecute)
  }

  #hold(answer: Promise<Answer>, run: Run, decide: (answer: Answer) => void): void {
    this.held = true
    const interrupted = this.#interrupted()
    this.wait = answer.then(async answered => {
      const decided = answered.run ? await this.#unlessDrifted(run, interrupted) : answered
      this.held = false
      this.wait = undefined
      // What came before it in its segment failed in the meantime: it would not run any more.
      if (this.#conversation.skipping) {
        if (decided.run) await this.#recordNotRun(run, 'skipped')
        return
      }
      decide(decided)
      this.#flush()
    })
  }

  /** The schema may have changed while people decided: what they saw would not be what runs. */
  async #unlessDrifted(run: Run, interrupted: AbortSignal): Promise<Answer> {
    // A schema that cannot be read may have changed.
    const drifted = await this.#names.drifted(run.text, run.analysis).catch(() => true)
    if (interrupted.aborted) {
      await this.#recordNotRun(run, 'skipped')
      return { run: false, refusal: cancelled }
    }
    if (!drifted) return { run: true }
    await this.#recordNotRun(run, 'drifted')
    const refusal: PostgresRefusal = {
      code: 'withdrawn',
      sqlState: '40001',
      message:
        'the schema changed while the statement waited: what was approved is not what would run',
      detail: undefined,
      hint: 'Run the statement again, and have it looked at again.',
    }
    return { run: false, refusal }
  }

  #recordNotRun({ statement }: Run, error: 'skipped' | 'drifted'): Promise<void> | undefined {
    const end = { type: 'statement.end', tag: undefined, rows: 0, bytes: 0 } as const
    return this.#session.record({ ...end, statement, error })
  }

  #waitAt(wait: Promise<void>, offset: number): number {
    this.wait = wait.then(() => {
      this.wait = undefined
    })
    return offset
  }

  #waitForSegment(offset: number): number {
    return this.#waitAt(
      new Promise(resolve => {
        this.#settled = resolve
      }),
      offset,
    )
  }

  #review(
    text: string,
    analysis: Analysis,
    parameters: readonly Parameter[],
  ): Answer | Promise<Answer> {
    this.#statements += 1
    const answer = this.#session.review(
      { text, analysis, parameters },
      this.#context(),
      this.#interrupted(),
      this.#notify,
    )
    return analysis.unreadable === undefined ? answer : located(answer, analysis)
  }

  #context(): StatementContext {
    return {
      transaction: this.#conversation.transaction,
      role: this.#names.role,
      searchPath: this.#names.searchPathText,
    }
  }

  #began(run: Run): void {
    this.#names.began(run.analysis)
    if (run.hidesDiagnostics) this.#conversation.hidesAtEnd = true
  }

  /** Made just before the review that gives it its number. */
  #run(text: string, analysis: Analysis, portal: Portal | undefined): Run {
    return {
      statement: this.#statements,
      text,
      analysis,
      hidesDiagnostics: this.#session.hidesDiagnostics(analysis),
      portal,
      result: 0,
      described: false,
      mask: undefined,
      copy: undefined,
      columns: 0,
      rows: 0,
      bytes: 0,
      tag: undefined,
      failed: false,
      unanswered: 0,
      segment: 0,
    }
  }

  /** The server stops at the first NUL; so do we, and refuse what is not UTF-8 or too long. */
  #text(bytes: Buffer): string | PostgresRefusal {
    if (bytes.length > this.#limits.statementBytesMax)
      return tooLarge(bytes.length, this.#limits.statementBytesMax)
    if (!isUtf8(bytes))
      return {
        code: 'unreadable',
        sqlState: '22021',
        message: 'the statement is not valid UTF-8',
        detail: undefined,
        hint: 'Set client_encoding to UTF8.',
      }
    const nul = bytes.indexOf(0)
    return bytes.toString('utf8', 0, nul < 0 ? bytes.length : nul)
  }

  #recordSent(bytes: Buffer): void {
    const full = this.#session.record({ type: 'frames', from: 'client', bytes })
    if (full !== undefined && this.wait === undefined) this.#waitAt(full, 0)
  }
}

/** PQ_LARGE_MESSAGE_LIMIT: the server closes the connection on more. */
const lengthMax = 0x3ffffffe

/** What can be held back until the Execute that it belongs to is decided upon. */
const inSeries: ReadonlySet<number> = new Set([
  Frontend.Parse,
  Frontend.Bind,
  Frontend.Describe,
  Frontend.Execute,
])

const frontendTypes: ReadonlySet<number> = new Set(Object.values(Frontend))

function isSkipped(type: number): boolean {
  return type !== Frontend.Sync && type !== Frontend.Terminate
}

function describePortal(name: string): Buffer {
  const writer = new ByteWriter(16 + name.length)
  writer.uint8(Frontend.Describe).int32(0).uint8(0x50).cstring(name)
  writer.patchInt32(1, writer.length - 1)
  return writer.finish()
}

/** Says where the text is wrong, as the server would. */
function located(answer: Answer | Promise<Answer>, analysis: Analysis): Answer | Promise<Answer> {
  if (answer instanceof Promise || answer.run) return answer
  const position = errorPosition(analysis)
  if (position === undefined || answer.refusal.code !== 'unreadable') return answer
  const refusal: PostgresRefusal = { ...answer.refusal, position }
  return { run: false, refusal }
}

/** Ctrl-C, or a client that left, between the approval and the run. */
const cancelled: PostgresRefusal = {
  code: 'withdrawn',
  message: 'canceling statement due to user request',
  detail: undefined,
  hint: undefined,
}

const noParameters: readonly Parameter[] = []

function parametersOf(portal: Portal): readonly Parameter[] {
  if (portal.parameters.length === 0) return noParameters
  return portal.parameters.map((value, i) => {
    if (value === null) return null
    if (formatOf(portal.parameterFormats, i) === 0) return value.toString('utf8')
    const type = builtInTypes.get(portal.prepared.parameterTypes[i] ?? 0)
    const text = type === undefined ? undefined : decodeBinary(type, value)
    return text ?? Uint8Array.from(value)
  })
}
