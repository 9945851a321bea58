/**
 * What names mean where the rows of a written table are looked for once more: which columns of what
 * stands in a FROM have the values of all its rows.
 */
import type { CommonTable, Expression, NamedTable, TableName, TableReference } from '../ast.ts'
import { folded } from '../names.ts'
import type { Scope } from './collector.ts'
import type { Literals } from './constants.ts'

/** What is written to, and all that stands beside it in the list of tables. */
export interface Written {
  readonly target: NamedTable
  readonly from: readonly TableReference[]
  /** Names of the target's columns, folded, and their types; undefined: they are not known. */
  readonly columns: ReadonlyMap<string, string> | undefined
  readonly scope: Scope
  /** How a scope has a name. */
  readonly named: (name: string) => string
}

/** A column of which a query gives the value of every row of the table; both `*`: all by name. */
export interface Output {
  /** Folded, as `of` is. */
  readonly name: string | undefined
  /** The table's column; undefined: it is none, or not of every row. */
  readonly of: string | undefined
}

/** What stands in a FROM; without outputs it is another table, or has lost rows. */
export interface Source {
  readonly name: string | undefined
  readonly outputs: readonly Output[]
}

export interface Looking extends Written {
  readonly literals: Literals
  readonly truth: (node: Expression, looking: Looking, literals: Literals) => boolean | undefined
  /** What names can mean, innermost query first. */
  readonly levels: readonly (readonly Source[])[]
  /** Queries that may still be followed: each use of a WITH query follows it again. */
  readonly budget: { left: number }
}

export const everything: readonly Output[] = [{ name: '*', of: '*' }]

/** Every column by its name, where they are known. */
export function expanded(outputs: readonly Output[], { columns }: Looking): readonly Output[] {
  if (outputs[0]?.name !== '*' || columns === undefined) return outputs
  return [...columns.keys()].map(name => ({ name, of: name }))
}

/** `AS other(a, b)`. */
export function renamed(
  outputs: readonly Output[],
  names: readonly string[],
  looking: Looking,
): readonly Output[] {
  if (names.length === 0) return outputs
  return expanded(outputs, looking).map(({ name, of }, index) => {
    const other = names[index]
    return { name: other === undefined ? name : folded(other), of }
  })
}

export function isCopy({ outputs }: Source): boolean {
  return outputs.some(({ of }) => of !== undefined)
}

/** The WITH query that a name means. */
export function commonTable(
  { schema, name }: TableName,
  { scope, named }: Written,
): CommonTable | undefined {
  return schema === undefined ? scope.get(named(name)) : undefined
}

/** The table's column that a column has the value of. */
export function originOf(node: Expression | undefined, looking: Looking): string | undefined {
  if (node?.kind !== 'column') return undefined
  const [name, table] = [folded(node.name), node.table && folded(node.table)]
  if (table === undefined) return unqualified(name, looking)
  const source = looking.levels.flat().find(each => each.name === table)
  return source && outputOf(source, name, looking)
}

export function unqualified(name: string, looking: Looking): string | undefined {
  for (const level of looking.levels) {
    for (const source of level) {
      const of = outputOf(source, name, looking)
      if (of !== undefined) return of
    }
    // It may be what another table has.
    if (!level.every(isCopy)) return undefined
  }
  return undefined
}

function outputOf({ outputs }: Source, name: string, { columns }: Looking): string | undefined {
  const found = outputs.find(each => each.name === name)
  if (found !== undefined || outputs[0]?.name !== '*') return found?.of
  return columns?.has(name) === false ? undefined : name
}
