/**
 * What client and server are in the middle of. MySQL answers one command before it reads the next,
 * so there is one reply at most that is owed. Both halves of the relay work on one of these; it
 * sees no bytes.
 *
 *   reply        of                                        ends with
 *   ok           PING, INIT_DB, STMT_RESET, …              OK, EOF or ERR
 *   results      QUERY, STMT_EXECUTE, STMT_BULK_EXECUTE    the OK, EOF or ERR without more results
 *   rows         STMT_FETCH                                OK, EOF or ERR
 *   prepare      STMT_PREPARE                              the last of its definitions, or ERR
 *   definitions  FIELD_LIST                                OK, EOF or ERR
 *   text         STATISTICS                                its one packet
 */
import type { Flowing } from '../flow.ts'
import type { Analysis } from '../protocol.ts'
import type { PreparedStatement } from './prepared-statements.ts'
import type { RowMask } from './row-mask.ts'

/** One statement that was reviewed. */
export interface Run extends Flowing {
  readonly text: string
  /** Of what runs: a statement that waited for people was read again. */
  analysis: Analysis
  hidesDiagnostics: boolean
  /** SHOW WARNINGS or its like, of a statement whose diagnostics are hidden or are not. */
  readonly diagnostics: 'shown' | 'concealed' | undefined
  /** How many packets of the reply ended a result: the statement of the text that is answered. */
  result: number
  /** Of the rows that come now, or that a cursor has to give. */
  mask: RowMask | undefined
  /** The server keeps rows for COM_STMT_FETCH. */
  cursor: boolean
  tag: string | undefined
  ended: boolean
}

export type Reply = 'ok' | 'results' | 'rows' | 'prepare' | 'definitions' | 'text'

export interface Owed {
  readonly reply: Reply
  readonly format: 'text' | 'binary'
  /** Absent for what is no statement. */
  readonly run: Run | undefined
  /** What is prepared and has no run: what the server says of its failure may be to be hidden. */
  readonly preparing?: Pick<Run, 'text' | 'hidesDiagnostics'>
  /** The statement that is executed or fetched from. */
  readonly prepared?: PreparedStatement | undefined
  /** Ours: nothing of the reply is for the client. Gets the rows, or undefined when it failed. */
  readonly asked?: ((rows: readonly (readonly (string | null)[])[] | undefined) => void) | undefined
  /** The reply to COM_STMT_PREPARE began: the statement has that id and so many parameters. */
  readonly made?: ((id: number, parameters: number) => void) | undefined
  /** The reply is complete. */
  readonly done?: ((ok: boolean) => void) | undefined
}

export class Exchange {
  owed: Owed | undefined
  /** The server wants a file: the number of the client's next packet. */
  infile: number | undefined
  /** What SHOW WARNINGS would show may show masked values. */
  diagnosticsHidden = false
  /** Statements whose cursor has rows left. */
  readonly cursors: Set<Run> = new Set()

  /** Every run that began and has not ended. */
  unfinished(): readonly Run[] {
    const runs = new Set<Run>(this.cursors)
    if (this.owed?.run !== undefined) runs.add(this.owed.run)
    return [...runs].filter(run => !run.ended)
  }
}
