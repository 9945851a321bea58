/**
 * Whether a WHERE narrows anything: none, or one that is true for every row, does not. What cannot
 * be decided narrows, if it asks anything of the rows. Literals that decided are reported, since
 * texts that differ in them differ. Conditions of joins narrow as WHERE does, LIMIT does not.
 */
import type { Expression, NamedTable, Operation, Query, TableReference } from '../ast.ts'
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
import { findsItself, isSame, type Written } from './itself.ts'
import { tablesOf } from './query.ts'

/** Nothing is left out by it: it is true for every row, or asks nothing of the rows at all. */
export function unfiltered(
  where: Expression | undefined,
  written: Written,
  literals: Literals,
): boolean {
  const asked: Asked = { ...written, tables: askedTables(written, literals) }
  const conditions = [...joined(written.from, written)]
  if (where !== undefined) conditions.push(where)
  // Each of them has to let every row pass.
  return conditions.every(each => passes(each, asked, literals))
}

interface Asked extends Written {
  /** Names of tables whose columns tell something of the rows that are written. */
  readonly tables: ReadonlySet<string>
}

/** The target, and what an outer join puts beside its rows by asking something of them. */
function askedTables(written: Written, literals: Literals): ReadonlySet<string> {
  const { target, from } = written
  const tables = new Set([folded(target.alias ?? target.table.name)])
  const visit = (reference: TableReference): void => {
    if (reference.kind === 'group') reference.tables.forEach(visit)
    if (reference.kind !== 'join') return
    visit(reference.left)
    visit(reference.right)
    const { left, right, type, on } = reference
    if (type === 'inner' || on === undefined) return
    const asked = { ...written, tables }
    if (truth(on, written, literals) === true || !asksOf(on, asked)) return
    for (const name of namesIn(type === 'left' ? right : left)) tables.add(name)
  }
  from.forEach(visit)
  return tables
}

function namesIn(reference: TableReference): readonly string[] {
  switch (reference.kind) {
    case 'table':
      return [folded(reference.alias ?? reference.table.name)]
    case 'join':
      return [...namesIn(reference.left), ...namesIn(reference.right)]
    case 'group':
      return reference.tables.flatMap(namesIn)
    default:
      return reference.alias === undefined ? [] : [folded(reference.alias)]
  }
}

function passes(condition: Expression, written: Asked, literals: Literals): boolean {
  // Of several conditions one suffices to narrow it.
  if (condition.kind === 'operation' && condition.operators.every(each => each === 'and'))
    return condition.operands.every(each => passes(each, written, literals))
  const certain = truth(condition, written, literals)
  return certain ?? !asksOf(condition, written)
}

/** ON of the joins that leave out rows of the target. */
function* joined(
  references: readonly TableReference[],
  written: Written,
): Generator<Expression, void> {
  for (const reference of references) {
    if (reference.kind === 'group') yield* joined(reference.tables, written)
    if (reference.kind !== 'join') continue
    const { left, right, type, on, natural, using } = reference
    yield* joined([left], written)
    yield* joined([right], written)
    const kept = type === 'left' ? left : type === 'right' ? right : undefined
    // An outer join keeps every row of one side.
    if (kept !== undefined && tablesOf([kept]).includes(written.target)) continue
    if (on !== undefined) yield on
    else if (natural || using.length > 0) {
      const other = tablesOf([left]).includes(written.target) ? right : left
      const [table, more] = tablesOf([other])
      // Joined with itself by its own columns it is whole.
      if (table === undefined || more !== undefined || !isSame(table, written.target))
        yield column(written.target, using[0] ?? '*')
    }
  }
}

function column({ table, alias }: NamedTable, name: string): Expression {
  const { start, end } = table
  return { kind: 'column', start, end, schema: undefined, table: alias ?? table.name, name }
}

/** Whether a column of what is written to is named; one without a table's name may be. */
function asksOf(value: unknown, written: Asked): boolean {
  if (Array.isArray(value)) return value.some(each => asksOf(each, written))
  if (typeof value !== 'object' || value === null) return false
  const { kind, table } = value as { kind?: unknown; table?: unknown }
  if (kind === 'column' || kind === 'star') {
    return typeof table !== 'string' || written.tables.has(folded(table))
  }
  return Object.values(value).some(each => typeof each === 'object' && asksOf(each, written))
}

/** true and false for every row; undefined: it depends, or we cannot tell. */
function truth(node: Expression, written: Written, literals: Literals): boolean | undefined {
  const constant = constantTruth(node, literals)
  if (constant !== undefined) return constant
  if (findsItself(node, written)) return true
  switch (node.kind) {
    case 'unary': {
      if (node.operator !== 'not' && node.operator !== '!')
        return node.operator === '+' ? truth(node.operand, written, literals) : undefined
      const inner = truth(node.operand, written, literals)
      return inner === undefined ? undefined : !inner
    }
    case 'operation':
      return operation(node, written, literals)
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
      const [first, second] = node.args
      if (first === undefined) return undefined
      if (node.name === 'coalesce' || node.name === 'ifnull') return truth(first, written, literals)
      // NULLIF and IF of a condition that never changes.
      if (node.name !== 'if' || second === undefined) return undefined
      const condition = truth(first, written, literals)
      const chosen = condition === true ? second : condition === false ? node.args[2] : undefined
      return chosen === undefined ? undefined : truth(chosen, written, literals)
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

function operation(
  { operators, operands }: Operation,
  written: Written,
  literals: Literals,
): boolean | undefined {
  const [operator] = operators
  const parts = (): (boolean | undefined)[] => operands.map(each => truth(each, written, literals))
  switch (operator) {
    case 'and':
    case '&&': {
      const each = parts()
      if (each.includes(false)) return false
      return each.every(part => part === true) ? true : undefined
    }
    case 'or':
    case '||': {
      const each = parts()
      if (each.includes(true) || complementary(operands)) return true
      return each.every(part => part === false) ? false : undefined
    }
    case 'xor': {
      const each = parts()
      if (each.includes(undefined)) return undefined
      return each.filter(part => part === true).length % 2 === 1
    }
    default:
      return compared(operators, operands, literals)
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
  if (!same(left, right)) {
    if (sameBut(left, right)) literals.literalsMatter = true
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

/** `x IS NULL OR x IS NOT NULL`, `p OR NOT p`. Each operand is written once: there may be many. */
function complementary(operands: readonly Expression[]): boolean {
  const tests = new Map<string, boolean>()
  const texts = new Set<string>()
  const denied: string[] = []
  for (const each of operands) {
    if (each.kind === 'is') {
      const test = `${each.value} ${print(each.operand)}`
      if (tests.get(test) === !each.negated) return true
      tests.set(test, each.negated)
    }
    if (each.kind === 'unary' && (each.operator === 'not' || each.operator === '!'))
      denied.push(print(each.operand))
    else texts.add(print(each))
  }
  return denied.some(each => texts.has(each))
}

/** `LIKE '%'` and `REGEXP '.*'` leave out nothing but NULL. */
function matchesAll(operator: string, pattern: Expression, literals: Literals): boolean {
  if (pattern.kind !== 'literal' || pattern.type !== 'string') return false
  literals.literalsMatter = true
  if (operator === 'like') return /^%+$/.test(pattern.value)
  return operator === 'regexp' && /^\^?(?:\.\*)?\$?$/.test(pattern.value)
}

/** A SELECT of something from nowhere has one row. */
function isBare({ body, with: clause, limit }: Query): boolean {
  if (body.kind !== 'select' || clause !== undefined || limit !== undefined) return false
  return body.from.length === 0 && body.where === undefined && body.having === undefined
}
