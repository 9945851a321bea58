/** How base columns are asked about in one statement: gathered while its lineage is traced. */
import type { ColumnName, ColumnPredicate, PredicateKind } from './protocol.ts'

export class ColumnPredicates {
  /** Few kinds of each. */
  readonly #byColumn = new Map<ColumnName, ColumnPredicate[]>()

  /** `constants`: as ColumnPredicate has it; they add up, so that ORs count like an IN. */
  add(columns: readonly ColumnName[], kind: PredicateKind, constants = 0, list = false): void {
    for (const column of columns) {
      let own = this.#byColumn.get(column)
      if (own === undefined) {
        own = []
        this.#byColumn.set(column, own)
      }
      const at = own.findIndex(each => each.kind === kind)
      const before = own[at]
      const sum = constants + (before?.constants ?? 0)
      const listed = list || before?.list === true
      const now = { column, kind, constants: sum, ...(listed && { list: true as const }) }
      if (before === undefined) own.push(now)
      else own[at] = now
    }
  }

  addAll(others: Iterable<ColumnPredicate>): void {
    for (const { column, kind, constants, list } of others)
      this.add([column], kind, constants, list)
  }

  all(): readonly ColumnPredicate[] {
    return [...this.#byColumn.values()].flat()
  }
}
