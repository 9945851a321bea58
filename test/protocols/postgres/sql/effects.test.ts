import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import t from 'tap'
import { handlers } from '../../../../protocols/postgres/sql/effects/statement.ts'
import { effectsOf } from '../../../../protocols/postgres/sql/effects.ts'
import type { Node } from '../../../../protocols/postgres/sql/tree.ts'
import { corpus } from './effects-corpus.ts'
import { openShop, show } from './shop.ts'

const shop = await openShop()
t.teardown(() => shop.close())

t.test('every statement of the corpus does what the corpus says', async t => {
  const entries = corpus.trim().split(/\n(?! )/)
  t.ok(entries.length > 280)
  for (const entry of entries) {
    const [sql = '', ...lines] = entry.split('\n')
    const { tag, results, effects } = shop.analyze(sql)
    const shapes = results.map(each => (typeof each === 'string' ? each : each.length))
    const seen = [`  [${tag}] ${shapes.join(',')}`, ...effects.map(each => `    ${show(each)}`)]
    t.strictSame(seen, lines, sql)
  }
})

t.test('every kind of statement that the grammar has is known', async t => {
  // The type checker says the same; this holds when the parser is updated without it.
  const types = dirname(createRequire(import.meta.url).resolve('@pgsql/types'))
  const source = readFileSync(join(types, 'types.d.ts'), 'utf8')
  const kinds = new Set<string>()
  for (const [, kind = ''] of source.matchAll(/^ {4}(\w+Stmt): \1;$/gm)) kinds.add(kind)
  t.ok(kinds.size > 110)
  for (const kind of kinds) t.ok(Object.hasOwn(handlers, kind), kind)
})

t.test('a kind of statement that is not known is unknown', async t => {
  const node = { FutureStmt: {} } as unknown as Node
  t.strictSame(effectsOf(node, shop.names()).effects, [
    { kind: 'unknown', object: undefined, detail: 'statement' },
  ])
})

t.test('names that JavaScript has a meaning for are names like any other', async t => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const { effects } = shop.analyze(`select ${name}(1) from "${name}"`)
    t.match(effects, [
      { kind: 'execute', object: { name: name.toLowerCase() } },
      { kind: 'read', object: { name } },
    ])
  }
})

t.test('with an unknown search path a name may be in any schema', async t => {
  await shop.admin.query('create table audit.customers (id int)')
  await shop.catalog.refresh()
  const names = shop.names()
  const effects = (): string[] =>
    shop.analyzer.analyze('select * from customers', names).effects.map(show)
  t.strictSame(effects(), ['read table public.customers'])
  names.setSearchPath(undefined)
  t.strictSame(effects().sort(), ['read table audit.customers', 'read table public.customers'])
  names.setSearchPath('audit, public')
  t.strictSame(effects(), ['read table audit.customers'])
})
