/** The real program before commands: asked, decided, run once, reported, taken back. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t from 'tap'
import { tokenHash } from '../../src/identity/tokens.ts'
import { main, startProxy } from '../support/proxy.ts'

const token = `cst_${'t'.repeat(43)}`
const tokens = `tokens:
  ci: { sha256: ${tokenHash(token)}, user: analyst, scopes: [read, request] }
`

t.test('gate', async t => {
  const proxy = await startProxy(t, { limits: tokens })
  const cwd = dirname(proxy.config)

  interface Gated {
    readonly said: { out: string; err: string }
    readonly ended: Promise<{ code: number | null; out: string; err: string }>
    kill(signal: NodeJS.Signals): void
  }

  const gate = (
    command: readonly string[],
    env: Record<string, string> = {},
    flags: readonly string[] = [],
  ): Gated => {
    const named = ['gate', '--server', proxy.http, '--title', 'Release 4.2']
    const args = [...named, ...flags, '--', ...command]
    const variables = { PATH: process.env['PATH'], COUNTERSIGN_TOKEN: token, STAGE: 'blue', ...env }
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
    // The test runner's own variables are none of the command's.
    const child = spawn('env', ['-i', ...settings, process.execPath, main, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { out: '', err: '' }
    child.stdout.on('data', chunk => {
      said.out += chunk
    })
    child.stderr.on('data', chunk => {
      said.err += chunk
    })
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }))
    return { said, ended, kill: signal => child.kill(signal) }
  }

  const state = async (id: string, what?: 'error'): Promise<string | undefined> => {
    const answer = await fetch(`${proxy.http}/api/v1/approvals/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { approval } = (await answer.json()) as {
      approval: { state: string; result?: { error?: string } }
    }
    return what === undefined ? approval.state : approval.result?.error
  }

  await t.test(
    'an approved command runs as it was shown, with its own output and code',
    async t => {
      const script = 'echo "$1 $STAGE [$COUNTERSIGN_TOKEN]"; pwd; echo oh >&2; exit 7'
      const gated = gate(['sh', '-c', script, 'sh', "it's $HOME"])
      const asked = await proxy.pending()
      t.match(asked.text, `sh -c 'echo "$1 $STAGE [$COUNTERSIGN_TOKEN]"; pwd;`)
      t.match(asked.text, `'it'\\''s $HOME'\n\n`)
      t.match(asked.text, `directory: ${cwd}\nenvironment variables: PATH STAGE`)
      t.notMatch(asked.text, 'blue')
      t.equal(await proxy.decide(asked, 'approve'), 200)
      const { code, out, err } = await gated.ended
      t.equal(code, 7)
      t.equal(out, `it's $HOME blue []\n${cwd}\n`)
      t.match(err, `${asked.shortId} waits for approval (0 of 1 from reviewers): ${proxy.http}`)
      t.match(err, /10 min 0 s left|9 min 5\d s left/)
      t.match(err, `${asked.shortId} approved by rita`)
      t.match(err, 'oh\n')
      t.equal(await state(asked.id), 'failed')
    },
  )

  await t.test('a denied command does not run, and says why', async t => {
    const gated = gate(['touch', join(cwd, 'denied')])
    const asked = await proxy.pending()
    t.equal(await proxy.decide(asked, 'deny'), 200)
    const { code, err } = await gated.ended
    t.equal(code, 1)
    t.match(err, 'denied by rita: looked at it')
    await t.rejects(readFile(join(cwd, 'denied')))
  })

  await t.test('Ctrl-C takes it back, at once', async t => {
    const gated = gate(['touch', join(cwd, 'interrupted')])
    const asked = await proxy.pending()
    const started = performance.now()
    gated.kill('SIGINT')
    const { code, err } = await gated.ended
    t.ok(performance.now() - started < 5000)
    t.equal(code, 130)
    t.match(err, 'was taken back; nothing was run')
    t.equal(await state(asked.id), 'withdrawn')
    t.equal(await proxy.decide(asked, 'approve'), 409)
    await t.rejects(readFile(join(cwd, 'interrupted')))
  })

  await t.test('one that is killed while its command runs is missed', async t => {
    const gated = gate(['sh', '-c', 'echo $$; exec sleep 30'], {}, ['--lease', '2'])
    const asked = await proxy.pending()
    t.equal(await proxy.decide(asked, 'approve'), 200)
    while (gated.said.out === '') await new Promise(resolve => setTimeout(resolve, 10))
    // Renewed meanwhile: after more than its lease it still counts as running.
    await new Promise(resolve => setTimeout(resolve, 2500))
    t.equal(await state(asked.id), 'running')
    gated.kill('SIGKILL')
    while ((await state(asked.id)) === 'running')
      await new Promise(resolve => setTimeout(resolve, 50))
    t.equal(await state(asked.id), 'failed')
    t.equal(await state(asked.id, 'error'), 'the gate was lost')
    process.kill(Number(gated.said.out))
    await gated.ended
  })

  await t.test('one that succeeds is finished', async t => {
    const gated = gate(['true'])
    const asked = await proxy.pending()
    t.equal(await proxy.decide(asked, 'approve'), 200)
    t.equal((await gated.ended).code, 0)
    t.equal(await state(asked.id), 'finished')
  })

  await t.test('commands that are not there, tokens that may not, and wrong use', async t => {
    const gated = gate(['./not-there'])
    t.equal(await proxy.decide(await proxy.pending(), 'approve'), 200)
    t.match(await gated.ended, { code: 127, err: /could not be run: ENOENT/ })
    const other = gate(['true'], { COUNTERSIGN_TOKEN: `cst_${'u'.repeat(43)}` })
    t.match(await other.ended, { code: 1, err: /the token is unknown/ })
    t.match(await gate(['true'], { COUNTERSIGN_TOKEN: 'x' }).ended, { code: 2 })
    t.match(await gate([]).ended, { code: 2, err: /missing required argument/ })
  })

  await t.test('all of it is in the journal’s chain', async t => {
    const verified = await proxy.command('sessions', 'verify', '--data-dir', proxy.dataDir)
    t.equal(verified.code, 0, verified.stdout + verified.stderr)
    const dir = join(proxy.dataDir, 'journal')
    let text = ''
    for (const name of await readdir(dir)) text += await readFile(join(dir, name), 'latin1')
    for (const type of ['requested', 'answered', 'running', 'finished', 'failed', 'withdrawn'])
      t.match(text, `"action.${type}"`)
    t.notMatch(text, 'STAGE', 'what would be done is there by its digest')
  })
})
