/** The API's document, tokens and long polls, over real HTTP. */
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { type TokenConfig, Tokens, tokenHash } from '../../../src/identity/tokens.ts'
import { accessOf, openApiDocument, operations, prefix } from '../../../src/web/openapi.ts'
import { answerMistake, type Document } from '../../support/api-answers.ts'
import { approvalRequest } from '../../support/approval-request.ts'
import { basic, type Console, openConsole } from '../../support/console.ts'

const never = new AbortController().signal
const json = { 'content-type': 'application/json' }

const texts = {
  reader: `cst_${'r'.repeat(43)}`,
  decider: `cst_${'d'.repeat(43)}`,
  own: `cst_${'o'.repeat(43)}`,
  robot: `cst_${'a'.repeat(43)}`,
  old: `cst_${'e'.repeat(43)}`,
  gone: `cst_${'g'.repeat(43)}`,
}

function token(
  name: keyof typeof texts,
  user: string,
  scopes: TokenConfig['scopes'],
  expires?: Date,
): TokenConfig {
  return { ...{ name, user, scopes }, sha256: tokenHash(texts[name]), ...(expires && { expires }) }
}

const tokens = new Tokens([
  token('reader', 'rita', ['read']),
  token('decider', 'rita', ['read', 'decide'], new Date(Date.now() + 60_000)),
  token('own', 'analyst', ['read', 'decide']),
  token('robot', 'robot', ['read', 'decide']),
  token('old', 'rita', ['read'], new Date(Date.now() - 1)),
  token('gone', 'nobody', ['read']),
])

const bearer = (name: keyof typeof texts): { authorization: string } => ({
  authorization: `Bearer ${texts[name]}`,
})

const open = (t: Test): Promise<Console> => openConsole(t, { tokens })

function post(app: FastifyInstance, url: string, headers: object, payload: object) {
  return app.inject({ method: 'POST', url, headers: { ...headers, ...json }, payload })
}

t.test('the document is served to everybody, and names every route there is', async t => {
  const sessions = { search: async () => ({ sessions: [] }), get: async () => undefined }
  const { app } = await openConsole(t, { sessions })
  const answer = await app.inject(`${prefix}/openapi.json`)
  t.equal(answer.statusCode, 200)
  const document = answer.json<Document>()
  t.equal(document.openapi, '3.1.1')
  t.strictSame(document.servers, [{ url: 'http://localhost/api/v1' }])
  for (const { method, path } of operations) {
    const url = `${prefix}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`
    t.ok(app.hasRoute({ method, url }), `${method} ${url}`)
    t.ok(accessOf(method, url))
    t.ok(document.paths[path]?.[method.toLowerCase()], path)
  }
  t.equal(accessOf('DELETE', `${prefix}/approvals/:id`), undefined, 'what is not named is refused')
})

t.test('every schema of the document can be read, and every reference leads somewhere', t => {
  const document = openApiDocument('https://console.test') as Document
  const text = JSON.stringify(document)
  for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
    t.ok(document.components.schemas[name], name)
  t.notMatch(text, '"$id"')
  const ids = operations.map(({ id }) => id)
  t.equal(new Set(ids).size, ids.length, 'operations have names of their own')
  for (const schema of Object.values(document.components.schemas)) {
    const whole = JSON.stringify({ ...schema, $defs: document.components.schemas })
    t.ok(z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/'))))
  }
  t.end()
})

t.test('answers that are not as the document says are noticed by these tests', t => {
  t.match(answerMistake('GET', '/api/v1/approvals/x', 200, '{"approval":{}}'), 'getApproval 200')
  t.match(answerMistake('GET', '/api/v1/approvals/x', 418, '{}'), '418 is not in the document')
  const error = { error: { code: 'a', message: 'b', stack: 'c' } }
  t.match(answerMistake('GET', '/api/v1/approvals/x', 404, JSON.stringify(error)), 'getApproval')
  t.end()
})

t.test('a token does what its scopes say, as its user', async t => {
  const { app, approvals } = await open(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const url = `${prefix}/approvals/${asked.id}`
  const digest = 'a'.repeat(64)
  t.equal((await app.inject({ url, headers: bearer('reader') })).statusCode, 200)
  const refused = await post(app, `${url}/approve`, bearer('reader'), { digest })
  t.equal(refused.statusCode, 403)
  t.match(refused.json(), { error: { code: 'scope', message: /scope decide, got read$/ } })
  t.equal((await post(app, `${url}/approve`, bearer('own'), { digest })).statusCode, 403)
  t.equal((await post(app, `${url}/approve`, bearer('robot'), { digest })).statusCode, 404)
  t.match(await approvals.get(asked.id), { state: 'pending', answers: [] })
  const body = { digest, surface: 'terminal', reason: 'checked' }
  t.equal((await post(app, `${url}/approve`, bearer('decider'), body)).statusCode, 200)
  t.match(await asked.outcome, { kind: 'approved', by: [{ name: 'rita', surface: 'api' }] })
})

t.test('old, unknown and misspelt tokens open nothing, and no token opens recordings', async t => {
  const logged: string[] = []
  const search = async () => ({ sessions: [] })
  const get = async () => undefined
  const users = { auditors: ['dba'], sessions: { search, get } }
  const log = (_: string, message: string, data: object) =>
    logged.push(`${message} ${JSON.stringify(data)}`)
  const { app } = await openConsole(t, { tokens, ...users, log })
  const url = `${prefix}/approvals`
  const unknown = { authorization: `Bearer cst_${'x'.repeat(43)}` }
  const wrong = [
    bearer('old'),
    bearer('gone'),
    unknown,
    { authorization: 'Bearer ' },
    { authorization: `Bearer ${tokenHash(texts.reader)}` },
    { authorization: `Bearer ${texts.reader} x` },
    { authorization: `Basic ${Buffer.from(`rita:${texts.reader}`).toString('base64')}` },
    { cookie: `authorization=Bearer ${texts.reader}` },
  ]
  for (const headers of wrong) {
    t.equal((await app.inject({ url, headers })).statusCode, 401, JSON.stringify(headers))
  }
  const sessions = await app.inject({ url: `${prefix}/sessions`, headers: bearer('reader') })
  t.equal(sessions.statusCode, 403)
  const person = await app.inject({ url: `${prefix}/sessions`, headers: basic('rita') })
  t.equal(person.statusCode, 200)
  for (const text of Object.values(texts)) t.notMatch(logged.join('\n'), text)
})

t.test('a long poll answers at once when it is settled, else when it is', async t => {
  const { app, approvals } = await open(t)
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const asked = await approvals.ask(approvalRequest(), never)
  const wait = async (query: string, headers: Record<string, string> = bearer('reader')) => {
    const url = `${base}${prefix}/approvals/${asked.shortId}/wait${query}`
    const answer = await fetch(url, { headers })
    return { status: answer.status, body: (await answer.json()) as { approval?: object } }
  }
  t.match(await wait('?timeout=0'), { status: 200, body: { approval: { state: 'pending' } } })
  for (const query of ['?timeout=61', '?timeout=-1', '?timeout=x', '?timeout=', '?timeout=0.5'])
    t.equal((await wait(query)).status, 400, query)
  t.equal((await wait('', basic('tom'))).status, 404, 'not theirs to see')

  const waiting = [wait(''), wait('?timeout=60', basic('analyst'))]
  const before = performance.now()
  while (
    (await new Promise<number>(resolve => app.server.getConnections((_, n) => resolve(n)))) < 2
  )
    await new Promise(setImmediate)
  const decided = { digest: 'a'.repeat(64), reason: 'no' }
  const url = `${prefix}/approvals/${asked.id}/deny`
  t.equal((await post(app, url, bearer('decider'), decided)).statusCode, 200)
  for (const answer of await Promise.all(waiting))
    t.match(answer, { status: 200, body: { approval: { state: 'denied', settledReason: 'no' } } })
  t.match(await wait(''), { status: 200, body: { approval: { state: 'denied' } } })
  t.ok(performance.now() - before < 5000, 'nobody waited for the time to be over')
})

t.test('who left no longer waits, and closing answers those who do', async t => {
  const { app, approvals } = await open(t)
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const asked = await approvals.ask(approvalRequest(), never)
  const url = `${base}${prefix}/approvals/${asked.id}/wait`
  let listeners = 0
  const on = approvals.on.bind(approvals)
  approvals.on = listener => {
    listeners++
    const off = on(listener)
    return () => {
      listeners--
      return off()
    }
  }
  const until = async (count: number): Promise<void> => {
    while (listeners !== count) await new Promise(setImmediate)
  }
  const leaving = new AbortController()
  const left = fetch(url, { headers: bearer('reader'), signal: leaving.signal })
  await until(1)
  leaving.abort()
  await t.rejects(left)
  await until(0)
  const headers = bearer('reader')
  const stays = app.inject({ url: `${prefix}/approvals/${asked.id}/wait`, headers })
  await until(1)
  await app.close()
  t.match((await stays).json(), { approval: { state: 'pending' } })
})
