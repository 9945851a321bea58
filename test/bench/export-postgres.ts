/** The ways to take all rows of a table from Postgres. Each row's number is its first column. */
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import type { Way } from './export-run.ts'

export class PostgresExport {
  readonly client: pg.Client

  private constructor(client: pg.Client) {
    this.client = client
  }

  static async open(config: pg.ClientConfig): Promise<PostgresExport> {
    const client = new pg.Client(config)
    await client.connect()
    return new PostgresExport(client)
  }

  async one(): Promise<unknown> {
    return (await this.client.query('SELECT 1 AS one')).rows[0].one
  }

  async close(): Promise<void> {
    await this.client.end()
  }
}

export const postgresRows = (rows: number): string =>
  `CREATE TABLE numbers AS SELECT n, repeat('x', 100) AS pad FROM generate_series(1, ${rows}) n;
   ALTER TABLE numbers ADD PRIMARY KEY (n); ANALYZE numbers;`

const all = 'SELECT n, pad FROM numbers ORDER BY n'
const ofTheStatement = { approve: 'analyst', deny: 'analyst' } as const

export const postgresWays: readonly Way<PostgresExport>[] = [
  { name: 'select', user: ofTheStatement, take: select(undefined) },
  { name: 'prepared', user: ofTheStatement, take: select([]) },
  { name: 'copy', user: ofTheStatement, take: copy },
  { name: 'portal', user: ofTheStatement, take: portal },
  { name: 'cursor', user: { approve: 'sven', deny: 'sven' }, take: cursor },
  { name: 'pages', user: { approve: 'copilot', deny: 'admin' }, take: pages },
]

/** Row by row, nothing kept. Without values it is one simple query. */
function select(values: unknown[] | undefined): Way<PostgresExport>['take'] {
  return ({ client }, _rows, seen) =>
    new Promise((resolve, reject) => {
      const query = client.query(
        new pg.Query<{ n: number }>(values === undefined ? { text: all } : { text: all, values }),
      )
      query.on('row', ({ n }) => seen(n))
      query.on('error', reject)
      query.on('end', () => resolve())
    })
}

async function copy(
  { client }: PostgresExport,
  _rows: number,
  seen: (n: number) => void,
): Promise<void> {
  const sink = new PassThrough()
  let rest = ''
  sink.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) seen(Number.parseInt(line, 10))
  })
  await pipeline(client.query(copyTo(`COPY (${all}) TO STDOUT`)), sink)
}

/** As JDBC does with a fetch size: Execute with a row limit, again and again. */
async function portal(
  { client }: PostgresExport,
  _rows: number,
  seen: (n: number) => void,
): Promise<void> {
  const cursor = client.query(new Cursor<{ n: number }>(all))
  for (;;) {
    const rows = await cursor.read(10_000)
    for (const { n } of rows) seen(n)
    if (rows.length === 0) break
  }
  await cursor.close()
}

async function cursor(
  { client }: PostgresExport,
  _rows: number,
  seen: (n: number) => void,
): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(`DECLARE everything CURSOR FOR ${all}`)
    for (;;) {
      const { rows } = await client.query<{ n: number }>('FETCH 10000 FROM everything')
      for (const { n } of rows) seen(n)
      if (rows.length === 0) break
    }
    await client.query('CLOSE everything')
  } finally {
    await client.query('ROLLBACK')
  }
}

async function pages(
  { client }: PostgresExport,
  rows: number,
  seen: (n: number) => void,
): Promise<void> {
  const text = 'SELECT n, pad FROM numbers WHERE n > $1 ORDER BY n LIMIT 200'
  for (let at = 0; at < rows; ) {
    const page = await client.query<{ n: number }>({ name: 'page', text, values: [at] })
    for (const { n } of page.rows) seen(n)
    at += page.rows.length
    if (page.rows.length === 0) return
  }
}
