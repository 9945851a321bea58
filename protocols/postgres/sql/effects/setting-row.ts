/**
 * `SELECT set_config(name, …) FROM pg_settings WHERE name = 'x'`: the way to change a setting only
 * where the server has it, which pg_dump goes. Its name is not computed, it stands in WHERE.
 */
import type { ResTarget, SelectStmt } from 'libpg-query'
import { resolveRelation } from '../names.ts'
import { as, constantOf, type Node, nameOf } from '../tree.ts'
import type { Collector, Scope } from './collector.ts'

/** The target list, with the constant in place of `name` where a call is given that column. */
export function targetsOfRow(
  { targetList, fromClause, whereClause }: SelectStmt,
  scope: Scope,
  out: Collector,
): readonly Node[] | undefined {
  const [from, more] = fromClause ?? []
  const range = as(from, 'RangeVar')
  if (range?.relname !== 'pg_settings' || more !== undefined) return targetList
  // An alias may give its columns other names.
  if (range.alias !== undefined || scope.has('pg_settings')) return targetList
  const relations = resolveRelation(out.names, range.schemaname, 'pg_settings')
  if (relations.length !== 1 || relations[0]?.schema !== 'pg_catalog') return targetList
  const equals = as(whereClause, 'A_Expr')
  const setting = equals?.rexpr
  if (equals?.kind !== 'AEXPR_OP' || nameOf(equals.name).join('.') !== '=') return targetList
  if (setting === undefined || constantOf(setting) === undefined) return targetList
  if (!isName(equals.lexpr)) return targetList
  return targetList?.map(target => {
    const fields = as(target, 'ResTarget')
    return fields === undefined ? target : { ResTarget: withSetting(fields, setting) }
  })
}

function withSetting(target: ResTarget, setting: Node): ResTarget {
  const call = as(target.val, 'FuncCall')
  const [first, ...others] = call?.args ?? []
  if (call === undefined || !isName(first)) return target
  return { ...target, val: { FuncCall: { ...call, args: [setting, ...others] } } }
}

function isName(node: Node | undefined): boolean {
  const fields = as(node, 'ColumnRef')?.fields
  return fields?.length === 1 && nameOf(fields)[0] === 'name'
}
