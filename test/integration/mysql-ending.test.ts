/** A session of MySQL that an auditor ends: before the real program and a real server. */
import { createConnection } from 'mysql2/promise'
import t from 'tap'
import { type MysqlProxy, startMysqlProxy } from '../support/mysql-proxy.ts'
import { password } from '../support/running-program.ts'

process.env['COUNTERSIGN_PASSWORD'] = password

async function sessions(proxy: MysqlProxy): Promise<readonly Record<string, unknown>[]> {
  const place = ['--data-dir', proxy.dataDir]
  const { stdout } = await proxy.command('sessions', 'list', '--json', ...place)
  const lines = stdout.split('\n').filter(line => line !== '')
  return lines.map(line => JSON.parse(line) as Record<string, unknown>)
}

t.test('a session that is ended leaves nothing running on the server', async t => {
  const proxy = await startMysqlProxy(t, { customers: 2 })
  const client = await proxy.client(t)
  client.on('error', () => undefined)
  const asleep = client.query('SELECT SLEEP(600)').then(
    () => 'slept',
    (error: Error & { errno?: number }) => error.errno,
  )
  const [session] = await sessions(proxy)
  const authorization = `Basic ${Buffer.from(`rita:${password}`).toString('base64')}`
  const answer = await fetch(`${proxy.http}/api/v1/sessions/${session?.['id']}/end`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'it sleeps too long' }),
  })
  t.equal(answer.status, 200)
  t.equal(await asleep, 1927, 'the client is told')
  const direct = await createConnection(proxy.direct())
  t.teardown(() => direct.end())
  const sleeping = "SELECT 1 FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(%'"
  for (let left = 1; left > 0; ) {
    const [rows] = await direct.query(sleeping)
    left = Array.isArray(rows) ? rows.length : 0
  }
  const ended = (await sessions(proxy)).find(({ id }) => id === session?.['id'])
  t.match(ended, { state: 'ended', endReason: 'ended by rita (api): it sleeps too long' })
})
