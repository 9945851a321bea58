/**
 * Operators that somebody made, whose functions may read more than their operands; also where none
 * is written, as in CASE, IN, BETWEEN and USING.
 */
import type { CatalogFunction } from '../../catalog.ts'
import { type Node, nameOf } from '../tree.ts'
import type { Context } from './context.ts'
import type { Scope } from './scope.ts'
import { clean, type Value } from './value.ts'

/** Those that the syntax may stand for. Without a name it is equality. */
export function madeOperators(
  name: readonly Node[] | undefined,
  { names }: Context,
): readonly CatalogFunction[] {
  const operator = nameOf(name).at(-1) ?? '='
  const applied = operator.includes('BETWEEN') ? ranges : [operator]
  return applied.flatMap(each => names.catalog.functions(undefined, `operates ${each}`))
}

/** BETWEEN, NOT BETWEEN and both of their SYMMETRIC kinds: parse_expr.c, transformAExprBetween. */
const ranges = ['<', '<=', '>', '>=']

/** What the operator adds to its operands; of the server's own that is nothing. */
export function readByOperator(
  name: readonly Node[] | undefined,
  scope: Scope,
  context: Context,
): Value {
  if (madeOperators(name, context).length === 0) return clean
  return context.value({ A_Expr: { kind: 'AEXPR_OP', name: [...(name ?? equals)] } }, scope)
}

const equals: readonly Node[] = [{ String: { sval: '=' } }]
