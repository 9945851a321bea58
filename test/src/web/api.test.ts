/** The HTTP API over real HTTP: who gets in, what it says, and live events. */
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import t from 'tap'
import type { SessionQuery } from '../../../src/recording/reading/search.ts'
import { approvalRequest } from '../../support/approval-request.ts'
import { selfSigned } from '../../support/certificates.ts'
import { basic, openConsole, signIn } from '../../support/console.ts'

const never = new AbortController().signal
const json = { 'content-type': 'application/json' }

t.test('a program lists, reads, approves and denies with a person’s password', async t => {
  const { app, approvals } = await openConsole(t)
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const first = await approvals.ask(approvalRequest(), never)
  const second = await approvals.ask(approvalRequest(), never)
  const headers = basic('rita')

  const list = await fetch(`${base}/api/v1/approvals?state=pending&limit=10`, { headers })
  const { approvals: listed } = (await list.json()) as { approvals: { id: string }[] }
  t.strictSame(listed.map(({ id }) => id).sort(), [first.id, second.id].sort())

  const one = await fetch(`${base}/api/v1/approvals/${first.shortId}`, { headers })
  const { approval } = (await one.json()) as { approval: { digest: string; text: string } }
  t.match(approval, { state: 'pending', text: 'DELETE FROM orders', bars: {} })

  const post = (path: string, body: object) =>
    fetch(`${base}/api/v1/approvals/${path}`, {
      method: 'POST',
      headers: { ...headers, ...json },
      body: JSON.stringify(body),
    })
  const { digest } = approval
  t.equal((await post(`${first.id}/approve`, {})).status, 400, 'the digest has to be named')
  t.equal((await post(`${first.id}/approve`, { digest: 'b'.repeat(64) })).status, 409)
  const approved = await post(`${first.id}/approve`, { digest, surface: 'terminal' })
  t.equal(approved.status, 200)
  t.match(await first.outcome, { kind: 'approved', by: [{ name: 'rita', surface: 'terminal' }] })
  const late = await post(`${first.id}/deny`, { digest, reason: 'no' })
  t.equal(late.status, 409)
  t.match(await late.json(), { error: { code: 'already_decided' } })

  t.equal((await post(`${second.id}/deny`, { digest })).status, 400, 'a reason has to be given')
  t.equal((await post(`${second.id}/deny`, { digest, reason: 'no', surface: 'web' })).status, 200)
  t.match(await second.outcome, { kind: 'denied', by: [{ surface: 'api' }] })
  t.equal((await post('zzzz/deny', { digest, reason: 'no' })).status, 404)
})

t.test('nobody decides their own request, and agents decide none', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const post = (user: string) =>
    app.inject({
      method: 'POST',
      url: `/api/v1/approvals/${asked.id}/approve`,
      headers: { ...basic(user), ...json },
      payload: { digest: 'a'.repeat(64) },
    })
  const own = await post('analyst')
  t.equal(own.statusCode, 403)
  t.match(own.json(), { error: { code: 'own_request' } })
  t.equal((await post('robot')).statusCode, 404, 'an agent is not even shown it')
  t.equal((await post('tom')).statusCode, 404)
  t.match(await approvals.get(asked.id), { state: 'pending' })
})

t.test('cookies open nothing, wrong passwords nothing, and guesses are slowed down', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const cookies = await signIn(app, 'rita')
  const url = `/api/v1/approvals/${asked.id}/approve`
  const payload = { digest: 'a'.repeat(64) }
  const byCookie = await app.inject({ method: 'POST', url, cookies, payload })
  t.equal(byCookie.statusCode, 401)
  t.notOk(byCookie.headers['www-authenticate'], 'browsers are not asked to remember passwords')
  const headers = [{}, basic('rita', 'guess'), { authorization: 'Basic %' }, basic('', 'x')]
  for (const wrong of headers) {
    t.equal((await app.inject({ url: '/api/v1/approvals', headers: wrong })).statusCode, 401)
  }
  for (let guess = 0; guess < 7; guess++) {
    await app.inject({ url: '/api/v1/approvals', headers: basic('rita', 'guess') })
  }
  const late = await app.inject({ url: '/api/v1/approvals', headers: basic('rita') })
  t.equal(late.statusCode, 429)
  t.match(await approvals.get(asked.id), { state: 'pending' })
})

t.test('what another site could make a browser send is refused', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const url = `/api/v1/approvals/${asked.id}/approve`
  const body = JSON.stringify({ digest: 'a'.repeat(64) })
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
    const headers = { ...basic('rita'), 'content-type': type }
    const answer = await app.inject({ method: 'POST', url, headers, payload: body })
    t.equal(answer.statusCode, 415, type)
  }
  const headers = { ...basic('rita'), ...json, origin: 'https://evil.test' }
  t.equal((await app.inject({ method: 'POST', url, headers, payload: body })).statusCode, 403)
  t.match(await approvals.get(asked.id), { state: 'pending' })
})

t.test('bad input is answered with what was expected', async t => {
  const { app } = await openConsole(t)
  const headers = { ...basic('rita'), ...json }
  for (const query of ['state=open', 'limit=0', 'limit=501', 'limit=x', 'limit=1&limit=2']) {
    const answer = await app.inject({ url: `/api/v1/approvals?${query}`, headers })
    t.equal(answer.statusCode, 400, query)
    t.match(answer.json(), { error: { code: 'bad_request', message: /^expected / } })
  }
  const url = '/api/v1/approvals/x/approve'
  const post = async (payload: string) =>
    (await app.inject({ method: 'POST', url, headers, payload })).statusCode
  t.equal(await post('{'), 400)
  t.equal(await post('{"__proto__":{"digest":"x"}}'), 400)
  t.equal(await post(JSON.stringify({ digest: 'x'.repeat(70_000) })), 413)
  t.equal((await app.inject({ url: '/api/v1/nothing', headers })).statusCode, 404)
})

t.test('sessions are for auditors', async t => {
  const session = {
    id: 'a1b2',
    user: 'copilot',
    kind: 'agent',
    owner: 'analyst',
    database: 'shop',
    environment: 'production',
    application: 'psql',
    startedAt: new Date(0),
    endedAt: undefined,
    statements: 1,
  } as const
  const item = {
    number: 0,
    at: new Date(0),
    text: 'SELECT \u202e<b>',
    verdict: 'allow',
    rules: [],
    approvalId: undefined,
    tag: 'SELECT 1',
    rows: 1,
    error: undefined,
    durationMs: 2,
  } as const
  const found = {
    ...session,
    ...{ purpose: null, protocol: 'postgres', remoteAddress: '127.0.0.1', tls: true, matched: 1 },
    ...{
      startedAt: '2026-11-21T10:00:00.000Z',
      endedAt: null,
      state: 'open' as const,
      endReason: null,
    },
    ...{ held: 1, denied: 0, failed: 0, rows: 1, brokeGlass: 0 },
  } as const
  const asked: SessionQuery[] = []
  const { app } = await openConsole(t, {
    sessions: {
      search: query => {
        asked.push(query)
        return Promise.resolve({ sessions: [found], next: 'bmV4dA' })
      },
      get: id => Promise.resolve(id === 'a1b2' ? { ...session, items: [item] } : undefined),
    },
  })
  const get = (url: string, user: string) => app.inject({ url, headers: basic(user) })
  t.match((await get('/api/v1/sessions', 'olga')).json(), { sessions: [{ id: 'a1b2' }] })
  t.match((await get('/api/v1/sessions/a1b2', 'olga')).json(), { session: { items: [{}] } })
  t.equal((await get('/api/v1/sessions/none', 'olga')).statusCode, 404)
  t.equal((await get('/api/v1/sessions', 'rita')).statusCode, 404)

  const cookies = await signIn(app, 'olga')
  t.match((await app.inject({ url: '/sessions', cookies })).body, 'agent copilot (owner analyst)')
  const page = await app.inject({ url: '/sessions/a1b2', cookies })
  t.match(page.body, 'countersign sessions replay a1b2')
  t.match(page.body, 'SELECT <span class="hidden-character"')
  t.match(page.body, '&#60;b&#62;')
  const rita = await signIn(app, 'rita')
  t.equal((await app.inject({ url: '/sessions', cookies: rita })).statusCode, 404)

  const words = 'table=public.customers&verdict=hold&rows=10&bytes=1KiB&text=%3Cb%3E&limit=7'
  const here = await app.inject({ url: `/sessions?${words}&user=`, cookies })
  t.equal((await get(`/api/v1/sessions?${words}`, 'olga')).statusCode, 200)
  const query = { table: 'public.customers', verdict: 'hold', rows: 10, bytes: 1024, text: '<b>' }
  t.strictSame(asked.slice(-2), [
    { limit: 7, ...query },
    { limit: 7, ...query },
  ])
  t.match(here.body, 'value="public.customers"', 'the form still says what was asked')
  t.match(here.body, 'value="&#60;b&#62;"')
  t.match(here.body, '<option selected>hold</option>')
  t.match(here.body, 'after=bmV4dA">Older sessions')
  const wrong = ['verdict=maybe', 'rows=-1', 'since=once', 'limit=501', 'after=x', 'bytes=1e9']
  for (const each of wrong) {
    const answer = await get(`/api/v1/sessions?${each}`, 'olga')
    t.match(answer.json(), { error: { code: 'bad_request', message: /^expected "/ } }, each)
    const page = await app.inject({ url: `/sessions?${each}`, cookies })
    t.match(page, { statusCode: 422, body: 'expected &#34;' }, each)
  }
  t.equal((await get('/api/v1/sessions?verdict=hold', 'rita')).statusCode, 404)
})

t.test('probes tell whether it lives and can work', async t => {
  const parts = { recording: 'critical' }
  const { app, approvals } = await openConsole(t, {
    ready: () => ({ ready: parts.recording === 'healthy', parts }),
    metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
  })
  t.equal((await app.inject('/livez')).statusCode, 200)
  t.equal((await app.inject('/readyz')).statusCode, 503)
  parts.recording = 'healthy'
  const ready = await app.inject('/readyz')
  t.equal(ready.statusCode, 200)
  t.match(ready.json(), { ready: true, parts: { approvals: 'healthy', recording: 'healthy' } })
  t.equal((await app.inject('/metrics')).body, 'up 1\n')
  await approvals.close()
  t.match((await app.inject('/readyz')).json(), { parts: { approvals: 'unavailable' } })
})

t.test('an open page is told of changes that concern its reader, and no others', async t => {
  const { app, approvals } = await openConsole(t)
  const cookies = await signIn(app, 'rita')
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
  const stream = await fetch(`${base}/events`, { headers: { cookie } })
  t.match(stream.headers.get('content-type'), 'text/event-stream')
  t.match(stream.headers.get('content-security-policy'), "default-src 'none'")
  const others = { any: [{ group: 'security', count: 1 }] }
  const secret = await approvals.ask(approvalRequest({ approvers: others }), never)
  const asked = await approvals.ask(approvalRequest(), never)
  let text = ''
  const decoder = new TextDecoder()
  for await (const bytes of stream.body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true })
    if (text.includes(asked.shortId)) break
  }
  t.match(text, `event: change\ndata: {"id":"${asked.shortId}","state":"pending"`)
  t.notMatch(text, secret.shortId)
  t.notMatch(text, 'DELETE')
})

t.test('with a certificate it speaks TLS, and nothing else', async t => {
  const tls = await selfSigned()
  const { app } = await openConsole(t, { tls, publicUrl: () => 'https://localhost' })
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(base, /^https:/)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${base}/livez`, { ca: tls.cert }, resolve).once('error', reject)
  })
  t.equal(answer.statusCode, 200)
  answer.resume()
  await t.rejects(fetch(`${base.replace('https:', 'http:')}/livez`))
})
