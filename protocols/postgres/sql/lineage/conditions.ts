/**
 * What decides which rows there are. Keys are compared for equality, column with column or with a
 * constant, as joins and look-ups do; of everything else the rows tell more about the values.
 */
import { as, type FieldsOf, kindOf, type Node, nameOf } from '../tree.ts'
import { askedBy, keepAsked, operatorKind } from './asked.ts'
import type { Context } from './context.ts'
import { madeOperators, readByOperator } from './made-operators.ts'
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

/** WHERE, ON, HAVING. All that it names is read. */
export function predicate(node: Node | undefined, scope: Scope, context: Context): Conditions {
  if (node === undefined) return unconditional
  const logic = as(node, 'BoolExpr')
  if (logic !== undefined) {
    const before = context.kept.length
    const all = allOf((logic.args ?? []).map(arg => predicate(arg, scope, context)))
    // Whether one of them is evaluated, and keeps something, others decide.
    if (context.kept.length > before) context.value(node, scope)
    return logic.boolop === 'AND_EXPR' ? all : asking(wholly(all))
  }
  const link = as(node, 'SubLink')
  if (link?.subLinkType === 'ANY_SUBLINK' || link?.subLinkType === 'ALL_SUBLINK')
    return amongRows(link, scope, context)
  const compared = comparison(node)
  const asked = askedBy(node)
  // What an operator of somebody's gives is not made of its operands alone.
  const made = isMade(node, context)
  const whole = asked === undefined || made
  const values = context.values(whole ? [...(asked?.operands ?? []), node] : asked.operands, scope)
  for (const value of values) context.touch(value)
  if (asked !== undefined) keepAsked(asked, values, context)
  // Of EXISTS everything is kept where its query is traced.
  else if (link?.subLinkType !== 'EXISTS_SUBLINK') keepBare(node, values, context)
  const onKeys =
    compared !== undefined && !made && values.every(each => isCopy(each) || isConstant(each))
  return onKeys ? comparing(values.filter(isCopy)) : asking(derive(values))
}

function isMade(node: Node, context: Context): boolean {
  const operation = as(node, 'A_Expr')
  return operation !== undefined && madeOperators(operation.name, context).length > 0
}

/** `a IN (SELECT …)`, `a < ALL (SELECT …)`. */
function amongRows(link: FieldsOf<'SubLink'>, scope: Scope, context: Context): Conditions {
  const { columns, conditions } = context.query(link.subselect, scope)
  const tested = context.values([link.testexpr], scope)
  const rows = anyOf(columns)
  const [only, ...others] = columns.fields
  const single = others.length === 0 && columns.rest === undefined ? only?.value : undefined
  const kind = operatorKind(nameOf(link.operName).at(-1))
  keepAsked({ kind, operands: [], list: false }, [...tested, single ?? rows], context)
  const made = readByOperator(link.operName, scope, context)
  const value = derive([...tested, rows, wholly(conditions), made])
  context.touch(value)
  return asking(value)
}

/** A column that is a condition by itself is asked for nothing but itself. */
function keepBare(node: Node, values: readonly Value[], context: Context): void {
  const test = as(node, 'BooleanTest')?.arg ?? node
  const plain = as(test, 'ColumnRef') !== undefined
  const kind = plain ? 'equality' : 'computed'
  for (const value of values) context.predicates.add(value.sources, kind, Number(plain))
}

/** Both sides of `a = b` and `a IN (1, 2)`. */
function comparison(node: Node): readonly (Node | undefined)[] | undefined {
  const expression: FieldsOf<'A_Expr'> | undefined = as(node, 'A_Expr')
  if (expression === undefined || nameOf(expression.name).join('.') !== '=') return undefined
  const { kind, lexpr, rexpr } = expression
  if (kind === 'AEXPR_OP') return [lexpr, rexpr]
  if (kind !== 'AEXPR_IN' || rexpr === undefined || kindOf(rexpr) !== 'List') return undefined
  return [lexpr, ...(as(rexpr, 'List')?.items ?? [])]
}
