/** What a statement gives to the client, if anything. */
import type { ResultLineage } from '../../../protocol.ts'
import {
  type Columns,
  clean,
  derive,
  noColumns,
  type Rows,
  unknownColumns,
  untraced,
  type Value,
} from './value.ts'

export interface Output {
  /** It gives rows to the client; otherwise `columns` went somewhere else, or there are none. */
  readonly shown: boolean
  readonly columns: Columns
  /** What the conditions ask of columns that are not shown. */
  readonly asked: Value
}

export const nothing: Output = { shown: false, columns: noColumns, asked: clean }
export const unknown: Output = { shown: true, columns: unknownColumns, asked: untraced }

export function output(shown: boolean, { columns, conditions }: Rows): Output {
  return { shown, columns, asked: derive([conditions.asked]) }
}

export function told(columns: Columns | undefined): Output {
  return columns === undefined ? unknown : { shown: true, columns, asked: clean }
}

/** That of a statement that was traced before. */
export function outputOf(result: ResultLineage): Output {
  if (result === 'none') return nothing
  if (result === 'untraced') return unknown
  const fields = result.map(({ name, sources, plain }) => {
    const [first] = sources
    const copies = plain && first !== undefined ? [first] : []
    return { name, value: { ...clean, sources, copies } }
  })
  return { shown: true, columns: { fields, rest: undefined }, asked: clean }
}
