/** The real program tells a receiver of a statement that was held, approved and run. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import t from 'tap'
import { startProxy } from '../support/proxy.ts'

const secret = 'twenty-four characters or more'

t.test('every transition of a held statement is told, without its values', async t => {
  const told: { type: string; body: string }[] = []
  let all: () => void = () => undefined
  const finished = new Promise<void>(resolve => {
    all = resolve
  })
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      const {
        'webhook-id': id,
        'webhook-timestamp': at,
        'webhook-signature': given,
      } = request.headers
      const mac = createHmac('sha256', secret).update(`${id}.${at}.${body}`).digest('base64')
      t.equal(given, `v1,${mac}`)
      response.writeHead(204).end()
      const { type } = JSON.parse(body) as { type: string }
      told.push({ type, body })
      if (type === 'approval.finished') all()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const proxy = await startProxy(t, {
    wrap: [`HOOK_SECRET=${secret}`],
    approvals: `  webhooks: [{ url: "${url}", secret_env: HOOK_SECRET }]`,
  })
  const client = new pg.Client(proxy.client())
  await client.connect()
  t.teardown(() => client.end())
  const deleted = client.query("DELETE FROM audit WHERE 'private-word' = 'private-word'")
  t.equal(await proxy.decide(await proxy.pending(), 'approve'), 200)
  await deleted
  await finished
  t.strictSame(
    told.map(({ type }) => type),
    ['requested', 'answered', 'approved', 'running', 'finished'].map(type => `approval.${type}`),
  )
  t.notMatch(told.map(({ body }) => body).join(), 'private-word')
})
