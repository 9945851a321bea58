/** Breaking the glass as both protocols' clients see it: at once, with a reason, looked at after. */
import t, { type Test } from 'tap'
import { callApi, type Scene, waits } from './grant-scenario.ts'

export const glassApprovals = `
  expires: 10m
  break_glass: { groups: [analysts, agents] }
`

/** `set` says in a setting of the session why. */
export function glassScenario(
  name: string,
  set: (reason: string) => string,
  scene: (t: Test) => Promise<Scene>,
): void {
  // It starts a server, the program and some commands.
  t.test(name, { timeout: 120_000 }, async t => {
    const { proxy, denied, client } = await scene(t)
    const one = await client()
    const open = async () =>
      (await callApi(proxy, 'GET', 'approvals?review=open')).body['approvals']

    await t.test('a statement runs at once, and a review is opened', async t => {
      const text = "DELETE FROM carts /* reason='INC-7%20disk%20full',break_glass='true' */"
      t.equal(await one.run(text), 0)
      t.match(await open(), [
        {
          ...{ shortcut: 'break_glass', state: 'finished', requesterReason: 'INC-7 disk full' },
          ...{ review: { state: 'open' }, answers: [] },
        },
      ])
      t.equal(await waits(proxy, one.run('DELETE FROM carts')), true, 'the next one waits')
    })

    await t.test('a setting is good for one statement', async t => {
      await one.run(set('INC-8'))
      t.equal(await one.run('DELETE FROM carts'), 0)
      t.match(await open(), [{ requesterReason: 'INC-8' }, {}])
      t.equal(await waits(proxy, one.run('DELETE FROM carts')), true)
      await one.run(set(''))
      t.equal(
        await waits(proxy, one.run('DELETE FROM carts')),
        true,
        'nor is an empty one a reason',
      )
    })

    await t.test('it is refused without a reason, to others, and to agents', async t => {
      const glass = "/* break_glass='true' */"
      t.equal(await one.run(`DELETE FROM baskets ${glass}`), denied)
      for (const user of ['admin', 'copilot']) {
        const other = await client(user)
        t.equal(await other.run(`/* reason='x' */ DELETE FROM baskets ${glass}`), denied, user)
        await other.end()
      }
      t.notMatch(await proxy.ran(), 'FROM baskets')
      t.equal(await one.run(`DELETE FROM baskets -- break_glass='true', reason='x'`), 0)
    })

    await t.test('somebody else has to look at it, and say with what result', async t => {
      const [first] = (await open()) as { id: string; shortId: string }[]
      const path = `approvals/${first?.id}/close-review`
      const close = (user: string, comment: string) =>
        callApi(proxy, 'POST', path, { comment, surface: 'terminal' }, user).then(
          ({ status }) => status,
        )
      t.equal(await close('analyst', 'all is well'), 403)
      t.equal(await close('admin', 'all is well'), 404)
      t.equal(await close('sven', ' '), 400)
      t.equal(await close('sven', 'as agreed'), 200)
      t.equal(await close('rita', 'again'), 409)
      const { body } = await callApi(proxy, 'GET', `approvals/${first?.id}`)
      t.match(body['approval'], {
        review: { state: 'closed', by: 'sven', surface: 'terminal', comment: 'as agreed' },
      })
      t.equal(((await open()) as unknown[]).length, 2)
    })

    await t.test('the recording marks the session', async t => {
      await one.end()
      const args = ['--data-dir', proxy.dataDir] as const
      const list = await proxy.command('sessions', ...args)
      t.match(list.stdout, /analyst .*\b3 BREAK-GLASS/)
      const id = /^(\S+) .*3 BREAK-GLASS/m.exec(list.stdout)?.[1] ?? ''
      const replay = await proxy.command('sessions', 'replay', id, ...args)
      t.match(replay.stdout, /BREAK-GLASS: runs although nobody approved it: INC-7 disk full\n/)
    })
  })
}
