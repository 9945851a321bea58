/**
 * What may fail or warn, and is not evaluated at all where a condition says so: whether it does then
 * tells what the condition found.
 * https://dev.mysql.com/doc/refman/9.7/en/subquery-errors.html, flow-control-functions.html
 */
import type { Cast, Expression, FunctionCall, Operation, Query, Select } from '../ast.ts'
import { folded } from '../names.ts'
import type { Context } from './context.ts'
import type { Scope } from './scope.ts'
import { derive, isCopy, type Value } from './value.ts'

/** Parts of one expression that are looked through one by one. */
const CHOICES_MAX = 50

/** Keeps what decides whether anything in the expression that may fail is evaluated. */
export function keepChosen(root: Expression, value: Value, scope: Scope, context: Context): void {
  if (!mayFail(root, fails)) return
  let choices = 0
  const pending: unknown[] = [root]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next !== 'object' || next === null) continue
    const choice = choiceOf(next as Expression)
    if (choice.parts.length > 1 && ++choices > CHOICES_MAX) {
      context.predicates.add(value.sources, 'effect')
      return
    }
    keepDeciding(choice, scope, context)
    // A subquery has names of its own, and its outputs are looked at where it is traced.
    for (const [key, under] of Object.entries(next)) if (key !== 'query') pending.push(under)
  }
}

function keepDeciding(choice: Choice, scope: Scope, context: Context): void {
  const { parts, deciding, chooses } = choice
  const failing = parts.filter(part => mayFail(part, chooses ? fails : failsOverRows))
  if (failing.length === 0) return
  const others = deciding.filter(part => failing.length > 1 || part !== failing[0])
  const decides = (value: Value): boolean => chooses || !isCopy(value)
  const { sources } = derive(context.values(others, scope).filter(decides))
  context.predicates.add(sources, 'effect')
}

interface Choice {
  readonly parts: readonly Expression[]
  /** Those on which it depends whether others are evaluated. */
  readonly deciding: readonly Expression[]
  /** By what they are; otherwise by whether they are NULL, of which a computed one may tell. */
  readonly chooses: boolean
}

const none: Choice = { parts: [], deciding: [], chooses: false }

function choiceOf(node: Expression): Choice {
  switch (node.kind) {
    case 'case': {
      const { operand, branches, otherwise } = node
      const tests = [...given(operand), ...branches.map(({ when }) => when)]
      const parts = [...tests, ...branches.map(({ then }) => then), ...given(otherwise)]
      return { parts, deciding: tests, chooses: true }
    }
    case 'operation':
      return { parts: node.operands, deciding: node.operands, chooses: isLogic(node.operators) }
    case 'call':
      return callChoice(node)
    default:
      return none
  }
}

function callChoice({ name, args }: FunctionCall): Choice {
  switch (folded(name)) {
    case 'if':
    case 'elt':
    case 'nvl2':
      return { parts: args, deciding: args.slice(0, 1), chooses: true }
    case 'coalesce':
    case 'ifnull':
    case 'nvl':
      return { parts: args, deciding: args, chooses: true }
    default:
      // Of other functions the rest is not evaluated once an argument is NULL.
      return { parts: args, deciding: args, chooses: false }
  }
}

function given(part: Expression | undefined): readonly Expression[] {
  return part === undefined ? [] : [part]
}

function isLogic([operator]: readonly string[]): boolean {
  return ['and', '&&', 'or', '||', 'xor'].includes(operator ?? '')
}

function mayFail(part: Expression, test: (node: object) => boolean): boolean {
  const pending: unknown[] = [part]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next !== 'object' || next === null) continue
    if (test(next)) return true
    pending.push(...Object.values(next))
  }
  return false
}

function fails(node: object): boolean {
  if ('kind' in node && node.kind === 'cast') return warns(node as Cast)
  return failsOverRows(node) || divisorsOf(node).length > 0
}

/** A scalar subquery may have one row at most. */
function failsOverRows(node: object): boolean {
  if (!('kind' in node) || node.kind !== 'subquery') return false
  return 'query' in node && !isSingle(node.query as Query)
}

/** What is divided by, where it may be zero: there is a warning for each row. */
export function divisorsOf(node: object): readonly Expression[] {
  if (!('kind' in node)) return []
  if (node.kind === 'call') {
    const { name, args } = node as FunctionCall
    return folded(name) === 'mod' ? args.slice(1).filter(mayBeZero) : []
  }
  if (node.kind !== 'operation') return []
  const { operators, operands } = node as Operation
  return operands.slice(1).filter((each, i) => divides.has(operators[i] ?? '') && mayBeZero(each))
}

const divides: ReadonlySet<string> = new Set(['/', '%', 'div', 'mod'])

function mayBeZero(divisor: Expression): boolean {
  const nullified = divisor.kind === 'call' && folded(divisor.name) === 'nullif'
  return divisor.kind !== 'literal' && !nullified
}

/** Whether what was computed is a number, a date: there is a warning for each row that is not. */
export function warns({ operand, type }: Cast): boolean {
  return operand.kind !== 'column' && !/^(?:n?char|n?varchar|binary|varbinary|json)\b/.test(type)
}

/** It never has more than one row, whatever its tables hold. */
function isSingle({ body, limit }: Query): boolean {
  const count = limit?.count
  if (count?.kind === 'literal' && Number(count.value) <= 1) return true
  if (body.kind === 'query') return isSingle(body)
  if (body.kind === 'values') return body.rows.length <= 1
  if (body.kind !== 'select') return false
  return (body.from.length === 0 || isAggregate(body)) && body.groupBy.length === 0
}

/** Without GROUP BY one aggregate makes all rows one. */
function isAggregate({ items }: Select): boolean {
  return items.some(
    ({ expression }) =>
      expression.kind === 'call' &&
      expression.over === undefined &&
      !expression.stored &&
      aggregates.has(folded(expression.name)),
  )
}

const aggregates: ReadonlySet<string> = new Set([
  ...['avg', 'bit_and', 'bit_or', 'bit_xor', 'count', 'group_concat', 'json_arrayagg'],
  ...['json_objectagg', 'max', 'min', 'std', 'stddev', 'stddev_pop', 'stddev_samp', 'sum'],
  ...['var_pop', 'var_samp', 'variance'],
])
