import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import t from 'tap'
import { startEmbeddedPostgres } from '../../../src/demo/embedded-postgres.ts'
import { startPostgres } from '../../support/postgres.ts'
import { moduleUrl } from '../../support/repository.ts'

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

t.test('a server outlives its starter, killed with SIGKILL, by no more than a moment', async t => {
  const script = fileURLToPath(moduleUrl('test/support/start-postgres.ts'))
  const starter = spawn(process.execPath, [...process.execArgv, script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => starter.kill('SIGKILL'))
  const [line] = await once(createInterface(starter.stdout), 'line')
  const { pid, dataDir } = JSON.parse(line)
  t.ok(alive(pid))
  starter.kill('SIGKILL')
  const deadline = Date.now() + 10_000
  while (alive(pid) && Date.now() < deadline) await delay(20)
  t.notOk(alive(pid))
  while ((await there(dataDir)) && Date.now() < deadline) await delay(20)
  t.notOk(await there(dataDir))
})

t.test('a cluster that was killed is used again, with the password that it had', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-postgres-'))
  t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  const first = await startEmbeddedPostgres({ dir, durable: false, temporary: false })
  process.kill(first.pid, 'SIGKILL')
  await first.stop()
  const { password } = first
  const again = await startEmbeddedPostgres({ dir, durable: false, temporary: false, password })
  t.teardown(() => again.stop())
  const client = new Client({ connectionString: again.url })
  await client.connect()
  await client.end()
})

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function there(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
