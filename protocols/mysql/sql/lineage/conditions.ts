/**
 * What decides which rows there are. Keys are compared for equality, column with column or with a
 * constant, as joins and look-ups do; of everything else the rows tell more about the values.
 */
import type { Expression } from '../ast.ts'
import type { Context } from './context.ts'
import type { Scope } from './scope.ts'
import { clean, derive, isConstant, isCopy, untraced, type Value } from './value.ts'

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
  if (node.kind === 'operation' && node.operators.every(isAnd))
    return allOf(node.operands.map(operand => predicate(operand, scope, context)))
  const compared = comparison(node)
  const values = context.values(compared ?? [node], scope)
  for (const value of values) context.touch(value)
  const onKeys = compared !== undefined && values.every(each => isCopy(each) || isConstant(each))
  return onKeys ? comparing(values.filter(isCopy)) : asking(derive(values))
}

function isAnd(operator: string): boolean {
  return operator === 'and' || operator === '&&'
}

/** Both sides of `a = b` and `a IN (1, 2)`. */
function comparison(node: Expression): readonly Expression[] | undefined {
  if (node.kind === 'operation') {
    const [operator, ...others] = node.operators
    const compares = others.length === 0 && (operator === '=' || operator === '<=>')
    return compares ? node.operands : undefined
  }
  if (node.kind !== 'in' || node.negated || node.list === undefined) return undefined
  return [node.operand, ...node.list]
}
