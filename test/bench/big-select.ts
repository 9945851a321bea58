/**
 * One large result, read as fast as bytes come: frames are counted and thrown away, so that the
 * reader costs next to nothing and the way to the server is what is measured.
 */
import type { Socket } from 'node:net'
import { Client } from 'pg'
import type { Target } from './targets.ts'

export const bigSelectRows = 500_000

/** Two tables with the same rows; three columns of `people` are masked through us. */
export async function makePeople(target: Target): Promise<void> {
  const client = await connected(target)
  try {
    for (const table of ['people', 'people_open']) {
      await client.query(
        `create table ${table} (id integer, name text, email text, phone text, card_number text,
           city text, created_at timestamptz)`,
      )
      await client.query(
        `insert into ${table}
         select i, 'Person ' || i, 'person' || i || '@example.com', '+49 30 ' || 1000000 + i,
                4000000000000000 + i::bigint * 7919, 'City ' || i % 100,
                timestamptz '2020-01-01 00:00Z' + i * interval '1 minute'
           from generate_series(1, ${bigSelectRows}) i`,
      )
    }
    await client.query('analyze')
  } finally {
    await client.end()
  }
}

/** Rows a second, from sending the query to ReadyForQuery. */
export async function rowsPerSecond(target: Target, table: string): Promise<number> {
  const client = await connected(target)
  try {
    const started = process.hrtime.bigint()
    const rows = await countRows(client, `select * from ${table}`)
    const seconds = Number(process.hrtime.bigint() - started) / 1e9
    if (rows !== bigSelectRows) throw new Error(`${rows} rows came through ${target.name}`)
    return rows / seconds
  } finally {
    // Nothing of a proper goodbye is wanted, so its absence is no error.
    client.on('error', () => undefined)
    client.connection.stream.destroy()
  }
}

/** What pg does not declare, and has had for ten years. */
type OpenClient = Client & { readonly connection: { readonly stream: Socket } }

async function connected(target: Target): Promise<OpenClient> {
  const { port, user, password, database } = target
  const client = new Client({ host: '127.0.0.1', port, user, password, database })
  await client.connect()
  if (!isOpen(client)) throw new Error('this version of pg keeps its socket elsewhere')
  return client
}

function isOpen(client: Client): client is OpenClient {
  return 'connection' in client
}

/** DataRow frames up to ReadyForQuery; rejects on an ErrorResponse. */
function countRows(client: OpenClient, text: string): Promise<number> {
  const { stream } = client.connection
  stream.removeAllListeners('data')
  const body = Buffer.from(`${text}\0`)
  const query = Buffer.alloc(5)
  query.write('Q')
  query.writeInt32BE(body.length + 4, 1)
  return new Promise((resolve, reject) => {
    let rows = 0
    // Of the frame at hand: what is left of it, and its header as far as it came.
    let left = 0
    const header = Buffer.alloc(5)
    let headerBytes = 0
    stream.on('error', reject)
    stream.on('close', () => reject(new Error('the connection was closed')))
    stream.on('data', (chunk: Buffer) => {
      let at = 0
      while (at < chunk.length) {
        if (left > 0) {
          const skipped = Math.min(left, chunk.length - at)
          left -= skipped
          at += skipped
          continue
        }
        const wanted = Math.min(5 - headerBytes, chunk.length - at)
        chunk.copy(header, headerBytes, at, at + wanted)
        headerBytes += wanted
        at += wanted
        if (headerBytes < 5) break
        headerBytes = 0
        left = header.readInt32BE(1) - 4
        if (header[0] === 0x44) rows += 1
        else if (header[0] === 0x45) reject(new Error(`error: ${chunk.toString('latin1', at)}`))
        else if (header[0] === 0x5a) resolve(rows)
      }
    })
    stream.write(Buffer.concat([query, body]))
  })
}
