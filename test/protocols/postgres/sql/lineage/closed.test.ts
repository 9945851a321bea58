/** What is not understood is never clean: unknown nodes, depth, width, and what is reached. */
import t from 'tap'
import { baseColumns, trace } from '../../../../../protocols/postgres/sql/lineage/trace.ts'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import type { Node } from '../../../../../protocols/postgres/sql/tree.ts'
import { columnsInShort, traced } from '../../../../support/lineage-notation.ts'
import { result, shop } from '../../../../support/lineage-shop.ts'

await loadParser()

function select(expression: Node, from?: Node): Node {
  const targetList = [{ ResTarget: { val: expression } }]
  return { SelectStmt: { targetList, ...(from === undefined ? {} : { fromClause: [from] }) } }
}

t.test('an expression of an unknown kind is not traced', async t => {
  t.equal(trace(select({ Novelty: {} } as unknown as Node), shop).result, 'untraced')
  t.equal(trace(select({} as unknown as Node), shop).result, 'untraced')
  t.equal(trace(select({ FuncExpr: {} }), shop).result, 'untraced')
})

t.test('an unknown kind of item in FROM hides what may be its columns', async t => {
  const one: Node = { A_Const: { ival: { ival: 1 } } }
  const name: Node = { ColumnRef: { fields: [{ String: { sval: 'x' } }] } }
  const star: Node = { ColumnRef: { fields: [{ A_Star: {} }] } }
  const novelty = { Novelty: {} } as unknown as Node
  t.strictSame(trace(select(one, novelty), shop).result, [
    { name: '?column?', sources: [], plain: false },
  ])
  t.equal(trace(select(name, novelty), shop).result, 'untraced')
  t.equal(trace(select(star, novelty), shop).result, 'untraced')
})

t.test('a statement that is too deep is unreadable, and the stack holds', async t => {
  const deep = traced(`SELECT ${'upper('.repeat(2000)}name${')'.repeat(2000)} FROM customers`, shop)
  t.equal(deep.result, 'untraced')
  t.match(deep.unreadable, /levels/)
  const arms = `SELECT email FROM customers ${'UNION ALL SELECT name FROM customers '.repeat(3000)}`
  t.equal(result(arms), 'email~customers.email,customers.name')
  const sum = traced(`SELECT ${'id + '.repeat(500)} id FROM customers`, shop)
  t.equal(sum.unreadable, undefined)
})

t.test('a statement that doubles at every step is unreadable in a moment', async t => {
  const steps = Array.from({ length: 30 }, (_, i) => {
    const from = i === 0 ? 'customers' : `w${i - 1}`
    return `w${i} AS (SELECT a.email FROM ${from} a, ${from} b)`
  })
  const wide = `WITH ${steps.join(', ')} SELECT * FROM w29`
  t.equal(result(wide), 'email=customers.email')
  let nested = 'SELECT email FROM customers'
  for (let i = 0; i < 14; i++) nested = `SELECT (${nested} LIMIT 1) || (${nested} LIMIT 1)`
  const { unreadable } = traced(nested, shop)
  t.match(unreadable, /queries/)
})

t.test('relations are reached through views, with all of their columns', async t => {
  const { relations, functions } = traced('SELECT upper(mail), opaque(1) FROM mails', shop)
  t.strictSame(relations.map(({ name }) => name).sort(), ['customers', 'mails', 'people'])
  const customers = relations.find(({ name }) => name === 'customers')
  t.equal(
    columnsInShort(customers?.columns ?? []),
    'customers.born,customers.email,customers.id,customers.name',
  )
  t.strictSame(functions.map(({ name }) => name).sort(), ['opaque', 'upper'])
})

t.test('relations are reached through predicates, writes and functions, too', async t => {
  const reached = (sql: string): string[] =>
    traced(sql, shop)
      .relations.map(({ name }) => name)
      .sort()
  t.strictSame(reached('DELETE FROM notes WHERE id IN (SELECT id FROM orders)'), [
    'notes',
    'orders',
  ])
  t.strictSame(reached('SELECT mail_of(1)'), ['customers'])
  t.strictSame(reached('COPY notes TO STDOUT'), ['notes'])
  t.strictSame(reached('INSERT INTO notes SELECT FROM events'), ['events', ...['notes']])
})

t.test('a column by its table and number is what a query of it would be', async t => {
  const of = (table: string, column: string) => {
    const [relation] = shop.catalog.relations('public', table)
    const found = relation?.columns.find(each => each.name === column)
    if (relation === undefined || found === undefined) throw new Error(`expected ${table}`)
    const { sources, plain, untraced } = baseColumns(relation, found, shop)
    return `${columnsInShort(sources)}${plain ? ' plain' : ''}${untraced ? ' untraced' : ''}`
  }
  t.equal(of('customers', 'email'), 'customers.email plain')
  t.equal(of('mails', 'mail'), 'customers.email,mails.mail,people.mail plain')
  t.equal(of('people', 'loud'), 'customers.email,people.loud')
  t.equal(of('events_1', 'payload'), 'events.payload,events_1.payload,events_1_a.payload plain')
  t.equal(of('handles', 'domain'), 'handles.domain,handles.handle')
  t.equal(of('broken', 'id'), 'broken.id untraced')
})
