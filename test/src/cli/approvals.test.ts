/** The terminal's commands against a real console: what they print, ask, and answer with. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { approvalsCommand } from '../../../src/cli/approvals.ts'
import type { Deps } from '../../../src/cli/deps.ts'
import type { Io } from '../../../src/cli/io.ts'
import { approvalRequest } from '../../support/approval-request.ts'
import { type Console, openConsole, password } from '../../support/console.ts'

const never = new AbortController().signal

interface Run {
  readonly out: string
  readonly err: string
  readonly code: number
}

/** Commands that review never start anything. */
const noDeps: Deps = {
  start: () => Promise.reject(new Error('not here')),
  open: () => Promise.reject(new Error('not here')),
  survey: () => Promise.reject(new Error('not here')),
  derivedColumns: () => Promise.reject(new Error('there is no state here')),
  decoder: async () => ({ push: () => [] }),
}

interface Terminal {
  readonly typed?: string
  readonly env?: Io['env']
  readonly signal?: AbortSignal
  readonly stdout?: PassThrough
}

async function run(args: readonly string[], terminal: Terminal = {}): Promise<Run> {
  const stdout = terminal.stdout ?? new PassThrough()
  const stderr = new PassThrough()
  const stdin = Object.assign(new PassThrough(), { isTTY: terminal.typed !== undefined })
  stdin.end(terminal.typed ?? '')
  let code = 0
  const io: Io = {
    stdin,
    stdout: Object.assign(stdout, { columns: 80 }),
    stderr,
    env: terminal.env ?? { COUNTERSIGN_PASSWORD: password },
    exitCode: given => {
      code = given
    },
    signal: terminal.signal ?? never,
  }
  const text = (stream: PassThrough): string => String(stream.read() ?? '')
  const command = approvalsCommand(noDeps, io)
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ writeErr: message => stderr.write(message) })
  }
  try {
    await command.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof Error && 'exitCode' in error)) throw error
    code = 2
  }
  return { out: text(stdout), err: text(stderr), code }
}

async function listening(t: Test): Promise<Console & { url: string }> {
  const opened = await openConsole(t)
  return { ...opened, url: await opened.app.listen({ host: '127.0.0.1', port: 0 }) }
}

t.test('lists what waits, as a table or as JSON', async t => {
  const { approvals, url } = await listening(t)
  const rita = ['--user', 'rita', '--url', url]
  t.match(await run(rita), { out: 'Nothing waits for a decision.\n', code: 0 })
  const asked = await approvals.ask(approvalRequest(), never)
  const { out } = await run(rita)
  t.match(out, /^ID +RISK +LEFT +STATE +WHO +WHAT\n/)
  t.match(out, new RegExp(`^${asked.shortId}  high  (9 min 5\\d s|10 min 0 s) +pending`, 'm'))
  t.match(out, 'analyst  DELETE on public.orders in')
  const json = await run(['list', '--json', ...rita])
  t.match(JSON.parse(json.out), [{ id: asked.id, state: 'pending' }])
  await approvals.withdraw(asked.id, 'over')
  t.match((await run(rita)).out, 'Nothing waits')
  t.match((await run(['list', '--all', ...rita])).out, `${asked.shortId}  high        withdrawn`)
})

t.test('finds a proxy on this machine by its data directory', async t => {
  const { url } = await listening(t)
  const dir = t.testdirName
  writeFileSync(join(dir, 'node.json'), JSON.stringify({ http: url }))
  t.match(await run(['--user', 'rita', '--data-dir', dir]), { code: 0 })
  const env = { COUNTERSIGN_URL: url, COUNTERSIGN_USER: 'rita', COUNTERSIGN_PASSWORD: password }
  t.match(await run([], { env }), { code: 0 })
  t.match(await run(['--user', 'rita', '--data-dir', join(dir, 'none')]), {
    code: 2,
    err: /expected --url, COUNTERSIGN_URL or a running proxy/,
  })
})

t.test('approves what it showed, once the person says yes', async t => {
  const { approvals, url } = await listening(t)
  const rita = ['--user', 'rita', '--url', url]
  const asked = await approvals.ask(approvalRequest(), never)
  const approve = ['approve', asked.shortId, ...rita]
  const no = await run(approve, { typed: 'n\n' })
  t.match(no.out, '│ DELETE FROM orders')
  t.equal(no.code, 1)
  t.match(await run(approve, { typed: '' }), { code: 1 }, 'no answer is no')
  t.match(await run(approve), { code: 2, err: /expected --yes/ }, 'nobody there to ask')
  t.match(await approvals.get(asked.id), { state: 'pending' })

  const yes = await run([...approve, '--reason', 'as agreed'], { typed: 'y\n' })
  t.match(yes, { code: 0, out: /approved by rita\n$/ })
  t.match(await asked.outcome, {
    kind: 'approved',
    by: [{ name: 'rita', surface: 'terminal', reason: 'as agreed' }],
  })
  t.match(await run([...approve, '--yes']), { code: 1, err: /it is approved already/ })
})

t.test('denies with a reason and not without', async t => {
  const { approvals, url } = await listening(t)
  const rita = ['--user', 'rita', '--url', url]
  const asked = await approvals.ask(approvalRequest(), never)
  t.match(await run(['deny', asked.shortId, ...rita]), { code: 2 })
  const denied = await run(['deny', asked.shortId, '--reason', 'no', '--json', ...rita])
  t.match(JSON.parse(denied.out), { state: 'denied', settledReason: 'no' })
  t.match(await asked.outcome, { kind: 'denied', reason: 'no' })
})

t.test('nobody decides their own request from a terminal either', async t => {
  const { approvals, url } = await listening(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const analyst = ['--user', 'analyst', '--url', url]
  const own = await run(['approve', asked.shortId, '--yes', ...analyst])
  t.match(own, { code: 1, err: /nobody decides their own request/ })
  const deny = await run(['deny', asked.shortId, '--reason', 'x', ...analyst])
  t.match(deny, { code: 1, err: /nobody decides their own request/ })
  t.match(await approvals.get(asked.id), { state: 'pending' })
})

t.test('nothing that a client wrote reaches the terminal as a command', async t => {
  const { approvals, url } = await listening(t)
  const evil = '\u001b[2J\u009b31m\u202e\u0007\r'
  const asked = await approvals.ask(
    approvalRequest({
      text: `${evil}\n${' '.repeat(200)}DROP\n  forged line`,
      parameters: [evil],
      application: evil,
      reason: `${evil}\nforged`,
      hint: evil,
      rules: [evil],
      maskedColumns: [evil],
      database: evil,
      effects: [{ kind: 'drop', object: { type: evil, schema: evil, name: evil }, detail: evil }],
    }),
    never,
  )
  const rita = ['--user', 'rita', '--url', url]
  const id = asked.shortId
  const runs = [[], ['show', id], ['show', id, '--json'], ['list', '--json'], ['show', evil]]
  for (const args of runs) {
    const { out, err } = await run([...args, ...rita])
    for (const character of '\u001b\u009b\u202e\u0007\r') {
      t.notOk(out.includes(character), args.join(' '))
      t.notOk(err.includes(character), args.join(' '))
    }
  }
  const { out } = await run(['show', id, ...rita])
  t.match(out, '│ ⟨U+001B⟩[2J⟨U+009B⟩31m⟨U+202E⟩⟨U+0007⟩⟨U+000D⟩')
  t.match(out, '  │   forged line\n', 'a line of a statement keeps its margin')
  t.ok(out.split('\n').every(line => line.length <= 80 || !/^ {2}[│┆]/.test(line)))
  t.match(JSON.parse((await run(['show', id, '--json', ...rita])).out), { application: evil })
})

t.test('asks for the password on a terminal, and does not show it', async t => {
  const { url } = await listening(t)
  const rita = ['--user', 'rita', '--url', url]
  const asked = await run(rita, { typed: `${password}\n`, env: {} })
  t.match(asked, { code: 0, err: 'Password of rita: \n' })
  t.notMatch(asked.out, password)
  t.match(await run(rita, { env: {} }), { code: 2, err: /COUNTERSIGN_PASSWORD/ })
  const wrong = await run(rita, { env: { COUNTERSIGN_PASSWORD: 'guess' } })
  t.match(wrong, { code: 1, err: /user or password is wrong/ })
})

t.test('sends the password nowhere that it should not go', async t => {
  for (const url of ['http://db.example.com', 'ftp://localhost', 'nonsense']) {
    t.match(await run(['--user', 'rita', '--url', url]), { code: 2, err: /expected/ }, url)
  }
  t.match(await run(['--url', 'http://127.0.0.1:9']), { code: 2, err: /--user/ })
  const nobody = await run(['--user', 'rita', '--url', 'http://127.0.0.1:9'])
  t.match(nobody, { code: 1, err: /no console answers at http:\/\/127.0.0.1:9/ })
})

t.test('wrong use is told apart from refusal', async t => {
  t.match(await run(['--limit', 'many']), { code: 2 })
  t.match(await run(['show']), { code: 2 })
  const { url } = await listening(t)
  t.match(await run(['show', 'zzzz', '--user', 'rita', '--url', url]), { code: 1 })
})

t.test('watches: what waits is printed, and so is what becomes of it', async t => {
  const { approvals, url } = await listening(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const stop = new AbortController()
  const stdout = new PassThrough()
  const watching = run(['watch', '--user', 'rita', '--url', url], { stdout, signal: stop.signal })
  await once(stdout, 'readable')
  t.match(String(stdout.read()), `${asked.shortId}  analyst wants to DELETE on public.orders`)
  await approvals.withdraw(asked.id, 'the client left')
  await once(stdout, 'readable')
  t.match(String(stdout.read()), 'withdrawn: the client left')
  stop.abort()
  t.match(await watching, { code: 0 })
})
