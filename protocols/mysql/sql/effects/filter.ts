/**
 * Whether a WHERE narrows anything: none, or one that is true for every row, does not. What cannot
 * be decided narrows, if it asks anything of the rows. Literals that decided are reported, since
 * texts that differ in them differ. Conditions of joins narrow as WHERE does, LIMIT does not.
 */
import type { Expression, NamedTable, Query, TableReference } from '../ast.ts'
import { folded } from '../names.ts'
import type { Literals } from './constants.ts'
import { findsItself, givesOwn, joinsItself, lookingFrom } from './itself.ts'
import { tablesOf } from './query.ts'
import { isCopy, type Looking, type Source, type Written } from './sources.ts'
import { truth } from './truth.ts'

/** Nothing is left out by it: it is true for every row, or asks nothing of the rows at all. */
export function unfiltered(
  where: Expression | undefined,
  written: Written,
  literals: Literals,
): boolean {
  const looking = lookingFrom(written, { literals, truth })
  const conditions = [...joined(written.from, looking)]
  if (where !== undefined) conditions.push(where)
  const copies = copiesBeside(where, looking)
  const asked: Asked = {
    ...looking,
    tables: new Set([...askedTables(looking), ...copies.map(({ name = '' }) => name)]),
    names: new Set(copies.flatMap(({ outputs }) => outputs.map(({ name = '' }) => name))),
  }
  // Each of them has to let every row pass.
  return conditions.every(each => passes(each, asked, literals))
}

/** An INSERT gives the rows of its own table again, by what any of those columns has. */
export function givesOwnRows(
  query: Query,
  columns: readonly string[],
  written: Written,
  literals: Literals,
): boolean {
  return givesOwn(query, columns, lookingFrom(written, { literals, truth }))
}

interface Asked extends Looking {
  /** Names of tables whose columns tell something of the rows that are written. */
  readonly tables: ReadonlySet<string>
  /** Names of such columns, as far as a query gives them. */
  readonly names: ReadonlySet<string>
}

/** What has beside each row that row again: what it is asked for, the row is asked for. */
function copiesBeside(where: Expression | undefined, looking: Looking): readonly Source[] {
  const copies = looking.levels.flat().filter(isCopy)
  const linked = new Set<string | undefined>()
  const link = (condition: Expression | undefined): void => {
    for (const each of condition === undefined ? [] : conjuncts(condition)) {
      if (each.kind !== 'operation' || !findsItself(each, looking)) continue
      for (const operand of each.operands) {
        const table = operand.kind === 'column' ? operand.table : undefined
        const meant = table === undefined ? copies.map(({ name }) => name) : [folded(table)]
        for (const name of meant) linked.add(name)
      }
    }
  }
  const visit = (reference: TableReference): void => {
    if (reference.kind === 'group') reference.tables.forEach(visit)
    if (reference.kind !== 'join') return
    const { natural, using, on, left, right } = reference
    link(on)
    if (natural || using.length > 0) for (const name of namesIn(reference)) linked.add(name)
    visit(left)
    visit(right)
  }
  link(where)
  looking.from.forEach(visit)
  return copies.filter(({ name }) => linked.has(name))
}

function conjuncts(node: Expression): readonly Expression[] {
  const isAnd = node.kind === 'operation' && node.operators.every(each => each === 'and')
  return isAnd ? node.operands.flatMap(conjuncts) : [node]
}

/** The target, and what an outer join puts beside its rows by asking something of them. */
function askedTables(written: Looking): ReadonlySet<string> {
  const { target, from, literals } = written
  const tables = new Set([folded(target.alias ?? target.table.name)])
  const visit = (reference: TableReference): void => {
    if (reference.kind === 'group') reference.tables.forEach(visit)
    if (reference.kind !== 'join') return
    visit(reference.left)
    visit(reference.right)
    const { left, right, type, on } = reference
    if (type === 'inner' || on === undefined) return
    const asked = { ...written, tables, names: new Set<string>() }
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
  written: Looking,
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
      // Joined with itself by its own columns it is whole.
      if (!joinsItself(reference, written)) yield column(written.target, using[0] ?? '*')
    }
  }
}

function column({ table, alias }: NamedTable, name: string): Expression {
  const { start, end } = table
  return { kind: 'column', start, end, schema: undefined, table: alias ?? table.name, name }
}

/**
 * Whether a column of what is written to is named. A name of no table is, unless nothing there has
 * it: then it is another table's, or a variable of the body that it stands in.
 */
function asksOf(value: unknown, written: Asked): boolean {
  if (Array.isArray(value)) return value.some(each => asksOf(each, written))
  if (typeof value !== 'object' || value === null) return false
  const { kind, table, name } = value as { kind?: unknown; table?: unknown; name?: unknown }
  if (kind === 'column' || kind === 'star') {
    if (typeof table === 'string') return written.tables.has(folded(table))
    // COUNT(*) and `SELECT *` ask nothing of what stands around them.
    const { columns } = written
    const column = folded(String(name))
    return kind === 'column' && (written.names.has(column) || (columns?.has(column) ?? true))
  }
  return Object.values(value).some(each => typeof each === 'object' && asksOf(each, written))
}
