import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import t from 'tap'
import {
  type EmbeddedMariadb,
  type EmbeddedMariadbOptions,
  startEmbeddedMariadb,
} from '../../../src/demo/embedded-mariadb.ts'
import { ensure } from '../../support/clients.ts'

t.before(() => ensure('mariadbd'))

t.test('a server starts with its password, and leaves nothing behind', async t => {
  const dir = await folder(t)
  const setup = ['CREATE DATABASE shop;']
  const server = await started(t, { dir, durable: false, temporary: true, setup })
  t.equal(server.flavour, 'mariadb')
  await t.rejects(connection(server, { password: '' }), { code: 'ER_ACCESS_DENIED_ERROR' })
  const client = await connection(server, { database: 'shop' })
  const [rows] = await client.query('SELECT version() AS version, user() AS user')
  t.match(rows, [{ version: server.version, user: 'root@127.0.0.1' }])
  await client.end()
  await t.rejects(stat(join(dir, 'setup.sql')), { code: 'ENOENT' }, 'the password is not left')
  await server.stop()
  await t.rejects(stat(dir), { code: 'ENOENT' })
  t.throws(() => process.kill(server.pid, 0), { code: 'ESRCH' })
})

t.test('data is used again after a kill, with another password', async t => {
  const dir = await folder(t)
  const first = await started(t, { dir, durable: true, temporary: false })
  const before = await connection(first)
  await before.query('CREATE DATABASE kept')
  await before.end()
  process.kill(first.pid, 'SIGKILL')
  await first.stop()
  const again = await started(t, { dir, durable: true, temporary: false, password: `it's \\ new` })
  const client = await connection(again, { database: 'kept' })
  await client.end()
})

t.test('a wrong setting is told in the words of the server', async t => {
  const settings = { 'no-such-setting': '1' }
  const options = { dir: await folder(t), durable: false, temporary: false, settings }
  await t.rejects(startEmbeddedMariadb(options), /no-such-setting/)
  t.match(await readFile(join(options.dir, 'mariadb.log'), 'utf8'), 'no-such-setting')
})

async function folder(t: Tap): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-mariadb-'))
  t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  return dir
}

async function started(t: Tap, options: EmbeddedMariadbOptions): Promise<EmbeddedMariadb> {
  const server = await startEmbeddedMariadb(options)
  t.teardown(() => server.stop())
  return server
}

async function connection(
  { host, port, user, password }: EmbeddedMariadb,
  more: { password?: string; database?: string } = {},
) {
  return createConnection({ host, port, user, password, ...more })
}

type Tap = Pick<typeof t, 'teardown'>
