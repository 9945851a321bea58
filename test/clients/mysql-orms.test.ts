/**
 * What ORMs and graphical clients send to MySQL and MariaDB passes the preset `recommended` without
 * anybody being asked, and its answers are the server's. What asks, by design, stands at the end.
 */
import { readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import { ensure } from '../support/clients.ts'
import { migrationsFolder } from '../support/drizzle-migrations.ts'
import { whyNoMysql } from '../support/mysql.ts'
import { connected, type MysqlProxy, startMysqlProxy } from '../support/mysql-proxy.ts'
import { pythonWith, sqlalchemy } from '../support/python.ts'
import { inRepository } from '../support/repository.ts'
import { runProgram } from '../support/run-program.ts'
import { passesUnheld, type Ways } from '../support/unheld.ts'
import { drizzleMigrations, drizzleTables, withDrizzle } from './with-drizzle-mysql.ts'
import { knexTables, withKnex } from './with-knex.ts'
import { sequelizeTables, withSequelize } from './with-sequelize.ts'

const beside = (name: string): string => inRepository(`test/clients/${name}`)
const jar = await ensure('mariadb-jdbc')
await ensure('java')
await ensure('javac')
const noMysql = await whyNoMysql()
const sql = await readFile(beside('catalog-mysql-fixture.sql'), 'utf8')
// Knex ends its migrations with an UPDATE of a table of one row, without WHERE.
const rules = `
  rules:
    - { name: knex, action: allow, effects: [update], objects: ['*.kx_migrations_lock'], lifts: [unfiltered-write] }
`

for (const flavour of ['mariadb', 'mysql'] as const) {
  t.test(`before ${flavour}`, { skip: flavour === 'mysql' && noMysql }, async t => {
    const proxy = await startMysqlProxy(t, { flavour, sql, rules })
    const ways = await waysTo(t, proxy)

    await t.test('Sequelize', t =>
      passesUnheld(t, ways, {
        tables: sequelizeTables,
        statements: 100,
        run: place => withSequelize(place, 'mysql'),
      }),
    )

    await t.test('Knex', t =>
      passesUnheld(t, ways, {
        tables: knexTables,
        statements: 60,
        run: place => withKnex(place, 'mysql2'),
      }),
    )

    await t.test('Drizzle', async t => {
      const folder = await migrationsFolder(t, 'mysql', drizzleMigrations)
      await passesUnheld(t, ways, {
        tables: drizzleTables,
        statements: 50,
        run: place => withDrizzle(place, flavour, folder),
      })
    })

    await t.test('SQLAlchemy over PyMySQL', async t => {
      const python = await pythonWith('sqlalchemy', sqlalchemy)
      await passesUnheld(t, ways, {
        tables: ['al_tagged', 'al_tags', 'al_posts', 'al_admins', 'al_users'],
        statements: 80,
        run: ({ host, port, user, password, database }) => {
          const who = `${user}:${encodeURIComponent(password)}`
          const url = `mysql+pymysql://${who}@${host}:${port}/${database}?charset=utf8mb4`
          return said(t, python, [beside('with_sqlalchemy.py'), url])
        },
      })
    })

    await t.test("Hibernate's statements, and what graphical clients ask, over JDBC", t =>
      passesUnheld(t, ways, {
        tables: [
          ...['hb_pet_nicknames', 'hb_visits_pets', 'hb_pets', 'hb_owners', 'hb_events'],
          'hb_pets_seq',
        ],
        statements: 200,
        run: async ({ host, port, database, user, password }) => {
          const options = 'useServerPrepStmts=true&allowPublicKeyRetrieval=true'
          const url = `jdbc:mariadb://${host}:${port}/${database}?${options}`
          const files = [beside('hibernate-mysql.sql'), beside('catalog-mysql.sql')]
          const args = ['-cp', jar, beside('WithStatements.java'), url, user, password, ...files]
          const text = await said(t, 'java', args)
          // Those of the connection, and of the moment.
          return text.replace(/\[(pseudo_thread_id|timestamp|rand_seed\d)\|[^|]*\|/g, '[$1|')
        },
      }),
    )

    await t.test('what is asked about, by design', async t => {
      const client = await connected(t, ways.through)
      const held = [
        // Sequelize's sync({ force: true }), Knex's rollback, Drizzle's push, Hibernate's create-drop.
        'DROP TABLE IF EXISTS `orders`',
        'ALTER TABLE `orders` DROP COLUMN `note`',
        'ALTER TABLE `orders` MODIFY `note` varchar(5)',
        'ALTER TABLE `orders` RENAME COLUMN `note` TO `remark`',
        'TRUNCATE `orders`',
        'DELETE FROM `orders`',
        'SET FOREIGN_KEY_CHECKS = 0',
        'SET GLOBAL max_connections = 500',
        // The dashboards of Workbench and DBeaver: statements of others, their literals included.
        'SHOW FULL PROCESSLIST',
        'SELECT * FROM performance_schema.threads',
        'SELECT User, Host FROM mysql.user',
        // MariaDB's shows the hash of the password that the proxy logs in with.
        ...(flavour === 'mariadb' ? ['SHOW GRANTS', 'SHOW GRANTS FOR CURRENT_USER()'] : []),
      ]
      for (const text of held) {
        await t.rejects(client.query(text), { message: /held for approval/ }, text)
      }
    })
  })
}

async function waysTo(t: Test, proxy: MysqlProxy): Promise<Ways> {
  const admin = await connected(t, proxy.direct())
  return {
    http: proxy.http,
    direct: proxy.direct(),
    // Who does not wait: what is held after all fails at once.
    through: proxy.place('hasty'),
    drop: async tables => {
      for (const table of tables) await admin.query(`DROP TABLE IF EXISTS ${table}`)
    },
  }
}

/** What a program says; it has to end well. */
async function said(t: Test, program: string, args: readonly string[]): Promise<string> {
  const ran = await runProgram(program, args, { env: { TZ: 'UTC' } })
  t.match(ran, { code: 0, stderr: '' })
  return ran.stdout.toString()
}
