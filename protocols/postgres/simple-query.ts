/**
 * Query: one text, any number of statements, answered up to ReadyForQuery. A refused one is replaced
 * by a text that does not parse.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SIMPLE-QUERY
 */
import { ProtocolError } from '../errors.ts'
import type { Spans } from '../spans.ts'
import type { Waiting } from '../waiting.ts'
import type { Conversation, Run } from './conversation.ts'
import { headerBytes } from './framing.ts'
import { failingQuery, type PostgresRefusal } from './refusal.ts'
import type { Reviews } from './reviews.ts'
import type { StatementNames } from './statement-names.ts'
import { statementText } from './statement-text.ts'

export class SimpleQuery {
  readonly #conversation: Conversation
  readonly #names: StatementNames
  readonly #reviews: Reviews
  readonly #spans: Spans
  readonly #waiting: Waiting
  readonly #statementBytesMax: number

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

  /** Returns where the next frame begins, or `offset` when this one has to wait. */
  query(bytes: Buffer, offset: number, end: number): number {
    const refresh = this.#names.stale(this.#conversation)
    if (refresh !== undefined) {
      this.#waiting.for(refresh)
      return offset
    }
    if (bytes[end - 1] !== 0) throw new ProtocolError('a NUL after the query', 'another byte')
    const body = bytes.subarray(offset + headerBytes, end - 1)
    const text = statementText(body, this.#statementBytesMax)
    if (typeof text !== 'string') return this.refuse(bytes, offset, end, text)
    const analysis = this.#names.analyzeQuery(text, this.#conversation)
    const conflict = this.#names.conflict(analysis, this.#conversation)
    if (conflict !== undefined) return this.refuse(bytes, offset, end, conflict)
    const run = this.#reviews.run(text, analysis, undefined)
    const answer = this.#reviews.review(text, analysis, [])
    if (answer instanceof Promise) {
      this.#spans.drop(bytes, offset, end)
      const frame = bytes.subarray(offset, end)
      this.#reviews.hold(answer, run, decided => {
        if (!decided.run) return this.#fail(decided.refusal)
        this.#owes(run)
        this.#spans.emit(frame)
      })
      return end
    }
    if (!answer.run) return this.refuse(bytes, offset, end, answer.refusal)
    this.#owes(run)
    return end
  }

  /** Puts a Query that fails in the place of [offset, end). */
  refuse(bytes: Buffer, offset: number, end: number, refusal: PostgresRefusal): number {
    this.#spans.drop(bytes, offset, end)
    this.#fail(refusal)
    return end
  }

  #owes(run: Run): void {
    this.#reviews.began(run)
    this.#conversation.owe({ reply: 'query', run })
    this.#conversation.segment += 1
  }

  #fail(refusal: PostgresRefusal): void {
    this.#conversation.owe({ reply: 'query', refusal })
    this.#conversation.segment += 1
    this.#spans.emit(failingQuery)
  }
}
