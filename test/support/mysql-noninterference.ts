/**
 * Two databases that differ in nothing but the secret columns. Whatever differs in an answer must
 * be an output whose lineage names a secret column, or one that is said to be untraced.
 */
import { type Connection, createConnection, type FieldPacket } from 'mysql2/promise'
import type { Test } from 'tap'
import { Catalog } from '../../protocols/mysql/catalog.ts'
import { trace } from '../../protocols/mysql/sql/lineage/trace.ts'
import type { Names } from '../../protocols/mysql/sql/names.ts'
import { parse } from '../../protocols/mysql/sql/parse.ts'
import type { ColumnName } from '../../protocols/protocol.ts'
import type { TestMysql } from './mysql.ts'
import { columnInShort, namesOver } from './mysql-shop.ts'
import {
  StatementGenerator,
  secretColumns,
  secretData,
  secretSchema,
  secretStatements,
} from './mysql-statement-generator.ts'

const generated = 200
const secrets = new Set(secretColumns.map(column => `one.${column}`))

interface World {
  readonly connection: Connection
}

interface Answer {
  readonly rows: readonly (readonly unknown[])[]
  readonly fields: readonly FieldPacket[]
}

/** Of a document its parts are, too. */
function isSecret({ schema, table, column }: ColumnName): boolean {
  return secrets.has(columnInShort({ schema, table, column }))
}

async function openWorld(server: TestMysql, database: string): Promise<World> {
  const admin = await createConnection(server.url)
  await admin.query(`CREATE DATABASE ${database}`)
  await admin.query('SET GLOBAL log_bin_trust_function_creators = 1')
  const [rows] = await admin.query('SELECT @@collation_server c')
  await admin.end()
  const { host, port, user, password } = server
  const charset = (rows as { c: string }[])[0]?.c ?? ''
  const connection = await createConnection({ host, port, user, password, database, charset })
  for (const text of [...secretSchema, ...secretData(database === 'one' ? 'a' : 'bcd')])
    await connection.query(text)
  return { connection }
}

/** In both worlds; undefined when the server refuses it, which is as good an answer. */
async function answers(
  worlds: readonly World[],
  sql: string,
): Promise<readonly Answer[] | undefined> {
  const given: Answer[] = []
  for (const { connection } of worlds) {
    try {
      const [rows, fields] = await connection.query({ sql, rowsAsArray: true })
      // Of a CALL, a list of results of which the last has no rows.
      const called = sql.startsWith('CALL')
      given.push({
        rows: (called ? (rows as unknown[])[0] : rows) as unknown[][],
        fields: (called ? (fields as unknown[])[0] : fields) as FieldPacket[],
      })
    } catch (error) {
      if (!(error instanceof Error && 'sqlState' in error)) throw error
      return undefined
    }
  }
  return given
}

/** Which values a column shows; how often and in which order is the predicates' doing. */
function shown({ rows }: Answer, column: number): string {
  return JSON.stringify([...new Set(rows.map(row => JSON.stringify(row[column])))].sort())
}

interface Checked {
  readonly sql: string
  readonly answered: boolean
  readonly untraced: boolean
  readonly differing: number
  readonly clean: number
  readonly wrong: readonly string[]
}

async function check(worlds: readonly World[], names: Names, sql: string): Promise<Checked> {
  const none = { sql, answered: false, untraced: false, differing: 0, clean: 0, wrong: [] }
  const [one, other] = (await answers(worlds, sql)) ?? []
  if (one === undefined || other === undefined) return none
  const parsed = parse(sql, names.lexer)
  const node = parsed.ok ? parsed.statements[0]?.node : undefined
  if (node === undefined) return { ...none, wrong: [`${sql}: cannot be read`] }
  const { result } = trace(node, names, sql)
  if (result === 'untraced') return { ...none, answered: true, untraced: true }
  const outputs = result === 'none' ? [] : result
  const wrong: string[] = []
  let differing = 0
  let clean = 0
  if (outputs.length !== one.fields.length) wrong.push(`${sql}: ${one.fields.length} columns`)
  for (const [i, { name }] of one.fields.entries()) {
    const secret = outputs[i]?.sources.some(isSecret) === true
    if (!secret) clean++
    if (shown(one, i) === shown(other, i)) continue
    differing++
    if (!secret) wrong.push(`${sql}: ${name} differs and is said to be clean`)
  }
  return { sql, answered: true, untraced: false, differing, clean, wrong }
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)

export async function nothingInterferes(t: Test, server: TestMysql): Promise<void> {
  const worlds = [await openWorld(server, 'one'), await openWorld(server, 'other')]
  const { host, port, user, password } = server
  const tls = { mode: 'prefer' } as const
  const catalog = await Catalog.open({ host, port, user, password, database: 'one', tls })
  const names = namesOver(catalog.snapshot, 'one')
  t.teardown(async () => {
    await catalog.close()
    for (const { connection } of worlds) await connection.end()
  })

  t.test('what differs between the worlds is never said to be clean: generated', async t => {
    const checked: Checked[] = []
    for (let i = 0; i < generated; i++) {
      const lateral = server.flavour === 'mysql'
      const sql = new StatementGenerator(i * 7919 + 1, lateral).statement()
      checked.push(await check(worlds, names, sql))
    }
    const wrong = checked.flatMap(each => each.wrong)
    t.strictSame(wrong, [])
    // The test is worth something only when most statements run, and all columns are traced.
    t.ok(sum(checked.map(each => Number(each.answered))) > generated * 0.8, 'most were answered')
    t.equal(sum(checked.map(each => Number(each.untraced))), 0, 'none is untraced')
    t.ok(sum(checked.map(each => each.differing)) > generated * 0.5, 'secrets were shown')
    t.ok(sum(checked.map(each => each.clean)) > generated * 0.5, 'and much was clean')
  })

  t.test('what differs between the worlds is never said to be clean: by hand', async t => {
    const checked: Checked[] = []
    for (const sql of secretStatements) checked.push(await check(worlds, names, sql))
    const wrong = checked.flatMap(each => each.wrong)
    t.strictSame(wrong, [])
    t.ok(sum(checked.map(each => Number(each.answered))) > secretStatements.length * 0.7)
    const lost = checked.filter(each => each.untraced).map(each => each.sql)
    t.strictSame(lost, [], 'all are traced')
  })
}
