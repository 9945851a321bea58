/** The recording of the real program: what it has after a crash, what it shows, what it never has. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import t, { type Test } from 'tap'
import { parseSegment } from '../../src/recording/journal/segment.ts'
import { leaksIn } from '../support/canary.ts'
import { password, startProxy, type Proxy as TestProxy } from '../support/proxy.ts'
import { inRepository } from '../support/repository.ts'
import { bind, execute, parse, query, summary, sync, WireClient } from '../support/wire-client.ts'

interface Session {
  readonly id: string
  readonly user: string
  readonly state: string
}

/** Lines of `--json`, a value each. */
function lines<T>(text: string): readonly T[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T)
}

async function sessionsOf(proxy: TestProxy): Promise<readonly Session[]> {
  return lines<Session>((await sessions(proxy, 'list', '--json')).stdout)
}

function sessions(proxy: TestProxy, ...args: string[]): ReturnType<TestProxy['command']> {
  return proxy.command('sessions', ...args, '--data-dir', proxy.dataDir)
}

/** The session of that user which ended last. */
async function sessionOf(proxy: TestProxy, user: string): Promise<string> {
  const found = (await sessionsOf(proxy)).find(session => session.user === user)
  if (found === undefined) throw new Error(`expected a session of ${user}, got none`)
  return found.id
}

async function client(t: Test, proxy: TestProxy, user?: string): Promise<pg.Client> {
  const client = new pg.Client(proxy.client(user))
  // Some of these clients lose their connection; what they wait for tells it.
  client.on('error', () => undefined)
  await client.connect()
  t.teardown(() => client.end().catch(() => undefined))
  return client
}

async function files(dir: string): Promise<readonly string[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true })
  return found.filter(each => each.isFile()).map(each => join(each.parentPath, each.name))
}

process.env['COUNTERSIGN_PASSWORD'] = password

const mark = /load-\d+-\d+/g

t.test('kill -9 under load loses nothing that the server ran', async t => {
  const proxy = await startProxy(t, { log: true })
  const insert = 'INSERT INTO audit (what) VALUES ($1)'
  let done = 0
  const load = async (number: number): Promise<void> => {
    const busy = await client(t, proxy)
    for (let i = 0; ; i += 1) {
      const what = `load-${number}-${i}`
      // Half as texts, half with parameters.
      if (i % 2 === 0) await busy.query(`INSERT INTO audit (what) VALUES ('${what}')`)
      else await busy.query(insert, [what])
      done += 1
      if (done === 600) proxy.child.kill('SIGKILL')
    }
  }
  const ended = await Promise.allSettled([0, 1, 2, 3].map(load))
  t.equal(ended.filter(({ status }) => status === 'rejected').length, 4)
  await proxy.restart('SIGTERM')

  const ran = new Set((await proxy.ran()).match(mark))
  t.ok(ran.size >= 600, `${ran.size} statements`)
  const recorded = new Set<string>()
  const listed = await sessionsOf(proxy)
  t.equal(listed.length, 4)
  for (const { id, state } of listed) {
    t.equal(state, 'cut')
    for (const what of (await sessions(proxy, 'show', id, '--json')).stdout.match(mark) ?? [])
      recorded.add(what)
  }
  t.strictSame(
    [...ran].filter(what => !recorded.has(what)),
    [],
    'each of them is in the recording',
  )
  const [first] = listed
  t.match(
    (await sessions(proxy, 'replay', first?.id ?? '', '--no-wait')).stdout,
    'the proxy stopped',
  )

  const clean = await sessions(proxy, 'verify')
  t.equal(clean.code, 0, clean.stdout)
  t.match(clean.stdout, 'nothing was altered')
  const damages: Readonly<Record<string, (segment: Buffer) => Buffer>> = {
    'one flipped byte': segment => {
      const flipped = Buffer.from(segment)
      const at = Math.floor(flipped.length / 2)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      return flipped
    },
    'one removed record': segment => {
      const { records } = parseSegment(segment)
      const gone = Math.floor(records.length / 2)
      return Buffer.concat(records.filter((_, i) => i !== gone).map(({ bytes }) => bytes))
    },
    'one removed session': segment => {
      const { records } = parseSegment(segment)
      return Buffer.concat(records.filter(({ session }) => session !== 2).map(({ bytes }) => bytes))
    },
  }
  for (const [what, damage] of Object.entries(damages)) {
    const copy = await mkdtemp(join(tmpdir(), 'countersign-test-copy-'))
    t.teardown(() => rm(copy, { recursive: true, force: true, maxRetries: 5 }))
    const filter = (path: string): boolean => !path.endsWith('.sock')
    await cp(proxy.dataDir, copy, { recursive: true, filter })
    const path = join(copy, 'journal', '00000001.seg')
    await writeFile(path, damage(await readFile(path)))
    const found = await proxy.command('sessions', 'verify', '--data-dir', copy)
    t.equal(found.code, 1, `${what}: ${found.stdout}`)
    t.match(found.stdout, 'WRONG', what)
  }
})

t.test('a session as it is recorded and shown', async t => {
  const proxy = await startProxy(t, { customers: 20 })

  await t.test('replays with masked rows, decisions and errors, and can be verified', async t => {
    const analyst = await client(t, proxy)
    await analyst.query('SELECT id, email, phone, ssn FROM customers ORDER BY id LIMIT 2')
    const deleted = analyst.query('DELETE FROM audit')
    const approval = await proxy.pending()
    t.equal(await proxy.decide(approval, 'approve'), 200)
    await deleted
    const denied = analyst.query('TRUNCATE orders')
    t.equal(await proxy.decide(await proxy.pending(), 'deny', 'sven'), 200)
    await t.rejects(denied)
    await t.rejects(analyst.query('SELECT nothing FROM orders'), { code: '42703' })
    await analyst.end()
    const id = await sessionOf(proxy, 'analyst')

    const replayed = await sessions(proxy, 'replay', id, '--no-wait')
    t.equal(replayed.code, 0, replayed.stderr)
    const shown = replayed.stdout
    t.match(shown, 'shop=> SELECT id, email, phone, ssn FROM customers')
    t.match(shown, /\n +1 \| c\*+@secret\.example \| \+49\*+ +\|/, shown)
    t.match(shown, `-- waits for approval ${approval.shortId}`)
    t.match(shown, '-- approved by rita (api): looked at it')
    t.match(shown, 'DELETE 0')
    t.match(shown, '-- denied by sven (api): looked at it')
    t.match(shown, /ERROR: +approval \w+ was denied by sven/)
    t.match(shown, 'ERROR:  column "nothing" does not exist')
    t.match(shown, '-- the session ended')

    const said = lines<{ type: string; text?: string; verdict?: { kind: string } }>(
      (await sessions(proxy, 'show', id, '--json')).stdout,
    )
    const statements = said.filter(({ type }) => type === 'statement')
    t.strictSame(
      statements.map(({ text, verdict }) => [text, verdict?.kind]),
      [
        ['SELECT id, email, phone, ssn FROM customers ORDER BY id LIMIT 2', 'allow'],
        ['DELETE FROM audit', 'hold'],
        ['TRUNCATE orders', 'hold'],
        ['SELECT nothing FROM orders', 'allow'],
      ],
    )

    const exported = join(proxy.dataDir, '..', 'session.ndjson')
    const { stdout: text } = await sessions(proxy, 'export', id)
    await writeFile(exported, text)
    const key = join(proxy.dataDir, '..', 'auditor.pem')
    await writeFile(key, (await sessions(proxy, 'key')).stdout)
    // Nothing but the file and the public key: there is no such data directory.
    const offline = ['--public-key', key, '--data-dir', '/nonexistent'] as const
    const verified = await proxy.command('sessions', 'verify', exported, ...offline)
    t.equal(verified.code, 0, verified.stdout + verified.stderr)
    const altered = text.replace('DELETE FROM audit', 'SELECT * FROM audit')
    t.not(altered, text)
    await writeFile(exported, altered)
    t.equal((await proxy.command('sessions', 'verify', exported, ...offline)).code, 1)
  })

  await t.test('by prepared statements, binary results, COPY and cursors replays', async t => {
    const rita = await client(t, proxy, 'rita')
    const named = { name: 'by-id', text: 'SELECT id, email, score FROM customers WHERE id = $1' }
    await rita.query({ ...named, values: [3], binary: true } as pg.QueryConfig)
    await rita.query({ ...named, values: [4] })
    await rita.query('BEGIN')
    await rita.query('DECLARE few CURSOR FOR SELECT id, email FROM customers ORDER BY id')
    await rita.query('FETCH 2 FROM few')
    await rita.query('FETCH 1 FROM few')
    await rita.query('COMMIT')
    const into = rita.query(copyFrom('COPY audit (what) FROM STDIN'))
    await pipeline(['copied-in-1\ncopied-in-2\n'], into)
    const out: Buffer[] = []
    const outOf = rita.query(copyTo('COPY (SELECT id, email FROM customers LIMIT 2) TO STDOUT'))
    const copied = pipeline(outOf, async chunks => {
      for await (const chunk of chunks) out.push(chunk as Buffer)
    })
    // Exports are held by the recommended rules; what is not held has nobody to wait for.
    await Promise.race([
      copied,
      proxy.pending().then(each => proxy.decide(each, 'approve', 'sven')),
    ])
    await copied
    t.match(Buffer.concat(out).toString(), /^1\tc\*+@secret\.example\n/)
    await rita.end()

    const {
      code,
      stdout: shown,
      stderr,
    } = await sessions(proxy, 'replay', await sessionOf(proxy, 'rita'), '--no-wait')
    t.equal(code, 0, stderr)
    t.match(shown, "-- $1 = '4'")
    t.match(
      shown,
      /id \| +email +\| +score *\n[-+]+\n +3 \| c\*+@secret\.example \| +\d+\n\(1 row\)/,
      shown,
    )
    t.match(shown, /FETCH 2 FROM few\n[^(]*\n +1 \| c\*+@[^(]*\n +2 \| c\*+@[^(]*\(2 rows\)/)
    t.match(shown, /FETCH 1 FROM few\n[^(]*\n +3 \| c\*+@[^(]*\(1 row\)/)
    t.match(shown, 'copied-in-1\ncopied-in-2\n')
    t.match(shown, 'COPY 2')
    t.match(shown, /\n1\tc\*+@secret\.example\n2\tc\*+@secret\.example\n/)
  })

  await t.test('holds no masked value anywhere, nor does the log', async t => {
    const analyst = await client(t, proxy)
    await analyst.query('SELECT * FROM customers')
    await analyst.query('SELECT upper(email), row_to_json(c)::text FROM customers c')
    await analyst.query({ text: 'SELECT * FROM customers', binary: true } as pg.QueryConfig)
    await t.rejects(analyst.query('SELECT email::int FROM customers'))
    await t.rejects(analyst.query('SELECT 1 / (balance - balance)::int FROM customers'))
    await analyst.end()
    const raw = await WireClient.connect(proxy.port)
    raw.send(parse('SELECT * FROM contacts'), bind(), execute(), sync)
    t.match(summary(await raw.untilReady()), /Z\(I\)$/)
    raw.close()
    for (const { id } of await sessionsOf(proxy)) {
      const replayed = await sessions(proxy, 'replay', id, '--no-wait')
      t.strictSame(leaksIn(Buffer.from(replayed.stdout)), [], 'replayed')
    }
    for (const path of await files(proxy.dataDir))
      t.strictSame(leaksIn(await readFile(path)), [], path)
    t.strictSame(leaksIn(Buffer.from(proxy.output())), [], 'the log')
  })
})

t.test('what cannot be recorded does not run, and the session goes on with more room', async t => {
  // A file that may not grow: write(2) fails with EFBIG as it would with ENOSPC on a full disk.
  const wrap = ['prlimit', '--fsize=4000000:unlimited']
  const proxy = await startProxy(t, { log: true, wrap })
  const raw = await WireClient.connect(proxy.port)
  t.teardown(() => raw.close())
  const filler = 'x'.repeat(200_000)
  const insert = async (what: string): Promise<string> => {
    raw.send(query(`/* ${filler} */ INSERT INTO audit (what) VALUES ('${what}')`))
    return summary(await raw.untilReady())
  }
  const waits = await WireClient.connect(proxy.port)
  t.teardown(() => waits.close())
  waits.send(query('DELETE FROM audit'))
  const approval = await proxy.pending()
  t.equal((await waits.next())?.type, 'N', 'it is held')
  let number = 0
  let answer = await insert('full-0')
  while (answer === 'C(INSERT 0 1) Z(I)') {
    number += 1
    answer = await insert(`full-${number}`)
  }
  t.equal(answer, 'E(58030) Z(I)')
  t.equal(await insert('still-full'), 'E(58030) Z(I)')
  t.equal(await proxy.decide(approval, 'approve'), 200)
  t.equal(summary(await waits.untilReady()), 'E(58030) Z(I)', 'approved, and not recorded')
  const { stdout: shown } = await proxy.command(
    ...['approvals', 'show', approval.id, '--user', 'rita', '--json'],
    ...['--data-dir', proxy.dataDir],
  )
  t.match(JSON.parse(shown), { state: 'failed', result: { error: 'it could not be recorded' } })
  const ran = await proxy.ran()
  t.notMatch(ran, 'DELETE FROM audit')
  t.match(ran, `full-${number - 1}'`)
  t.notMatch(ran, `full-${number}'`)
  t.notMatch(ran, 'still-full')
  t.equal((await fetch(`${proxy.http}/readyz`)).status, 503)
  t.equal((await fetch(`${proxy.http}/livez`)).status, 200)

  execFileSync('prlimit', ['--fsize=unlimited:unlimited', '--pid', String(proxy.child.pid)])
  raw.send(query("INSERT INTO audit (what) VALUES ('again')"))
  t.equal(summary(await raw.untilReady()), 'C(INSERT 0 1) Z(I)')
  const verified = await sessions(proxy, 'verify')
  t.equal(verified.code, 0, verified.stdout)
  const closed = once(raw.socket, 'close')
  raw.close()
  await closed
})

t.test('a disk that is nearly full ends sessions while their ends can be recorded', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-free-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  const free = join(dir, 'bytes')
  const mebibyte = 1024 * 1024
  await writeFile(free, String(1024 * mebibyte))
  const disk = pathToFileURL(inRepository('dist/test/support/free-space.js')).href
  const wrap = [`NODE_OPTIONS=--import=${disk}`, `COUNTERSIGN_TEST_FREE=${free}`]
  const proxy = await startProxy(t, { wrap })
  const state = async (): Promise<string> => {
    const { parts } = (await (await fetch(`${proxy.http}/readyz`)).json()) as {
      readonly parts: { readonly recording: string }
    }
    return parts.recording
  }
  const becomes = async (wanted: string): Promise<void> => {
    while ((await state()) !== wanted) await new Promise(resolve => setTimeout(resolve, 50))
  }
  const [idle, held] = [await WireClient.connect(proxy.port), await WireClient.connect(proxy.port)]
  held.send(query('DELETE FROM audit'))
  const approval = await proxy.pending()
  t.equal((await held.next())?.type, 'N', 'it is held')

  await writeFile(free, String(400 * mebibyte))
  await becomes('low')
  const later = new pg.Client(proxy.client())
  later.on('error', () => undefined)
  await t.rejects(later.connect(), { message: /cannot be recorded/ }, 'nobody new')
  idle.send(query('SELECT 1'))
  t.match(summary(await idle.untilReady()), /Z\(I\)$/, 'those who are there stay')

  await writeFile(free, String(200 * mebibyte))
  for (const raw of [idle, held]) {
    t.match(summary(await raw.untilReady()), /E\(57P01\)$/, 'told')
  }
  t.equal(await state(), 'critical')
  t.not(await proxy.decide(approval, 'approve'), 200, 'its request was withdrawn')

  await writeFile(free, String(1024 * mebibyte))
  await becomes('healthy')
  const again = await client(t, proxy)
  await again.query('SELECT 1')
  const listed = lines<{ readonly endReason: string }>(
    (await sessions(proxy, 'list', '--json')).stdout,
  )
  t.match(listed.slice(1), [
    { state: 'ended', endReason: /no room left/ },
    { state: 'ended', endReason: /no room left/ },
  ])
})
