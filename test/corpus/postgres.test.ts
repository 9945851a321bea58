/** What the program says of the labelled statements, read over a real schema. */
import pg from 'pg'
import t from 'tap'
import { Catalog } from '../../protocols/postgres/catalog.ts'
import { Analyzer } from '../../protocols/postgres/sql/analyzer.ts'
import { SessionNames } from '../../protocols/postgres/sql/session-names.ts'
import type { Analysis } from '../../protocols/protocol.ts'
import { startPostgres } from '../support/postgres.ts'
import { corpusOf, type Entry, schemaOf, shortEffects, verdictOn } from './corpus.ts'

const server = await startPostgres()
t.teardown(() => server.stop())
const admin = new pg.Client(server.url)
await admin.connect()
t.teardown(() => admin.end())
await admin.query(schemaOf('postgres'))
const { host, port, user, password, database } = server
await Analyzer.load()
const tls = { mode: 'disable' } as const
const catalog = await Catalog.open({ host, port, user, password, database, tls })
t.teardown(() => catalog.close())
const analyzer = new Analyzer()
const entries = corpusOf('postgres')

function analyze({ sql }: Entry): Analysis {
  const searchPath = '"$user", public'
  const options = { catalog: catalog.snapshot, user, searchPath, reportsSearchPath: true }
  return analyzer.analyze(sql, new SessionNames(options))
}

t.test('the program says of each statement what its label says', async t => {
  t.ok(entries.length > 500)
  const everyday = entries.filter(({ verdict }) => verdict === 'allow')
  t.ok(everyday.length > entries.length / 3)
  for (const entry of entries) {
    const analysis = analyze(entry)
    const { verdict, rules, effects } = entry
    const said = verdictOn(analysis)
    const seen = {
      verdict: said.kind,
      rules: rules.filter(rule => said.rules.includes(rule)),
      effects: shortEffects(analysis, ['public']),
    }
    t.strictSame(seen, { verdict, rules, effects }, `${entry.file}: ${entry.sql}`)
  }
})
