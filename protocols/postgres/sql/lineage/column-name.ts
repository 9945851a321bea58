/**
 * The name that the server gives to an output without an alias. Later references must find it
 * under exactly that name, so this follows FigureColnameInternal of parse_target.c.
 */
import { as, type FieldsOf, kindOf, type Node, nameOf } from '../tree.ts'
import type { Context } from './context.ts'
import type { Scope } from './scope.ts'

export function columnName(node: Node, scope: Scope, context: Context): string {
  return figure(node, scope, context)?.name ?? '?column?'
}

/** A weak name gives way to that of a cast or a CASE around it. */
interface Figured {
  readonly name: string
  readonly weak: boolean
}

function figure(node: Node | undefined, scope: Scope, context: Context): Figured | undefined {
  if (node === undefined) return undefined
  const kind = kindOf(node)
  switch (kind) {
    case 'ColumnRef':
      return strong(nameOf(as(node, 'ColumnRef')?.fields).at(-1))
    case 'A_Indirection': {
      const indirection = as(node, 'A_Indirection')
      const field = nameOf(indirection?.indirection).at(-1)
      return strong(field) ?? figure(indirection?.arg, scope, context)
    }
    case 'FuncCall':
      return strong(nameOf(as(node, 'FuncCall')?.funcname).at(-1))
    case 'A_Expr':
      return as(node, 'A_Expr')?.kind === 'AEXPR_NULLIF' ? strong('nullif') : undefined
    case 'TypeCast': {
      const cast = as(node, 'TypeCast')
      const inner = figure(cast?.arg, scope, context)
      if (inner !== undefined && !inner.weak) return inner
      const type = nameOf(cast?.typeName?.names).at(-1)
      return type === undefined ? inner : { name: type, weak: true }
    }
    case 'CollateClause':
      return figure(as(node, 'CollateClause')?.arg, scope, context)
    case 'CaseExpr': {
      const inner = figure(as(node, 'CaseExpr')?.defresult, scope, context)
      return inner === undefined || inner.weak ? { name: 'case', weak: true } : inner
    }
    case 'SubLink':
      return subLinkName(as(node, 'SubLink'), scope, context)
    case 'SQLValueFunction':
      return strong(sqlValueFunctions.get(as(node, 'SQLValueFunction')?.op ?? ''))
    case 'XmlExpr':
      return strong(xmlNames.get(as(node, 'XmlExpr')?.op ?? ''))
    case 'MinMaxExpr':
      return strong(as(node, 'MinMaxExpr')?.op === 'IS_LEAST' ? 'least' : 'greatest')
    case 'JsonFuncExpr':
      return strong(jsonNames.get(as(node, 'JsonFuncExpr')?.op ?? ''))
    default:
      return strong(kind === undefined ? undefined : fixedNames.get(kind))
  }
}

function strong(name: string | undefined): Figured | undefined {
  return name === undefined ? undefined : { name, weak: false }
}

function subLinkName(
  link: FieldsOf<'SubLink'> | undefined,
  scope: Scope,
  context: Context,
): Figured | undefined {
  if (link?.subLinkType === 'EXISTS_SUBLINK') return strong('exists')
  if (link?.subLinkType === 'ARRAY_SUBLINK') return strong('array')
  if (link?.subLinkType !== 'EXPR_SUBLINK') return undefined
  let select = as(link.subselect, 'SelectStmt')
  while (select?.larg !== undefined) select = select.larg
  const target = as(select?.targetList?.[0], 'ResTarget')
  if (target?.name !== undefined) return strong(target.name)
  // A star or a VALUES list has to be looked into.
  return strong(context.query(link.subselect, scope).columns.fields[0]?.name)
}

const fixedNames: ReadonlyMap<string, string> = new Map([
  ['GroupingFunc', 'grouping'],
  ['MergeSupportFunc', 'merge_action'],
  ['A_ArrayExpr', 'array'],
  ['RowExpr', 'row'],
  ['CoalesceExpr', 'coalesce'],
  ['XmlSerialize', 'xmlserialize'],
  ['JsonParseExpr', 'json'],
  ['JsonScalarExpr', 'json_scalar'],
  ['JsonSerializeExpr', 'json_serialize'],
  ['JsonObjectConstructor', 'json_object'],
  ['JsonArrayConstructor', 'json_array'],
  ['JsonArrayQueryConstructor', 'json_array'],
  ['JsonObjectAgg', 'json_objectagg'],
  ['JsonArrayAgg', 'json_arrayagg'],
])

const jsonNames: ReadonlyMap<string, string> = new Map([
  ['JSON_EXISTS_OP', 'json_exists'],
  ['JSON_QUERY_OP', 'json_query'],
  ['JSON_VALUE_OP', 'json_value'],
])

const xmlNames: ReadonlyMap<string, string> = new Map([
  ['IS_XMLCONCAT', 'xmlconcat'],
  ['IS_XMLELEMENT', 'xmlelement'],
  ['IS_XMLFOREST', 'xmlforest'],
  ['IS_XMLPARSE', 'xmlparse'],
  ['IS_XMLPI', 'xmlpi'],
  ['IS_XMLROOT', 'xmlroot'],
  ['IS_XMLSERIALIZE', 'xmlserialize'],
])

const sqlValueFunctions: ReadonlyMap<string, string> = new Map([
  ['SVFOP_CURRENT_DATE', 'current_date'],
  ['SVFOP_CURRENT_TIME', 'current_time'],
  ['SVFOP_CURRENT_TIME_N', 'current_time'],
  ['SVFOP_CURRENT_TIMESTAMP', 'current_timestamp'],
  ['SVFOP_CURRENT_TIMESTAMP_N', 'current_timestamp'],
  ['SVFOP_LOCALTIME', 'localtime'],
  ['SVFOP_LOCALTIME_N', 'localtime'],
  ['SVFOP_LOCALTIMESTAMP', 'localtimestamp'],
  ['SVFOP_LOCALTIMESTAMP_N', 'localtimestamp'],
  ['SVFOP_CURRENT_ROLE', 'current_role'],
  ['SVFOP_CURRENT_USER', 'current_user'],
  ['SVFOP_USER', 'user'],
  ['SVFOP_SESSION_USER', 'session_user'],
  ['SVFOP_CURRENT_CATALOG', 'current_catalog'],
  ['SVFOP_CURRENT_SCHEMA', 'current_schema'],
])
