/** Every kind of node that the grammar has, where an expression, a row source and a query stand. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import t from 'tap'
import { trace } from '../../../../../protocols/postgres/sql/lineage/trace.ts'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import type { Node } from '../../../../../protocols/postgres/sql/tree.ts'
import { shop } from '../../../../support/lineage-shop.ts'

await loadParser()

/** They depend on what is in them, and an empty one on nothing. */
const expressions = (
  'A_ArrayExpr A_Const A_Expr BoolExpr BooleanTest CaseExpr CaseWhen CoalesceExpr ' +
  'CollateClause CurrentOfExpr GroupingFunc JsonArgument JsonArrayAgg JsonArrayConstructor ' +
  'JsonFuncExpr JsonIsPredicate JsonKeyValue JsonObjectAgg JsonObjectConstructor ' +
  'JsonParseExpr JsonScalarExpr JsonSerializeExpr JsonValueExpr List MergeSupportFunc ' +
  'MinMaxExpr MultiAssignRef NamedArgExpr ParamRef ResTarget RowExpr SQLValueFunction ' +
  'SetToDefault XmlExpr XmlSerialize'
).split(' ')
const sources = ['JsonTable', 'RangeFunction', 'RangeTableFunc']
const queries = ['SelectStmt']

const kinds = nodeKinds()
const star: Node = { ColumnRef: { fields: [{ A_Star: {} }] } }

/** As the types of the parser list them. */
function nodeKinds(): string[] {
  const require = createRequire(require_().resolve('libpg-query'))
  const types = join(dirname(require.resolve('@pgsql/types')), 'types.d.ts')
  const [, union = ''] =
    /export type Node = \{([\s\S]*?)\n\};/.exec(readFileSync(types, 'utf8')) ?? []
  return [...union.matchAll(/^ {4}(\w+): \w+;$/gm)].map(([, kind = '']) => kind)
}

function require_(): ReturnType<typeof createRequire> {
  return createRequire(import.meta.url)
}

function empty(kind: string): Node {
  return { [kind]: {} } as unknown as Node
}

/** Whether anything is said of what it gives; an empty node may be refused as well. */
function understood(statement: Node): boolean {
  try {
    const { result, unreadable } = trace(statement, shop)
    return result !== 'untraced' && unreadable === undefined
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

t.ok(kinds.length > 250, `${kinds.length} kinds of nodes`)

t.test('an expression is of a kind that was thought of, or it is not traced', async t => {
  const known = kinds.filter(kind =>
    understood({ SelectStmt: { targetList: [{ ResTarget: { val: empty(kind) } }] } }),
  )
  t.strictSame(known.sort(), expressions.sort())
})

t.test('a row source is of a kind that was thought of, or its columns are not traced', async t => {
  const known = kinds.filter(kind =>
    understood({
      SelectStmt: { targetList: [{ ResTarget: { val: star } }], fromClause: [empty(kind)] },
    }),
  )
  t.strictSame(known.sort(), sources.sort())
})

t.test('a query is of a kind that was thought of, or its columns are not traced', async t => {
  const known = kinds.filter(kind =>
    understood({
      SelectStmt: {
        targetList: [{ ResTarget: { val: star } }],
        fromClause: [{ RangeSubselect: { subquery: empty(kind), alias: { aliasname: 'x' } } }],
      },
    }),
  )
  t.strictSame(known.sort(), queries.sort())
})
