/** A query in the text protocol over a connection that connectUpstream made. */
import { Channel } from '../../protocols/mysql/channel.ts'
import { decodeErr } from '../../protocols/mysql/packets/err.ts'
import { PayloadReader } from '../../protocols/mysql/payload.ts'
import type { UpstreamConnection } from '../../protocols/mysql/upstream.ts'

/** The rows; with DEPRECATE_EOF agreed on. Rejects with the server's errno and message. */
export async function query(
  { socket, leftover }: Pick<UpstreamConnection, 'socket' | 'leftover'>,
  text: string,
): Promise<readonly (readonly (string | null)[])[]> {
  if (leftover.length > 0) throw new Error('expected nothing unread before a query')
  const signal = new AbortController().signal
  const channel = new Channel(socket, { signal, bytesMax: 10_000_000 })
  try {
    channel.write(Buffer.concat([Buffer.of(0x03), Buffer.from(text)]))
    const first = await answer(channel)
    if (first[0] === 0) return []
    const columns = new PayloadReader(first).lenencLength()
    for (let column = 0; column < columns; column += 1) await channel.read()
    const rows: (string | null)[][] = []
    for (let row = await answer(channel); row[0] !== 0xfe; row = await answer(channel)) {
      rows.push(valuesOf(row))
    }
    return rows
  } finally {
    channel.detach()
  }
}

async function answer(channel: Channel): Promise<Buffer> {
  const payload = await channel.read()
  if (payload[0] !== 0xff) return payload
  const { code, message } = decodeErr(payload)
  throw new Error(`${code} ${message}`)
}

function valuesOf(row: Buffer): (string | null)[] {
  const body = new PayloadReader(row)
  const values: (string | null)[] = []
  while (body.left > 0) {
    if (body.peek() !== 0xfb) {
      values.push(body.lenencString())
      continue
    }
    body.skip(1)
    values.push(null)
  }
  return values
}
