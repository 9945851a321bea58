import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { protocols } from '../../../protocols/index.ts'
import type { Deps } from '../../../src/cli/deps.ts'
import { sessionsCommand } from '../../../src/cli/sessions.ts'
import {
  complete,
  dataRow,
  errorResponse,
  ready,
  rowDescription,
} from '../../support/backend-messages.ts'
import { type Place, place, sessionStart, statement } from '../../support/recorded-place.ts'

const deps: Pick<Deps, 'decoder'> = {
  decoder: async name => {
    const protocol = protocols.find(each => each.name === name)
    if (protocol === undefined) throw new Error(name)
    return protocol.frameDecoder()
  },
}

async function command(...words: string[]): Promise<{ out: string; err: string; code: number }> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  let code = 0
  const out: Buffer[] = []
  const err: Buffer[] = []
  stdout.on('data', (chunk: Buffer) => out.push(chunk))
  stderr.on('data', (chunk: Buffer) => err.push(chunk))
  await sessionsCommand(deps as Deps, {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
    exitCode: given => {
      code = given
    },
    signal: new AbortController().signal,
  }).parseAsync(words, { from: 'user' })
  await new Promise(resolve => setImmediate(resolve))
  return { out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString(), code }
}

/** One session as a server would have answered it. */
async function recorded(here: Place): Promise<void> {
  const recorder = await here.open()
  const session = await recorder.openSession(sessionStart('01-abc'))
  const answer = (text: string, ...frames: Buffer[]): void => {
    const number = session.statement(statement(text))
    session.commit()
    void session.event({ type: 'frames', from: 'server', bytes: Buffer.concat([...frames, ready]) })
    void session.event({
      type: 'statement.end',
      statement: number,
      tag: 'SELECT 2',
      rows: 2,
      bytes: 10,
      error: undefined,
    })
  }
  answer(
    'SELECT id, name FROM customers',
    rowDescription(['id', 23], ['name', 25]),
    dataRow('1', 'Ada'),
    dataRow('20', null),
    complete('SELECT 2'),
  )
  answer(
    "SELECT 'evil'",
    rowDescription(['x', 25]),
    dataRow('\u001b]0;owned\u0007\u202e'),
    complete('SELECT 1'),
  )
  answer('DELETE FROM nothing', complete('DELETE 0'))
  answer('SELEC', errorResponse('42601', 'syntax error'))
  await session.end('the client left')
  await recorder.close()
}

t.test('replay looks like psql did, and nothing recorded steers the terminal', async t => {
  const here = await place()
  t.teardown(here.remove)
  await recorded(here)
  const { out, code } = await command('replay', '01', '--no-wait', '--data-dir', here.dir)
  t.equal(code, 0)
  t.equal(
    out.slice(out.indexOf('\n') + 1),
    `shop=> SELECT id, name FROM customers
 id | name 
----+------
  1 | Ada
 20 | 
(2 rows)

shop=> SELECT 'evil'
           x            
------------------------
 \\x1b]0;owned\\x07\\u202e
(1 row)

shop=> DELETE FROM nothing
DELETE 0
shop=> SELEC
ERROR:  syntax error
-- the session ended: the client left
`,
  )
})

t.test('list and show say who did what', async t => {
  const here = await place()
  t.teardown(here.remove)
  await recorded(here)
  const listed = await command('--data-dir', here.dir)
  t.match(listed.out, /01-abc +2026-11-21 10:00:00 +ada +shop +ended +4/)
  t.match((await command('list', '--user', 'bob', '--data-dir', here.dir)).out, /No sessions/)
  const json = await command('list', '--json', '--data-dir', here.dir)
  t.match(JSON.parse(json.out), { id: '01-abc', statements: 4 })
  const shown = await command('show', '01-abc', '--data-dir', here.dir)
  t.match(shown.out, /#2 .*allow\n {4}DELETE FROM nothing\n/)
})

t.test('an export is checked with the public key alone, and every change is found', async t => {
  const here = await place()
  t.teardown(here.remove)
  await recorded(here)
  const key = join(here.dir, 'public.pem')
  await writeFile(key, (await command('key', '--data-dir', here.dir)).out)
  const file = join(here.dir, 'session.ndjson')
  for (const sealed of [[], ['--sealed']]) {
    const exported = await command('export', '01', ...sealed, '--data-dir', here.dir)
    t.equal(exported.out.includes('DELETE FROM nothing'), sealed.length === 0)
    await writeFile(file, exported.out)
    const clean = await command('verify', file, '--public-key', key)
    t.match(clean, { code: 0, out: /01-abc {2}ada {2}\d+ records {2}ended\nnothing was altered/ })
    const lines = exported.out.trimEnd().split('\n')
    for (const gone of lines.keys()) {
      await writeFile(file, lines.filter((_, index) => index !== gone).join('\n'))
      const less = await command('verify', file, '--public-key', key)
      // Without its proof a session is whole, but unsigned: that is said.
      t.ok(less.code === 1 || /not signed yet/.test(less.out), `without line ${gone}`)
    }
    await writeFile(file, exported.out.replace(/"bytes":"(.{200})./, '"bytes":"$1+'))
    t.equal((await command('verify', file, '--public-key', key)).code, 1)
  }
  await writeFile(
    file,
    (await command('export', '01', '--data-dir', here.dir)).out.replace(
      /DELETE FROM/,
      'SELECT FROM',
    ),
  )
  t.match(await command('verify', file, '--public-key', key), { code: 1, out: /events are not/ })
})

t.test('verify says what is wrong, and exits with 1', async t => {
  const here = await place()
  t.teardown(here.remove)
  await recorded(here)
  const clean = await command('verify', '--data-dir', here.dir)
  t.match(clean, {
    code: 0,
    out: /ok {5}01-abc.*\n(note: .*\n)*1 sessions, \d+ records, 1 segments: nothing/,
  })
  const path = join(here.journal, '00000001.seg')
  const bytes = await readFile(path)
  bytes[1000] = (bytes[1000] ?? 0) ^ 1
  await writeFile(path, bytes)
  t.match(await command('verify', '--data-dir', here.dir), { code: 1, out: /WRONG: segment 1/ })
})

t.test('wrong use exits with 2, an id that nobody has with 1', async t => {
  const here = await place()
  t.teardown(here.remove)
  await recorded(here)
  t.match(await command('list', '--data-dir', join(here.dir, 'nowhere')), {
    code: 2,
    err: /expected a data directory/,
  })
  t.match(await command('list', '--since', 'whenever', '--data-dir', here.dir), { code: 2 })
  t.match(await command('list', '--from', 'memory', '--data-dir', here.dir), { code: 2 })
  t.match(await command('show', 'ff', '--data-dir', here.dir), { code: 1, err: /no session/ })
})

t.test('replay begins where it is asked to', async t => {
  const here = await place()
  t.teardown(here.remove)
  await recorded(here)
  const replayed = (...words: string[]) =>
    command('replay', '01', '--no-wait', ...words, '--data-dir', here.dir)
  t.match((await replayed('--from', '0')).out, 'SELECT id, name')
  for (const time of ['90s', '1:30', '0:01:30.5']) {
    const { out, code } = await replayed('--from', time)
    t.equal(code, 0)
    t.notMatch(out, 'SELECT', time)
  }
  t.match(await replayed('--from', 'yesterday'), { code: 2, err: /journal or archive/ })
})

t.test('an export has the form that is asked for', async t => {
  const here = await place()
  t.teardown(here.remove)
  await recorded(here)
  const exported = (...words: string[]) => command('export', '01', ...words, '--data-dir', here.dir)
  t.match(await exported('--format', 'csv'), { code: 0, out: 'id,name\r\n1,Ada\r\n20,\r\n' })
  t.match(await exported('--format', 'csv', '--result', '9'), { code: 1, err: /no result 9/ })
  t.match((await exported('--format', 'asciicast')).out, /^\{"version":2,.*\n\[0\.\d+,"o","/)
  const { out } = await exported('--format', 'html')
  t.match(out, /^<!doctype html>/)
  t.match(out, '"from":0,"rows":[["1","Ada"],\n["20",null]]')
  t.match(out, /script-src 'sha256-/)
  for (const wrong of [
    ['--format', 'pdf'],
    ['--result', '1'],
    ['--sealed', '--format', 'html'],
  ])
    t.equal((await exported(...wrong)).code, 2, wrong.join(' '))
})

t.test('tail follows a session up to its end, and all sessions from now on', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open()
  const before = await recorder.openSession(sessionStart('00-before'))
  before.statement(statement('SELECT before'))
  await before.end('the client left')
  const session = await recorder.openSession(sessionStart('01-abc'))
  session.statement(statement('SELECT first'))
  session.commit()
  const one = command('tail', '01', '--data-dir', here.dir)
  const stop = new AbortController()
  const all = followed(['tail', '--json', '--data-dir', here.dir], stop.signal)
  session.statement(statement("SELECT '\u001b[2J'"))
  session.commit()
  await session.end('ended by olga (web): enough')
  const { out, code } = await one
  t.equal(code, 0)
  t.match(out, /^10:00:0\d\.\d{3} {2}01-abc ada@shop {2}#0 SELECT first\n/)
  t.match(out, "#1 SELECT '\\x1b[2J'\n")
  t.match(out, /the session ended: ended by olga \(web\): enough\n$/)
  const later = await recorder.openSession(sessionStart('02-def', 'bob'))
  // What was written before it had begun to listen it leaves out.
  const again = setInterval(() => {
    later.statement(statement('SELECT later'))
    later.commit()
  }, 20)
  await all.said('SELECT later')
  clearInterval(again)
  stop.abort()
  const lines = (await all.end)
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  t.notOk(lines.some(({ text }) => text === 'SELECT before'))
  t.match(lines.at(-1), { session: '02-def', user: 'bob', type: 'statement', text: 'SELECT later' })
  await later.end('the client left')
  await recorder.close()
  t.match(await command('tail', '--data-dir', here.dir), { code: 2, err: /nothing to follow/ })
})

/** A command that goes on until it is stopped. */
function followed(
  words: readonly string[],
  signal: AbortSignal,
): { said(text: string): Promise<void>; readonly end: Promise<string> } {
  const stdout = new PassThrough()
  let out = ''
  stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} }
  const running = sessionsCommand(deps as Deps, { ...io, exitCode: () => undefined, signal })
  const end = running.parseAsync(words, { from: 'user' }).then(() => out)
  return {
    end,
    async said(text) {
      while (!out.includes(text)) await once(stdout, 'data')
    },
  }
}
