/**
 * What names mean where the rows of a written table are looked for once more: which columns of what
 * stands in a FROM have the values of all its rows.
 */
import type { RangeVar } from 'libpg-query'
import { as, type Node } from '../tree.ts'
import type { Scope } from './collector.ts'
import { columnOf, type Literals, systemColumns } from './constants.ts'
import type { ColumnTypes } from './truth.ts'

/** What is written to, and what else stands beside it: FROM, USING, the source of a MERGE. */
export interface Written {
  readonly relation: RangeVar | undefined
  readonly others: readonly Node[] | undefined
  /** Of what is written to; undefined: they are not known. */
  readonly columns: ColumnTypes | undefined
  readonly scope: Scope
  /** Its condition matches rows with others, and none asks there for what is not NULL. */
  readonly matches?: boolean
  /** Each row has itself beside it: what that is asked for, the row is asked for. */
  readonly doubled?: boolean
}

/** A column of which a query gives the value of every row of the table; both `*`: all by name. */
export interface Output {
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

export function isCopy({ outputs }: Source): boolean {
  return outputs.some(({ of }) => of !== undefined)
}

/** The table's column that a column has the value of. */
export function originOf(node: Node | undefined, looking: Looking): string | undefined {
  const names = columnOf(uncast(node)) ?? []
  const [table, name] = [names.at(-2), names.at(-1)]
  if (name === undefined) return undefined
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
  const known = columns === undefined || columns.has(name) || systemColumns.has(name)
  return known ? name : undefined
}

export function uncast(node: Node | undefined): Node | undefined {
  return as(node, 'TypeCast')?.arg ?? node
}
