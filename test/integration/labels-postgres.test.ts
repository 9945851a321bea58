/** The labels of the corpus, held against a Postgres that runs each of its statements. */
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { differs, graveOf, unexplained } from '../corpus/changes.ts'
import { corpusOf, schemaOf } from '../corpus/corpus.ts'
import { PostgresScratch } from '../corpus/postgres-scratch.ts'
import { startPostgres } from '../support/postgres.ts'

t.test('what a statement changes is what its label says', async t => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const template = new pg.Client(server.url)
  await template.connect()
  await template.query('CREATE DATABASE shop')
  await template.end()
  const url = new URL(server.url)
  url.pathname = '/shop'
  const shop = new pg.Client(url.href)
  await shop.connect()
  await shop.query(schemaOf('postgres'))
  await shop.end()
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-files-'))
  await chmod(dir, 0o777)
  const scratch = new PostgresScratch(server.url, 'shop', dir)
  t.teardown(() => scratch.close())
  for (const entry of corpusOf('postgres')) {
    t.equal(differs(entry, await scratch.run(entry)), undefined)
    // What was seen to change, some effect of the label has to speak of.
    t.strictSame(unexplained(entry), [], entry.sql)
    if (entry.verdict === 'allow') t.strictSame(graveOf(entry), [], entry.sql)
  }
})
