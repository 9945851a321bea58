/**
 * What kind of question an operator asks of its operands, and which expressions wait or fail by
 * what they are made of: the client learns the answer although it is shown no value.
 * https://dev.mysql.com/doc/refman/9.7/en/comparison-operators.html
 */
import type { PredicateKind } from '../../../protocol.ts'
import type { Cast, Expression, Operation } from '../ast.ts'
import { folded } from '../names.ts'
import { divisorsOf, keepChosen, warns } from './chosen.ts'
import type { Context } from './context.ts'
import { overflows } from './overflow.ts'
import type { Scope } from './scope.ts'
import { isConstant, isCopy, type Value } from './value.ts'

export interface Asked {
  readonly kind: PredicateKind
  readonly operands: readonly Expression[]
}

/** Undefined: it is no operator over operands. */
export function askedBy(node: Expression): Asked | undefined {
  switch (node.kind) {
    case 'operation': {
      const [operator, ...others] = node.operators
      const kind = others.length === 0 ? operatorKind(operator) : 'computed'
      return { kind, operands: node.operands.flatMap(itemsOf) }
    }
    case 'in':
      if (node.list === undefined) return undefined
      return { kind: 'equality', operands: [node.operand, ...node.list].flatMap(itemsOf) }
    case 'between':
      return { kind: 'range', operands: [node.operand, node.low, node.high] }
    case 'like': {
      const escaped = node.escape === undefined ? [] : [node.escape]
      return { kind: 'pattern', operands: [node.operand, node.pattern, ...escaped] }
    }
    case 'match':
      return { kind: 'pattern', operands: [...node.columns, node.against] }
    default:
      return undefined
  }
}

/** `(a, b) = (1, 2)` compares each with its own. */
function itemsOf(node: Expression): readonly Expression[] {
  return node.kind === 'row' ? node.items : [node]
}

export function operatorKind(operator: string | undefined): PredicateKind {
  if (operator === undefined) return 'computed'
  if (['=', '<=>', '<>', '!='].includes(operator)) return 'equality'
  return ['<', '>', '<=', '>='].includes(operator) ? 'range' : 'computed'
}

/** Keeps what is asked of the operands, whose values are given in their order. */
export function keepAsked(
  { kind, operands }: Asked,
  values: readonly Value[],
  context: Context,
): void {
  const others = values.filter(value => !isConstant(value))
  if (others.length === 0) return
  const constants = values.length - others.length
  const made = values.some((value, i) => isConstant(value) && isMany(operands[i]))
  const keys = kind === 'equality' && !made && others.every(isCopy)
  const among = keys || (others.length === 1 && !made) ? kind : 'comparison'
  for (const value of others)
    context.predicates.add(value.sources, isCopy(value) ? among : 'computed', constants)
}

/**
 * Whether something that depends on no column may be many values, which the statement itself made
 * up. What is no operand is the rows of a query.
 */
function isMany(operand: Expression | undefined): boolean {
  if (operand === undefined) return true
  const pending: unknown[] = [operand]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next !== 'object' || next === null) continue
    if ('kind' in next && next.kind === 'column') return true
    pending.push(...Object.values(next))
  }
  return false
}

/** A condition that is no comparison; a column by itself is asked for nothing but itself. */
export function keepBare(node: Expression, values: readonly Value[], context: Context): void {
  const test = node.kind === 'is' ? node.operand : node
  const plain = test.kind === 'column'
  for (const value of values)
    context.predicates.add(value.sources, plain ? 'equality' : 'computed', Number(plain))
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

/** They wait for as long as they are told, or fail over what they are given. */
const telling: ReadonlySet<string> = new Set([
  'benchmark',
  'exp',
  'extractvalue',
  'get_lock',
  'master_pos_wait',
  'sleep',
  'source_pos_wait',
  'updatexml',
])

/** An output is redacted, and yet it may tell: by how long it takes, by failing or by warning. */
export function keepEffects(node: Expression, value: Value, scope: Scope, context: Context): void {
  if (value.sources.length === 0 || node.kind === 'column') return
  keepChosen(node, value, scope, context)
  const pending: unknown[] = [node]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next !== 'object' || next === null) continue
    if (isTelling(next)) context.predicates.add(value.sources, 'effect')
    for (const each of [...divisorsOf(next), ...outOfRange(next, scope, context)])
      context.predicates.add(context.value(each, scope).sources, 'effect')
    // The outputs of a subquery are looked at where it is traced.
    for (const [key, under] of Object.entries(next))
      if (key !== 'query' && typeof under === 'object') pending.push(under)
  }
}

/** The node itself, if its result may be out of range. */
function outOfRange(node: object, scope: Scope, context: Context): readonly Expression[] {
  if (!('kind' in node) || node.kind !== 'operation') return []
  const operation = node as Operation
  return overflows(operation, each => context.value(each, scope)) ? [operation] : []
}

function isTelling(node: object): boolean {
  if (!('kind' in node)) return false
  if (node.kind === 'cast') return warns(node as Cast)
  if (node.kind !== 'call') return false
  return 'name' in node && typeof node.name === 'string' && telling.has(folded(node.name))
}
