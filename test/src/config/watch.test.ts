/** What a configuration file may be, and when it is looked at again. */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ConfigError } from '../../../src/config/mistakes.ts'
import { ConfigWatcher } from '../../../src/config/watch.ts'
import { scramVerifier } from '../../../src/identity/scram-verifier.ts'

const verifier = await scramVerifier('a password of ada')

const config = (rule: string): string => `
users: { ada: { password_verifier: '${verifier}' } }
databases:
  shop: { upstream: { host: db, database: d, user: u, tls: disable } }
policy:
  preset: none
  rules: [{ name: ${rule}, action: deny, objects: [public.orders] }]
`

/** What the watcher says next: names of rules, or mistakes. */
async function watching(t: Test, path: string): Promise<() => Promise<string>> {
  const said: string[] = []
  let wake = (): void => undefined
  const tell = (what: string): void => {
    said.push(what)
    wake()
  }
  const watcher = new ConfigWatcher(path, {
    changed: ({ policy }) => tell(policy.rules.map(({ name }) => name).join()),
    refused: error => tell(error instanceof ConfigError ? error.message : String(error)),
  })
  t.teardown(() => watcher.close())
  return async () => {
    while (said.length === 0)
      await new Promise<void>(resolve => {
        wake = resolve
      })
    return said.shift() ?? ''
  }
}

async function folder(t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-watch-'))
  t.teardown(() => rm(dir, { recursive: true }))
  return dir
}

t.test('a file that is written, replaced, or linked to from elsewhere is noticed', async t => {
  const dir = await folder(t)
  await mkdir(join(dir, 'one'))
  await mkdir(join(dir, 'two'))
  const path = join(dir, 'countersign.yaml')
  await writeFile(join(dir, 'one/c.yaml'), config('first'))
  await writeFile(join(dir, 'two/c.yaml'), config('third'))
  await symlink('one/c.yaml', path)
  const next = await watching(t, path)
  t.equal(await next(), 'first')
  await writeFile(join(dir, 'one/c.yaml'), config('second'))
  t.equal(await next(), 'second')
  await symlink('two/c.yaml', `${path}.new`)
  await rename(`${path}.new`, path)
  t.equal(await next(), 'third')
  await writeFile(join(dir, 'two/c.yaml'), config('fourth'))
  t.equal(await next(), 'fourth')
})

t.test('what is no file is refused, and nobody waits for it', async t => {
  const dir = await folder(t)
  const path = join(dir, 'countersign.yaml')
  await writeFile(path, config('first'))
  const next = await watching(t, path)
  t.equal(await next(), 'first')
  execFileSync('mkfifo', [`${path}.pipe`])
  await rename(`${path}.pipe`, path)
  t.match(await next(), /no regular file/)
  await rm(path)
  await writeFile(path, config('second').replace('user: u', 'user: u, password_file: secret'))
  execFileSync('mkfifo', [join(dir, 'secret')])
  t.match(await next(), /no regular file|cannot read/)
  await writeFile(path, config('third'))
  for (let said = ''; said !== 'third'; said = await next());
  t.match(await readFile(path, 'utf8'), 'third')
})
