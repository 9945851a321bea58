/**
 * What an expression's value depends on. The table of node kinds is closed: what is not in it
 * makes the value untraced, never clean.
 * https://www.postgresql.org/docs/current/sql-expressions.html
 */
import { as, type FieldsOf, kindOf, type Node, type NodeKind } from '../tree.ts'
import { functionCall } from './calls.ts'
import { type Conditions, wholly } from './conditions.ts'
import type { Context, ExpressionTracers } from './context.ts'
import { castValue, operatorValue } from './implicit.ts'
import { jsonTracers } from './json.ts'
import { extractedByOperator } from './json-path.ts'
import { readByOperator } from './made-operators.ts'
import { columnReference, indirectionValue } from './references.ts'
import { findArgs, type Scope } from './scope.ts'
import { expressionList } from './targets.ts'
import { anyOf, clean, derive, isConstant, rowOf, untraced, type Value } from './value.ts'

export function expressionValue(node: Node, scope: Scope, context: Context): Value {
  const kind = kindOf(node)
  const tracer = kind === undefined ? undefined : tracers.get(kind)
  if (kind === undefined || tracer === undefined) return untraced
  return tracer(as(node, kind), scope, context)
}

const union =
  <Fields>(parts: (fields: Fields) => readonly (Node | undefined)[] | undefined) =>
  (fields: Fields, scope: Scope, context: Context): Value =>
    derive(context.values(parts(fields), scope))

const basics: ExpressionTracers = {
  A_Const: () => clean,
  SQLValueFunction: () => clean,
  MergeSupportFunc: (_, scope) => findArgs(scope) ?? clean,
  SetToDefault: () => clean,
  CurrentOfExpr: () => clean,
  // The client's own value; in the body of a SQL function, an argument.
  ParamRef: (_, scope) => findArgs(scope) ?? clean,
  ColumnRef: columnReference,
  A_Indirection: indirectionValue,
  FuncCall: functionCall,
  // Operators are functions over their operands.
  A_Expr: operation,
  BoolExpr: union(({ args }) => args),
  BooleanTest: union(({ arg }) => [arg]),
  TypeCast: cast,
  CollateClause: union(({ arg }) => [arg]),
  NamedArgExpr: union(({ arg }) => [arg]),
  CoalesceExpr: union(({ args }) => args),
  MinMaxExpr: union(({ args }) => args),
  A_ArrayExpr: union(({ elements }) => elements),
  List: union(({ items }) => items),
  XmlExpr: union(({ args, named_args }) => [...(args ?? []), ...(named_args ?? [])]),
  XmlSerialize: union(({ expr }) => [expr]),
  ResTarget: union(({ val }) => [val]),
  MultiAssignRef: union(({ source }) => [source]),
  CaseExpr: caseValue,
  CaseWhen: union(({ expr, result }) => [expr, result]),
  NullTest: ({ arg }, scope, context) => context.drop(context.value(arg, scope)),
  GroupingFunc: ({ args }, scope, context) => {
    context.touch(derive(context.values(args, scope)))
    return clean
  },
  RowExpr: ({ args }, scope, context) => {
    const { fields, rest } = expressionList(args, scope, context)
    const named = fields.map(({ value }, i) => ({ name: `f${i + 1}`, value }))
    // With a star of unknown width in it the numbers are not known either.
    return rowOf(
      rest === undefined ? { fields: named, rest } : { fields: [], rest: anyOf({ fields, rest }) },
    )
  },
  SubLink: subLink,
}

function operation(fields: FieldsOf<'A_Expr'>, scope: Scope, context: Context): Value {
  const [left, ...right] = context.values([fields.lexpr, fields.rexpr], scope)
  const document = fields.lexpr === undefined ? undefined : left
  const taken = extractedByOperator(fields, document, context)
  const operands = derive(left === undefined ? right : [left, ...right])
  const made = operatorValue(fields.name, operands, context)
  return made === undefined ? (taken ?? operands) : derive([operands, made])
}

/** CASE x WHEN y compares them by `=`. */
function caseValue(
  { arg, args, defresult }: FieldsOf<'CaseExpr'>,
  scope: Scope,
  context: Context,
): Value {
  const compared = arg === undefined ? clean : readByOperator(undefined, scope, context)
  return derive([...context.values([arg, ...(args ?? []), defresult], scope), compared])
}

function cast(fields: FieldsOf<'TypeCast'>, scope: Scope, context: Context): Value {
  const value = context.value(fields.arg, scope)
  const made = castValue(fields, value, context)
  return derive(made === undefined ? [value] : [value, made])
}

function table(...parts: readonly ExpressionTracers[]): ReadonlyMap<NodeKind, AnyTracer> {
  const entries = parts.flatMap(part => Object.entries(part))
  return new Map(entries as [NodeKind, AnyTracer][])
}

type AnyTracer = (fields: unknown, scope: Scope, context: Context) => Value

const tracers = table(basics, jsonTracers)

function subLink(link: FieldsOf<'SubLink'>, scope: Scope, context: Context): Value {
  const { columns, conditions } = context.query(link.subselect, scope)
  const tested = context.values([link.testexpr], scope)
  switch (link.subLinkType) {
    case 'EXISTS_SUBLINK':
      context.touch(anyOf(columns))
      return wholly(conditions)
    case 'EXPR_SUBLINK':
    case 'ARRAY_SUBLINK':
      return subqueryValue(link.subLinkType === 'EXPR_SUBLINK', anyValue(columns), conditions)
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK':
    case 'ROWCOMPARE_SUBLINK':
    case 'MULTIEXPR_SUBLINK':
      return derive([
        ...tested,
        anyOf(columns),
        wholly(conditions),
        readByOperator(link.operName, scope, context),
      ])
    default:
      return untraced
  }

  function anyValue({ fields, rest }: typeof columns): Value {
    const [first, ...others] = fields
    return first !== undefined && others.length === 0 && rest === undefined
      ? first.value
      : anyOf(columns)
  }
}

/**
 * Its column decides the value, and so does what is asked of other columns to find the row; looking
 * it up by a key adds nothing. One that shows no column can only be there to show whether its
 * conditions hold.
 */
function subqueryValue(scalar: boolean, column: Value, conditions: Conditions): Value {
  if (isConstant(column)) return wholly(conditions)
  if (!isConstant(conditions.asked)) return derive([column, conditions.asked])
  return scalar ? column : derive([column])
}
