/** What README and the pages say can be done, done: their shell commands, and their links. */

import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { main, password, startProxy } from '../support/proxy.ts'
import { inRepository } from '../support/repository.ts'
import { runProgram } from '../support/run-program.ts'

const root = inRepository('.')
const pages = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md'],
  ...(await readdir(join(root, 'docs'))).filter(name => name.endsWith('.md')).map(n => `docs/${n}`),
]

/** Commands in fences marked `sh`, comments left out. */
function commandsIn(text: string): readonly string[] {
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map(line => line.replace(/\s+#.*$/, '').trim())
    .filter(line => line !== '')
}

const texts = new Map<string, string>()
for (const page of pages) texts.set(page, await readFile(join(root, page), 'utf8'))

t.test('every relative link leads somewhere', t => {
  for (const [page, text] of texts) {
    for (const [, to = ''] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (!/^[a-z]+:/.test(to)) t.ok(existsSync(join(root, dirname(page), to)), `${page}: ${to}`)
    }
  }
  t.end()
})

t.test('every npm script that is named exists', async t => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  for (const [page, text] of texts) {
    for (const [, name = ''] of text.matchAll(/npm run ([\w:]+)/g))
      t.ok(scripts[name] !== undefined, `${page}: npm run ${name}`)
  }
})

t.test('every path of ours that is named exists', t => {
  for (const [page, text] of texts) {
    for (const [, path = ''] of text.matchAll(
      /`((?:src|test|docs|examples|docker|protocols|masking)\/[\w./-]*)`/g,
    ))
      t.ok(existsSync(join(root, path)), `${page}: ${path}`)
  }
  t.end()
})

t.test('the example and the snippets of configuration are valid', async t => {
  const env = {
    SHOP_PASSWORD: password,
    ANALYST_PASSWORD: password,
    SUPPORT_PASSWORD: password,
    REVIEWER_PASSWORD: password,
    COPILOT_PASSWORD: password,
    NIGHTLY_PASSWORD: password,
  }
  for (const name of ['countersign.yaml', 'countersign-mysql.yaml']) {
    const check = ['check', '-c', join(root, 'examples', name)]
    const ran = await runProgram(process.execPath, [main, ...check], { env })
    t.equal(ran.code, 0, ran.stdout.toString() + ran.stderr)
  }
  const schema = await runProgram(process.execPath, [main, 'check', '--schema'])
  t.type(JSON.parse(schema.stdout.toString()), 'object')
  const proxy = await startProxy(t, { unmasked: true })
  const base = await readFile(proxy.config, 'utf8')
  const file = join(dirname(proxy.config), 'snippet.yaml')
  const text = texts.get('docs/security-team.md') ?? ''
  const snippets = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml = '']) => yaml)
  t.ok(snippets.length > 1)
  for (const snippet of snippets) {
    // A file says each of its keys once.
    const rest = snippet.startsWith('policy:') ? base.replace(/^policy:\n.*\n/m, '') : base
    await writeFile(file, `${rest}${snippet}`)
    const checked = await proxy.command('check', '-c', file)
    t.equal(checked.code, 0, checked.stdout + checked.stderr)
  }
})

t.test('the commands that are shown work as they are shown', async t => {
  const proxy = await startProxy(t, { sql: 'CREATE TABLE carts AS SELECT 1 AS id;' })
  const ada = new pg.Client(proxy.client())
  await ada.connect()
  await ada.query('SELECT 1')
  await ada.end()
  const waiting = new pg.Client(proxy.client())
  await waiting.connect()
  t.teardown(() => waiting.end())

  const env = { COUNTERSIGN_PASSWORD: password }
  const run = async (line: string): Promise<{ code: number | null; said: string }> => {
    const ran = await runProgram(
      'bash',
      ['-c', `unset NODE_OPTIONS; countersign() { node ${main} "$@"; }\n${line}`],
      {
        env,
        cwd: dirname(proxy.config),
      },
    )
    return { code: ran.code, said: ran.stdout.toString() + ran.stderr }
  }
  const [session] = JSON.parse(
    `[${(await proxy.command('sessions', 'list', '--json', '--data-dir', proxy.dataDir)).stdout.trim().split('\n').join(',')}]`,
  ) as { id: string }[]

  // Commands that install, serve for ever, or belong to other tests.
  const elsewhere = /^npm |node dist\/src\/main\.js serve|^cp |^psql |^mysql |^export /
  const shown = [...texts].flatMap(([page, text]) => commandsIn(text).map(line => ({ page, line })))
  t.ok(shown.length > 15)
  for (const { page, line } of shown) {
    if (elsewhere.test(line)) continue
    let held: Promise<unknown> | undefined
    let asked: Awaited<ReturnType<typeof proxy.pending>> | undefined
    let id = session?.id ?? ''
    let console = ''
    if (line.startsWith('countersign approvals')) {
      held = waiting.query('DELETE FROM carts').catch((error: unknown) => error)
      asked = await proxy.pending()
      id = asked.shortId
      console = `export COUNTERSIGN_URL=${proxy.http} COUNTERSIGN_USER=rita\n`
    }
    const approves = line.includes('approvals approve')
    const command = line
      .replace('node dist/src/main.js', 'countersign')
      .replace('-u you', '-u analyst')
      .replace('7k3p', approves ? `${id} --yes` : id)
      .replace('ID', id)
      .replace(/countersign (sessions|keys)( |$)/, `countersign $1 --data-dir ${proxy.dataDir} `)
    const { code, said } = await run(`${console}${command}`)
    t.equal(code, 0, `${page}: ${command}: ${said}`)
    if (held === undefined || asked === undefined) continue
    // What was only looked at is denied, so that the next command finds one request.
    const left = await proxy.decide(asked, 'deny')
    t.ok(left === 200 || left === 409)
    await held
  }
})

t.test('every command has --help, and wrong use is 2', async t => {
  const words = [
    'demo',
    'serve',
    'check',
    'explain',
    'approvals',
    'gate',
    'tokens',
    'keys',
    'sessions',
  ]
  for (const word of words) {
    const helped = await runProgram(process.execPath, [main, word, '--help'])
    t.equal(helped.code, 0, word)
    t.match(texts.get('README.md'), `countersign ${word}`)
  }
  t.equal((await runProgram(process.execPath, [main, 'sessions', '--nonsense'])).code, 2)
})
