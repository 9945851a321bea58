import { readFile, stat } from 'node:fs/promises'
import { Client } from 'pg'
import t from 'tap'
import { startPostgres } from '../../support/postgres.ts'

t.test('a Postgres 18 starts, logs what it runs, and leaves nothing behind', async t => {
  const server = await startPostgres({ log: true, settings: { application_name: 'x' } })
  t.teardown(() => server.stop())
  const client = new Client({ connectionString: server.url })
  await client.connect()
  const version = await client.query('show server_version')
  t.match(version.rows[0].server_version, /^18/)
  await client.end()
  t.match(await readFile(server.logPath, 'utf8'), 'show server_version')
  await server.stop()
  await t.rejects(stat(server.dataDir), { code: 'ENOENT' })
  t.throws(() => process.kill(server.pid, 0), { code: 'ESRCH' })
})

t.test('a wrong setting is told in the words of the server', async t => {
  await t.rejects(startPostgres({ settings: { work_mem: 'plenty' } }), /work_mem/)
})
