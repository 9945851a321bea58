/** The ways to take all rows of a table from MariaDB. Each row's number is its first column. */
import type { Connection as Callbacks, RowDataPacket } from 'mysql2'
import { type Connection, createConnection } from 'mysql2/promise'
import type { Place } from '../support/mysql-proxy.ts'
import type { Way } from './export-run.ts'

export class MysqlExport {
  readonly client: Connection

  private constructor(client: Connection) {
    this.client = client
  }

  static async open(place: Place): Promise<MysqlExport> {
    const client = await createConnection({ ...place })
    client.on('error', () => undefined)
    return new MysqlExport(client)
  }

  async one(): Promise<unknown> {
    const [answer] = await this.client.query<RowDataPacket[]>('SELECT 1 AS one')
    return answer[0]?.['one']
  }

  async close(): Promise<void> {
    await this.client.end()
  }
}

export const mysqlRows = (rows: number): string =>
  `CREATE TABLE numbers (n int PRIMARY KEY, pad varchar(100));
   INSERT INTO numbers SELECT seq, REPEAT('x', 100) FROM seq_1_to_${rows};`

const all = 'SELECT n, pad FROM numbers ORDER BY n'
const ofTheStatement = { approve: 'analyst', deny: 'analyst' } as const

export const mysqlWays: readonly Way<MysqlExport>[] = [
  { name: 'mysql-select', user: ofTheStatement, take: unbuffered('query') },
  { name: 'mysql-prepared', user: ofTheStatement, take: unbuffered('execute') },
  { name: 'mysql-pages', user: { approve: 'copilot', deny: 'admin' }, take: pages },
]

/** Row by row, nothing kept: of text, or of binary values. */
function unbuffered(how: 'query' | 'execute'): Way<MysqlExport>['take'] {
  return ({ client }, _rows, seen) => {
    // The promises have no streams; what they stand before has.
    const { connection } = client as unknown as { connection: Callbacks }
    return new Promise((resolve, reject) => {
      const rows = how === 'query' ? connection.query(all) : connection.execute(all)
      rows.on('result', row => seen((row as RowDataPacket)['n']))
      rows.on('error', reject)
      rows.on('end', () => resolve())
    })
  }
}

async function pages(
  { client }: MysqlExport,
  rows: number,
  seen: (n: number) => void,
): Promise<void> {
  const text = 'SELECT n, pad FROM numbers WHERE n > ? ORDER BY n LIMIT 200'
  for (let at = 0; at < rows; ) {
    const [page] = await client.execute<RowDataPacket[]>(text, [at])
    for (const row of page) seen(row['n'])
    at += page.length
    if (page.length === 0) return
  }
}
