/**
 * What kind of question an operator asks of its operands, and which expressions wait or fail by
 * what they are made of: the client learns the answer although it is shown no value.
 * https://www.postgresql.org/docs/current/functions-comparison.html, functions-matching.html
 */
import type { PredicateKind } from '../../../protocol.ts'
import { as, type FieldsOf, type Node, nameOf } from '../tree.ts'
import { divisorOf, isTextCast, keepChosen } from './chosen.ts'
import type { Context } from './context.ts'
import { overflows } from './overflow.ts'
import type { Scope } from './scope.ts'
import { isConstant, isCopy, type Value } from './value.ts'

export interface Asked {
  readonly kind: PredicateKind
  readonly operands: readonly Node[]
  /** The last operand is a list that only the server takes apart. */
  readonly list: boolean
}

/** Undefined: it is no operator over operands. */
export function askedBy(node: Node): Asked | undefined {
  const expression = as(node, 'A_Expr')
  if (expression === undefined) return undefined
  const { lexpr, rexpr } = expression
  const list = as(rexpr, 'List')?.items
  const array = as(rexpr, 'A_ArrayExpr')?.elements
  const any = expression.kind === 'AEXPR_OP_ANY' || expression.kind === 'AEXPR_OP_ALL'
  const right = list ?? (any && array !== undefined ? array : [rexpr])
  const operands = [lexpr, ...right].filter(operand => operand !== undefined)
  return { kind: kindOfQuestion(expression), operands, list: any && array === undefined }
}

function kindOfQuestion({ kind, name }: FieldsOf<'A_Expr'>): PredicateKind {
  switch (kind) {
    case 'AEXPR_IN':
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return 'equality'
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR':
      return 'pattern'
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return 'range'
    case 'AEXPR_OP':
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      return operatorKind(nameOf(name).at(-1))
    default:
      return 'computed'
  }
}

/** Of one that nobody has listed here it is not known what it compares. */
export function operatorKind(operator: string | undefined): PredicateKind {
  return operators.get(operator ?? '=') ?? 'computed'
}

const operators: ReadonlyMap<string, PredicateKind> = new Map<string, PredicateKind>([
  ...['=', '<>', '!='].map(each => [each, 'equality'] as const),
  ...['<', '>', '<=', '>='].map(each => [each, 'range'] as const),
  ...['~', '~*', '!~', '!~*', '~~', '!~~', '~~*', '!~~*', '@@', '^@'].map(
    each => [each, 'pattern'] as const,
  ),
])

/** Keeps what is asked of the operands, whose values are given in their order. */
export function keepAsked(
  { kind, operands, list }: Asked,
  values: readonly Value[],
  context: Context,
): void {
  const others = values.filter(value => !isConstant(value))
  if (others.length === 0) return
  const constants = values.length - others.length
  const made = values.some((value, i) => isConstant(value) && isMany(operands[i], list))
  const keys = kind === 'equality' && !made && others.every(isCopy)
  const among = keys || (others.length === 1 && !made) ? kind : 'comparison'
  for (const value of others)
    context.predicates.add(value.sources, isCopy(value) ? among : 'computed', constants, list)
}

/**
 * Whether something that depends on no column may be many values, which the statement itself made
 * up. What is no operand is the rows of a query.
 */
function isMany(operand: Node | undefined, list: boolean): boolean {
  return operand === undefined || names(operand, 'ColumnRef') || (list && names(operand, ...making))
}

/** What makes a list, beside a literal and a parameter that are one. */
const making = ['FuncCall', 'SubLink', 'A_Expr', 'CaseExpr', 'CoalesceExpr'] as const

function names(node: Node, ...kinds: readonly string[]): boolean {
  const pending: unknown[] = [node]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next !== 'object' || next === null) continue
    for (const [key, under] of Object.entries(next)) {
      if (kinds.includes(key)) return true
      pending.push(under)
    }
  }
  return false
}

/** Groups, orders: what is compared with nothing but its like. */
export function keepSorted(
  kind: 'group' | 'order',
  values: readonly Value[],
  context: Context,
): void {
  for (const value of values)
    context.predicates.add(value.sources, kind === 'order' || isCopy(value) ? kind : 'computed')
}

const slow: ReadonlySet<string> = new Set(['pg_sleep', 'pg_sleep_for', 'pg_sleep_until'])

/**
 * An output is redacted, and yet it may tell: whether it divides by zero, whether a cast fails,
 * how long it takes.
 */
export function keepEffects(node: Node, value: Value, scope: Scope, context: Context): void {
  if (value.sources.length === 0 || as(node, 'ColumnRef') !== undefined) return
  keepChosen(node, value, scope, context)
  const pending: unknown[] = [node]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next !== 'object' || next === null) continue
    for (const [key, under] of Object.entries(next)) {
      // A subquery has names of its own, and its outputs are looked at where it is traced.
      if (key === 'SubLink' || typeof under !== 'object') continue
      pending.push(under)
      if (key === 'A_Expr') keepOperation(under as FieldsOf<'A_Expr'>, scope, context)
      else if (key === 'TypeCast') keepCast(under as FieldsOf<'TypeCast'>, scope, context)
      else if (key === 'FuncCall' && isSlow(under as FieldsOf<'FuncCall'>))
        context.predicates.add(value.sources, 'effect')
    }
  }
}

function isSlow({ funcname }: FieldsOf<'FuncCall'>): boolean {
  return slow.has(nameOf(funcname).at(-1) ?? '')
}

/** One that divides by what may be zero, or may be out of range. */
function keepOperation(operation: FieldsOf<'A_Expr'>, scope: Scope, context: Context): void {
  const ranges = overflows(operation, each => context.value(each, scope))
  const failing = ranges ? { A_Expr: operation } : divisorOf(operation)
  if (failing === undefined) return
  context.predicates.add(context.value(failing, scope).sources, 'effect')
}

/** A cast of what a condition chose. */
function keepCast(cast: FieldsOf<'TypeCast'>, scope: Scope, context: Context): void {
  const { arg } = cast
  if (arg === undefined || as(arg, 'CaseExpr') === undefined || isTextCast(cast)) return
  context.predicates.add(context.value(arg, scope).sources, 'effect')
}
