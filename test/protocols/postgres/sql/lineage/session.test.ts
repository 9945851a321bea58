/** What the session made: temporary tables that shadow, prepared statements, cursors. */
import t from 'tap'
import { trace } from '../../../../../protocols/postgres/sql/lineage/trace.ts'
import type {
  SessionColumn,
  SessionObjects,
  SessionRelation,
  SessionStatement,
} from '../../../../../protocols/postgres/sql/names.ts'
import { loadParser, parse } from '../../../../../protocols/postgres/sql/parse.ts'
import { columnsInShort, inShort, traced } from '../../../../support/lineage-notation.ts'
import { moves, result, shop } from '../../../../support/lineage-shop.ts'

await loadParser()

const [customers] = shop.catalog.relations('public', 'customers')
const email = customers?.columns.find(each => each.name === 'email')?.column
if (email === undefined) throw new Error('expected the column public.customers.email')

function temporary(name: string, columns: Record<string, boolean>): SessionRelation {
  const schema = 'pg_temp'
  return {
    ...{ oid: 0, schema, name, kind: 'table', definition: undefined, parents: [], behind: [] },
    untraced: false,
    columns: Object.entries(columns).map(
      ([column, filled], i): SessionColumn => ({
        ...{ name: column, number: i + 1, typeOid: 0, typeModifier: -1, generated: undefined },
        column: { schema, table: name, column },
        sources: filled && email ? [email] : [],
        plain: filled,
      }),
    ),
  }
}

function statement(sql: string): SessionStatement {
  const parsed = parse(sql, 10_000)
  const node = parsed.ok ? parsed.statements[0]?.node : undefined
  if (node === undefined) throw new SyntaxError(sql)
  const inner = parse(sql.replace(/^.*? (?:AS|FOR) /, ''), 10_000)
  const query = inner.ok ? inner.statements[0]?.node : undefined
  return { node, effects: [], ...trace(query ?? node, shop) }
}

const relations = [
  temporary('kept', { copy: true, mine: false }),
  temporary('notes', { id: false, body: true }),
  temporary('orders', { other: false }),
  { ...temporary('doubtful', {}), untraced: true },
]
const session: SessionObjects = {
  relations: (schema, name) =>
    relations.filter(each => each.name === name && (schema ?? each.schema) === each.schema),
  prepared: name =>
    name === 'q1'
      ? [statement('PREPARE q1 AS SELECT $1, city FROM cities WHERE letter = $1')]
      : name === 'p'
        ? [statement('PREPARE p AS SELECT id, email FROM customers')]
        : [],
  cursors: name =>
    name === 'c'
      ? [
          statement('DECLARE c CURSOR FOR SELECT email FROM customers'),
          statement('DECLARE c CURSOR FOR SELECT body FROM public.notes'),
        ]
      : [],
}
const names = { ...shop, session }

t.test('a table of the session holds what was put into it', async t => {
  t.equal(
    result('SELECT * FROM kept', names),
    'copy=customers.email,pg_temp.kept.copy mine=pg_temp.kept.mine',
  )
  t.equal(
    result('SELECT upper(copy) FROM pg_temp.kept', names),
    'upper~customers.email,pg_temp.kept.copy',
  )
})

t.test('a table of the session may shadow one of the catalog, or may not', async t => {
  t.equal(
    result('SELECT body FROM notes', names),
    'body~customers.email,notes.body,pg_temp.notes.body',
  )
  t.equal(result('SELECT body FROM public.notes', names), 'body=notes.body')
})

t.test('what only one of several candidates has cannot be told', async t => {
  t.equal(result('SELECT * FROM orders', names), 'untraced')
  t.equal(result('SELECT total FROM orders', names), 'untraced')
  t.equal(result('SELECT anything FROM doubtful', names), 'untraced')
})

t.test('EXECUTE and FETCH give what was prepared and declared under the name', async t => {
  t.equal(result('EXECUTE p', names), 'id=customers.id email=customers.email')
  t.equal(result('EXECUTE nothing', names), 'untraced')
  t.equal(result('FETCH 5 FROM c', names), 'email~customers.email,notes.body')
  t.equal(result('MOVE 5 FROM c', names), 'none')
  t.equal(columnsInShort(traced('EXECUTE p', names).reads), 'customers.email,customers.id')
})

t.test('what EXECUTE is given by a function is of what the function reads', async t => {
  t.equal(result("EXECUTE q1('x')", names), '?column? city=cities.city')
  t.equal(
    result('EXECUTE q1(mail_of(1))', names),
    '?column?~customers.email,customers.id city=cities.city',
  )
  t.equal(result('EXECUTE q1(opaque(1))', names), 'untraced')
  t.equal(
    result('EXPLAIN EXECUTE q1(mail_of(1))', names),
    'QUERY PLAN~customers.email,customers.id',
  )
})

t.test('CREATE TABLE AS EXECUTE moves what the statement gives', async t => {
  const { moves: made } = traced('CREATE TABLE x AS EXECUTE p', names)
  t.strictSame(made.map(({ from, to }) => `${from.column} > ${to.name}`).sort(), [
    'email > x',
    'id > x',
  ])
  t.equal(moves('CREATE TABLE x AS EXECUTE p'), '?')
})

t.test('a plain column knows its type, a computed one does not', async t => {
  const { result: lineage } = traced('SELECT born, upper(email) FROM customers', shop)
  if (typeof lineage === 'string') throw new TypeError(lineage)
  t.equal(lineage[0]?.type?.class, 'date')
  t.equal(lineage[1]?.type, undefined)
  t.equal(inShort(lineage), 'born=customers.born upper~customers.email')
})
