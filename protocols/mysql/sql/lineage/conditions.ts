/**
 * What decides which rows there are. Keys are compared for equality, column with column or with a
 * constant, as joins and look-ups do; of everything else the rows tell more about the values.
 */
import type { Expression, Query } from '../ast.ts'
import { askedBy, keepAsked, keepBare, operatorKind } from './asked.ts'
import type { Context } from './context.ts'
import type { Scope } from './scope.ts'
import { anyOf, clean, derive, isConstant, isCopy, untraced, type Value } from './value.ts'

export interface Conditions {
  readonly keys: Value
  readonly asked: Value
}

export const unconditional: Conditions = { keys: clean, asked: clean }

export const unknownConditions: Conditions = { keys: untraced, asked: untraced }

export function allOf(conditions: readonly Conditions[]): Conditions {
  const some = conditions.filter(each => each !== unconditional)
  const [first] = some
  if (first === undefined) return unconditional
  if (some.length === 1) return first
  return { keys: derive(some.map(each => each.keys)), asked: derive(some.map(each => each.asked)) }
}

/** Everything that they depend on. */
export function wholly({ keys, asked }: Conditions): Value {
  return derive([keys, asked])
}

export function asking(value: Value): Conditions {
  return isConstant(value) ? unconditional : { keys: clean, asked: derive([value]) }
}

/** Values that are compared with one another for equality: GROUP BY, DISTINCT, USING. */
export function comparing(values: readonly Value[]): Conditions {
  const keys = values.filter(isCopy)
  const others = values.filter(value => !isCopy(value))
  if (keys.length === 0) return asking(derive(others))
  return { keys: derive(keys), asked: derive(others) }
}

/** WHERE, ON, HAVING, QUALIFY. All that it names is read. */
export function predicate(
  node: Expression | undefined,
  scope: Scope,
  context: Context,
): Conditions {
  if (node === undefined) return unconditional
  if (node.kind === 'operation' && node.operators.every(isLogic)) {
    const before = context.kept.length
    const all = allOf(node.operands.map(operand => predicate(operand, scope, context)))
    // Whether one of them is evaluated, and keeps something, others decide.
    if (context.kept.length > before) context.value(node, scope)
    return node.operators.every(isAnd) ? all : asking(wholly(all))
  }
  if (node.kind === 'unary' && (node.operator === 'not' || node.operator === '!'))
    return asking(wholly(predicate(node.operand, scope, context)))
  if (node.kind === 'in' && node.query !== undefined)
    return amongRows('=', node.operand, node.query, scope, context)
  if (node.kind === 'quantified')
    return amongRows(node.operator, node.operand, node.query, scope, context)
  const compared = comparison(node)
  const asked = askedBy(node)
  const values = context.values(asked?.operands ?? [node], scope)
  for (const value of values) context.touch(value)
  if (asked !== undefined) keepAsked(asked, values, context)
  // Of EXISTS everything is kept where its query is traced.
  else if (node.kind !== 'exists') keepBare(node, values, context)
  const onKeys = compared !== undefined && values.every(each => isCopy(each) || isConstant(each))
  return onKeys ? comparing(values.filter(isCopy)) : asking(derive(values))
}

function isAnd(operator: string): boolean {
  return operator === 'and' || operator === '&&'
}

function isLogic(operator: string): boolean {
  return isAnd(operator) || operator === 'or' || operator === '||' || operator === 'xor'
}

/** `a IN (SELECT …)`, `a < ALL (SELECT …)`. */
function amongRows(
  operator: string,
  operand: Expression,
  query: Query,
  scope: Scope,
  context: Context,
): Conditions {
  const { columns, conditions } = context.query(query, scope)
  const operands = operand.kind === 'row' ? operand.items : [operand]
  const tested = context.values(operands, scope)
  const rows = anyOf(columns)
  const listed = columns.rest === undefined ? columns.fields.map(({ value }) => value) : [rows]
  const kind = operatorKind(operator)
  keepAsked({ kind, operands: [] }, [...tested, ...listed], context)
  const value = derive([...tested, rows, wholly(conditions)])
  context.touch(value)
  return asking(value)
}

/** Both sides of `a = b` and `a IN (1, 2)`. */
function comparison(node: Expression): readonly Expression[] | undefined {
  if (node.kind === 'operation') {
    const [operator, ...others] = node.operators
    const compares = others.length === 0 && (operator === '=' || operator === '<=>')
    return compares && !node.operands.some(isRow) ? node.operands : undefined
  }
  if (node.kind !== 'in' || node.negated || node.list === undefined) return undefined
  return isRow(node.operand) ? undefined : [node.operand, ...node.list]
}

function isRow({ kind }: Expression): boolean {
  return kind === 'row'
}
