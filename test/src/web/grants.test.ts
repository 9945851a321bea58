/** Grants and reviews on the pages, without a script, and over the API with tokens. */
import t from 'tap'
import { newToken, Tokens, tokenHash } from '../../../src/identity/tokens.ts'
import { approvalRequest } from '../../support/approval-request.ts'
import { basic, fieldOf, form, openConsole, signIn } from '../../support/console.ts'

const never = new AbortController().signal
const granting = {
  grantable: { kinds: ['statement', 'rule'], secondsMax: 3600, timesMax: 5 },
  grantBinding: { context: 'c', statement: 's' },
} as const
const digest = 'a'.repeat(64)

t.test('a grant is given beside Approve, listed, and revoked on its page', async t => {
  const { app, approvals } = await openConsole(t)
  const { shortId } = await approvals.ask(approvalRequest(granting), never)
  const cookies = await signIn(app, 'rita')
  const url = `/approvals/${shortId}`
  const page = await app.inject({ url, cookies })
  t.match(page.body, /<option value="statement">.*exact statement with any parameters/)
  t.notMatch(page.body, '<option value="table">')
  const fields = { csrf: fieldOf(page.body, 'csrf'), digest: fieldOf(page.body, 'digest') }
  const give = async (more: Record<string, string>) =>
    app.inject({
      ...{ method: 'POST', url: `${url}/approve`, cookies },
      ...form({ ...fields, confirm: 'yes', grant: 'statement', ...more }),
    })
  t.equal((await give({ grant_minutes: '61', grant_times: '5' })).statusCode, 422)
  t.equal((await give({ grant_minutes: '60', grant_times: '' })).statusCode, 422)
  t.equal((await give({ grant_minutes: '60', grant_times: '5' })).statusCode, 303)
  t.match((await app.inject({ url, cookies })).body, /given by <bdi>rita<\/bdi>/)
  const list = await app.inject({ url: '/grants', cookies })
  t.match(list.body, new RegExp(`In force.*${shortId}`, 's'))
  const strange = await signIn(app, 'tom')
  t.notMatch((await app.inject({ url: '/grants', cookies: strange })).body, shortId)
  const revoke = { method: 'POST', url: `/grants/${shortId}/revoke` } as const
  const forged = { ...form({ csrf: 'x' }), ...revoke, cookies }
  t.equal((await app.inject(forged)).statusCode, 403, 'not from another page')
  const reason = '<b>done</b>'
  const sent = { ...revoke, cookies, ...form({ csrf: fields.csrf, reason }) }
  t.equal((await app.inject(sent)).statusCode, 303)
  const after = await app.inject({ url: '/grants', cookies })
  t.match(after.body, /Revoked by <bdi>rita: (?!<b>)\S+done/)
  t.equal((await app.inject(sent)).statusCode, 409)
})

t.test('what broke the glass comes first, and is closed by another', async t => {
  const { app, approvals } = await openConsole(t)
  const request = approvalRequest({ requesterReason: 'INC-7' })
  const { shortId } = await approvals.decided(request, { shortcut: 'break_glass', answers: [] })
  const cookies = await signIn(app, 'rita')
  t.match((await app.inject({ url: '/', cookies })).body, /Broke the glass.*BREAK-GLASS: analyst/s)
  const url = `/approvals/${shortId}`
  const page = await app.inject({ url, cookies })
  t.match(page.body, 'INC-7')
  t.notMatch(page.body, /<button class="primary">Approve/)
  const csrf = fieldOf(page.body, 'csrf')
  const close = (comment: string) =>
    app.inject({ method: 'POST', url: `${url}/close-review`, cookies, ...form({ csrf, comment }) })
  t.equal((await close(' ')).statusCode, 422)
  t.equal((await close('as agreed')).statusCode, 303)
  t.equal((await close('again')).statusCode, 409)
  t.match((await app.inject({ url, cookies })).body, /Looked at afterwards.*as agreed/s)
  const own = await approvals.decided(request, { shortcut: 'break_glass', answers: [] })
  const theirs = await signIn(app, 'analyst')
  const mine = await app.inject({ url: `/approvals/${own.shortId}`, cookies: theirs })
  t.match(mine.body, /You cannot close this review/)
  t.notMatch(mine.body, 'name="comment"')
})

t.test('a token needs the scope grant to give and to revoke', async t => {
  const [decide, grant] = [newToken(), newToken()]
  const token = { user: 'rita', name: 'ci' } as const
  const tokens = new Tokens([
    { ...token, sha256: tokenHash(decide), scopes: ['read', 'decide'] },
    { ...token, sha256: tokenHash(grant), scopes: ['grant'] },
  ])
  const { app, approvals } = await openConsole(t, { tokens })
  const { id } = await approvals.ask(approvalRequest(granting), never)
  const terms = { kind: 'rule', seconds: 60, times: 1 }
  const call = (method: 'POST' | 'DELETE', path: string, secret: string, payload?: object) =>
    app.inject({
      ...{ method, url: `/api/v1/${path}`, ...(payload && { payload }) },
      headers: { authorization: `Bearer ${secret}` },
    })
  const approve = `approvals/${id}/approve`
  t.equal((await call('POST', approve, decide, { digest, grant: terms })).statusCode, 403)
  t.equal((await call('POST', approve, decide, { digest, grant: { kind: 'x' } })).statusCode, 400)
  t.equal(
    (await call('POST', 'grants', decide, { approval: id, digest, ...terms })).statusCode,
    403,
  )
  const given = await call('POST', 'grants', grant, { approval: id, digest, ...terms })
  t.equal(given.statusCode, 201)
  t.match(given.json(), { grant: { kind: 'rule', times: 1, state: 'active', by: ['rita'] } })
  const read = { url: '/api/v1/grants', headers: basic('sven') }
  t.match((await app.inject(read)).json(), { grants: [{ id, used: 0 }] })
  t.equal((await call('DELETE', `grants/${id}`, decide)).statusCode, 403)
  t.match((await call('DELETE', `grants/${id}`, grant)).json(), { grant: { state: 'revoked' } })
  const wrong = await app.inject({ ...read, url: '/api/v1/grants?state=gone' })
  t.equal(wrong.statusCode, 400)
})
