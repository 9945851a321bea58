/** Two nodes with one state: who decides where, who dies, and what happens while the state is away. */
import { once } from 'node:events'
import t from 'tap'
import { session, startNodes } from '../support/nodes.ts'

const sessionsCount = 10
const approvals = `
  expires: 10m
  grants: { kinds: [statement], max_time: 1h, max_count: 10 }
`
const rounds = Number(process.env['NODES_ROUNDS'] ?? 10)

t.test('two nodes with one state', async t => {
  const { a, b, state } = await startNodes(t, { log: true, approvals })

  await t.test('many decisions, each on the node that does not hold the statement', async t => {
    const lasted: number[] = []
    await Promise.all(
      Array.from({ length: sessionsCount }, async (_, n) => {
        const [holder, other] = n % 2 === 0 ? [a, b] : [b, a]
        const held = await session(t, holder)
        for (let round = 0; round < rounds; round++) {
          const { shortId, end } = await held.hold(`DELETE FROM audit /* ${n}-${round}. */`)
          const { id, digest } = await other.approval(shortId)
          const from = performance.now()
          const decided = await other.api('POST', `approvals/${id}/approve`, { digest })
          if (decided.status !== 200) t.strictSame(decided, {}, 'the decision counts')
          const ended = await end
          lasted.push(performance.now() - from)
          if (!ended.ok) t.fail(ended.message)
        }
      }),
    )
    const log = await a.ran()
    const ran = log
      .split('\n')
      .flatMap(line => /DELETE FROM audit \/\* ([\d-]+)\./.exec(line) ?? [])
    const texts = ran.filter(each => /^[\d-]+$/.test(each))
    t.equal(texts.length, sessionsCount * rounds, 'as many runs as decisions')
    t.equal(new Set(texts).size, sessionsCount * rounds, 'each its own')
    lasted.sort((x, y) => x - y)
    const at = (share: number): string =>
      (lasted[Math.floor(lasted.length * share)] ?? 0).toFixed(0)
    t.comment(`from decision to end: median ${at(0.5)} ms, 99th ${at(0.99)} ms`)
  })

  await t.test('of two reviewers on two nodes at once, one counts', async t => {
    const held = await session(t, a)
    for (let round = 0; round < 10; round++) {
      const { shortId, end } = await held.hold(`DELETE FROM audit /* both ${round} */`)
      const { id, digest } = await a.approval(shortId)
      const [yes, no] = await Promise.all([
        a.api('POST', `approvals/${id}/approve`, { digest }, 'rita'),
        b.api('POST', `approvals/${id}/deny`, { digest, reason: 'no' }, 'sven'),
      ])
      t.strictSame([yes.status, no.status].sort(), [200, 409])
      t.equal((await end).ok, yes.status === 200, 'and the statement obeys that one')
    }
  })

  await t.test('a grant given on one node counts on both, as often as it says', async t => {
    const [here, there] = [await session(t, a), await session(t, b)]
    const text = 'DELETE FROM audit /* granted */'
    const granted = async (times: number): Promise<string> => {
      const { shortId, end } = await here.hold(text)
      const { id, digest } = await b.approval(shortId)
      const terms = { approval: id, digest, kind: 'statement', seconds: 600, times }
      t.equal((await b.api('POST', 'grants', terms)).status, 201)
      t.strictSame(await end, { ok: true })
      return shortId
    }
    const ran = async (): Promise<number> => (await a.ran()).split('/* granted */').length - 1

    await granted(3)
    const before = await ran()
    // Both nodes draw on it at once: one use is one run, wherever.
    const [one, two, three] = [there, here, there].map(({ client }) => client.query(text))
    await Promise.all([one, two, three])
    t.equal(await ran(), before + 3)
    const { shortId, end } = await there.hold(text)
    const { id, digest } = await a.approval(shortId)
    t.equal(
      (await a.api('POST', `approvals/${id}/deny`, { digest, reason: 'used up' })).status,
      200,
    )
    t.match(await end, { ok: false })

    const again = await granted(5)
    await there.client.query(text)
    t.equal((await a.api('DELETE', `grants/${again}`)).status, 200)
    for (const node of [there, here]) {
      const held = await node.hold(text)
      const asked = await b.approval(held.shortId)
      const no = { digest: asked.digest, reason: 'revoked' }
      t.equal((await b.api('POST', `approvals/${asked.id}/deny`, no)).status, 200)
      t.match(await held.end, { ok: false }, 'revoked on one, it counts on neither')
    }
  })

  await t.test(
    'a node that dies has its requests withdrawn by the other, which says so',
    async t => {
      const held = await session(t, a)
      const { shortId, end } = await held.hold('DELETE FROM audit /* orphan */')
      const { id } = await b.approval(shortId)
      const exited = once(a.child, 'exit')
      a.child.kill('SIGKILL')
      await exited
      t.match(await end, { ok: false }, 'its client lost the connection')
      const waited = await b.api('GET', `approvals/${id}/wait?timeout=30`)
      t.match(waited.body, {
        approval: { state: 'withdrawn', settledReason: 'node a stopped' },
      })
      t.notMatch(await b.ran(), /execute.*orphan|statement: DELETE FROM audit \/\* orphan/)
    },
  )

  await t.test('a state database that goes away and comes back', async t => {
    await a.restart('SIGTERM')
    const waiting = await session(t, a)
    const other = await session(t, a)
    const { shortId, end } = await waiting.hold('DELETE FROM audit /* patient */')
    const brief = await session(t, b)
    await state.stop()

    t.match(await other.client.query('SELECT 1 AS one'), { rows: [{ one: 1 }] }, 'allowed ones run')
    const refused = brief.client.query('DELETE FROM audit /* refused */')
    await t.rejects(refused, { code: '58030', message: /nobody can be asked now/ })
    t.match(await brief.client.query('SELECT 2 AS two'), { rows: [{ two: 2 }] })
    const ready = await fetch(`${a.http}/readyz`)
    t.equal(ready.status, 503)
    t.match(await ready.json(), { parts: { state: 'away', approvals: 'unavailable' } })
    const late = other.hold('DELETE FROM audit /* late */')
    await state.start()

    const asked = await late
    for (const one of [
      { shortId, end },
      { shortId: asked.shortId, end: asked.end },
    ]) {
      const { id, digest, state: now } = await b.approval(one.shortId)
      t.equal(now, 'pending', 'what waited still waits')
      t.equal((await b.api('POST', `approvals/${id}/approve`, { digest })).status, 200)
      t.strictSame(await one.end, { ok: true })
    }
    const ran = (await a.ran()).split('\n').filter(line => /DELETE FROM audit/.test(line))
    t.equal(ran.filter(line => line.includes('patient')).length, 1)
    t.equal(ran.filter(line => line.includes('late')).length, 1)
    t.equal(ran.filter(line => line.includes('refused')).length, 0)
  })
})
