/**
 * Two databases that differ in nothing but the secret columns. Whatever differs in an answer must
 * be an output whose lineage names a secret column, or one that is said to be untraced. More of it
 * by hand: TRIALS=100000 SEED=1 npx tap run --timeout=36000 dist/test/…
 */
import pg from 'pg'
import t from 'tap'
import { Catalog } from '../../../../../protocols/postgres/catalog.ts'
import { trace } from '../../../../../protocols/postgres/sql/lineage/trace.ts'
import type { Names } from '../../../../../protocols/postgres/sql/names.ts'
import { noObjects } from '../../../../../protocols/postgres/sql/names.ts'
import { loadParser, parse } from '../../../../../protocols/postgres/sql/parse.ts'
import type { ColumnName } from '../../../../../protocols/protocol.ts'
import { columnInShort } from '../../../../support/lineage-notation.ts'
import { startPostgres } from '../../../../support/postgres.ts'
import { secretStatements } from '../../../../support/secret-statements.ts'
import {
  StatementGenerator,
  secretColumns,
  secretData,
  secretSchema,
} from '../../../../support/statement-generator.ts'

const generated = Number(process.env['TRIALS'] ?? 700)
const seed = Number(process.env['SEED'] ?? 1)

await loadParser()
const server = await startPostgres()
const { host, port, user, password } = server
const worlds = await Promise.all(['one', 'other'].map(openWorld))
const tls = { mode: 'disable' } as const
const catalog = await Catalog.open({ host, port, user, password, database: 'one', tls })
const secrets = new Set(secretColumns)
const names: Names = {
  ...{ catalog: catalog.snapshot, searchPath: ['public'], user, session: noObjects, version: 1 },
}

t.teardown(async () => {
  await catalog.close()
  await Promise.all(worlds.map(world => world.end()))
  await server.stop()
})

/** Of a document its parts are, too. */
function isSecret({ schema, table, column }: ColumnName): boolean {
  return secrets.has(columnInShort({ schema, table, column }))
}

async function openWorld(database: string): Promise<pg.Client> {
  const admin = new pg.Client(server.url)
  await admin.connect()
  await admin.query(`CREATE DATABASE ${database} TEMPLATE template0`)
  await admin.end()
  const world = new pg.Client({ host, port, user, password, database })
  await world.connect()
  await world.query(secretSchema + secretData(database === 'one' ? 'a' : 'bcd'))
  await world.query('ANALYZE')
  return world
}

type Answer = pg.QueryArrayResult<unknown[]>

/** In both worlds; undefined when the server refuses it, which is as good an answer. */
async function answers(sql: string): Promise<[Answer, Answer] | undefined> {
  const given: Answer[] = []
  for (const world of worlds) {
    await world.query('BEGIN')
    try {
      given.push(await world.query({ text: sql, rowMode: 'array' }))
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error
    } finally {
      await world.query('ROLLBACK')
    }
  }
  const [one, other] = given
  return one === undefined || other === undefined ? undefined : [one, other]
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

async function check(sql: string): Promise<Checked> {
  const given = await answers(sql)
  const none = { sql, answered: given !== undefined, untraced: false, differing: 0, clean: 0 }
  if (given === undefined) return { ...none, wrong: [] }
  const [one, other] = given
  const parsed = parse(sql, 100_000)
  const node = parsed.ok ? parsed.statements[0]?.node : undefined
  if (node === undefined) return { ...none, wrong: [`${sql}: cannot be parsed`] }
  const { result } = trace(node, names)
  if (result === 'untraced') return { ...none, untraced: true, wrong: [] }
  const outputs = result === 'none' ? [] : result
  const wrong: string[] = []
  let differing = 0
  let clean = 0
  if (outputs.length !== one.fields.length) wrong.push(`${sql}: ${one.fields.length} columns`)
  for (const [i, { name }] of one.fields.entries()) {
    const output = outputs[i]
    const secret = output?.sources.some(isSecret) === true
    if (output?.name !== name) wrong.push(`${sql}: ${name} is called ${output?.name}`)
    if (!secret) clean++
    if (shown(one, i) === shown(other, i)) continue
    differing++
    if (!secret) wrong.push(`${sql}: ${name} differs and is said to be clean`)
  }
  return { ...none, differing, clean, wrong }
}

async function checkAll(statements: readonly string[]): Promise<Checked[]> {
  const checked: Checked[] = []
  for (const sql of statements) checked.push(await check(sql))
  return checked
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)

t.test('what differs between the worlds is never said to be clean: generated', async t => {
  const statements = Array.from({ length: generated }, (_, i) =>
    new StatementGenerator(i * 7919 + seed).statement(),
  )
  const checked = await checkAll(statements)
  t.comment(`${generated} statements from seed ${seed}`)
  t.strictSame(
    checked.flatMap(each => each.wrong),
    [],
  )
  // The test is worth something only when most statements run, and most columns are traced.
  t.ok(sum(checked.map(each => Number(each.answered))) > generated * 0.8, 'most were answered')
  t.ok(sum(checked.map(each => Number(each.untraced))) < generated * 0.05, 'few are untraced')
  t.ok(sum(checked.map(each => each.differing)) > generated * 0.5, 'secrets were shown')
  t.ok(sum(checked.map(each => each.clean)) > generated * 0.5, 'and much was clean')
})

t.test('what differs between the worlds is never said to be clean: by hand', async t => {
  const checked = await checkAll(secretStatements)
  t.strictSame(
    checked.flatMap(each => each.wrong),
    [],
  )
  t.strictSame(
    checked.filter(each => !each.answered).map(each => each.sql),
    ['SELECT c.email.x FROM (SELECT 1 AS x) c'],
    'all but one are answered',
  )
  t.strictSame(
    checked.filter(each => each.untraced).map(each => each.sql),
    secretStatements.filter(sql => /_to_xml|pg_stats/.test(sql)),
    'only those that nobody can trace are untraced',
  )
})
