/**
 * Constants as conditions, as the server takes them: numbers are true unless they are 0, texts are
 * the number that they begin with. What is not certain is undefined.
 * https://dev.mysql.com/doc/refman/en/type-conversion.html
 */
import type { Expression, Literal } from '../ast.ts'

export interface Literals {
  literalsMatter: boolean
}

export function isConstant(node: Expression): boolean {
  return node.kind === 'literal'
}

/** undefined: no constant, or one of which it is not certain. */
export function constantTruth(node: Expression, literals: Literals): boolean | undefined {
  const value = knownValue(node)
  if (value === undefined) return undefined
  literals.literalsMatter = true
  // Neither true nor false: what stands around it decides, COALESCE or IS NOT FALSE.
  if (value === null) return undefined
  if (typeof value === 'number') return value !== 0
  // A text that is no number is 0, and in strict mode an error: nobody narrows by that.
  const number = numberIn(value)
  return number === undefined ? undefined : number !== 0
}

/** The result of a comparison of two constants. */
export function order(
  operator: string,
  left: Expression,
  right: Expression,
  literals: Literals,
): boolean | undefined {
  const [a, b] = [knownValue(left), knownValue(right)]
  if (a === undefined || b === undefined) return undefined
  literals.literalsMatter = true
  if (a === null || b === null) return operator === '<=>' ? a === b : undefined
  if (typeof a === 'string' && typeof b === 'string') {
    // The order of texts is the collation's, and so is their equality but for the very same.
    if (a === b) return compare(operator, 0)
    const different = a.trimEnd().toLowerCase() !== b.trimEnd().toLowerCase()
    const plain = /^[\x20-\x7e]*$/.test(a + b)
    return different && plain ? byInequality(operator) : undefined
  }
  const [x, y] = [a, b].map(each => (typeof each === 'number' ? each : numberIn(each)))
  if (x === undefined || y === undefined) return undefined
  return compare(operator, Math.sign(x - y))
}

function byInequality(operator: string): boolean | undefined {
  if (operator === '=' || operator === '<=>') return false
  return operator === '<>' || operator === '!=' ? true : undefined
}

function compare(operator: string, difference: number): boolean | undefined {
  switch (operator) {
    case '=':
    case '<=>':
      return difference === 0
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

type Value = string | number | null

function knownValue(node: Expression): Value | undefined {
  switch (node.kind) {
    case 'literal':
      return ofLiteral(node)
    case 'unary':
      return ofUnary(node.operator, knownValue(node.operand))
    case 'row':
      return node.items.length === 1 && node.items[0] !== undefined
        ? knownValue(node.items[0])
        : undefined
    case 'operation':
      return ofOperation(node.operators, node.operands)
    case 'collate':
    case 'convertUsing':
      return knownValue(node.operand)
    case 'call':
      return node.schema === undefined ? ofCall(node.name, node.args) : undefined
    default:
      return undefined
  }
}

function ofLiteral({ type, value }: Literal): Value | undefined {
  switch (type) {
    case 'string':
      return value
    case 'integer':
    case 'decimal':
    case 'float':
      return Number(value)
    case 'boolean':
      return value.toLowerCase() === 'true' ? 1 : 0
    case 'null':
      return null
    case 'bit':
      return Number.parseInt(value, 2)
    // In a condition a number, in a comparison with a text a text: certain only as the former.
    case 'hex':
      return undefined
    default:
      return undefined
  }
}

function ofUnary(operator: string, value: Value | undefined): Value | undefined {
  if (value === undefined || value === null) return value
  const number = typeof value === 'number' ? value : numberIn(value)
  if (number === undefined) return undefined
  if (operator === '-') return -number
  if (operator === '+') return number
  return operator === 'not' || operator === '!' ? Number(number === 0) : undefined
}

/** Arithmetic of numbers that are surely numbers: `1-1`, `2*3`. */
function ofOperation(
  operators: readonly string[],
  operands: readonly Expression[],
): Value | undefined {
  const [first, ...more] = operands
  if (first === undefined || !operators.every(each => /^[-+*]$/.test(each))) return undefined
  let result = knownValue(first)
  for (const [index, operand] of more.entries()) {
    if (typeof result !== 'number') return undefined
    const next = knownValue(operand)
    if (typeof next !== 'number') return undefined
    const operator = operators[index]
    if (operator === '+') result += next
    else if (operator === '-') result -= next
    else result *= next
  }
  return result
}

function ofCall(name: string, [first]: readonly Expression[]): Value | undefined {
  const value = name !== 'abs' || first === undefined ? undefined : knownValue(first)
  return typeof value === 'number' ? Math.abs(value) : undefined
}

/** The whole of it; a text that only begins with a number is not certain enough. */
function numberIn(text: string): number | undefined {
  return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text) ? Number(text) : undefined
}

export function same(a: Expression, b: Expression): boolean {
  return a.kind === b.kind && print(a) === print(b)
}

/** Equal but for their literals. */
export function sameBut(a: Expression, b: Expression): boolean {
  return a.kind === b.kind && print(a, true) === print(b, true)
}

/** Without positions, and without the case of names, which does not count. */
export function print(node: Expression, blind = false): string {
  return JSON.stringify(node, function (this: { kind?: unknown }, key, value: unknown) {
    if (key === 'start' || key === 'end') return undefined
    if (blind && key === 'value' && this.kind === 'literal') return '?'
    return typeof value === 'string' && this.kind === 'column' ? value.toLowerCase() : value
  })
}
