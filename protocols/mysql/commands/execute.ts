/**
 * Running prepared statements: reviewed each time, with the parameters that they run with.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_execute.html
 * https://mariadb.com/kb/en/com_stmt_bulk_execute/
 */
import type { Parameter } from '../../protocol.ts'
import { Capability, has } from '../capabilities.ts'
import { framePackets } from '../framing.ts'
import {
  decodeBulkParameters,
  decodeParameters,
  type ParameterType,
  type QueryAttribute,
} from '../parameters.ts'
import { PayloadReader } from '../payload.ts'
import type { LongData, PreparedStatement } from '../prepared-statements.ts'
import { malformed, tooLarge } from '../refusal.ts'
import { sentAs } from '../sent-as.ts'
import type { ClientCommand, CommandHost, HandleCommand } from './host.ts'
import { endCursor, known } from './prepared.ts'

export const execute: HandleCommand = (host, command) => {
  const statement = known(host, command, 10)
  if (statement === undefined) return true
  const { longData } = statement
  if (longData !== undefined && longData.bytes > host.limits.frameBytesMax) {
    statement.longData = undefined
    host.refuse(command, tooLarge(host.limits.frameBytesMax))
    return true
  }
  if (!host.readable(prepared)) return false
  const attributes = has(host.capabilities, Capability.QUERY_ATTRIBUTES)
  const { unsentTypes } = statement
  const decoded = decodeParameters(
    command.payload,
    statement.parameters,
    unsentTypes?.types ?? statement.types,
    joined(longData),
    attributes,
  )
  if (decoded === undefined) {
    host.refuse(command, malformed())
    return true
  }
  const bound = typesIn(command.payload, statement.parameters, attributes)
  const packets = [...(longData?.packets ?? [])]
  if (unsentTypes === undefined || bound.bytes !== undefined) packets.push(command.packet)
  else packets.push(...withTypes(command.payload, bound.flagAt, unsentTypes.bytes))
  review(host, command, statement, decoded, packets, bound.bytes)
  return true
}

export const bulkExecute: HandleCommand = (host, command) => {
  const statement = known(host, command, 7)
  if (statement === undefined) return true
  if (!host.readable(prepared)) return false
  const sendsTypes = (command.payload.readUInt16LE(5) & 0x80) !== 0
  const decoded = decodeBulkParameters(command.payload, statement.parameters, statement.types)
  if (decoded === undefined || (!sendsTypes && statement.unsentTypes !== undefined)) {
    host.refuse(command, malformed())
    return true
  }
  const { rows, types } = decoded
  const all = { parameters: rows.flat(), types, attributes: [] }
  const packets = [...(statement.longData?.packets ?? []), command.packet]
  review(host, command, statement, all, packets, undefined)
  return true
}

function review(
  host: CommandHost,
  command: ClientCommand,
  statement: PreparedStatement,
  decoded: {
    readonly parameters: readonly Parameter[]
    readonly types: readonly ParameterType[]
    readonly attributes: readonly QueryAttribute[]
  },
  packets: readonly Buffer[],
  bound: Buffer | undefined,
): void {
  const { longData } = statement
  const analysis = host.state.analyzePrepared(statement)
  const obstacle = host.obstacle(analysis)
  if (obstacle !== undefined) {
    host.refuse(command, obstacle)
    return
  }
  host.review(command, {
    text: statement.text,
    analysis,
    parameters: decoded.parameters,
    prepared: statement,
    types: decoded.types,
    sentAs: () =>
      sentAs(decoded.parameters, decoded.types, longData?.pieces ?? noLongData, decoded.attributes),
    again: () => host.state.analyzePrepared(statement),
    run: run => {
      endCursor(host, statement)
      if (statement.longData === longData) statement.longData = undefined
      statement.types = decoded.types
      statement.unsentTypes = undefined
      const owed = { reply: 'results', format: 'binary' } as const
      host.send(command, { ...owed, run, prepared: statement }, packets)
    },
    refused: () => {
      if (statement.longData === longData) statement.longData = undefined
      // The client will not say them again: it takes the server to know them.
      if (bound !== undefined)
        statement.unsentTypes = { types: decoded.types, bytes: Buffer.from(bound) }
    },
  })
}

/** The text was read when it was prepared: no setting changes how. */
const prepared = 'show warnings'

const noLongData: ReadonlyMap<number, Buffer> = new Map()

function joined(longData: LongData | undefined): ReadonlyMap<number, Buffer> {
  if (longData === undefined) return noLongData
  return new Map(
    [...longData.pieces].map(([parameter, pieces]) => [parameter, Buffer.concat(pieces)]),
  )
}

interface BoundTypes {
  /** Where new_params_bind_flag stands. */
  readonly flagAt: number
  /** The types of the parameters behind it, if there are any. */
  readonly bytes: Buffer | undefined
}

/** Where the types stand, in a payload that was read to its end before. */
function typesIn(payload: Buffer, parameters: number, attributes: boolean): BoundTypes {
  const body = new PayloadReader(payload, 10)
  const flags = payload[5] ?? 0
  const counted = attributes && (parameters > 0 || (flags & countAvailable) !== 0)
  const count = counted ? body.lenencLength() : parameters // int<lenenc> parameter_count
  if (count === 0) return { flagAt: body.offset, bytes: undefined }
  body.skip((count + 7) >> 3) // binary<var> null_bitmap
  const flagAt = body.offset
  if (body.uint8() !== 1) return { flagAt, bytes: undefined } // int<1> new_params_bind_flag
  const start = body.offset
  for (let i = 0; i < parameters; i += 1) {
    body.skip(2) // int<2> parameter_type
    if (attributes) body.lenencBytes() // string<lenenc> parameter_name
  }
  return { flagAt, bytes: payload.subarray(start, body.offset) }
}

/** PARAMETER_COUNT_AVAILABLE, of the flags that also say whether there is a cursor. */
const countAvailable = 0x08

function withTypes(payload: Buffer, flagAt: number, types: Buffer): readonly Buffer[] {
  const parts = [payload.subarray(0, flagAt), Buffer.of(1), types, payload.subarray(flagAt + 1)]
  return framePackets(0, Buffer.concat(parts))
}
