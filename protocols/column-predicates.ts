/** How base columns are asked about in one statement: gathered while its lineage is traced. */
import type { ColumnName, ColumnPredicate, PredicateKind } from './protocol.ts'

export class ColumnPredicates {
  readonly #byColumn = new Map<ColumnName, Map<PredicateKind, ColumnPredicate>>()

  /** `constants`: as ColumnPredicate has it; they add up, so that ORs count like an IN. */
  add(columns: readonly ColumnName[], kind: PredicateKind, constants = 0, list = false): void {
    for (const column of columns) {
      let kinds = this.#byColumn.get(column)
      if (kinds === undefined) {
        kinds = new Map()
        this.#byColumn.set(column, kinds)
      }
      const before = kinds.get(kind)
      const sum = constants + (before?.constants ?? 0)
      const listed = list || before?.list === true
      kinds.set(kind, { column, kind, constants: sum, ...(listed && { list: true }) })
    }
  }

  addAll(others: Iterable<ColumnPredicate>): void {
    for (const { column, kind, constants, list } of others)
      this.add([column], kind, constants, list)
  }

  all(): readonly ColumnPredicate[] {
    return [...this.#byColumn.values()].flatMap(kinds => [...kinds.values()])
  }
}
