/**
 * What ORMs and graphical clients send to Postgres passes the preset `recommended` without anybody
 * being asked, and its answers are the server's. What of them asks, by design, stands at the end.
 */
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { ensure } from '../support/clients.ts'
import { migrationsFolder } from '../support/drizzle-migrations.ts'
import type { Place } from '../support/mysql-proxy.ts'
import { startPostgres } from '../support/postgres.ts'
import { password, schema, startProxy } from '../support/proxy.ts'
import { pythonWith, sqlalchemy } from '../support/python.ts'
import { inRepository } from '../support/repository.ts'
import { runProgram } from '../support/run-program.ts'
import { passesUnheld, type Ways } from '../support/unheld.ts'
import { drizzleMigrations, drizzleTables, withDrizzle } from './with-drizzle-postgres.ts'
import { knexTables, withKnex } from './with-knex.ts'
import { sequelizeTables, withSequelize } from './with-sequelize.ts'

const beside = (name: string): string => inRepository(`test/clients/${name}`)
const jar = await ensure('postgresql-jdbc')
await ensure('java')
await ensure('javac')

// Sequelize asks the catalogs for the database's name: it has to be the one that it connected to.
const server = await startPostgres()
const made = new pg.Client({ connectionString: server.url })
await made.connect()
await made.query('CREATE DATABASE shop')
await made.end()
const upstream = { ...server, database: 'shop', url: server.url.replace(/[^/]*$/, 'shop') }
const admin = new pg.Client({ connectionString: upstream.url })
await admin.connect()
await admin.query(`${schema}${await readFile(beside('catalog-postgres-fixture.sql'), 'utf8')}`)

const proxy = await startProxy(t, {
  upstream,
  // What is held after all fails soon, and is told.
  approvals: '  expires: 1s\n  expires_in_transaction: 1s',
  // Knex ends its migrations with an UPDATE of a table of one row, without WHERE.
  rules: `
  rules:
    - { name: knex, action: allow, effects: [update], objects: ['*.kx_migrations_lock', kx_migrations_lock], lifts: [unfiltered-write] }
`,
})
t.teardown(() => admin.end())
const { host, port, user, database } = upstream
const direct: Place = { host, port, user, password: upstream.password, database }
const through: Place = {
  ...{ host: '127.0.0.1', port: proxy.port, user: 'analyst', password, database },
}
const drop = async (tables: readonly string[]): Promise<void> => {
  await admin.query(`DROP TABLE IF EXISTS ${tables.join(', ')} CASCADE`)
  await admin.query('DROP SEQUENCE IF EXISTS hb_owners_seq')
  await admin.query("SELECT setval('inventory.items_id_seq', 3)")
}
const ways: Ways = { http: proxy.http, direct, through, drop }

t.test('Sequelize', t =>
  passesUnheld(t, ways, {
    tables: sequelizeTables,
    statements: 100,
    run: place => withSequelize(place, 'postgres'),
  }),
)

t.test('Knex', t =>
  passesUnheld(t, ways, {
    tables: knexTables,
    statements: 60,
    run: place => withKnex(place, 'pg'),
  }),
)

t.test('Drizzle', async t => {
  const folder = await migrationsFolder(t, 'postgresql', drizzleMigrations)
  await passesUnheld(t, ways, {
    tables: drizzleTables,
    statements: 50,
    run: place => withDrizzle(place, folder),
  })
})

for (const driver of ['psycopg2', 'psycopg']) {
  t.test(`SQLAlchemy over ${driver}`, async t => {
    const python = await pythonWith('sqlalchemy', sqlalchemy)
    await passesUnheld(t, ways, {
      tables: ['al_tagged', 'al_tags', 'al_posts', 'al_admins', 'al_users'],
      statements: 80,
      run: place =>
        said(t, python, [beside('with_sqlalchemy.py'), urlOf(`postgresql+${driver}`, place)]),
    })
  })
}

t.test("Hibernate's statements, and what graphical clients ask, over JDBC", t =>
  passesUnheld(t, ways, {
    tables: [...['hb_pet_nicknames', 'hb_visits_pets', 'hb_pets', 'hb_owners', 'hb_events']],
    statements: 200,
    run: place => {
      const { host, port, database, user, password } = place
      return said(t, 'java', [
        ...['-cp', jar, beside('WithStatements.java')],
        ...[`jdbc:postgresql://${host}:${port}/${database}?sslmode=disable`, user, password],
        ...[beside('hibernate-postgres.sql'), beside('catalog-postgres.sql')],
      ])
    },
  }),
)

t.test('what is asked about, by design', async t => {
  const held: Readonly<Record<string, readonly string[]>> = {
    // Sequelize's sync({ force: true }), Knex's rollback, Drizzle's push, Hibernate's create-drop.
    drop: [
      'DROP TABLE IF EXISTS "orders" CASCADE',
      'drop sequence if exists inventory.numbers',
      'DROP INDEX inventory.items_cheap',
    ],
    'alter-loses-data': [
      'ALTER TABLE "orders" DROP COLUMN "note"',
      'ALTER TABLE "orders" ALTER COLUMN "note" TYPE integer USING note::integer',
    ],
    rename: ['ALTER TABLE "orders" RENAME COLUMN "note" TO "remark"'],
    truncate: ['TRUNCATE "orders" RESTART IDENTITY'],
    'unfiltered-write': ['DELETE FROM "orders"', 'UPDATE "orders" SET "note" = $1'],
    // Sequelize makes an ENUM inside of one, when it makes the tables.
    'dynamic-code': [
      `DO 'BEGIN CREATE TYPE "public"."enum_x" AS ENUM(''a''); EXCEPTION WHEN duplicate_object THEN null; END';`,
    ],
    'new-code': [
      'CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$',
      // Sequelize's findOrCreate.
      `CREATE OR REPLACE FUNCTION pg_temp.testfunc(OUT response "orders", OUT sequelize_caught_exception text) RETURNS RECORD AS $func_1$ BEGIN INSERT INTO "orders" ("id","note") VALUES (9000,'x') RETURNING * INTO response; EXCEPTION WHEN unique_violation THEN GET STACKED DIAGNOSTICS sequelize_caught_exception = PG_EXCEPTION_DETAIL; END $func_1$ LANGUAGE plpgsql; SELECT (testfunc.response)."id", testfunc.sequelize_caught_exception FROM pg_temp.testfunc(); DROP FUNCTION IF EXISTS pg_temp.testfunc();`,
    ],
    // The dashboards of pgAdmin and DBeaver: statements of others, their literals included.
    'revealing-catalogs': ['SELECT pid, query FROM pg_stat_activity'],
    'server-control': ['SELECT pg_cancel_backend(1)'],
    'role-change': ['SET ROLE pg_monitor'],
  }
  const each = Object.entries(held).flatMap(([rule, texts]) => texts.map(text => ({ rule, text })))
  // Together, as each of them waits for its end.
  await Promise.all(
    each.map(async ({ rule, text }) => {
      const client = new pg.Client({ ...through })
      await client.connect()
      let told = ''
      client.on('notice', ({ message }) => {
        told += message
      })
      const values = text.includes('$1') ? ['x'] : []
      await t.rejects(client.query(text, values), { message: /expired/ }, text)
      t.match(told, rule)
      await client.end()
    }),
  )
})

/** What a program says; it has to end well. */
async function said(t: Test, program: string, args: readonly string[]): Promise<string> {
  const ran = await runProgram(program, args, { env: { TZ: 'UTC' } })
  t.match(ran, { code: 0, stderr: '' })
  return ran.stdout.toString()
}

function urlOf(scheme: string, { host, port, user, password, database }: Place): string {
  return `${scheme}://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`
}
