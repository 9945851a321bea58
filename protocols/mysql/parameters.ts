/**
 * The parameters of COM_STMT_EXECUTE and of MariaDB's COM_STMT_BULK_EXECUTE, and the attributes
 * that a client may send with a statement, all in their text form.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_execute.html
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query.html
 * https://mariadb.com/kb/en/com_stmt_bulk_execute/
 */
import { ProtocolError } from '../errors.ts'
import type { Parameter } from '../protocol.ts'
import { ParameterReader, type ParameterType } from './parameter-reader.ts'

export type { ParameterType } from './parameter-reader.ts'

export interface QueryAttribute {
  readonly name: string
  readonly value: Parameter
}

export interface DecodedParameters {
  readonly parameters: Parameter[]
  /** To be kept with the statement for an execute that binds none. Without those of attributes. */
  readonly types: readonly ParameterType[]
  readonly attributes: readonly QueryAttribute[]
}

/** In the flags of COM_STMT_EXECUTE: attributes may come even if there are no parameters. */
const PARAMETER_COUNT_AVAILABLE = 8
/** The server takes no more parameters, and nobody sends as many attributes. */
const COUNT_MAX = 0xffff

/**
 * `payload` is that of COM_STMT_EXECUTE, command byte included; `count` what the server said at
 * prepare; `types` those of the execute before; `longData` by parameter what
 * COM_STMT_SEND_LONG_DATA brought; `queryAttributes` whether CLIENT_QUERY_ATTRIBUTES was agreed.
 * Undefined when the payload cannot be read to its end: then nobody knows what would run.
 */
export function decodeParameters(
  payload: Buffer,
  count: number,
  types: readonly ParameterType[] | undefined,
  longData: ReadonlyMap<number, Buffer>,
  queryAttributes: boolean,
): DecodedParameters | undefined {
  return readable(() => {
    const body = new ParameterReader(payload)
    body.skip(5) // int<1> command, int<4> statement id
    const flags = body.uint8() // int<1>
    body.skip(4) // int<4> iteration count, always 1
    const counted = (flags & PARAMETER_COUNT_AVAILABLE) !== 0
    if (count === 0 && !(queryAttributes && counted))
      return body.ended({ parameters: [], types: [], attributes: [] })
    const sent = queryAttributes ? body.lenencLength() : count // int<lenenc>
    if (sent < count || sent > COUNT_MAX) return undefined
    if (sent === 0) return body.ended({ parameters: [], types: [], attributes: [] })
    const { values, names, types: bound } = bindings(body, sent, types, longData, queryAttributes)
    return body.ended({
      parameters: values.slice(0, count),
      types: bound.slice(0, count),
      attributes: values.slice(count).map((value, i) => ({ name: names[count + i] ?? '', value })),
    })
  })
}

interface Bindings {
  readonly values: Parameter[]
  readonly names: readonly string[]
  readonly types: readonly ParameterType[]
}

function bindings(
  body: ParameterReader,
  count: number,
  known: readonly ParameterType[] | undefined,
  longData: ReadonlyMap<number, Buffer>,
  named: boolean,
): Bindings {
  const nulls = body.slice((count + 7) >> 3) // binary<var> null bitmap
  const names: string[] = []
  let types = known
  const flag = body.uint8() // int<1> new_params_bind_flag
  if (flag > 1) throw new ProtocolError('new_params_bind_flag', String(flag))
  if (flag === 1) {
    const bound: ParameterType[] = []
    for (let i = 0; i < count; i += 1) {
      bound.push(body.type()) // int<2>
      if (named) names.push(body.lenencString()) // string<lenenc>
    }
    types = bound
  }
  if (types === undefined || types.length !== count)
    throw new ProtocolError(`types of ${count} parameters`, String(types?.length ?? 'none'))
  const values = types.map((type, i) => {
    const long = longData.get(i)
    // The server does not look at the bitmap for a parameter that came before.
    if (long !== undefined) return body.longData(type, long)
    const isNull = ((nulls[i >> 3] ?? 0) & (1 << (i & 7))) !== 0
    return isNull ? null : body.value(type)
  })
  return { values, names, types }
}

// ── Attributes of a query ───────────────────────────────────────────────────────────────────────

/**
 * What comes before the text of a COM_QUERY when CLIENT_QUERY_ATTRIBUTES was agreed; `payload` with
 * its command byte.
 */
export function decodeQueryAttributes(
  payload: Buffer,
): { attributes: readonly QueryAttribute[]; textStart: number } | undefined {
  return readable(() => {
    const body = new ParameterReader(payload)
    body.skip(1) // int<1> command
    const count = body.lenencLength() // int<lenenc> parameter_count
    const sets = body.lenencLength() // int<lenenc> parameter_set_count
    if (sets !== 1 || count > COUNT_MAX) return undefined
    if (count === 0) return { attributes: [], textStart: body.offset }
    const { values, names } = bindings(body, count, undefined, new Map(), true)
    const attributes = values.map((value, i) => ({ name: names[i] ?? '', value }))
    return { attributes, textStart: body.offset }
  })
}

// ── Bulk ────────────────────────────────────────────────────────────────────────────────────────

const SEND_TYPES_TO_SERVER = 128

/** What stands before each value of a bulk row. */
const Indicator = { none: 0, null: 1, default: 2, ignore: 3 } as const

/**
 * The rows of COM_STMT_BULK_EXECUTE, one after the other; `payload` with its command byte. Undefined
 * when it cannot be read, and for values that are left to the column (DEFAULT and IGNORE): those
 * are no values that a reviewer could be shown.
 */
export function decodeBulkParameters(
  payload: Buffer,
  count: number,
  types: readonly ParameterType[] | undefined,
): { rows: readonly (readonly Parameter[])[]; types: readonly ParameterType[] } | undefined {
  return readable(() => {
    const body = new ParameterReader(payload)
    body.skip(5) // int<1> command, int<4> statement id
    const flags = body.uint16() // int<2>
    let bound = types
    if ((flags & SEND_TYPES_TO_SERVER) !== 0)
      bound = Array.from({ length: count }, () => body.type()) // int<1> type, int<1> flag
    if (bound === undefined || bound.length !== count || count === 0) return undefined
    const rows: (readonly Parameter[])[] = []
    while (body.left > 0) {
      const row: Parameter[] = []
      for (const type of bound) {
        const indicator = body.uint8() // int<1>
        if (indicator > Indicator.null) return undefined
        row.push(indicator === Indicator.null ? null : body.value(type))
      }
      rows.push(row)
    }
    return { rows, types: bound }
  })
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}
