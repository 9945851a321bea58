/**
 * The statements that a session prepared, by the server's ids, with what the next execute needs:
 * names as they stood, types of the execute before, long data that waits.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase_ps.html
 */
import type { Analysis } from '../protocol.ts'
import type { CatalogSnapshot } from './catalog.ts'
import type { Run } from './exchange.ts'
import type { ParameterType } from './parameters.ts'
import type { LexerOptions } from './sql/lexer/options.ts'

export interface PreparedStatement {
  readonly id: number
  readonly text: string
  /** The server keeps both with the statement: a later USE or SET sql_mode changes neither. */
  readonly database: string | undefined
  readonly lexer: LexerOptions
  readonly parameters: number
  /** As the catalog and the session's names stood. */
  analysis: Analysis
  catalog: CatalogSnapshot
  version: number
  /** Those that the server knows, and those of a refused execute that it does not. */
  types: readonly ParameterType[] | undefined
  unsentTypes: UnsentTypes | undefined
  /** Not sent before the execute that needs it is let through. */
  longData: LongData | undefined
  /** The execute whose rows a cursor holds. */
  run: Run | undefined
}

export interface UnsentTypes {
  readonly types: readonly ParameterType[]
  /** As they stand in COM_STMT_EXECUTE. */
  readonly bytes: Buffer
}

export interface LongData {
  /** By parameter: the pieces in the order that they came in. */
  readonly pieces: Map<number, Buffer[]>
  /** Whole packets as they came. */
  readonly packets: Buffer[]
  bytes: number
}

/** MariaDB: in COM_STMT_EXECUTE and its like, the statement that was prepared last. */
export const lastPrepared = 0xffffffff

export class PreparedStatements {
  readonly #statements = new Map<number, PreparedStatement>()
  #last: PreparedStatement | undefined
  #textLength = 0

  /** Of all of their texts. */
  get textLength(): number {
    return this.#textLength
  }

  /** Those for which long data waits. */
  get withLongData(): number {
    let count = 0
    for (const { longData } of this.#statements.values()) if (longData !== undefined) count += 1
    return count
  }

  add(statement: PreparedStatement): void {
    this.delete(statement.id)
    this.#statements.set(statement.id, statement)
    this.#textLength += statement.text.length
    this.#last = statement
  }

  /** A PREPARE that failed leaves nothing that -1 could mean. */
  failed(): void {
    this.#last = undefined
  }

  get(id: number): PreparedStatement | undefined {
    return this.#statements.get(id) ?? (id === lastPrepared ? this.#last : undefined)
  }

  delete(id: number): PreparedStatement | undefined {
    const statement = this.get(id)
    if (statement === undefined) return undefined
    this.#statements.delete(statement.id)
    this.#textLength -= statement.text.length
    if (this.#last === statement) this.#last = undefined
    return statement
  }

  clear(): void {
    this.#statements.clear()
    this.#textLength = 0
    this.#last = undefined
  }
}
