/**
 * What client and server are in the middle of: the replies that are still owed, in order, and what
 * each name means. Both halves of the relay work on one of these; it sees no bytes.
 *
 *            sent to the server            answered by
 *   parse     Parse                         ParseComplete
 *   bind      Bind                          BindComplete
 *   describe  Describe                      RowDescription or NoData
 *   execute   Execute                       CommandComplete, EmptyQueryResponse, PortalSuspended
 *   close     Close                         CloseComplete
 *   sync      Sync                          ReadyForQuery
 *   query     Query                         ReadyForQuery, after any number of results
 *   copied    CopyDone or CopyFail          nothing: it marks where the server leaves COPY
 *
 * An ErrorResponse answers the first that is owed; unless that is a query, the server then skips
 * everything up to the next sync, and so do we.
 */
import { ProtocolError } from '../errors.ts'
import type { Analysis } from '../protocol.ts'
import type { CopyMask } from './copy-mask.ts'
import type { FieldDescription } from './messages/row-description.ts'
import type { PostgresRefusal } from './refusal.ts'
import type { RowMask } from './row-mask.ts'
import { type PendingName, WireNames } from './wire-names.ts'

/** A statement of the extended protocol, made by Parse. */
export interface Prepared {
  readonly name: string
  readonly text: string
  parameterTypes: readonly number[]
  /** Undefined until the server has described it. */
  fields: readonly FieldDescription[] | undefined
  /** The RowDescription frame that `fields` came from. */
  description: Buffer | undefined
  /** A Describe for it is on its way. */
  describing: boolean
  /** The last mask made for it, and what it was made for. */
  mask: ExecutedMask | undefined
}

export interface ExecutedMask {
  readonly analysis: Analysis
  readonly formats: readonly number[]
  readonly rows: RowMask | undefined
  /** A RowDescription that says what the rows are, for the recording. */
  readonly frame: Buffer
}

/** A portal, made by Bind: one statement with its parameters, read as names stood at Bind. */
export interface Portal {
  readonly name: string
  readonly prepared: Prepared
  readonly analysis: Analysis
  readonly parameters: readonly (Buffer | null)[]
  readonly parameterFormats: readonly number[]
  readonly resultFormats: readonly number[]
  /** Set by the first Execute; later ones fetch more of the same. */
  run: Run | undefined
}

/** One statement that was reviewed and sent. */
export interface Run {
  /** In the session, as review counts. */
  readonly statement: number
  readonly text: string
  readonly analysis: Analysis
  readonly hidesDiagnostics: boolean
  /** Absent for a simple Query. */
  readonly portal: Portal | undefined
  /** Which SQL statement of the text is answered now. */
  result: number
  /** Whether `mask` may be used for the rows that come now. */
  described: boolean
  mask: RowMask | undefined
  /** `withheld`: COPY data that cannot be traced, and is not sent. */
  copy: CopyMask | 'withheld' | undefined
  rows: number
  bytes: number
  tag: string | undefined
  /** Its end was reported already. */
  failed: boolean
}

export type Reply =
  | 'parse'
  | 'bind'
  | 'describe'
  | 'execute'
  | 'close'
  | 'sync'
  | 'query'
  | 'copied'

export interface Owed {
  readonly reply: Reply
  /** Of a statement that runs. */
  readonly run?: Run
  /** The server is made to fail here; this is what the client is told instead. */
  readonly refusal?: PostgresRefusal
  /** Asked by us: the client is not to see the reply. */
  readonly ours?: true
  readonly analysis?: Analysis
  readonly described?: Prepared
  readonly statementName?: PendingName<Prepared>
  readonly portalName?: PendingName<Portal>
}

export class Conversation {
  readonly statements: WireNames<Prepared> = new WireNames()
  readonly portals: WireNames<Portal> = new WireNames()
  transaction: 'idle' | 'open' | 'failed' = 'idle'
  /** The messages up to a Sync share their fate; they have the same segment. */
  segment = 0
  /** The server reads CopyData; it ignores Sync and Flush. */
  copyIn = false
  /**
   * A statement of the open transaction touched what is masked: what fails at its end (a deferred
   * constraint) may show it.
   */
  hidesAtEnd = false
  /** Portals that have more rows to give. They end with the transaction at the latest. */
  readonly suspended: Set<Run> = new Set()
  #owed: Owed[] = []
  #first = 0

  get owedCount(): number {
    return this.#owed.length - this.#first
  }

  owe(owed: Owed): void {
    this.#owed.push(owed)
  }

  /** The reply that comes next. */
  next(): Owed | undefined {
    let owed = this.#owed[this.#first]
    while (owed?.reply === 'copied') {
      this.#first += 1
      owed = this.#owed[this.#first]
    }
    return owed
  }

  /** The next reply, which has come and must be one of these. */
  answered(reply: Reply, other: Reply = reply): Owed {
    const owed = this.next()
    if (owed === undefined || (owed.reply !== reply && owed.reply !== other))
      throw new ProtocolError(`the reply to ${owed?.reply ?? 'nothing'}`, `that to ${reply}`)
    this.#first += 1
    if (this.#first === this.#owed.length || this.#first > 1024) {
      this.#owed = this.#first === this.#owed.length ? [] : this.#owed.slice(this.#first)
      this.#first = 0
    }
    if (owed.statementName !== undefined) this.statements.answered(owed.statementName)
    if (owed.portalName !== undefined) this.portals.answered(owed.portalName)
    return owed
  }

  /** The server failed at the next reply and skips to Sync. Returns what will not be answered. */
  failed(): readonly Owed[] {
    this.copyIn = false
    const skipped: Owed[] = []
    for (let owed = this.next(); owed !== undefined; owed = this.next()) {
      if (owed.reply === 'sync') break
      this.#first += 1
      this.#forget(owed)
      skipped.push(owed)
    }
    return skipped
  }

  /** Takes back what was owed for messages that will not be sent after all. */
  takeBack(count: number): void {
    while (this.owedCount > count) {
      const owed = this.#owed.pop()
      if (owed !== undefined) this.#forget(owed)
    }
  }

  /** COPY FROM STDIN began: the server ignores each Sync from the statement to the data's end. */
  copyInBegan(): void {
    let at = this.#first + 1
    while (this.#owed[at]?.reply === 'sync') this.#owed.splice(at, 1)
    const ended = this.#owed[at]?.reply === 'copied'
    if (ended) at += 1
    this.copyIn = !ended
  }

  /** Every run that began and has not ended, once each. */
  unfinished(): readonly Run[] {
    const runs = new Set<Run>(this.suspended)
    for (const owed of this.#owed.slice(this.#first)) if (owed.run) runs.add(owed.run)
    return [...runs]
  }

  #forget(owed: Owed): void {
    if (owed.statementName !== undefined) this.statements.failed(owed.statementName)
    if (owed.portalName !== undefined) this.portals.failed(owed.portalName)
    if (owed.described !== undefined) owed.described.describing = false
  }
}
