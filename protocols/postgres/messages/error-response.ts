/**
 * ErrorResponse and NoticeResponse: fields marked by one letter each.
 * https://www.postgresql.org/docs/current/protocol-error-fields.html
 *
 *   ┌─────┬────────┬ ─ ─ ┬──────┬─────────┬ ─ ─ ┬───┐
 *   │ E/N │ length │ (   │ code │ value\0 │   ) │ 0 │
 *   └─────┴────────┴ ─ ─ ┴──────┴─────────┴ ─ ─ ┴───┘
 */
import type { ByteReader } from '../../bytes.ts'
import { ProtocolError } from '../../errors.ts'
import { encodeMessage } from './message.ts'

/** Values by the manual's letter: `S`, `V`, `C`, `M`, `D`, `H`, …; in the order they came. */
export type ErrorFields = ReadonlyMap<string, string>

export function encodeErrorResponse(fields: ErrorFields): Buffer {
  return encodeFields('E', fields)
}

export function encodeNoticeResponse(fields: ErrorFields): Buffer {
  return encodeFields('N', fields)
}

/** The body of either; unknown letters are kept. */
export function decodeErrorFields(body: ByteReader): Map<string, string> {
  const fields = new Map<string, string>()
  for (;;) {
    const code = body.uint8() // Byte1
    if (code === 0) break
    fields.set(String.fromCharCode(code), body.cstring()) // String
  }
  if (body.left > 0) throw new ProtocolError('the end of the fields', `${body.left} more bytes`)
  return fields
}

/** The four fields that every error has, and those of the two others that are given. */
export function errorFields(
  severity: 'FATAL' | 'ERROR' | 'WARNING' | 'NOTICE',
  sqlState: string,
  message: string,
  more: { readonly detail?: string | undefined; readonly hint?: string | undefined } = {},
): Map<string, string> {
  const fields = new Map([
    ['S', severity],
    ['V', severity],
    ['C', sqlState],
    ['M', message],
  ])
  if (more.detail !== undefined) fields.set('D', more.detail)
  if (more.hint !== undefined) fields.set('H', more.hint)
  return fields
}

function encodeFields(type: string, fields: ErrorFields): Buffer {
  return encodeMessage(type, body => {
    for (const [code, value] of fields) body.string(code).cstring(value)
    body.uint8(0)
  })
}
