/** Names as they may be in the middle of a text, after the statements before it. */
import type { CatalogSnapshot } from '../catalog.ts'
import type { SessionChange } from './changes.ts'
import type { LexerOptions } from './lexer/options.ts'
import { MadeObjects, united } from './made-objects.ts'
import type {
  Names,
  SessionHandler,
  SessionObjects,
  SessionRelation,
  SessionStatement,
  SessionValue,
} from './names.ts'

export class Overlay implements Names, SessionObjects {
  readonly #base: Names
  readonly #made = new MadeObjects()
  #database: string | undefined

  constructor(base: Names) {
    this.#base = base
    this.#database = base.database
  }

  apply(changes: readonly SessionChange[]): void {
    for (const change of changes) {
      switch (change.kind) {
        case 'database':
          this.#database = change.name
          break
        case 'schema':
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

  get database(): string | undefined {
    return this.#database
  }

  get lexer(): LexerOptions {
    return this.#base.lexer
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

  handlers(name: string): readonly SessionHandler[] {
    return [...this.#made.handlers(name), ...this.#base.session.handlers(name)]
  }

  variable(name: string): SessionValue | undefined {
    return united(this.#made.variable(name), this.#base.session.variable(name))
  }

  variables(of: 'user' | 'system'): SessionValue | undefined {
    return united(this.#made.variables(of), this.#base.session.variables(of))
  }
}
