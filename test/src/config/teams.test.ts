/** The section approvals.teams: whom it trusts by default, and what it refuses. */
import t from 'tap'
import type { Config } from '../../../src/config/config.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { ConfigError } from '../../../src/config/mistakes.ts'

const ids = `app_id: 0A1B2C3D-1111-4222-8333-444455556666
    tenant: 0a1b2c3d-aaaa-4bbb-8ccc-ddddeeeeffff
    conversation: "19:reviews@thread.tacv2"`
const env = {
  PASSWORD: 'correct-horse',
  FLOW: 'https://flow.example.com/1?sig=x',
  BAD: 'http://e.com',
}

function parse(teams: string, listen = ''): Promise<Config> {
  const text = `
listen: { http: 127.0.0.1:0${listen} }
databases:
  shop: { upstream: { host: 127.0.0.1, database: shop, user: app } }
users:
  rita: { password_env: PASSWORD, groups: [reviewers] }
approvals:
  teams:
    ${teams}
`
  return parseConfig(text, { path: '/etc/countersign/c.yaml', env })
}

async function mistakes(teams: string, listen?: string): Promise<string> {
  try {
    await parse(teams, listen)
    return ''
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.mistakes.map(({ line, message }) => `${line}: ${message}`).join('\n')
  }
}

t.test('by default only Microsoft is trusted, and told as little as can be', async t => {
  const { teams, teamsWorkflow } = (await parse(`${ids}\n    app_password_env: PASSWORD`)).approvals
  t.match(teams, {
    appId: '0a1b2c3d-1111-4222-8333-444455556666',
    appPassword: 'correct-horse',
    literals: false,
    endpoints: {
      issuer: 'https://api.botframework.com',
      keys: 'https://login.botframework.com/v1/.well-known/keys',
      token: /^https:\/\/login\.microsoftonline\.com\/0a1b2c3d-aaaa-[^/]*\/oauth2\/v2\.0\/token$/,
    },
  })
  t.strictSame(teams?.endpoints.serviceHosts, [
    'smba.trafficmanager.net',
    'smba.infra.gcc.teams.microsoft.com',
  ])
  t.equal(teamsWorkflow, undefined)
})

t.test('a workflow needs nothing but its URL', async t => {
  const { teams, teamsWorkflow } = (await parse('workflow_url_env: FLOW')).approvals
  t.strictSame(teamsWorkflow, { url: env.FLOW, literals: false })
  t.equal(teams, undefined)
  t.match(await mistakes('workflow_url_env: BAD'), /expected an https:\/\/ URL in workflow_url/)
})

t.test('without tokens it is for this machine only', async t => {
  const service = 'endpoints: { service: "http://localhost:56150/_connector" }'
  const playground = `${ids}\n    playground: true`
  t.equal(await mistakes(`${playground}\n    ${service}`), '')
  t.match(await mistakes(playground), /endpoints.service has to be on loopback/)
  const publicUrl = ', public_url: https://c.example.com'
  t.match(
    await mistakes(`${playground}\n    ${service}`, publicUrl),
    /for this machine only: there is a public_url/,
  )
  t.match(
    await mistakes(`${playground}\n    ${service}\n    app_password_env: PASSWORD`),
    /it knows no app_password/,
  )
  t.match(await mistakes(`${ids}\n    ${service}`), /expected app_password_env/)
})

t.test('what is half stated, or sends a token over plain http, is a mistake', async t => {
  t.match(await mistakes('literals: true'), /expected app_id, tenant and conversation/)
  const plain = 'endpoints: { token: "http://login.example.com/token" }'
  t.match(
    await mistakes(`${ids}\n    app_password_env: PASSWORD\n    ${plain}`),
    /expected an https:\/\/ URL, or http:\/\/ on loopback/,
  )
  const route = 'routes: [{ rules: [no-such-rule], conversation: "19:a@thread.tacv2" }]'
  t.match(
    await mistakes(`${ids}\n    app_password_env: PASSWORD\n    ${route}`),
    /no rule of the policy is called no-such-rule/,
  )
  const thread = ids.replace('tacv2', 'tacv2;messageid=1')
  t.match(await mistakes(`${thread}\n    app_password_env: PASSWORD`), /the id of a channel/)
})
