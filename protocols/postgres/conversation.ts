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
import type { Flowing } from '../flow.ts'
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
  /** The segment of a Describe for it that is on its way. */
  describing: number | undefined
  /** The last mask made for it, and what it was made for. */
  mask: ExecutedMask | undefined
}

export interface ExecutedMask {
  readonly analysis: Analysis
  readonly formats: readonly number[]
  readonly rows: RowMask | undefined
  /** A RowDescription that says what the rows are, for the recording. */
  readonly frame: Buffer
  /** The session's when it was made. */
  readonly maskVersion: number
}

/** A portal, made by Bind: one statement with its parameters, read as names stood at Bind. */
export interface Portal {
  readonly name: string
  readonly prepared: Prepared
  readonly analysis: Analysis
  readonly parameters: readonly (Buffer | null)[]
  readonly parameterFormats: readonly number[]
  readonly resultFormats: readonly number[]
  /** Set by the first Execute that was sent; later ones fetch more of the same. */
  run: Run | undefined
}

/** One statement that was reviewed and sent. */
export interface Run extends Flowing {
  readonly text: string
  /** Of what runs: a statement that waited for people was read again. */
  analysis: Analysis
  hidesDiagnostics: boolean
  /** Absent for a simple Query. */
  readonly portal: Portal | undefined
  /** Which SQL statement of the text is answered now. */
  result: number
  /** Whether `mask` may be used for the rows that come now. */
  described: boolean
  mask: RowMask | undefined
  /**
   * Set while the server sends COPY data. `shown`: nothing in it is hidden. `withheld`: it cannot be
   * traced, and is not sent.
   */
  copy: CopyMask | 'shown' | 'withheld' | undefined
  /** Columns of the rows that come now. */
  columns: number
  tag: string | undefined
  /** Its end was reported already. */
  failed: boolean
  /** How many times Execute was sent and not answered, and the segment of the last one. */
  unanswered: number
  segment: number
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
  /** A Parse of the unnamed statement was refused here: like one that fails, it leaves none. */
  readonly unnames?: boolean
  readonly analysis?: Analysis
  readonly described?: Prepared
  readonly statementName?: PendingName<Prepared>
  readonly portalName?: PendingName<Portal>
}

/** Statements that read COPY data, in one text: more than anybody has written. */
const copiesMax = 16

export class Conversation {
  readonly statements: WireNames<Prepared> = new WireNames()
  readonly portals: WireNames<Portal> = new WireNames()
  transaction: 'idle' | 'open' | 'failed' = 'idle'
  /** In ms since 1970; undefined while there is none. */
  openedAt: number | undefined
  /** The messages up to a Sync share their fate; they have the same segment. */
  segment = 0
  /** The server reads CopyData; it ignores Sync and Flush. */
  copyIn = false
  /** The server failed, and ignores everything up to a Sync that was not sent yet. */
  skipping = false
  /**
   * A statement of the open transaction touched what is masked: what fails at its end (a deferred
   * constraint) may show it.
   */
  hidesAtEnd = false
  /** Portals that have more rows to give. They end with the transaction at the latest. */
  readonly suspended: Set<Run> = new Set()
  #owed: Owed[] = []
  #first = 0
  /** How many were taken from the front of `#owed`, or struck out behind it. */
  #gone = 0

  get owedCount(): number {
    this.next()
    return this.#owed.length - this.#first
  }

  /** Where the next reply will stand: `takeBack` goes back to it, however much is answered then. */
  get mark(): number {
    return this.#gone + this.#owed.length
  }

  owe(owed: Owed): void {
    this.#owed.push(owed)
    if (owed.reply === 'execute' && owed.run !== undefined) {
      owed.run.unanswered += 1
      owed.run.segment = this.segment
    }
  }

  /** CopyDone or CopyFail was sent. Those that no COPY can be waiting for leave no trace. */
  oweCopied(): void {
    if (this.copyIn) this.copyIn = false
    else if (
      this.owedCount > 0 &&
      this.#owed.slice(-copiesMax).some(owed => owed.reply !== 'copied')
    )
      this.#owed.push({ reply: 'copied' })
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
    this.#compact()
    if (owed.reply === 'execute' && owed.run !== undefined) owed.run.unanswered -= 1
    if (owed.statementName !== undefined) this.statements.answered(owed.statementName)
    if (owed.portalName !== undefined) this.portals.answered(owed.portalName)
    return owed
  }

  /** The server failed at the next reply and skips to Sync. Returns what will not be answered. */
  failed(): readonly Owed[] {
    this.copyIn = false
    if (this.next()?.unnames === true) this.statements.unset('')
    const skipped: Owed[] = []
    for (let owed = this.next(); owed !== undefined; owed = this.next()) {
      if (owed.reply === 'sync') break
      this.#first += 1
      this.#forget(owed)
      skipped.push(owed)
    }
    this.skipping = this.next() === undefined
    this.#compact()
    return skipped
  }

  /** Takes back what was owed since `mark`, for messages that will not be sent after all. */
  takeBack(mark: number): readonly Owed[] {
    const back: Owed[] = []
    while (this.mark > mark && this.owedCount > 0) {
      const owed = this.#owed.pop()
      if (owed === undefined) break
      this.#forget(owed)
      back.push(owed)
    }
    return back
  }

  /** COPY FROM STDIN began: the server ignores each Sync from the statement to the data's end. */
  copyInBegan(): void {
    const at = this.#first + 1
    while (this.#owed[at]?.reply === 'sync') this.#strike(at)
    this.copyIn = this.#owed[at]?.reply !== 'copied'
    // A text of several statements may have another COPY, with an end of its own.
    if (!this.copyIn) this.#strike(at)
  }

  /** Whether the server does more before it looks for a Sync. */
  runsBeforeSync(): boolean {
    for (let at = this.#first; at < this.#owed.length; at++) {
      const owed = this.#owed[at]
      if (owed === undefined || owed.reply === 'sync') return false
      if (owed.run !== undefined && owed.reply !== 'query') return true
    }
    return false
  }

  /** Every run that began and has not ended, once each. */
  unfinished(): readonly Run[] {
    const runs = new Set<Run>(this.suspended)
    for (const owed of this.#owed.slice(this.#first)) if (owed.run) runs.add(owed.run)
    return [...runs]
  }

  #strike(at: number): void {
    this.#owed.splice(at, 1)
    this.#gone += 1
  }

  #compact(): void {
    if (this.#first !== this.#owed.length && this.#first <= 1024) return
    this.#owed = this.#first === this.#owed.length ? [] : this.#owed.slice(this.#first)
    this.#gone += this.#first
    this.#first = 0
  }

  #forget(owed: Owed): void {
    if (owed.reply === 'execute' && owed.run !== undefined) owed.run.unanswered -= 1
    if (owed.statementName !== undefined) this.statements.failed(owed.statementName)
    if (owed.portalName !== undefined) this.portals.failed(owed.portalName)
    if (owed.described !== undefined) owed.described.describing = undefined
  }
}
