/** Names as they may be in the middle of a text, after the statements before it. */
import type { CatalogSnapshot } from '../catalog.ts'
import type { SessionChange } from './changes.ts'
import { MadeObjects } from './made-objects.ts'
import type { Names, SessionObjects, SessionRelation, SessionStatement } from './names.ts'

export class Overlay implements Names, SessionObjects {
  readonly #base: Names
  readonly #made = new MadeObjects()
  #pathKnown = true

  constructor(base: Names) {
    this.#base = base
  }

  apply(changes: readonly SessionChange[]): void {
    for (const change of changes) {
      switch (change.kind) {
        case 'path':
        case 'role':
          this.#pathKnown = false
          break
        case 'schema':
        case 'reason':
        case 'discarded':
          break
        case 'filled':
          // Relations of the session itself are filled in a copy of ours.
          for (const relation of this.#base.session.relations(undefined, change.name))
            this.#made.add({ kind: 'relation', result: change.result, relation })
          this.#made.add(change)
          break
        default:
          this.#made.add(change)
      }
    }
  }

  get catalog(): CatalogSnapshot {
    return this.#base.catalog
  }

  get searchPath(): readonly string[] | undefined {
    return this.#pathKnown ? this.#base.searchPath : undefined
  }

  get user(): string {
    return this.#base.user
  }

  get version(): number {
    return this.#base.version
  }

  get session(): SessionObjects {
    return this
  }

  relations(schema: string | undefined, name: string): readonly SessionRelation[] {
    return [...this.#made.relations(schema, name), ...this.#base.session.relations(schema, name)]
  }

  prepared(name: string): readonly SessionStatement[] {
    return [...this.#made.prepared(name), ...this.#base.session.prepared(name)]
  }

  cursors(name: string): readonly SessionStatement[] {
    return [...this.#made.cursors(name), ...this.#base.session.cursors(name)]
  }
}
