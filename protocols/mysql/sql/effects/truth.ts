/**
 * Whether a condition is true, or false, for every row: what the tree says at once, and what trying
 * says of the rest. Literals that decided are reported.
 */
import {
  anyNumber,
  type Comparison,
  choice,
  type Domain,
  type Formula,
  truthOf,
  turned,
} from '../../../tautology.ts'
import type { Case, Expression, Operation, Query } from '../ast.ts'
import { folded } from '../names.ts'
import {
  constantTruth,
  isConstant,
  type Literals,
  order,
  print,
  same,
  sameBut,
} from './constants.ts'
import { findsItself } from './itself.ts'
import type { Looking } from './sources.ts'

/** true and false for every row; undefined: it depends, or we cannot tell. */
export function truth(node: Expression, written: Looking, literals: Literals): boolean | undefined {
  return truthOf(formulaOf(node, written, literals))
}

function formulaOf(node: Expression, written: Looking, literals: Literals): Formula {
  const inner = (each: Expression): Formula => formulaOf(each, written, literals)
  const value = atom(node, written, literals)
  if (value !== undefined) return { kind: 'known', value }
  const free: Formula = { kind: 'free', what: print(node) }
  switch (node.kind) {
    case 'unary':
      // Denied, `x = 1` is met by what else is 1 or is not.
      if (node.operator !== 'not' && node.operator !== '!') return free
      literals.literalsMatter = true
      return { kind: 'not', of: inner(node.operand) }
    case 'row':
      return node.items.length === 1 && node.items[0] ? inner(node.items[0]) : free
    case 'is': {
      const test: Formula = { kind: 'free', what: `${print(node.operand)} is ${node.value}` }
      return node.negated ? { kind: 'not', of: test } : test
    }
    case 'case':
      return node.operand === undefined ? chosen(node, inner, literals) : free
    case 'call': {
      const [condition, yes, no] = node.args
      if (node.name !== 'if' || !condition || !yes || !no || node.stored) return free
      literals.literalsMatter = true
      return choice(inner(condition), inner(yes), inner(no))
    }
    case 'between': {
      const low = comparison(node.operand, '>=', node.low, written, literals)
      const high = comparison(node.operand, '<=', node.high, written, literals)
      if (low === undefined || high === undefined) return free
      const between: Formula = { kind: 'all', parts: [low, high] }
      return node.negated ? { kind: 'not', of: between } : between
    }
    case 'operation':
      return operation(node, inner, written, literals) ?? free
    default:
      return free
  }
}

function operation(
  { operators, operands }: Operation,
  inner: (node: Expression) => Formula,
  written: Looking,
  literals: Literals,
): Formula | undefined {
  const [word = ''] = operators
  if (word === 'and' || word === '&&') return { kind: 'all', parts: operands.map(inner) }
  if (word === 'or' || word === '||') return { kind: 'any', parts: operands.map(inner) }
  if (word === 'xor') {
    literals.literalsMatter = true
    const [first, ...more] = operands.map(inner)
    // One, and not the other.
    return first && more.reduce((a, b) => choice(a, { kind: 'not', of: b }, b), first)
  }
  const [left, right, third] = operands
  const operator = comparisons[word]
  if (operator === undefined || !left || !right || third !== undefined) return undefined
  return (
    comparison(left, operator, right, written, literals) ??
    comparison(right, turned[operator], left, written, literals)
  )
}

function chosen(
  { branches, otherwise }: Case,
  inner: (node: Expression) => Formula,
  literals: Literals,
): Formula {
  literals.literalsMatter = true
  return branches.reduceRight<Formula>(
    (rest, { when, then }) => choice(inner(when), inner(then), rest),
    otherwise === undefined ? { kind: 'known', value: false } : inner(otherwise),
  )
}

const comparisons: Readonly<Record<string, Comparison['operator']>> = {
  '=': '=',
  '<=>': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

function comparison(
  what: Expression,
  operator: Comparison['operator'],
  to: Expression,
  written: Looking,
  literals: Literals,
): Formula | undefined {
  const constant = numberOf(to)
  if (constant === undefined || numberOf(what) !== undefined) return undefined
  literals.literalsMatter ||= operator !== '='
  const simple = simplified(what)
  return {
    kind: 'compare',
    what: print(simple),
    operator,
    constant,
    domain: domainOf(simple, written),
  }
}

function numberOf(node: Expression): number | undefined {
  if (node.kind === 'unary' && node.operator === '-') {
    const inner = numberOf(node.operand)
    return inner === undefined ? undefined : -inner
  }
  if (node.kind !== 'literal' || !/^(?:integer|decimal|float)$/.test(node.type)) return undefined
  return Number(node.value)
}

/** What a column's type, or a function's nature, leaves possible. */
function domainOf(node: Expression, { columns }: Looking): Domain {
  if (node.kind === 'call' && !node.stored && notNegative.has(node.name))
    return { from: 0, to: Infinity, whole: false }
  const type = node.kind === 'column' ? columns?.get(folded(node.name)) : undefined
  const [, word = '', unsigned] = /^(\w+)\b[^a-z]*(unsigned)?/.exec(type ?? '') ?? []
  const bits = integerBits[word]
  if (bits === undefined) return anyNumber
  return unsigned === undefined
    ? { from: -(2 ** (bits - 1)), to: 2 ** (bits - 1) - 1, whole: true }
    : { from: 0, to: 2 ** bits - 1, whole: true }
}

const integerBits: Readonly<Record<string, number>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
}

const notNegative: ReadonlySet<string> = new Set([
  ...['abs', 'length', 'char_length', 'character_length', 'octet_length', 'bit_length'],
  ...['json_length', 'json_depth'],
])

/** Without `+ 0`, `* 1` and the like. */
function simplified(node: Expression): Expression {
  if (node.kind === 'row' && node.items.length === 1 && node.items[0] !== undefined)
    return simplified(node.items[0])
  if (node.kind !== 'operation' || node.operators.length !== 1) return node
  const [operator = ''] = node.operators
  const [left, right] = node.operands
  const nothing = neutral[operator]
  if (nothing === undefined || left === undefined || right === undefined) return node
  if (numberOf(right) === nothing) return simplified(left)
  const either = operator === '+' || operator === '*'
  return either && numberOf(left) === nothing ? simplified(right) : node
}

const neutral: Readonly<Record<string, number>> = { '+': 0, '-': 0, '*': 1, '/': 1, div: 1 }

/** What the tree says of one condition at once. */
function atom(node: Expression, written: Looking, literals: Literals): boolean | undefined {
  const constant = constantTruth(node, literals)
  if (constant !== undefined) return constant
  if (findsItself(node, written)) return true
  switch (node.kind) {
    case 'unary':
      return node.operator === '+' ? truth(node.operand, written, literals) : undefined
    case 'operation':
      return compared(node.operators, node.operands, literals)
    case 'between':
      return [node.low, node.high].every(each => same(each, node.operand))
        ? said(node.operand, literals, !node.negated)
        : undefined
    case 'in':
      return node.list !== undefined && amongItself(node.operand, node.list)
        ? said(node.operand, literals, !node.negated)
        : undefined
    case 'like':
      return matchesAll(node.operator, node.pattern, literals) ? !node.negated : undefined
    case 'is': {
      if (node.value === 'null' || node.value === 'unknown') {
        if (node.operand.kind !== 'literal') return undefined
        return said(node.operand, literals, (node.operand.type === 'null') !== node.negated)
      }
      const inner = truth(node.operand, written, literals)
      if (inner === undefined || node.value === 'json') return undefined
      return (node.value === 'true') === inner ? !node.negated : node.negated
    }
    case 'exists':
      return isBare(node.query) ? true : undefined
    case 'row':
      return node.items.length === 1 && node.items[0] !== undefined
        ? truth(node.items[0], written, literals)
        : undefined
    case 'cast':
    case 'collate':
    case 'convertUsing':
      return isConstant(node.operand) ? constantTruth(node.operand, literals) : undefined
    case 'call': {
      const [first] = node.args
      if (first === undefined) return undefined
      if (node.name === 'coalesce' || node.name === 'ifnull') return truth(first, written, literals)
      return undefined
    }
    case 'subquery': {
      const { body, limit } = node.query
      if (!isBare(node.query) || limit !== undefined || body.kind !== 'select') return undefined
      const [item, more] = body.items
      if (item === undefined || more !== undefined || item.expression.kind === 'star')
        return undefined
      return truth(item.expression, written, literals)
    }
    default:
      return undefined
  }
}

function compared(
  operators: readonly string[],
  [left, right, more]: readonly Expression[],
  literals: Literals,
): boolean | undefined {
  const [operator = ''] = operators
  if (left === undefined || right === undefined || more !== undefined) return undefined
  const decided = order(operator, left, right, literals)
  if (decided !== undefined) return decided
  // NULL apart, a thing equals itself; nobody writes that to leave the NULLs out.
  const [one, other] = [simplified(left), simplified(right)]
  if (!same(one, other)) {
    if (sameBut(left, right) || one !== left || other !== right) literals.literalsMatter = true
    return undefined
  }
  if (['=', '<=>', '<=', '>='].includes(operator)) return said(left, literals, true)
  return ['<>', '!=', '<', '>'].includes(operator) ? said(left, literals, false) : undefined
}

function amongItself(operand: Expression, list: readonly Expression[]): boolean {
  const text = print(operand)
  return list.some(each => each.kind === operand.kind && print(each) === text)
}

/** A result that hangs on literals within. */
function said(node: Expression, literals: Literals, result: boolean): boolean {
  if (JSON.stringify(node).includes('"literal"')) literals.literalsMatter = true
  return result
}

/** `LIKE '%'` and `REGEXP '.*'` leave out nothing but NULL. */
function matchesAll(operator: string, pattern: Expression, literals: Literals): boolean {
  if (pattern.kind !== 'literal' || pattern.type !== 'string') return false
  literals.literalsMatter = true
  if (operator === 'like') return /^%+$/.test(pattern.value)
  return operator === 'regexp' && /^\^?(?:\(?\.\*\??\)?)*\$?$/.test(pattern.value)
}

/** A SELECT of something from nowhere has one row. */
function isBare({ body, with: clause, limit }: Query): boolean {
  if (body.kind !== 'select' || clause !== undefined || limit !== undefined) return false
  return body.from.length === 0 && body.where === undefined && body.having === undefined
}
