/**
 * Parse, Bind, Describe, Execute, Close. What came together with an Execute waits for its review:
 * it reaches the server together with it, or not at all. A refused Execute is replaced by one of a
 * portal that does not exist, so that the server itself fails in the right place and skips to Sync.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
import { type ByteReader, ByteWriter } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import type { Parameter } from '../protocol.ts'
import type { Spans } from '../spans.ts'
import type { Waiting } from '../waiting.ts'
import type { Conversation, Portal, Prepared, Run } from './conversation.ts'
import { Frontend } from './framing.ts'
import { decodeBind, decodeParse, decodeTarget, formatOf } from './messages/extended-query.ts'
import {
  duplicate,
  failingExecute,
  longName,
  missingPortal,
  missingStatement,
  type PostgresRefusal,
  reservedName,
} from './refusal.ts'
import type { Reviews } from './reviews.ts'
import type { StatementNames } from './statement-names.ts'
import { statementText } from './statement-text.ts'
import { builtInTypes, decodeBinary } from './values.ts'

export class ExtendedQuery {
  readonly #conversation: Conversation
  readonly #names: StatementNames
  readonly #reviews: Reviews
  readonly #spans: Spans
  readonly #waiting: Waiting
  readonly #statementBytesMax: number
  /** Where the frames that belong to the next Execute begin, in the chunk; -1 when none do. */
  #seriesStart = -1
  #seriesMark = 0

  constructor(parts: {
    conversation: Conversation
    names: StatementNames
    reviews: Reviews
    spans: Spans
    waiting: Waiting
    statementBytesMax: number
  }) {
    this.#conversation = parts.conversation
    this.#names = parts.names
    this.#reviews = parts.reviews
    this.#spans = parts.spans
    this.#waiting = parts.waiting
    this.#statementBytesMax = parts.statementBytesMax
  }

  /** Another message, or another chunk: what came before it can no longer be kept back. */
  endSeries(): void {
    this.#seriesStart = -1
  }

  parse(body: ByteReader, bytes: Buffer, offset: number, end: number): number {
    const message = decodeParse(body)
    const text = longName(message.name) ?? statementText(message.text, this.#statementBytesMax)
    if (typeof text !== 'string') return this.#refuseParse(message.name, bytes, offset, end, text)
    const refresh = this.#names.stale(this.#conversation)
    if (refresh !== undefined) return this.#waitAt(refresh, offset)
    this.#begin(offset)
    if (this.#names.isPreparedInSql(message.name))
      return this.refuse(bytes, offset, end, duplicate(message.name))
    const analysis = this.#names.analyze(text)
    if (analysis.unreadable !== undefined) {
      const answer = this.#reviews.review(text, analysis, [])
      if (answer instanceof Promise)
        throw new TypeError('somebody was asked about a text that does not parse')
      if (!answer.run) return this.#refuseParse(message.name, bytes, offset, end, answer.refusal)
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
    const { statements, segment } = this.#conversation
    const statementName = statements.set(message.name, prepared, segment)
    this.#conversation.owe({ reply: 'parse', analysis, statementName })
    return end
  }

  bind(body: ByteReader, bytes: Buffer, offset: number, end: number): number {
    const message = decodeBind(body)
    if (message.portal === reservedName)
      throw new ProtocolError('another portal name', 'a reserved one')
    this.#begin(offset)
    const long = longName(message.portal) ?? longName(message.statement)
    if (long !== undefined) return this.refuse(bytes, offset, end, long)
    const { statements, portals, segment } = this.#conversation
    const prepared = statements.get(message.statement, segment)
    if (prepared === 'unsettled') return this.#waitForSegment(offset)
    if (prepared === undefined || this.#names.isPreparedInSql(message.statement))
      return this.refuse(bytes, offset, end, missingStatement(message.statement))
    const refresh = this.#names.stale(this.#conversation)
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
    const portalName = portals.set(message.portal, portal, segment)
    this.#conversation.owe({ reply: 'bind', analysis, portalName })
    return end
  }

  describe(body: ByteReader, bytes: Buffer, offset: number, end: number): number {
    const target = decodeTarget(body)
    this.#begin(offset)
    const long = longName(target.name)
    if (long !== undefined) return this.refuse(bytes, offset, end, long)
    const { statements, portals, segment } = this.#conversation
    if (target.kind === 'statement') {
      const prepared = statements.get(target.name, segment)
      if (prepared === 'unsettled') return this.#waitForSegment(offset)
      // The server may still have the one before a Parse that was refused.
      if (prepared === undefined && target.name === '')
        return this.refuse(bytes, offset, end, missingStatement(''))
      this.#owesDescribe(prepared, false)
      return end
    }
    const portal = portals.get(target.name, segment)
    if (portal === 'unsettled') return this.#waitForSegment(offset)
    this.#owesDescribe(portal?.prepared, false)
    return end
  }

  execute(body: ByteReader, bytes: Buffer, offset: number, end: number): number {
    const name = body.cstring()
    this.#begin(offset)
    const long = longName(name)
    if (long !== undefined) return this.refuse(bytes, offset, end, long)
    const conversation = this.#conversation
    const { segment } = conversation
    const portal = conversation.portals.get(name, segment)
    if (portal === 'unsettled') return this.#waitForSegment(offset)
    if (portal === undefined || (name !== '' && this.#names.isDeclaredInSql(name)))
      return this.refuse(bytes, offset, end, missingPortal(name))
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
    if (conflict !== undefined) return this.refuse(bytes, offset, end, conflict)
    const run = this.#reviews.run(portal.prepared.text, analysis, portal)
    const answer = this.#reviews.review(portal.prepared.text, analysis, parametersOf(portal))
    if (answer instanceof Promise) {
      this.#hold(answer, portal, run, bytes, offset, end)
    } else if (answer.run) {
      const describe = this.#owesExecute(portal, run)
      if (describe !== undefined) {
        this.#spans.pass(bytes, offset)
        this.#spans.emit(describe)
      }
    } else {
      this.#spans.drop(bytes, this.#seriesStart, end)
      this.#fail(this.#seriesMark, answer.refusal)
    }
    this.#seriesStart = -1
    return end
  }

  close(body: ByteReader, bytes: Buffer, offset: number, end: number): number {
    const target = decodeTarget(body)
    const long = longName(target.name)
    if (long !== undefined) return this.refuse(bytes, offset, end, long)
    const conversation = this.#conversation
    const { statements, portals, segment } = conversation
    if (target.kind === 'statement') {
      const statementName = statements.set(target.name, undefined, segment)
      conversation.owe({ reply: 'close', statementName })
    } else {
      const portalName = portals.set(target.name, undefined, segment)
      conversation.owe({ reply: 'close', portalName })
    }
    return end
  }

  /** Puts an Execute that fails in the place of [offset, end); what came before it stands. */
  refuse(
    bytes: Buffer,
    offset: number,
    end: number,
    refusal: PostgresRefusal,
    unnames = false,
  ): number {
    this.#seriesStart = -1
    this.#spans.drop(bytes, offset, end)
    this.#fail(this.#conversation.mark, refusal, unnames)
    return end
  }

  #refuseParse(
    name: string,
    bytes: Buffer,
    offset: number,
    end: number,
    refusal: PostgresRefusal,
  ): number {
    return this.refuse(bytes, offset, end, refusal, name === '')
  }

  /** A message at `offset` that an Execute may follow: perhaps the first of a series. */
  #begin(offset: number): void {
    if (this.#seriesStart >= 0) return
    this.#seriesStart = offset
    this.#seriesMark = this.#conversation.mark
  }

  #hold(
    answer: Parameters<Reviews['hold']>[0],
    portal: Portal,
    run: Run,
    bytes: Buffer,
    offset: number,
    end: number,
  ): void {
    const mark = this.#seriesMark
    const series = bytes.subarray(this.#seriesStart, offset)
    const frame = bytes.subarray(offset, end)
    this.#spans.drop(bytes, this.#seriesStart, end)
    this.#reviews.hold(answer, run, decided => {
      if (!decided.run) {
        this.#fail(mark, decided.refusal)
        return
      }
      const describe = this.#owesExecute(portal, run)
      if (series.length > 0) this.#spans.emit(series)
      if (describe !== undefined) this.#spans.emit(describe)
      this.#spans.emit(frame)
    })
  }

  #owesDescribe(prepared: Prepared | undefined, ours: boolean): void {
    this.#conversation.owe({
      reply: 'describe',
      ...(prepared === undefined ? {} : { described: prepared }),
      ...(ours ? { ours } : {}),
    })
    if (prepared !== undefined) prepared.describing = this.#conversation.segment
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
    this.#reviews.began(run)
    this.#conversation.owe({ reply: 'execute', run })
    return describe
  }

  /** What was owed from `mark` on goes: it is not sent. */
  #fail(mark: number, refusal: PostgresRefusal, failedParse = false): void {
    const back = this.#conversation.takeBack(mark)
    const unnames = failedParse || back.some(owed => owed.statementName?.name === '')
    this.#conversation.owe({ reply: 'execute', refusal, unnames })
    this.#spans.emit(failingExecute)
  }

  #waitAt(settled: Promise<void>, offset: number): number {
    this.#waiting.for(settled)
    return offset
  }

  #waitForSegment(offset: number): number {
    this.#waiting.forAnswer()
    return offset
  }
}

function describePortal(name: string): Buffer {
  const writer = new ByteWriter(16 + name.length)
  writer.uint8(Frontend.Describe).int32(0).uint8(0x50).cstring(name)
  writer.patchInt32(1, writer.length - 1)
  return writer.finish()
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
