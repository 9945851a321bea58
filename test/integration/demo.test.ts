/** The demo as a person starts it: the built command, on ports of its own. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { ensure } from '../support/clients.ts'
import { inRepository } from '../support/repository.ts'

const main = inRepository('dist/src/main.js')
const run = promisify(execFile)
const freePorts = ['--postgres-port', '0', '--http-port', '0']
const outputs = new WeakMap<ChildProcess, { text: string }>()

t.before(() => ensure('mariadbd'))

t.test('the tour passes, and removes what it made', async t => {
  const TMPDIR = await folder(t)
  const args = ['--tour', '--mysql', '--mysql-port', '0', ...freePorts]
  const { code, output } = await finished(start(t, args, { TMPDIR }))
  t.equal(code, 0, output)
  t.match(output, /\d+ checks, all as it should be/)
  t.match(output, 'MySQL clients: the recording shows what they saw')
  const left = await readdir(TMPDIR)
  t.strictSame(
    left.filter(name => name.startsWith('countersign-')),
    [],
  )
})

t.test('--mysql has the shop for MySQL clients, and leaves no process behind', async t => {
  const { demo, ready, dataDir } = await started(t, undefined, ['--mysql-port', '0'])
  const { url, database, user, password } = ready.mysql ?? {}
  t.match({ database, user }, { database: 'shop_mysql', user: 'analyst' })
  t.equal(password, ready.postgres.password)
  const [through, around] = await Promise.all(
    [url, ready.mysql_admin_url].map(uri => createConnection({ uri: uri ?? '' })),
  )
  const text = 'SELECT email FROM customers WHERE id = 1'
  t.match(await through?.query(text), [[{ email: 'c***@example.net' }]])
  t.match(await around?.query(text), [[{ email: 'clara.lehmann1@example.net' }]])
  await Promise.all([through?.end(), around?.end()])
  t.ok((await processesOf(dataDir)).some(line => /mariadbd|mysqld/.test(line)))
  demo.kill('SIGKILL')
  const deadline = Date.now() + 15_000
  while ((await processesOf(dataDir)).length > 0 && Date.now() < deadline) await delay(100)
  t.strictSame(await processesOf(dataDir), [])
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  t.test(`${signal} stops everything and leaves no process behind`, async t => {
    const { demo, ready, dataDir } = await started(t)
    const client = new Client({ connectionString: ready.postgres.url })
    await client.connect()
    const rows = await client.query('select count(*)::integer as n from customers')
    t.ok(rows.rows[0].n > 1000)
    const admin = new Client({ connectionString: ready.admin_url })
    await admin.connect()
    await admin.end()
    // A client that stays must not keep the demo from ending, and is told by an error.
    client.on('error', () => undefined)
    demo.kill(signal)
    const { code } = await finished(demo)
    t.equal(code, 0)
    t.strictSame(await processesOf(dataDir), [])
  })
}

t.test('kill -9 leaves no process behind either', async t => {
  const { demo, dataDir } = await started(t)
  t.not((await processesOf(dataDir)).length, 0)
  demo.kill('SIGKILL')
  const deadline = Date.now() + 15_000
  while ((await processesOf(dataDir)).length > 0 && Date.now() < deadline) await delay(100)
  t.strictSame(await processesOf(dataDir), [])
})

t.test('a data folder is used again, with its passwords', async t => {
  const first = await started(t)
  first.demo.kill('SIGTERM')
  await finished(first.demo)
  const again = await started(t, first.dataDir)
  t.equal(again.ready.postgres.password, first.ready.postgres.password)
  const client = new Client({ connectionString: again.ready.postgres.url })
  await client.connect()
  await client.end()
})

t.test('a port in use is told in plain words', async t => {
  const taken = createServer()
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const address = taken.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const demo = start(t, ['--postgres-port', port, '--http-port', '0'])
  const { code, output } = await finished(demo)
  t.equal(code, 1)
  t.match(output, `port ${port} is used by another program: choose another with --postgres-port`)
})

function start(t: Test, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const demo = spawn(process.execPath, [main, 'demo', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  t.teardown(() => demo.kill('SIGKILL'))
  const output = { text: '' }
  outputs.set(demo, output)
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text
    })
  }
  return demo
}

async function finished(demo: ChildProcess): Promise<{ code: number | null; output: string }> {
  const closed = demo.exitCode === null ? await once(demo, 'close') : [demo.exitCode]
  return { code: closed[0], output: outputs.get(demo)?.text ?? '' }
}

interface Ready {
  readonly postgres: { readonly url: string; readonly password: string }
  readonly http: string
  readonly admin_url: string
  readonly mysql?: {
    readonly url: string
    readonly database: string
    readonly user: string
    readonly password: string
  }
  readonly mysql_admin_url?: string
}

async function started(
  t: Test,
  used?: string,
  more: readonly string[] = [],
): Promise<{ demo: ChildProcess; ready: Ready; dataDir: string }> {
  const dataDir = used ?? (await folder(t))
  const readyFile = join(dataDir, 'ready.json')
  await rm(readyFile, { force: true })
  const place = ['--data-dir', dataDir, '--ready-file', readyFile]
  const demo = start(t, [...freePorts, ...more, ...place])
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline && demo.exitCode === null) {
    const text = await readFile(readyFile, 'utf8').catch(() => undefined)
    if (text !== undefined) return { demo, ready: JSON.parse(text), dataDir }
    await delay(50)
  }
  throw new Error(`the demo did not start:\n${outputs.get(demo)?.text}`)
}

/** That Postgres, as nobody, can get through to a folder of its own. */
async function folder(t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-demo-'))
  await chmod(dir, 0o711)
  t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  return dir
}

/** Commands of all processes that name the folder. */
async function processesOf(dataDir: string): Promise<readonly string[]> {
  const { stdout } = await run('ps', ['-eo', 'args'])
  return stdout.split('\n').filter(line => line.includes(dataDir) && !line.startsWith('ps '))
}
