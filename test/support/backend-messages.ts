/**
 * Messages of a Postgres server, as bytes:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function rowDescription(...columns: readonly (readonly [string, number])[]): Buffer {
  const fields = columns.flatMap(([name, type]) => [
    Buffer.from(`${name}\0`),
    int32(0),
    int16(0),
    int32(type),
    int16(-1),
    int32(-1),
    int16(0),
  ])
  return message('T', Buffer.concat([int16(columns.length), ...fields]))
}

export function dataRow(...values: readonly (string | null)[]): Buffer {
  const cells = values.flatMap(value =>
    value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value)],
  )
  return message('D', Buffer.concat([int16(values.length), ...cells]))
}

export const ready: Buffer = message('Z', Buffer.from('I'))

export function complete(tag: string): Buffer {
  return message('C', Buffer.from(`${tag}\0`))
}

export function errorResponse(code: string, text: string): Buffer {
  return message('E', Buffer.from(`SERROR\0VERROR\0C${code}\0M${text}\0\0`))
}
