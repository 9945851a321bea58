/** The walk-through once more, for MySQL clients: mysql2 over the real wire. */
import {
  type Connection,
  createConnection,
  type FieldPacket,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise'
import { mysqlUrl, type RunningDemo, type RunningMysql } from './start.ts'
import type { Guide } from './tour-guide.ts'
import type { Reviewer } from './tour-reviewer.ts'
import { errorReason, runCommand, type Shown, table, timesIn, waitMsMax } from './tour-show.ts'
import { heldStatement, maskedQuery } from './walk-through.ts'

const agentUpdate = 'UPDATE products SET stock = 0 WHERE id = 7'

interface Scene {
  readonly demo: RunningDemo
  readonly guide: Guide
  readonly reviewer: Reviewer
}

interface MysqlScene extends Scene {
  readonly mysql: RunningMysql
  /** Around the proxy. */
  readonly admin: Connection
  readonly client: Connection
}

export async function mysqlScenes(scene: Scene, mysql: RunningMysql): Promise<void> {
  const { demo } = scene
  const connections: Connection[] = []
  const connect = async (uri: string): Promise<Connection> => {
    const connection = await createConnection({ uri, dateStrings: true })
    connections.push(connection)
    return connection
  }
  try {
    const about = { ...scene, mysql, admin: await connect(mysql.adminUrl) }
    const analyst = await connect(mysqlUrl(demo, mysql, 'analyst'))
    await masking({ ...about, client: analyst })
    const sessionId = await approval({ ...about, client: analyst })
    await denial({ ...about, client: await connect(mysqlUrl(demo, mysql, 'copilot')) })
    await analyst.end()
    await replay(scene, sessionId)
  } finally {
    await Promise.allSettled(connections.map(connection => connection.end()))
  }
}

async function masking({ guide, admin, client }: MysqlScene): Promise<void> {
  guide.scene('MySQL clients: masked in text and in binary, whatever the query does')
  const [raw] = await admin.query<RowDataPacket[]>(
    'SELECT email, phone, card_number, national_id, notes FROM customers ORDER BY id LIMIT 5',
  )
  const secrets = raw.flatMap(row => Object.values(row)).filter(value => value !== null)
  const prepared = 'SELECT name, email, date_of_birth FROM customers WHERE id < ? ORDER BY id'
  const results: [string, Shown][] = []
  for (const text of [
    maskedQuery,
    'SELECT upper(c.email) AS shouted FROM customers c ORDER BY id LIMIT 2',
    "SELECT json_object('email', email) AS whole FROM customers ORDER BY id LIMIT 2",
  ])
    results.push([text, shown(await client.query<RowDataPacket[]>(text))])
  const bound = await client.execute<RowDataPacket[]>(prepared, [4])
  results.push([`${prepared}   -- prepared, with 4`, shown(bound)])
  for (const [text, result] of results) {
    guide.show('analyst', `${text}\n${table(result)}`)
    const seen = JSON.stringify(result.rows).toLowerCase()
    const leaked = secrets.filter(value => seen.includes(String(value).toLowerCase()))
    guide.check(`${result.rows.length} rows came, and no value to be hidden`, leaked.length === 0)
    guide.check('the query was answered in full', result.rows.length > 1)
  }
}

/** Returns the id of the analyst's session. */
async function approval({ guide, admin, client, reviewer, mysql }: MysqlScene): Promise<string> {
  guide.scene('MySQL clients: what is hard to undo waits for a second person')
  const before = await carts(admin)
  const answer = client.query<ResultSetHeader>(heldStatement)
  // Looked at when it is awaited below; until then it must not count as unhandled.
  answer.catch(() => undefined)
  const held = await reviewer.waitFor(heldStatement, waitMsMax)
  guide.show('reviewer', held.summary)
  guide.check('nothing has run yet', (await carts(admin)) === before)
  await reviewer.approve(held)
  const [{ affectedRows }] = await answer
  guide.show('analyst', `${heldStatement}\nOK, ${affectedRows} rows affected`)
  guide.check(`it ran and deleted ${before} rows`, affectedRows === before)
  const statement = heldStatement.replace(/;$/, '')
  guide.check('it ran once', (await timesIn(mysql.log, statement)) === 1)
  return held.sessionId
}

async function denial({ guide, client, reviewer, mysql }: MysqlScene): Promise<void> {
  guide.scene('MySQL clients: an agent is denied by an ordinary error')
  const answer = client.query(agentUpdate).then(
    () => undefined,
    (error: unknown) => error,
  )
  const held = await reviewer.waitFor(agentUpdate, waitMsMax)
  guide.show('reviewer', `${held.summary}\n\ndenies ${held.shortId}: stock is counted by hand`)
  await reviewer.deny(held, 'stock is counted by hand')
  const error = errorReason(await answer)
  guide.show('copilot', `${agentUpdate}\nERROR: ${error}`)
  guide.check('the agent was told why', error.includes('stock is counted by hand'))
  guide.check('it never reached the database', (await timesIn(mysql.log, agentUpdate)) === 0)
  const refused = await client.query('SELECT * FROM payments').catch((failure: unknown) => failure)
  guide.show('copilot', `SELECT * FROM payments\nERROR: ${errorReason(refused)}`)
  guide.check('what is denied outright waits for nobody', refused instanceof Error)
  const [after] = await client.query<RowDataPacket[]>('SELECT count(*) AS orders FROM orders')
  guide.check('the session lives on', after.length === 1)
}

async function replay({ guide, demo }: Scene, sessionId: string): Promise<void> {
  guide.scene('MySQL clients: the recording shows what they saw')
  const about = ['--data-dir', demo.proxyDir]
  const played = await runCommand(['sessions', 'replay', sessionId, '--no-wait', ...about])
  guide.show('auditor', `sessions replay ${sessionId}\n${played.output}`)
  guide.check('it can be replayed', played.status === 0)
  guide.check('with the statement that waited', played.output.includes('DELETE FROM carts'))
  guide.check('with rows, masked as they were', played.output.includes('Clara Lehmann'))
}

async function carts(admin: Connection): Promise<number> {
  const [rows] = await admin.query<RowDataPacket[]>('SELECT count(*) AS n FROM carts')
  return Number(rows[0]?.['n'])
}

function shown([rows, fields]: [RowDataPacket[], FieldPacket[]]): Shown {
  return { fields, rows }
}
