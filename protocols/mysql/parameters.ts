/** Parameters of COM_STMT_EXECUTE, COM_STMT_BULK_EXECUTE, and the attributes of a query. */
import type { Parameter } from '../protocol.ts'

export interface ParameterType {
  readonly type: number
  readonly unsigned: boolean
}

export interface QueryAttribute {
  readonly name: string
  readonly value: Parameter
}

export interface DecodedParameters {
  readonly parameters: Parameter[]
  /** To be kept with the statement for an execute that binds none. */
  readonly types: readonly ParameterType[]
  readonly attributes: readonly QueryAttribute[]
}

/**
 * `payload` is that of COM_STMT_EXECUTE, command byte included; `count` what the server said at
 * prepare; `types` those of the execute before; `longData` by parameter what COM_STMT_SEND_LONG_DATA
 * brought. Undefined when it cannot be read: then it may not be sent.
 */
export declare function decodeParameters(
  payload: Buffer,
  count: number,
  types: readonly ParameterType[] | undefined,
  longData: ReadonlyMap<number, Buffer>,
  queryAttributes: boolean /* CLIENT_QUERY_ATTRIBUTES agreed */,
): DecodedParameters | undefined

/** The rows of COM_STMT_BULK_EXECUTE, one after the other; `payload` with its command byte. */
export declare function decodeBulkParameters(
  payload: Buffer,
  count: number,
  types: readonly ParameterType[] | undefined,
): { rows: readonly (readonly Parameter[])[]; types: readonly ParameterType[] } | undefined

/** What comes before the text of a COM_QUERY when CLIENT_QUERY_ATTRIBUTES was agreed. */
export declare function decodeQueryAttributes(
  payload: Buffer,
): { attributes: readonly QueryAttribute[]; textStart: number } | undefined
