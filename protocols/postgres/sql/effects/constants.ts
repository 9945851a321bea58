/**
 * Constants as conditions, as the server takes them, and when two parts of a tree are the same.
 * https://www.postgresql.org/docs/current/datatype-boolean.html
 */
import type { A_Expr } from 'libpg-query'
import { as, constantOf, kindOf, type Node, nameOf } from '../tree.ts'

export interface Literals {
  literalsMatter: boolean
}

export function constantTruth(node: Node, literals: Literals): boolean | undefined {
  const constant = as(node, 'A_Const')
  if (constant?.boolval !== undefined) return constant.boolval.boolval ?? false
  const value = constantOf(node)?.trim().toLowerCase()
  if (value === undefined) return undefined
  literals.literalsMatter = true
  if (/^(?:t|tr|tru|true|y|ye|yes|on|1)$/.test(value)) return true
  return /^(?:f|fa|fal|fals|false|n|no|of|off|0)$/.test(value) ? false : undefined
}

export function order(expression: A_Expr, left: string, right: string): boolean | undefined {
  const operator = nameOf(expression.name).at(-1) ?? ''
  const numbers = [Number(left), Number(right)] as const
  const numeric = left.trim() !== '' && right.trim() !== '' && !numbers.some(Number.isNaN)
  const [a, b] = numeric ? numbers : [left, right]
  const difference = a === b ? 0 : a < b ? -1 : 1
  // The order of texts is the server's collation, so only their equality is certain.
  if (!numeric && difference !== 0 && !['=', '<>', '!='].includes(operator)) return undefined
  switch (operator) {
    case '=':
      return expression.kind === 'AEXPR_DISTINCT' ? difference !== 0 : difference === 0
    case '<>':
    case '!=':
      return difference !== 0
    case '<':
      return difference < 0
    case '>':
      return difference > 0
    case '<=':
      return difference <= 0
    case '>=':
      return difference >= 0
    default:
      return undefined
  }
}

/** `LIKE '%'` and `SIMILAR TO '%'` leave out nothing but NULL. */
export function likesAll(operator: string, pattern: Node, literals: Literals): boolean | undefined {
  const [argument] = as(pattern, 'FuncCall')?.args ?? []
  const text = constantOf(argument ?? pattern)
  if (text === undefined) return undefined
  literals.literalsMatter = true
  return /^%+$/.test(text) && !operator.startsWith('!') ? true : undefined
}

/** A regular expression that is found in every text. */
export function matchesAll(
  operator: string,
  pattern: Node,
  literals: Literals,
): boolean | undefined {
  const text = constantOf(pattern)
  if (text === undefined) return undefined
  literals.literalsMatter = true
  return /^\^?(?:\(?\.\*\??\)?)*\$?$/.test(text) && !operator.startsWith('!') ? true : undefined
}

/** Constants, and the columns that the server gives every row. */
export function isNeverNull(node: Node): boolean {
  const name = columnOf(node)?.at(-1)
  return constantOf(node) !== undefined || (name !== undefined && systemColumns.has(name))
}

export const systemColumns: ReadonlySet<string> = new Set(
  'ctid tableoid xmin xmax cmin cmax'.split(' '),
)

export function columnOf(node: Node | undefined): readonly string[] | undefined {
  const reference = as(node, 'ColumnRef')
  return reference === undefined ? undefined : nameOf(reference.fields)
}

export function isConstant(node: Node): boolean {
  return kindOf(node) === 'A_Const'
}

/** A constant behind a cast: `1::int = 1`. */
export function unsigned(node: Node): Node {
  const cast = as(node, 'TypeCast')
  return cast?.arg !== undefined && isConstant(cast.arg) ? cast.arg : node
}

export function same(a: Node, b: Node): boolean {
  return print(a, false) === print(b, false)
}

/** Equal but for their literals. */
export function sameBut(a: Node, b: Node): boolean {
  return print(a, true) === print(b, true)
}

export function print(node: Node, blind: boolean): string {
  return JSON.stringify(node, (key, value: unknown) => {
    if (key === 'location') return undefined
    return blind && (key === 'A_Const' || key === 'sval') ? '?' : value
  })
}
