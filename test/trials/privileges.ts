/**
 * The server as oracle: an account that may not read the masked columns runs the same statements.
 * Where the server says that it lacks the privilege, the statement reads one of them, and lineage
 * that says otherwise is wrong. More than the server sees is no mistake: it looks into no function.
 * https://www.postgresql.org/docs/current/ddl-priv.html, dev.mysql.com/doc/refman/9.7/en/grant.html
 */
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { Catalog as MysqlCatalog } from '../../protocols/mysql/catalog.ts'
import { Analyzer as MysqlAnalyzer } from '../../protocols/mysql/sql/analyzer.ts'
import { Catalog } from '../../protocols/postgres/catalog.ts'
import { Analyzer } from '../../protocols/postgres/sql/analyzer.ts'
import { noObjects } from '../../protocols/postgres/sql/names.ts'
import type { Analysis } from '../../protocols/protocol.ts'
import { startMariadb, startMysql } from '../support/mysql.ts'
import { namesOver } from '../support/mysql-shop.ts'
import * as mysqlStatements from '../support/mysql-statement-generator.ts'
import { startPostgres } from '../support/postgres.ts'
import { secretStatements } from '../support/secret-statements.ts'
import * as statements from '../support/statement-generator.ts'

export interface Privileges {
  readonly asked: number
  /** The server denied it. */
  readonly denied: number
  /** The server did, and lineage knows of no masked column: a hole. */
  readonly missed: readonly string[]
  /** Lineage knows of one, and the server lets it be. */
  readonly more: number
}

/**
 * Made of secret columns. Views are read with the rights of who made them: otherwise the server
 * would ask for all of their columns, whatever is used of them.
 */
const made: readonly string[] = [
  ...['people.mail', 'people.loud', 'sales.mail', 'sales.note', 'everything.what'],
  ...['ranked.place', 'grouped.top', 'handles.domain'],
]

interface Oracle {
  readonly analyze: (sql: string) => Analysis
  /** undefined: the server has another reason to refuse it. */
  readonly denies: (sql: string) => Promise<boolean | undefined>
  readonly secrets: ReadonlySet<string>
}

/**
 * The server asks for columns that are named in a derived table, or are in a row of which another is
 * taken, although nothing is made of them. Whether something is, it cannot tell.
 */
const namesInVain =
  /\b(?:FROM|JOIN|LATERAL|ALL|AS|MATERIALIZED|,) \((?:SELECT|\()|\b\w+\(t\d+\)|\(t\d+\)\.|\(ROW\(/

async function ask(texts: Iterable<string>, oracle: Oracle): Promise<Privileges> {
  const missed: string[] = []
  let asked = 0
  let denied = 0
  let more = 0
  for (const sql of texts) {
    if (namesInVain.test(sql)) continue
    const denies = await oracle.denies(sql)
    if (denies === undefined) continue
    asked++
    const { reads, results, unreadable } = oracle.analyze(sql)
    const seen =
      unreadable !== undefined ||
      results.includes('untraced') ||
      reads.some(({ table, column }) => oracle.secrets.has(`${table}.${column}`))
    if (denies) denied++
    if (denies && !seen) missed.push(sql)
    if (!denies && seen) more++
  }
  return { asked, denied, missed, more }
}

function* generated(count: number, make: (i: number) => string): Generator<string> {
  for (let i = 0; i < count; i++) yield make(i)
}

export async function postgresPrivileges(count: number, seed: number): Promise<Privileges> {
  await Analyzer.load()
  const server = await startPostgres()
  const { host, port, user, password, database } = server
  const secrets = new Set([...statements.secretColumns, ...made])
  try {
    const admin = new pg.Client(server.url)
    await admin.connect()
    const schema = statements.secretSchema.replaceAll('WITH (security_invoker)', '')
    await admin.query(schema + statements.secretData('ab'))
    await admin.query("CREATE ROLE peer LOGIN PASSWORD 'peer'")
    const columns = await admin.query<{ name: string; column: string }>(
      `SELECT c.relname AS name, a.attname AS column FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')`,
    )
    for (const { name, column } of columns.rows)
      if (!secrets.has(`${name}.${column}`))
        await admin.query(`GRANT SELECT (${column}) ON ${name} TO peer`)
    await admin.end()
    const tls = { mode: 'disable' } as const
    const catalog = await Catalog.open({ host, port, user, password, database, tls })
    const { snapshot } = catalog
    await catalog.close()
    const names = {
      ...{ catalog: snapshot, searchPath: ['public'], user, session: noObjects, version: 1 },
    }
    const peer = new pg.Client({ host, port, database, user: 'peer', password: 'peer' })
    await peer.connect()
    const analyzer = new Analyzer()
    const texts = [
      ...secretStatements,
      ...generated(count, i => new statements.StatementGenerator(seed + i).statement()),
    ]
    const found = await ask(texts, {
      ...{ analyze: sql => analyzer.analyze(sql, names), secrets },
      denies: sql => denial(peer.query(`EXPLAIN ${sql}`), '42501'),
    })
    await peer.end()
    return found
  } finally {
    await server.stop()
  }
}

export async function mysqlPrivileges(
  flavour: 'mariadb' | 'mysql',
  count: number,
  seed: number,
): Promise<Privileges> {
  const settings = { 'general-log': 'OFF' }
  const server = await (flavour === 'mysql' ? startMysql : startMariadb)({ settings })
  const { host, port, user, password } = server
  const secrets = new Set([...mysqlStatements.secretColumns, ...made])
  try {
    const admin = await createConnection({ host, port, user, password, multipleStatements: true })
    await admin.query(
      'SET GLOBAL log_bin_trust_function_creators = 1; CREATE DATABASE one; USE one',
    )
    for (const text of [...mysqlStatements.secretSchema, ...mysqlStatements.secretData('a')])
      await admin.query(text)
    await admin.query("CREATE USER peer@'%' IDENTIFIED BY 'peer'; GRANT EXECUTE ON one.* TO peer")
    const [rows] = await admin.query(
      "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'one'",
    )
    for (const { t: table, c: column } of rows as { t: string; c: string }[])
      if (!secrets.has(`${table}.${column}`))
        await admin.query(`GRANT SELECT (${column}) ON one.${table} TO peer`)
    await admin.end()
    const tls = { mode: 'prefer' } as const
    const catalog = await MysqlCatalog.open({ host, port, user, password, database: 'one', tls })
    const names = namesOver(catalog.snapshot, 'one')
    await catalog.close()
    const peer = await createConnection({
      ...{ host, port, user: 'peer', password: 'peer', database: 'one' },
    })
    const analyzer = new MysqlAnalyzer()
    const lateral = flavour === 'mysql'
    const make = (i: number): string =>
      new mysqlStatements.StatementGenerator(seed + i, lateral).statement()
    const texts = [...mysqlStatements.secretStatements, ...generated(count, make)]
    const found = await ask(texts, {
      ...{ analyze: sql => analyzer.analyze(sql, names), secrets },
      denies: sql => denial(peer.query(`PREPARE s FROM ${peer.escape(sql)}`), 1143, 1142),
    })
    await peer.end()
    return found
  } finally {
    await server.stop()
  }
}

async function denial(
  run: Promise<unknown>,
  ...denials: readonly (string | number)[]
): Promise<boolean | undefined> {
  try {
    await run
    return false
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { code, errno } = error as { code?: string; errno?: number }
    return denials.some(each => each === code || each === errno) ? true : undefined
  }
}
