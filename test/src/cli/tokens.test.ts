/** What `tokens new` prints is what the configuration takes, and the token that it made. */
import { PassThrough } from 'node:stream'
import t from 'tap'
import { parse } from 'yaml'
import type { Io } from '../../../src/cli/io.ts'
import { tokensCommand } from '../../../src/cli/tokens.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { Tokens, tokenHash } from '../../../src/identity/tokens.ts'

const url = 'postgres://u:p@127.0.0.1/x'
const base = `databases: { shop: { upstream: { url_env: U } } }
users: { deploy: { password_env: P, groups: [reviewers] } }
`

async function run(...args: string[]): Promise<string> {
  const stdout = new PassThrough()
  const io: Io = {
    ...{ stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} },
    exitCode: () => undefined,
    signal: new AbortController().signal,
  }
  const command = tokensCommand(io)
  for (const each of [command, ...command.commands])
    each.exitOverride().configureOutput({ writeErr: () => undefined })
  await command.parseAsync(args, { from: 'user' })
  return String(stdout.read() ?? '')
}

const scopes = ['--scope', 'request', '--scope', 'read', '--scope', 'read']

t.test('the printed lines make a configuration that knows the token', async t => {
  const out = await run('new', '--user', 'deploy', ...scopes, '--name', 'ci', '--days', '30')
  const [token = ''] = out.split('\n')
  t.match(token, /^cst_[A-Za-z0-9_-]{43}$/)
  const yaml = out.slice(out.indexOf('\ntokens:'))
  t.notMatch(yaml, token)
  const config = await parseConfig(`${base}${yaml}`, { path: 'c.yaml', env: { P: 'x', U: url } })
  t.match(config.tokens, [
    { name: 'ci', user: 'deploy', scopes: ['request', 'read'], sha256: tokenHash(token) },
  ])
  const days = ((config.tokens[0]?.expires?.getTime() ?? 0) - Date.now()) / 86_400_000
  t.ok(days > 29.9 && days <= 30)
  t.match(new Tokens(config.tokens).find(token), { kind: 'valid', token: { name: 'ci' } })
  const later = new Tokens(config.tokens, () => Date.now() + 31 * 86_400_000)
  t.match(later.find(token), { kind: 'expired' })
  t.match(new Tokens(config.tokens).find(tokenHash(token)), { kind: 'unknown' })
})

t.test('JSON for programs, names that YAML would misread, and wrong use', async t => {
  const out = JSON.parse(await run('new', '--user', 'a: b', '--scope', 'decide', '--json'))
  t.match(out, { user: 'a: b', name: 'a: b', scopes: ['decide'], sha256: tokenHash(out.token) })
  const yaml = await run('new', '--user', 'no', '--scope', 'decide')
  t.match(parse(yaml.slice(yaml.indexOf('\ntokens:'))), { tokens: { no: { user: 'no' } } })
  await t.rejects(run('new', '--user', 'x'))
  await t.rejects(run('new', '--user', 'x', '--scope', 'all'))
  await t.rejects(run('new', '--user', 'x', '--scope', 'read', '--days', '0'))
})

t.test('mistakes in the section are told with their place', async t => {
  const hash = 'A'.repeat(64)
  const wrong = `${base}tokens:
  ci: { sha256: ${hash}, user: deploi, scopes: [read] }
  again: { sha256: ${hash.toLowerCase()}, user: deploy, scopes: [read], expires: 2027-02-31T25:00:00Z }
`
  const message = await parseConfig(wrong, { path: 'c.yaml', env: { P: 'x', U: url } }).then(
    () => '',
    (error: Error) => error.message,
  )
  t.match(message, /c\.yaml:4:\d+: .*deploi/)
  t.match(message, /c\.yaml:5:\d+: it is the token "ci", too/)
  t.match(message, /c\.yaml:5:\d+: there is no such time as 2027-02-31T25:00:00Z/)
  const shape = `${base}tokens: { ci: { sha256: abc, user: deploy, scopes: [], expires: soon } }\n`
  const shapes = await parseConfig(shape, { path: 'c.yaml', env: { P: 'x', U: url } }).then(
    () => '',
    (error: Error) => error.message,
  )
  for (const expected of ['64 hexadecimal digits', 'at least one scope', 'a date such as'])
    t.match(shapes, expected)
})
