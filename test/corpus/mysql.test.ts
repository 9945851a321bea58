/** What the program says of the labelled statements, read over real schemas of both servers. */
import { createConnection } from 'mysql2/promise'
import t from 'tap'
import { lexerFor } from '../../protocols/mysql/catalog/sql-modes.ts'
import { Catalog } from '../../protocols/mysql/catalog.ts'
import { Analyzer } from '../../protocols/mysql/sql/analyzer.ts'
import { noObjects } from '../../protocols/mysql/sql/names.ts'
import { startMariadb, startMysql, whyNoMysql } from '../support/mysql.ts'
import { corpusOf, shortEffects, verdictOn } from './corpus.ts'
import { both, fillMysql } from './mysql-server.ts'

for (const flavour of ['mariadb', 'mysql'] as const) {
  const skip = flavour === 'mysql' ? await whyNoMysql() : undefined
  const name = `the program says of each statement what its label says: ${flavour}`
  t.test(name, skip === undefined ? {} : { skip }, async t => {
    const server = await (flavour === 'mysql' ? startMysql() : startMariadb())
    t.teardown(() => server.stop())
    const { host, port, user, password, database } = server
    const admin = await createConnection({
      ...{ host, port, user, password, database },
      multipleStatements: true,
    })
    await fillMysql(admin)
    await admin.end()
    const tls = { mode: 'disable' } as const
    const catalog = await Catalog.open({ host, port, user, password, database, tls })
    t.teardown(() => catalog.close())
    const { snapshot } = catalog
    const lexer = lexerFor(snapshot.server, '')
    const names = { catalog: snapshot, database, lexer, user, session: noObjects, version: 1 }
    const analyzer = new Analyzer()
    const entries = [...corpusOf(both), ...corpusOf(flavour)]
    t.ok(entries.length >= 400)
    const everyday = entries.filter(({ verdict }) => verdict === 'allow')
    t.ok(everyday.length > entries.length / 3)
    for (const entry of entries) {
      const analysis = analyzer.analyze(entry.sql, names)
      const { verdict, rules, effects } = entry
      const said = verdictOn(analysis)
      const seen = {
        verdict: said.kind,
        rules: rules.filter(rule => said.rules.includes(rule)),
        effects: shortEffects(analysis, ['shop']),
      }
      t.strictSame(seen, { verdict, rules, effects }, `${entry.file}: ${entry.sql}`)
    }
  })
}
