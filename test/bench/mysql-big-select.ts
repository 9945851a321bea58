/**
 * One large result of MySQL's protocol, read as fast as bytes come: packets are counted and thrown
 * away, so that the reader costs next to nothing and the way to the server is what is measured.
 */
import { createConnection } from 'mysql2/promise'
import { execute, MysqlWire, packets, prepare, query } from '../support/mysql-wire.ts'
import { bigSelectRows } from './big-select.ts'
import type { Target } from './targets.ts'

const columns = 7

/** Two tables with the same rows; three columns of `people` are masked through us. */
export async function makeMysqlPeople({ port, user, password, database }: Target): Promise<void> {
  const options = { host: '127.0.0.1', port, user, password, database }
  const client = await createConnection(options)
  try {
    for (const table of ['people', 'people_open']) {
      await client.query(
        `create table ${table} (id integer, name text, email text, phone text, card_number text,
           city text, created_at datetime)`,
      )
      await client.query(
        `insert into ${table}
         select seq, concat('Person ', seq), concat('person', seq, '@example.com'),
                concat('+49 30 ', 1000000 + seq), 4000000000000000 + seq * 7919,
                concat('City ', seq % 100), timestamp('2020-01-01') + interval seq minute
           from seq_1_to_${bigSelectRows}`,
      )
    }
  } finally {
    await client.end()
  }
}

/** Rows a second, from sending the statement to the end of the rows; prepared ones are binary. */
export async function mysqlRowsPerSecond(
  target: Target,
  table: string,
  mode: 'simple' | 'prepared',
): Promise<number> {
  const wire = await MysqlWire.connect({ ...target, host: '127.0.0.1' })
  try {
    const text = `select * from ${table}`
    let payload = query(text)
    if (mode === 'prepared') {
      const [made] = await wire.ask(prepare(text))
      if (made?.kind !== 'prepared') throw new Error(`it was not prepared: ${JSON.stringify(made)}`)
      payload = execute(made.id)
    }
    const started = process.hrtime.bigint()
    const rows = await countRows(wire, packets(payload))
    const seconds = Number(process.hrtime.bigint() - started) / 1e9
    if (rows !== bigSelectRows) throw new Error(`${rows} rows came through ${target.name}`)
    return rows / seconds
  } finally {
    wire.close()
  }
}

/** Packets between the EOF behind the columns and the one behind the rows. */
function countRows({ socket }: MysqlWire, bytes: Buffer): Promise<number> {
  socket.removeAllListeners('data')
  return new Promise((resolve, reject) => {
    let count = 0
    // Of the packet at hand: what is left of it, and its header and first byte as far as they came.
    let left = 0
    const head = Buffer.alloc(5)
    let headBytes = 0
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.on('data', (chunk: Buffer) => {
      let at = 0
      while (at < chunk.length) {
        if (left > 0) {
          const skipped = Math.min(left, chunk.length - at)
          left -= skipped
          at += skipped
          continue
        }
        const wanted = Math.min(5 - headBytes, chunk.length - at)
        chunk.copy(head, headBytes, at, at + wanted)
        headBytes += wanted
        at += wanted
        if (headBytes < 5) break
        headBytes = 0
        const length = head.readUIntLE(0, 3)
        left = length - 1
        count += 1
        if (head[4] === 0xff) reject(new Error(`error: ${chunk.toString('latin1', at)}`))
        else if (head[4] === 0xfe && length < 9 && count > columns + 2) resolve(count - columns - 3)
      }
    })
    socket.write(bytes)
  })
}
