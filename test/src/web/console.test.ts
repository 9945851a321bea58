/** The pages as a browser without JavaScript uses them, and as an attacker tries to. */
import t from 'tap'
import { approvalRequest } from '../../support/approval-request.ts'
import { cookiesOf, fieldOf, form, openConsole, password, signIn } from '../../support/console.ts'

const never = new AbortController().signal

t.test('a reviewer signs in, reads the request, approves it, and sees how it ended', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const cookies = await signIn(app, 'rita')
  const inbox = await app.inject({ url: '/', cookies })
  t.match(inbox.body, 'Waiting for you')
  t.match(inbox.body, `href="/approvals/${asked.shortId}"`)
  t.match(inbox.body, 'analyst wants to DELETE on public.orders in shop (production)')

  const url = `/approvals/${asked.shortId}`
  const page = await app.inject({ url, cookies })
  t.match(page.body, 'DELETE without WHERE changes every row of public.orders')
  t.match(page.body, 'unfiltered-write')
  t.match(page.body, '0 of 1 from dba')
  const fields = { csrf: fieldOf(page.body, 'csrf'), digest: fieldOf(page.body, 'digest') }
  const approve = { method: 'POST', url: `${url}/approve`, cookies } as const

  const unread = await app.inject({ ...approve, ...form(fields) })
  t.equal(unread.statusCode, 422, 'not without saying that it was read')
  t.match(await approvals.get(asked.id), { state: 'pending' })

  const done = await app.inject({ ...approve, ...form({ ...fields, confirm: 'yes' }) })
  t.equal(done.statusCode, 303)
  t.equal(done.headers.location, url)
  t.match(await asked.outcome, { kind: 'approved', by: [{ name: 'rita', surface: 'web' }] })
  t.match((await app.inject({ url, cookies })).body, 'approved by rita')

  await approvals.claim(asked.id, 'a'.repeat(64))
  t.match((await app.inject({ url, cookies })).body, 'approved by rita, running')
  await approvals.finished(asked.id, { ok: true, tag: 'DELETE 1204', rows: 1204, durationMs: 810 })
  const ended = await app.inject({ url, cookies })
  t.match(ended.body, 'finished: DELETE 1204, 1,204 rows, 0.8 s')
  t.notMatch(ended.body, 'action="/approvals/', 'nothing is left to decide')
})

t.test('a denial needs a reason, and the requester is given it', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const cookies = await signIn(app, 'rita')
  const url = `/approvals/${asked.shortId}`
  const page = await app.inject({ url, cookies })
  const fields = { csrf: fieldOf(page.body, 'csrf'), digest: fieldOf(page.body, 'digest') }
  const deny = { method: 'POST', url: `${url}/deny`, cookies } as const
  const silent = await app.inject({ ...deny, ...form({ ...fields, reason: ' ' }) })
  t.equal(silent.statusCode, 422)
  await app.inject({ ...deny, ...form({ ...fields, reason: 'use a <WHERE>' }) })
  t.match(await asked.outcome, { kind: 'denied', reason: 'use a <WHERE>' })
  const after = await app.inject({ url, cookies })
  t.match(after.body, 'denied by rita: use a &#60;WHERE&#62;')
})

t.test('the requester sees the request and can do nothing to it', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const cookies = await signIn(app, 'analyst')
  const url = `/approvals/${asked.shortId}`
  const page = await app.inject({ url, cookies })
  t.match(page.body, 'nobody decides their own request')
  t.notMatch(page.body, 'action="/approvals/')
  // The form is not there; somebody who makes it up is refused all the same.
  const fields = { csrf: fieldOf(page.body, 'csrf'), digest: 'a'.repeat(64), confirm: 'yes' }
  const forged = await app.inject({
    method: 'POST',
    url: `${url}/approve`,
    cookies,
    ...form(fields),
  })
  t.equal(forged.statusCode, 403)
  t.match(forged.body, 'Your answer did not count')
  t.match(await approvals.get(asked.id), { state: 'pending', answers: [] })
})

t.test('who has nothing to do with a request is not shown it', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const cookies = await signIn(app, 'tom')
  const page = await app.inject({ url: `/approvals/${asked.shortId}`, cookies })
  const none = await app.inject({ url: '/approvals/zzzz', cookies })
  t.equal(page.statusCode, 404)
  t.equal(page.body, none.body, 'nor told that it is there')
  t.notMatch((await app.inject({ url: '/', cookies })).body, asked.shortId)
})

t.test('without signing in there is nothing but the form, which leads back', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const url = `/approvals/${asked.shortId}`
  const sent = await app.inject(url)
  t.equal(sent.statusCode, 303)
  t.equal(sent.headers.location, `/sign-in?next=${encodeURIComponent(url)}`)
  const page = await app.inject(sent.headers.location ?? '')
  t.equal(fieldOf(page.body, 'next'), url)
  for (const next of ['//evil.test', 'https://evil.test', '/\\evil.test', '/approvals/../x']) {
    const evil = await app.inject(`/sign-in?next=${encodeURIComponent(next)}`)
    t.equal(fieldOf(evil.body, 'next'), '/', next)
  }
  t.equal((await app.inject('/events')).statusCode, 401)
  t.equal((await app.inject({ method: 'POST', url: `${url}/approve` })).statusCode, 303)
  t.match(await approvals.get(asked.id), { state: 'pending' })
})

t.test('a form without its token is refused, and so is one of another site', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const cookies = await signIn(app, 'rita')
  const other = await signIn(app, 'sven')
  const url = `/approvals/${asked.shortId}`
  const page = await app.inject({ url, cookies })
  const good = {
    csrf: fieldOf(page.body, 'csrf'),
    digest: fieldOf(page.body, 'digest'),
    confirm: 'yes',
  }
  const theirs = fieldOf((await app.inject({ url, cookies: other })).body, 'csrf')
  const approve = { method: 'POST', url: `${url}/approve`, cookies } as const
  for (const csrf of ['', 'x', theirs]) {
    const answer = await app.inject({ ...approve, ...form({ ...good, csrf }) })
    t.equal(answer.statusCode, 403, csrf)
  }
  const { payload, headers } = form(good)
  for (const origin of ['https://evil.test', 'null', 'http://localhost:81']) {
    const answer = await app.inject({
      ...approve,
      payload,
      headers: { ...headers, host: 'localhost', origin },
    })
    t.equal(answer.statusCode, 403, origin)
  }
  const crossSite = { ...headers, 'sec-fetch-site': 'cross-site' }
  t.equal((await app.inject({ ...approve, payload, headers: crossSite })).statusCode, 403)
  t.match(await approvals.get(asked.id), { state: 'pending', answers: [] })
  const own = { ...headers, host: 'localhost', origin: 'http://localhost' }
  t.equal((await app.inject({ ...approve, payload, headers: own })).statusCode, 303)
})

t.test('an answer to what is no longer asked does not count', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const cookies = await signIn(app, 'rita')
  const url = `/approvals/${asked.shortId}`
  const csrf = fieldOf((await app.inject({ url, cookies })).body, 'csrf')
  const stale = { csrf, digest: 'b'.repeat(64), confirm: 'yes' }
  const answer = await app.inject({
    method: 'POST',
    url: `${url}/approve`,
    cookies,
    ...form(stale),
  })
  t.equal(answer.statusCode, 409)
  t.match(answer.body, 'look at the request again')
  t.match(await approvals.get(asked.id), { state: 'pending' })
})

t.test('what clients write is shown as text, whole, with nothing hidden in it', async t => {
  const { app, approvals } = await openConsole(t)
  const evil = '<script>alert(1)</script>"\'`&'
  const asked = await approvals.ask(
    approvalRequest({
      text: `${evil}\n-- \u202e harmless \u2066\u200b\u0007\u00a0\n${' '.repeat(300)}; DROP TABLE x`,
      parameters: [evil, null, '\u202e'],
      application: `${evil}\u202e`,
      reason: evil,
      hint: evil,
      rules: [evil],
      maskedColumns: [evil],
      database: evil,
      effects: [
        { kind: 'drop', object: { type: 'table', schema: evil, name: evil }, detail: evil },
      ],
    }),
    never,
  )
  const cookies = await signIn(app, 'rita')
  for (const url of ['/', `/approvals/${asked.shortId}`]) {
    const { body } = await app.inject({ url, cookies })
    t.notMatch(body, '<script>alert')
    for (const character of '\u202e\u2066\u200b\u0007\u00a0') t.notOk(body.includes(character))
    const scripts = body.match(/<script[^>]*>/g) ?? []
    t.ok(scripts.every(tag => tag.startsWith('<script src="/assets/')))
    t.notMatch(body, / style="| on[a-z]+="/)
  }
  const page = (await app.inject({ url: `/approvals/${asked.shortId}`, cookies })).body
  for (const name of ['U+202E', 'U+2066', 'U+200B', 'U+0007', 'U+00A0']) {
    t.match(page, `>${name}</span>`)
  }
  t.match(page, `${' '.repeat(300)}; DROP TABLE x</code>`)
})

t.test('a wrong password lets nobody in, and guessing is slowed down', async t => {
  const { app } = await openConsole(t)
  const page = await app.inject('/sign-in')
  const csrf = fieldOf(page.body, 'csrf')
  const attempt = (user: string, secret: string, address = '192.0.2.1') =>
    app.inject({
      method: 'POST',
      url: '/sign-in',
      remoteAddress: address,
      cookies: cookiesOf(page),
      ...form({ csrf, user, password: secret, next: '/' }),
    })
  const wrong = await attempt('rita', 'guess')
  t.equal(wrong.statusCode, 401)
  const unknown = await attempt('nobody', 'guess')
  t.equal(unknown.body.replace('nobody', 'rita'), wrong.body, 'unknown users look the same')
  t.equal((await attempt('robot', password)).statusCode, 401, 'agents do not sign in')
  const guesses = await Promise.all(Array.from({ length: 12 }, () => attempt('rita', 'guess')))
  t.strictSame(guesses.filter(guess => guess.statusCode === 401).length, 7, 'eight in all')
  const late = await attempt('rita', password)
  t.equal(late.statusCode, 429, 'even the right one has to wait')
  t.match(late.headers['retry-after'], /^\d+$/)
  t.equal((await attempt('rita', password, '192.0.2.2')).statusCode, 303, 'elsewhere she may')
  t.equal((await attempt('sven', 'x'.repeat(1001), '192.0.2.3')).statusCode, 401)
})

t.test("a sign-in form that was not this browser's is refused", async t => {
  const { app } = await openConsole(t)
  const page = await app.inject('/sign-in')
  const fields = { csrf: fieldOf(page.body, 'csrf'), user: 'rita', password }
  const answer = await app.inject({ method: 'POST', url: '/sign-in', ...form(fields) })
  t.equal(answer.statusCode, 403)
})

t.test('signing out ends it, and an account that is gone is signed out', async t => {
  let gone = false
  const { users } = await openConsole(t, {}, `${t.testdir()}/accounts.db`)
  const { app } = await openConsole(
    t,
    {
      users: {
        find: name => (gone ? undefined : users.find(name)),
        verifyPassword: (name, secret) => users.verifyPassword(name, secret),
      },
    },
    `${t.testdirName}/state.db`,
  )
  const cookies = await signIn(app, 'rita')
  const csrf = fieldOf((await app.inject({ url: '/', cookies })).body, 'csrf')
  t.equal((await app.inject({ method: 'POST', url: '/sign-out', cookies })).statusCode, 403)
  t.equal((await app.inject({ url: '/', cookies })).statusCode, 200)
  await app.inject({ method: 'POST', url: '/sign-out', cookies, ...form({ csrf }) })
  t.equal((await app.inject({ url: '/', cookies })).statusCode, 303)

  const again = await signIn(app, 'rita')
  gone = true
  t.equal((await app.inject({ url: '/', cookies: again })).statusCode, 303)
})

t.test('every answer says what a browser may do with it', async t => {
  const { app } = await openConsole(t)
  const cookies = await signIn(app, 'rita')
  const asset = /href="(\/assets\/style[^"]+)"/.exec((await app.inject('/sign-in')).body)?.[1] ?? ''
  for (const url of ['/', '/sign-in', '/nowhere', '/api/v1/approvals', '/livez', asset]) {
    const { headers } = await app.inject({ url, cookies })
    t.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/, url)
    t.notMatch(headers['content-security-policy'], /unsafe|https?:|\*/)
    t.equal(headers['x-content-type-options'], 'nosniff')
    t.equal(headers['referrer-policy'], 'same-origin')
    if (url !== asset) t.equal(headers['cache-control'], 'no-store', url)
  }
  const { headers } = await app.inject(asset)
  t.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
})

t.test('cookies are bound to the host once the console has TLS', async t => {
  const plain = await openConsole(t)
  const first = await plain.app.inject('/sign-in')
  t.match(first.headers['set-cookie'], /^countersign-form=.*; Path=\/; HttpOnly; SameSite=Lax$/)
  const path = `${t.testdirName}/tls.db`
  const secure = await openConsole(t, { publicUrl: () => 'https://cs.test' }, path)
  const page = await secure.app.inject({ url: '/sign-in', headers: { host: 'cs.test' } })
  t.match(
    page.headers['set-cookie'],
    /^__Host-countersign-form=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})

t.test('a name that may have been rebound to us is not answered', async t => {
  const { app } = await openConsole(t, { publicUrl: () => 'http://cs.test:8480' })
  const status = async (host: string, url = '/sign-in') =>
    (await app.inject({ url, headers: { host } })).statusCode
  for (const host of ['cs.test:8480', 'cs.test', 'localhost:9', '127.0.0.1:9', '[::1]:9']) {
    t.equal(await status(host), 200, host)
  }
  for (const host of ['evil.test', 'cs.test.evil.test', 'a b', 'localhost@evil.test']) {
    t.equal(await status(host), 421, host)
  }
  t.equal(await status('10-0-0-1.pod', '/livez'), 200, 'probes come by any name')
})
