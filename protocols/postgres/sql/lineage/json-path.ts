/**
 * What is taken from a JSON column by constant keys: `->`, `->>`, `#>`, `#>>` and their functions.
 * Anything else depends on the whole document.
 * https://www.postgresql.org/docs/current/functions-json.html
 */
import { columnPart } from '../../../column-parts.ts'
import type { CatalogFunction } from '../../catalog.ts'
import { valueType } from '../../values.ts'
import { as, type FieldsOf, type Node, nameOf } from '../tree.ts'
import type { Context } from './context.ts'
import type { Value } from './value.ts'

const operators: ReadonlySet<string> = new Set(['->', '->>', '#>', '#>>'])

/** `document` is the value of the left operand. Undefined when it is no such operator. */
export function extractedByOperator(
  { kind, name, rexpr }: FieldsOf<'A_Expr'>,
  document: Value | undefined,
  context: Context,
): Value | undefined {
  const [operator = '', ...more] = nameOf(name).reverse()
  if (kind !== 'AEXPR_OP' || !operators.has(operator) || document === undefined) return undefined
  if (more.some(schema => schema !== 'pg_catalog')) return undefined
  // One that somebody made for JSON may give anything of it.
  if (context.names.catalog.functions(undefined, `operator ${operator}`).length > 0)
    return undefined
  const keys = operator.startsWith('#') ? pathOf(rexpr) : keyOf(rexpr)
  return keys && part(document, keys, operator.endsWith('>>'))
}

const functions: ReadonlyMap<string, boolean> = new Map([
  ['json_extract_path', false],
  ['jsonb_extract_path', false],
  ['json_extract_path_text', true],
  ['jsonb_extract_path_text', true],
])

/** Undefined when the call is of no such function, or may be of another. */
export function extractedByFunction(
  name: string,
  candidates: readonly CatalogFunction[],
  call: FieldsOf<'FuncCall'>,
  [document]: readonly Value[],
): Value | undefined {
  const textual = functions.get(name)
  if (textual === undefined || document === undefined || call.func_variadic === true)
    return undefined
  if (!candidates.every(({ builtIn }) => builtIn)) return undefined
  const keys = (call.args ?? []).slice(1).map(stringConstant)
  return keys.every(key => key !== undefined) ? part(document, keys, textual) : undefined
}

/** The part of each column that the value is a copy of; all of its sources are names of one. */
function part(document: Value, keys: readonly string[], textual: boolean): Value | undefined {
  const { sources, copies, untraced, type } = document
  if (copies.length === 0 || untraced || type?.class !== 'json') return undefined
  return {
    sources: sources.map(source => columnPart(source, keys)),
    copies: copies.map(copy => columnPart(copy, keys)),
    untraced,
    type: textual ? valueType('text', -1) : type,
    row: undefined,
  }
}

/** A number is a position in an array. */
function keyOf(node: Node | undefined): readonly string[] | undefined {
  const key = stringConstant(node)
  if (key !== undefined) return [key]
  return as(node, 'A_Const')?.ival === undefined ? undefined : []
}

/** `'{a,b}'` without quotes and escapes, or `array['a', 'b']`. */
function pathOf(node: Node | undefined): readonly string[] | undefined {
  const elements = as(node, 'A_ArrayExpr')?.elements?.map(stringConstant)
  if (elements !== undefined) return elements.every(key => key !== undefined) ? elements : undefined
  const text = stringConstant(node)
  if (text === undefined || !/^\{[^{}"\\]+\}$/.test(text)) return undefined
  const keys = text.slice(1, -1).split(',')
  const plain = keys.every(key => /^\S(?:.*\S)?$/s.test(key) && key.toLowerCase() !== 'null')
  return plain ? keys : undefined
}

function stringConstant(node: Node | undefined): string | undefined {
  const constant = as(node, 'A_Const')
  return constant?.isnull === true || constant?.sval === undefined
    ? undefined
    : (constant.sval.sval ?? '')
}
