/** The embedded archive behind the real program: over a restart nothing is lost, nothing doubled. */
import { readFile, writeFile } from 'node:fs/promises'
import pg from 'pg'
import t from 'tap'
import { startProxy, type Proxy as TestProxy } from '../support/proxy.ts'

interface Session {
  readonly id: string
  readonly statements: number
  readonly state: string
}

async function listed(proxy: TestProxy, from: 'archive' | 'journal'): Promise<readonly Session[]> {
  const args = ['sessions', 'list', '--json', '--from', from, '--data-dir', proxy.dataDir]
  const { code, stdout, stderr } = await proxy.command(...args)
  if (code !== 0) throw new Error(`expected a list, got: ${stderr}`)
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Session)
}

/** Ships now and then: asks until so many sessions have ended there. */
async function shipped(proxy: TestProxy, count: number): Promise<readonly Session[]> {
  for (;;) {
    const sessions = await listed(proxy, 'archive').catch(() => [])
    if (sessions.filter(({ state }) => state === 'ended').length >= count) return sessions
    if (proxy.child.exitCode !== null) throw new Error(proxy.output())
  }
}

async function session(proxy: TestProxy, name: string): Promise<void> {
  const client = new pg.Client(proxy.client())
  await client.connect()
  for (let i = 0; i < 20; i += 1)
    await client.query(`INSERT INTO audit (what) VALUES ('${name}-${i}')`)
  await client.end()
}

t.test('sessions are in the archive once, also after a restart', async t => {
  const proxy = await startProxy(t)
  const config = await readFile(proxy.config, 'utf8')
  await writeFile(proxy.config, config.replace('archive: none', 'archive: embedded'))
  await proxy.restart('SIGTERM')
  await session(proxy, 'before')
  await shipped(proxy, 1)
  await session(proxy, 'between')
  // Stopped before the second is there for sure.
  await proxy.restart('SIGTERM')
  await session(proxy, 'after')
  const archived = await shipped(proxy, 3)
  t.equal(archived.length, 3)
  const facts = ({ id, statements, state }: Session): object => ({ id, statements, state })
  t.strictSame(archived.map(facts), (await listed(proxy, 'journal')).map(facts))
  for (const { id, statements } of archived) {
    t.equal(statements, 20)
    const show = ['sessions', 'show', id, '--json', '--data-dir', proxy.dataDir]
    const fromArchive = await proxy.command(...show, '--from', 'archive')
    const fromJournal = await proxy.command(...show)
    t.equal(fromArchive.code, 0, fromArchive.stderr)
    t.equal(fromArchive.stdout, fromJournal.stdout)
  }
})
