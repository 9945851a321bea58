/** The page that explains statements: whose it is, and what it shows. */
import t from 'tap'
import type { ExplainApi, SessionsApi } from '../../../src/web/options.ts'
import { approvalRequest } from '../../support/approval-request.ts'
import { fieldOf, form, openConsole, signIn } from '../../support/console.ts'

const never = new AbortController().signal

const sessions: SessionsApi = {
  search: async () => ({ sessions: [] }),
  get: async () => undefined,
}

function api(): ExplainApi & { readonly asked: object[] } {
  const asked: object[] = []
  return {
    asked,
    databases: () => ['shop', 'billing'],
    users: () => ['analyst', 'rita'],
    answer: async request => {
      asked.push(request)
      if (request.database === 'billing') return { ok: false, message: 'it is <away>' }
      return { ok: true, text: `email ← public.customers.email (${request.user})` }
    },
  }
}

t.test('an auditor asks what would happen to a statement', async t => {
  const explain = api()
  const { app } = await openConsole(t, { sessions, explain })
  const cookies = await signIn(app, 'olga')
  const page = await app.inject({ url: '/explain', cookies })
  t.equal(page.statusCode, 200)
  const csrf = fieldOf(page.body, 'csrf')
  const ask = (fields: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/explain', cookies, ...form({ csrf, ...fields }) })
  const answered = await ask({ sql: 'SELECT <1>', database: 'shop', user: 'analyst' })
  t.match(answered.body, 'email ← public.customers.email (analyst)')
  t.match(answered.body, 'SELECT &#60;1&#62;', 'what was asked stays in the form')
  t.strictSame(explain.asked, [{ sql: 'SELECT <1>', database: 'shop', user: 'analyst' }])
  const failed = await ask({ sql: 'x', database: 'billing', user: 'analyst' })
  t.equal(failed.statusCode, 422)
  t.match(failed.body, 'it is &#60;away&#62;')
  const forged = await app.inject({
    ...{ method: 'POST', url: '/explain', cookies },
    ...form({ csrf: 'x', sql: 'x', database: 'shop', user: 'analyst' }),
  })
  t.equal(forged.statusCode, 403)
})

t.test('others are shown the requests that they may see, and nothing else', async t => {
  const explain = api()
  const { app, approvals } = await openConsole(t, { sessions, explain })
  const asked = await approvals.ask(approvalRequest(), never)
  const cookies = await signIn(app, 'rita')
  t.equal((await app.inject({ url: '/explain', cookies })).statusCode, 404)
  const request = await app.inject({ url: `/approvals/${asked.shortId}`, cookies })
  const link = `/explain?approval=${asked.shortId}`
  t.match(request.body, `href="${link}"`)
  const page = await app.inject({ url: link, cookies })
  t.equal(page.statusCode, 200)
  t.match(page.body, 'email ← public.customers.email (analyst)')
  t.notMatch(page.body, 'billing', 'no other database is named')
  t.notMatch(page.body, '<textarea')
  t.equal((await app.inject({ url: '/explain?approval=nope', cookies })).statusCode, 404)
})

t.test('without an explainer there is no such page', async t => {
  const { app } = await openConsole(t, { sessions })
  const cookies = await signIn(app, 'olga')
  t.equal((await app.inject({ url: '/explain', cookies })).statusCode, 404)
  t.notMatch((await app.inject({ url: '/', cookies })).body, '/explain')
})
