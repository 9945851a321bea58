/**
 * Whether texts that differ only in the values of their constants do the same: then they may share
 * an Analysis. Decided on the tree, once for each shape.
 */
import type { ColumnRef, SortBy, TypeCast, TypeName } from 'libpg-query'
import { as, kindOf, type Node, nameOf, walk } from './tree.ts'

const statements: ReadonlySet<string> = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
])

export function shareable(node: Node): boolean {
  if (!statements.has(kindOf(node) ?? '')) return false
  let free = true
  walk(node, (kind, fields) => {
    if (free && depends[kind]?.(fields) === true) free = false
  })
  return free
}

/** By kind of node: its meaning hangs on a constant's value. */
const depends: Readonly<Record<string, (fields: unknown) => boolean>> = {
  // ORDER BY 2, GROUP BY 1, DISTINCT ON (1) name output columns by position.
  SelectStmt: fields => {
    const { groupClause, distinctClause } = fields as {
      groupClause?: readonly Node[]
      distinctClause?: readonly Node[]
    }
    return [...(groupClause ?? []), ...(distinctClause ?? [])].some(isConstant)
  },
  SortBy: fields => isConstant((fields as SortBy).node),
  GroupingSet: () => true,
  // 'customers'::regclass and the like; varchar(10) says how long a column's values are.
  TypeCast: fields => typeDepends((fields as TypeCast).typeName),
  ColumnDef: () => true,
  // Row types' fields are reached by name; a path into JSON is a literal.
  XmlExpr: () => true,
  JsonTable: () => true,
  JsonFuncExpr: () => true,
  RangeTableFunc: () => true,
  CurrentOfExpr: () => true,
  ColumnRef: fields => (fields as ColumnRef).fields === undefined,
}

function isConstant(node: Node | undefined): boolean {
  return as(node, 'A_Const') !== undefined
}

function typeDepends(type: TypeName | undefined): boolean {
  const name = nameOf(type?.names).at(-1) ?? ''
  return name.startsWith('reg') || (type?.typmods ?? []).length > 0
}
