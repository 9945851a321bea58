/**
 * The names of one session, kept by the relay as statements pass. A statement that was forwarded
 * may have run, so what it would make is possible from then on; ROLLBACK takes nothing away.
 */
import type { Analysis } from '../../protocol.ts'
import type { CatalogSnapshot } from '../catalog.ts'
import { changesOf } from './changes.ts'
import type { LexerOptions } from './lexer/options.ts'
import { MadeObjects } from './made-objects.ts'
import type { Names, SessionObjects } from './names.ts'

export interface SessionNamesOptions {
  readonly catalog: CatalogSnapshot
  /** undefined: the session has none yet, or it cannot be known. */
  readonly database: string | undefined
  readonly lexer: LexerOptions
  /** The upstream's user. */
  readonly user: string
}

export class SessionNames implements Names {
  readonly user: string
  /** The schema has changed, or may have: a new snapshot is wanted before the next analysis. */
  needsCatalog = false
  #catalog: CatalogSnapshot
  #database: string | undefined
  #lexer: LexerOptions
  #objects = new MadeObjects()
  #version = 0
  /** Texts under way that change the schema. */
  #schemaPending = false

  constructor(options: SessionNamesOptions) {
    this.user = options.user
    this.#catalog = options.catalog
    this.#database = options.database
    this.#lexer = options.lexer
    this.#renumber()
  }

  get catalog(): CatalogSnapshot {
    return this.#catalog
  }

  get database(): string | undefined {
    return this.#database
  }

  get lexer(): LexerOptions {
    return this.#lexer
  }

  get session(): SessionObjects {
    return this.#objects
  }

  get version(): number {
    return this.#version
  }

  /** USE, COM_INIT_DB, or what the server said; undefined: not known from now on. */
  setDatabase(name: string | undefined): void {
    if (name === this.#database) return
    this.#database = name
    this.#renumber()
  }

  setLexer(options: LexerOptions): void {
    this.#lexer = options
    this.#renumber()
  }

  setCatalog(catalog: CatalogSnapshot): void {
    this.needsCatalog = false
    // What was in doubt until then, the catalog shows; unless something is under way again.
    const certain = !this.#schemaPending && this.#objects.settle()
    if (catalog === this.#catalog && !certain) return
    this.#catalog = catalog
    this.#renumber()
  }

  /** To be called when a text is forwarded. */
  begin(analysis: Analysis): void {
    const changes = changesOf(analysis)
    if (changes.length === 0) return
    let renumber = false
    for (const change of changes) {
      if (change.kind === 'schema') this.#schemaPending = true
      else if (change.kind !== 'database') {
        this.#objects.add(change)
        renumber = true
      }
    }
    if (renumber) this.#renumber()
  }

  /** The text has run: wholly when `ok`, else up to one of its statements. */
  completed(analysis: Analysis, ok: boolean): void {
    const changes = changesOf(analysis)
    if (changes.length === 0) return
    if (this.#schemaPending) {
      this.#schemaPending = false
      // A statement that failed may have made some of what it was to make.
      this.needsCatalog = true
    }
    let renumber = false
    for (const change of changes) {
      if (change.kind === 'database') {
        const name = ok ? change.name : this.#databaseAfter(analysis)
        renumber ||= name !== this.#database
        this.#database = name
      } else if (change.kind === 'prepared' && ok) {
        renumber = this.#objects.collapse(change.name, change.statement) || renumber
      }
    }
    if (renumber) this.#renumber()
  }

  /** COM_RESET_CONNECTION and COM_CHANGE_USER: the server has forgotten what was the session's. */
  reset(): void {
    this.#objects = this.#objects.lasting()
    this.#renumber()
  }

  /** A text of several statements failed somewhere: its USE may have run. */
  #databaseAfter({ results }: Analysis): string | undefined {
    return results.length === 1 ? this.#database : undefined
  }

  #renumber(): void {
    // JSON keeps the pieces apart: names may hold any character.
    this.#version = this.#objects.empty
      ? sharedVersion(JSON.stringify([this.#database ?? null, this.#lexer]))
      : ++lastVersion
  }
}

let lastVersion = 0
const shared = new Map<string, number>()
const sharedEntriesMax = 4096

/** Sessions that made nothing and are in the same database share their analyses. */
function sharedVersion(key: string): number {
  const known = shared.get(key)
  if (known !== undefined) return known
  lastVersion += 1
  if (shared.size < sharedEntriesMax) shared.set(key, lastVersion)
  return lastVersion
}
