/**
 * A MySQL or MariaDB where labelled statements really run: each in a session of its own, over the
 * same databases. What it changed is put back from copies, or made anew.
 */
import { type Connection, createConnection } from 'mysql2/promise'
import type { TestMysql } from '../support/mysql.ts'
import { changed, emptied, filesIn, type Held, type Outcome } from './changes.ts'
import type { Entry } from './corpus.ts'
import {
  grantTables,
  moving,
  noReplicaTexts,
  others,
  otherTexts,
  persistedTexts,
  relationsText,
  relationTexts,
  replicaTexts,
  spacesTexts,
  tablesText,
} from './mysql-held.ts'
import { makeDatabases } from './mysql-server.ts'

/** As KILL of the corpus has it: somebody else's session. */
const bystanderId = '999999'

export class MysqlScratch {
  readonly #server: TestMysql
  readonly #dir: string
  readonly #admin: Connection
  #bystander: Connection
  /** How each table of `shop` is made; not of those with triggers. */
  readonly #made = new Map<string, string>()
  #before: Held | undefined

  private constructor(server: TestMysql, dir: string, admin: Connection, bystander: Connection) {
    this.#server = server
    this.#dir = dir
    this.#admin = admin
    this.#bystander = bystander
  }

  /** `dir`: where the statements' `{dir}` is, which the server may write to. */
  static async open(server: TestMysql, dir: string): Promise<MysqlScratch> {
    const admin = await connected(server)
    const scratch = new MysqlScratch(server, dir, admin, await connected(server))
    await scratch.#copy()
    return scratch
  }

  async run({ sql }: Entry): Promise<Outcome> {
    this.#before ??= await this.#held(await this.#client())
    const before = this.#before
    const client = await this.#client()
    const text = sql
      .replaceAll('{dir}', this.#dir)
      .replaceAll(bystanderId, String(this.#bystander.threadId))
    // What a driver would send beside the text.
    const bound = /^prepare/i.test(sql) ? text : text.replaceAll('?', '1')
    const ends = /^shutdown/i.test(sql)
    const left = ends ? gone(this.#bystander) : undefined
    const error = await client.query(bound).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : 'failed'),
    )
    if (ends && error === undefined) {
      await left
      return { changes: ['sessions'] }
    }
    const after = await this.#held(client)
    const changes = changed(before, after)
    await this.#putBack(before, after)
    return error === undefined ? { changes } : { error, changes }
  }

  async close(): Promise<void> {
    for (const each of [this.#admin, this.#bystander]) each.destroy()
  }

  #client(): Promise<Connection> {
    return connected(this.#server)
  }

  /** What a session that is over now has left behind, and what its own settings were. */
  async #held(client: Connection): Promise<Held> {
    const [[role = []] = [], own = []] = await answers(client, [
      'SELECT CURRENT_ROLE(), DATABASE()',
      'SHOW SESSION VARIABLES',
    ])
    await client.end()
    const { flavour } = this.#server
    const [tables = [], global = [], replicas = [], ...more] = await answers(this.#admin, [
      tablesText,
      'SHOW GLOBAL VARIABLES',
      replicaTexts[flavour],
      ...relationTexts[flavour],
      ...otherTexts[flavour],
    ])
    const relations = more.slice(0, relationTexts[flavour].length).flat()
    const schema = more.slice(relationTexts[flavour].length)
    const lives = await this.#bystander.query('SELECT 1').then(
      () => true,
      () => false,
    )
    const stored = tables.map(([schema, name]) => `${quoted(schema)}.${quoted(name)}`)
    const settings = new Map<string, string>([
      ...global.map(([name, value]) => [`global ${name}`, String(value)] as const),
      ...own.map(([name, value]) => [`session ${name}`, String(value)] as const),
    ])
    for (const name of moving)
      for (const of of ['global', 'session']) settings.delete(`${of} ${name}`)
    const [persisted = []] = await answers(this.#admin, persistedTexts[flavour])
    settings.set('persisted', digest(persisted))
    settings.set('role', digest([role]))
    // Where it replicates from.
    settings.set('replicas', digest(replicas.map(row => row.slice(0, 4))))
    return {
      rows: await this.#contents(stored),
      schema: new Map([...byRelation(relations), ...numbered(schema)]),
      privileges: await this.#contents(grantTables[flavour]),
      settings,
      files: filesIn(this.#dir),
      sessions: new Map(lives ? [['bystander', 'there']] : []),
    }
  }

  async #contents(tables: readonly string[]): Promise<Map<string, string>> {
    const rows = await answers(
      this.#admin,
      tables.map(table => `SELECT * FROM ${table}`),
    )
    return new Map(tables.map((table, i) => [table, digest(rows[i] ?? [])]))
  }

  /** Of everything that is small and that statements write into. */
  async #copy(): Promise<void> {
    const [tables = [], relations = []] = await answers(this.#admin, [tablesText, relationsText])
    const stored = tables.map(([schema, name]) => `${quoted(schema)}.${quoted(name)}`)
    for (const [name, type] of relations) {
      if (type === 'VIEW') continue
      const [[row = []] = []] = await answers(this.#admin, [`SHOW CREATE TABLE ${quoted(name)}`])
      this.#made.set(`\`shop\`.${quoted(name)}`, String(row[1]))
    }
    await this.#admin.query('CREATE DATABASE kept')
    for (const table of [...stored, ...grantTables[this.#server.flavour]])
      await this.#admin.query(`CREATE TABLE ${copyOf(table)} AS SELECT * FROM ${table}`)
  }

  async #putBack(before: Held, after: Held): Promise<void> {
    emptied(this.#dir)
    if (differing(before, after, 'sessions').length > 0)
      this.#bystander = await connected(this.#server)
    for (const name of differing(before, after, 'settings')) await this.#set(name, before)
    const grants = differing(before, after, 'privileges')
    await this.#refill(grants, 'DELETE FROM')
    if (grants.length > 0) await this.#admin.query('FLUSH PRIVILEGES')
    const relations = differing(before, after, 'schema')
    if (relations.every(name => this.#made.has(name) || isNew(name, before))) {
      await this.#remake(relations)
      const stored = [...relations, ...differing(before, after, 'rows')]
      // A trigger would write elsewhere for each row that is deleted.
      await this.#refill(
        [...new Set(stored)].filter(name => before.rows.has(name)),
        'TRUNCATE',
      )
    } else await this.#anew()
  }

  /** Tables and views of `shop` as they were, without their rows. */
  async #remake(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const [relations = []] = await answers(this.#admin, [relationsText])
    const types = new Map(relations.map(([name, type]) => [`\`shop\`.${quoted(name)}`, type]))
    const texts = names.flatMap(name => {
      const type = types.get(name)
      const made = this.#made.get(name) ?? 'DO 0'
      return type === undefined
        ? made
        : [`DROP ${type === 'VIEW' ? 'VIEW' : 'TABLE'} ${name}`, made]
    })
    await this.#unchecked(texts)
  }

  async #set(name: string, before: Held): Promise<void> {
    const [scope, variable = ''] = name.split(' ')
    if (name === 'persisted') await this.#admin.query('RESET PERSIST')
    if (name === 'replicas') await this.#admin.query(noReplicaTexts[this.#server.flavour])
    if (scope !== 'global') return
    const value = before.settings.get(name) ?? ''
    const bare = /^-?\d+(?:\.\d+)?$/.test(value) ? value : `'${value}'`
    await this.#admin.query(`SET GLOBAL ${variable} = ${bare}`)
  }

  async #refill(tables: readonly string[], empty: string): Promise<void> {
    if (tables.length === 0) return
    const texts = tables.map(
      table => `${empty} ${table}; INSERT INTO ${table} SELECT * FROM ${copyOf(table)}`,
    )
    await this.#unchecked(texts)
  }

  async #unchecked(texts: readonly string[]): Promise<void> {
    const off = 'SET foreign_key_checks = 0'
    await this.#admin.query([off, ...texts, 'SET foreign_key_checks = 1'].join('; '))
  }

  async #anew(): Promise<void> {
    const [databases = [], spaces = []] = await answers(this.#admin, [
      `SELECT schema_name FROM information_schema.schemata WHERE ${others('schema_name')}`,
      spacesTexts[this.#server.flavour],
    ])
    for (const [name] of databases) await this.#admin.query(`DROP DATABASE ${quoted(name)}`)
    await this.#admin.query('DELETE FROM mysql.servers; FLUSH PRIVILEGES')
    for (const [name] of spaces) await this.#admin.query(`DROP TABLESPACE ${quoted(name)}`)
    await makeDatabases(this.#admin)
  }
}

async function connected(server: TestMysql): Promise<Connection> {
  const { host, port, user, password, database } = server
  const connection = await createConnection({
    ...{ host, port, user, password, database },
    multipleStatements: true,
  })
  // One that is killed, or outlived by its server, says so in an event that nobody else hears.
  connection.on('error', () => undefined)
  return connection
}

function gone(connection: Connection): Promise<void> {
  return new Promise(resolve => {
    connection.on('error', () => resolve())
    connection.on('end', () => resolve())
  })
}

type Row = readonly unknown[]

/** The rows of each text, in one round trip. */
async function answers(connection: Connection, texts: readonly string[]): Promise<Row[][]> {
  if (texts.length === 0) return []
  // Beside another one a result is always one of a list.
  const sql = [...texts, 'SELECT 1'].join('; ')
  const [results] = await connection.query({ sql, rowsAsArray: true })
  return results as unknown as Row[][]
}

function digest(rows: readonly Row[]): string {
  return rows
    .map(row => JSON.stringify(row))
    .sort()
    .join('\n')
}

function differing(before: Held, after: Held, kind: keyof Held): readonly string[] {
  const names = new Set([...before[kind].keys(), ...after[kind].keys()])
  return [...names].filter(name => before[kind].get(name) !== after[kind].get(name))
}

/** What a relation is, over all that is said of it. */
function byRelation(rows: readonly Row[]): Map<string, string> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const name = `${quoted(row[0])}.${quoted(row[1])}`
    groups.set(name, [...(groups.get(name) ?? []), row])
  }
  return new Map([...groups].map(([name, group]) => [name, digest(group)]))
}

function numbered(answered: readonly (readonly Row[])[]): Map<string, string> {
  return new Map(answered.map((rows, i) => [String(i), digest(rows)]))
}

/** A relation that was made in `shop`. */
function isNew(name: string, before: Held): boolean {
  return name.startsWith('`shop`.') && !before.schema.has(name)
}

function quoted(name: unknown): string {
  return `\`${String(name).replaceAll('`', '``')}\``
}

function copyOf(table: string): string {
  return `kept.${quoted(table.replaceAll('`', ''))}`
}
