/** The extended query protocol's messages from the client, as far as the proxy reads them. */

import type { ByteReader } from '../../bytes.ts'
import { ProtocolError } from '../../errors.ts'

export interface Parse {
  readonly name: string
  readonly text: Buffer
  /** 0 where the server is to find out. */
  readonly parameterTypes: readonly number[]
}

export interface Bind {
  readonly portal: string
  readonly statement: string
  readonly parameterFormats: readonly number[]
  /** Slices of the frame; null is NULL. */
  readonly parameters: readonly (Buffer | null)[]
  readonly resultFormats: readonly number[]
}

export function decodeParse(body: ByteReader): Parse {
  const name = body.cstring() // String
  const nul = body.bytes.indexOf(0, body.offset)
  if (nul < 0 || nul >= body.end) throw new ProtocolError('a NUL after the query', 'the end')
  const text = body.slice(nul - body.offset) // String
  body.uint8()
  const count = body.uint16() // Int16
  const parameterTypes: number[] = []
  for (let i = 0; i < count; i++) parameterTypes.push(body.uint32()) // Int32
  return { name, text, parameterTypes }
}

const none: readonly number[] = []

export function decodeBind(body: ByteReader): Bind {
  const portal = body.cstring() // String
  const statement = body.cstring() // String
  const parameterFormats = formats(body)
  const count = body.uint16() // Int16
  const parameters: (Buffer | null)[] = []
  for (let i = 0; i < count; i++) {
    const length = body.int32() // Int32
    parameters.push(length === -1 ? null : body.slice(length)) // Byte n
  }
  return { portal, statement, parameterFormats, parameters, resultFormats: formats(body) }
}

function formats(body: ByteReader): readonly number[] {
  const count = body.uint16() // Int16
  if (count === 0) return none
  const codes: number[] = []
  for (let i = 0; i < count; i++) codes.push(body.int16()) // Int16
  return codes
}

/** Describe and Close name a statement ('S') or a portal ('P'). */
export interface Target {
  readonly kind: 'statement' | 'portal'
  readonly name: string
}

export function decodeTarget(body: ByteReader): Target {
  const kind = body.uint8() // Byte1
  if (kind === 0x53) return { kind: 'statement', name: body.cstring() } // String
  if (kind === 0x50) return { kind: 'portal', name: body.cstring() } // String
  throw new ProtocolError("'S' or 'P'", `0x${kind.toString(16)}`)
}

/**
 * The format of the nth value: none given means text, one given counts for all. The server refuses
 * any other code than 0 and 1.
 */
export function formatOf(codes: readonly number[], index: number): 0 | 1 {
  return (codes.length === 1 ? codes[0] : codes[index]) === 1 ? 1 : 0
}
