/** Grants as both protocols' clients see them: used so often, revoked, bound, recorded. */
import t, { type Test } from 'tap'
import { type Approval, password, type RunningProgram } from './running-program.ts'

export const sql = `
  CREATE TABLE carts (n int);
  CREATE TABLE baskets (n int);
  CREATE TABLE nights (n int);
  CREATE TABLE noons (n int);
`
export const approvals = `
  expires: 10m
  grants: { kinds: [statement, table, rule], max_time: 1h, max_count: 5 }
`
/** One window is always open, the other never. */
export const rules = `  rules:
    - name: by-night
      action: hold
      effects: [insert]
      objects: ['*.nights']
      auto_approve: { environments: [test], hours: { from: '00:00', to: '24:00' } }
    - name: by-noon
      action: hold
      effects: [insert]
      objects: ['*.noons']
      auto_approve: { hours: { from: '00:00', to: '24:00', outside: true } }
    - { name: ungranted, action: hold, effects: [update], objects: ['*.carts'], grants: { kinds: [] } }
`

export interface Client {
  /** The rows that it changed, or the code of its error. */
  run(text: string, values?: readonly string[]): Promise<number | string>
  end(): Promise<void>
}

type Program = Pick<RunningProgram, 'command' | 'decide' | 'http' | 'pending' | 'ran' | 'dataDir'>

export interface Scene {
  readonly proxy: Program
  readonly placeholder: string
  /** The code of what the policy refuses. */
  readonly denied: string
  /** A line of the server's log for one run of a prepared statement. */
  readonly ran: RegExp
  client(user?: string): Promise<Client>
}

export async function callApi(
  proxy: Program,
  method: string,
  path: string,
  body?: object,
  user = 'rita',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const answer = await fetch(`${proxy.http}/api/v1/${path}`, {
    method,
    headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** Approves what waits, and more. */
async function grant(
  proxy: Program,
  kind: string,
  times: number,
  seconds = 600,
): Promise<Approval> {
  const approval = await proxy.pending()
  const { id, digest } = approval
  const terms = { approval: id, digest, kind, times, seconds }
  const { status, body } = await callApi(proxy, 'POST', 'grants', terms)
  t.equal(status, 201, JSON.stringify(body))
  return approval
}

/** Whether it waits for people; who then say no. */
export async function waits(proxy: Program, answer: Promise<number | string>): Promise<boolean> {
  const first = await Promise.race([answer, proxy.pending()])
  if (typeof first !== 'object') return false
  await proxy.decide(first, 'deny')
  await answer
  return true
}

export function grantScenario(name: string, scene: (t: Test) => Promise<Scene>): void {
  // It starts a server, the program and some commands.
  t.test(name, { timeout: 120_000 }, async t => {
    const { proxy, placeholder, ran, client } = await scene(t)
    const one = await client()
    const text = `DELETE FROM carts WHERE n = ${placeholder} OR true`

    await t.test('a statement is granted so many runs with any parameters', async t => {
      const first = one.run(text, ['1'])
      await grant(proxy, 'statement', 2)
      t.equal(await first, 0)
      t.equal(await one.run(text, ['2']), 0)
      t.equal(await waits(proxy, one.run(`${text} `, ['2'])), true, 'another text')
      const again = await client()
      t.equal(await again.run(text, ['3']), 0, 'another session')
      t.equal(await waits(proxy, one.run(text, ['4'])), true, 'used up')
      t.equal((await proxy.ran()).match(ran)?.length, 3)
    })

    await t.test('a grant is revoked for open sessions, too', async t => {
      const first = one.run('DELETE FROM carts')
      const { shortId } = await grant(proxy, 'table', 5)
      t.equal(await first, 0)
      t.equal(await one.run('DELETE FROM carts WHERE 1 = 1'), 0)
      t.equal(await waits(proxy, one.run('DELETE FROM baskets')), true, 'another table')
      const stranger = await client('admin')
      t.equal(await waits(proxy, stranger.run('DELETE FROM carts')), true, 'another user')
      t.equal((await callApi(proxy, 'DELETE', `grants/${shortId}`, undefined, 'admin')).status, 404)
      t.equal((await callApi(proxy, 'DELETE', `grants/${shortId}`)).status, 200)
      t.equal(await waits(proxy, one.run('DELETE FROM carts')), true)
      t.equal((await callApi(proxy, 'DELETE', `grants/${shortId}`)).status, 409)
      t.match((await callApi(proxy, 'GET', 'grants?state=revoked')).body, {
        grants: [{ shortId, used: 1, by: ['rita'], revokedBy: 'rita', state: 'revoked' }],
      })
    })

    await t.test('a grant is given by others only, and only as rules permit', async t => {
      const first = one.run('DELETE FROM carts')
      const { id, digest } = await proxy.pending()
      const terms = { approval: id, digest, kind: 'rule', times: 2, seconds: 60 }
      const give = (change: object, user?: string) =>
        callApi(proxy, 'POST', 'grants', { ...terms, ...change }, user).then(({ status }) => status)
      t.equal(await give({}, 'analyst'), 403, 'the requester')
      t.equal(await give({}, 'admin'), 404, 'no reviewer')
      t.equal(await give({ approval: '00000000-0000-4000-8000-000000000000' }), 404)
      t.equal(await give({ digest: 'x' }), 409)
      for (const change of [{ times: 6 }, { seconds: 3601 }, { times: -1 }, { kind: 'all' }])
        t.equal(await give(change), 400, JSON.stringify(change))
      t.equal(await give({ seconds: 1 }), 201)
      t.equal(await first, 0)
      await new Promise<void>(resolve => {
        const look = async (): Promise<void> => {
          const { body } = await callApi(proxy, 'GET', `grants/${id}`)
          if ((body['grant'] as { state: string }).state === 'expired') resolve()
          else setImmediate(() => void look())
        }
        void look()
      })
      t.equal(await waits(proxy, one.run('DELETE FROM carts')), true, 'it has expired')
      const ungranted = one.run('UPDATE carts SET n = 1')
      const other = await proxy.pending()
      t.equal(await give({ approval: other.id, digest: other.digest }), 400)
      await proxy.decide(other, 'deny')
      await ungranted
    })

    await t.test('a rule approves by itself in its hours, and is recorded as such', async t => {
      t.equal(await one.run('INSERT INTO nights VALUES (1)'), 1)
      t.equal(await waits(proxy, one.run('INSERT INTO noons VALUES (1)')), true)
      const { body } = await callApi(proxy, 'GET', 'approvals?state=finished&limit=1')
      t.match(body['approvals'], [
        { shortcut: 'rule', answers: [{ name: 'by-night', surface: 'rule' }] },
      ])
    })

    await t.test('the recording says which grant it was, and whose', async t => {
      await one.end()
      const args = ['--data-dir', proxy.dataDir] as const
      const { stdout } = await proxy.command('sessions', ...args, '--json')
      const sessions = stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as { id: string; statements: number })
      const [longest] = sessions.toSorted((a, b) => b.statements - a.statements)
      const replay = await proxy.command('sessions', 'replay', longest?.id ?? '', ...args)
      t.match(replay.stdout, /covered by grant \w{4,6} of rita\n/)
      t.match(replay.stdout, /approved by rita \(grant\): grant \w{4,6}\n/)
      t.match(replay.stdout, /approved by rita \(api\): grants the exact statement with any param/)
      t.match(replay.stdout, /approved by by-night \(rule\)/)
    })
  })
}
