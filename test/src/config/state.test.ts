/** The section state: one Postgres for several nodes. */
import { hostname } from 'node:os'
import t from 'tap'
import { parseConfig } from '../../../src/config/load.ts'
import { ConfigError } from '../../../src/config/mistakes.ts'

const base = `databases: { shop: { upstream: { host: 127.0.0.1, database: shop, user: app } } }
users: { rita: { password_env: P, groups: [reviewers] } }
`
const url = 'postgres://state:secret@state.example.com:5433/countersign'
const env = { P: 'x', STATE_URL: url, MYSQL_URL: 'mysql://a:b@c/d' }

async function parse(state: string) {
  return (await parseConfig(`${base}${state}`, { path: 'c.yaml', env })).state
}

t.test('the state is in a file unless a Postgres is named, by the ways of upstreams', async t => {
  t.strictSame(await parse(''), { kind: 'sqlite' })
  const server = { host: 'state.example.com', port: 5433, database: 'countersign', user: 'state' }
  t.match(await parse('state: { url_env: STATE_URL, node: a }'), {
    kind: 'postgres',
    node: 'a',
    server: { ...server, password: 'secret', tls: { mode: 'verify-full' } },
  })
  const parts = 'state: { host: 127.0.0.1, database: d, user: u, password_env: P, tls: require }'
  t.match(await parse(parts), {
    node: hostname(),
    server: { port: 5432, password: 'x', tls: { mode: 'require' } },
  })
})

t.test('its mistakes are told where they are', async t => {
  const wrong = {
    'state: { url_env: MYSQL_URL }': 'expected a Postgres, got one that speaks mysql',
    'state: { url_env: NOWHERE }': 'NOWHERE is not set',
    'state: { user: u, database: d }': 'expected host in state, got nothing',
    'state: { path: state.db }': 'url_env',
  }
  for (const [text, message] of Object.entries(wrong)) {
    const error = await parse(text).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    t.ok(error instanceof ConfigError, text)
    const told = error instanceof ConfigError ? error.mistakes : []
    t.match(told, [{ line: 3, message: new RegExp(message) }], text)
  }
})
