/**
 * The names of one session, kept by the relay as statements pass. A statement that was forwarded
 * may have run, so what it would make is possible from then on; ROLLBACK takes nothing away.
 */
import type { Analysis } from '../../protocol.ts'
import type { CatalogSnapshot } from '../catalog.ts'
import { changesOf } from './changes.ts'
import { MadeObjects } from './made-objects.ts'
import { type Names, parseSearchPath, type SessionObjects } from './names.ts'

export interface SessionNamesOptions {
  readonly catalog: CatalogSnapshot
  /** The upstream's user, for `$user`. */
  readonly user: string
  /** The setting's text, e.g. `"$user", public`; undefined when it is not known. */
  readonly searchPath: string | undefined
  /** The server reports every change of search_path by ParameterStatus (Postgres 18 and up). */
  readonly reportsSearchPath?: boolean
  /** What a reset of all settings makes of it, where it is not reported. */
  readonly searchPathAtReset?: string | undefined
}

export class SessionNames implements Names {
  readonly user: string
  /** The schema has changed, or may have: a new snapshot is wanted before the next analysis. */
  needsCatalog = false
  #catalog: CatalogSnapshot
  #objects = new MadeObjects()
  #version = 0
  #pathText: string | undefined
  #path: readonly string[] | undefined
  #reports: boolean
  /** A statement that may change the search path is under way. */
  #pathPending = false
  /** Statements under way that may change it, in their order; undefined: there were too many. */
  #pathChanges: Analysis[] | undefined = []
  readonly #pathAtReset: string | undefined
  #roleChanged = false
  /** Statements forwarded since the last ReadyForQuery that change the schema. */
  #schemaPending = false

  constructor(options: SessionNamesOptions) {
    this.user = options.user
    this.#catalog = options.catalog
    this.#reports = options.reportsSearchPath ?? false
    this.#pathAtReset = options.searchPathAtReset
    this.setSearchPath(options.searchPath)
    this.#renumber()
  }

  get catalog(): CatalogSnapshot {
    return this.#catalog
  }

  get searchPath(): readonly string[] | undefined {
    return this.#pathPending || this.#roleChanged ? undefined : this.#path
  }

  get session(): SessionObjects {
    return this.#objects
  }

  get version(): number {
    return this.#version
  }

  /** The setting as the server said it; undefined: unknown from now on. */
  setSearchPath(value: string | undefined): void {
    if (value !== undefined && value === this.#pathText && !this.#pathPending) return
    this.#pathText = value
    this.#path = value === undefined ? undefined : parseSearchPath(value, this.user)
    this.#pathPending = false
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

  /** To be called when a statement is forwarded. */
  begin(analysis: Analysis): void {
    const changes = changesOf(analysis)
    if (changes.length === 0) return
    let renumber = false
    for (const change of changes) {
      switch (change.kind) {
        case 'schema':
          this.#schemaPending = true
          break
        case 'path':
          renumber ||= !this.#pathPending
          this.#pathPending = true
          if (!this.#reports) this.#pathBegan(analysis)
          break
        case 'role':
          // `$user` means somebody else; a path without it means what it meant.
          if (this.#pathText?.includes('$user') === true && !this.#roleChanged) {
            this.#roleChanged = true
            renumber = true
          }
          break
        case 'reason':
          // It changes what people are told, and no name.
          break
        case 'discarded':
          break
        default:
          this.#objects.add(change)
          renumber = true
      }
    }
    if (renumber) this.#renumber()
  }

  /** One statement of the text succeeded, with its command tag. */
  completed(analysis: Analysis, result: number, tag: string): void {
    const changes = changesOf(analysis)
    if (changes.length === 0) return
    let renumber = false
    if (!this.#reports) this.#pathAnswered(analysis, result, tag)
    for (const change of changes) {
      if (change.result !== result) continue
      // An EXECUTE of a CREATE and the like has another tag: it keeps every candidate.
      if (change.kind === 'prepared' && tag === 'PREPARE') {
        renumber = this.#objects.collapse(change) || renumber
      } else if (change.kind === 'cursor' && tag === 'DECLARE CURSOR') {
        renumber = this.#objects.collapse(change) || renumber
      }
    }
    if (renumber) this.#renumber()
  }

  /** ReadyForQuery: everything forwarded before has run or failed, and settings were reported. */
  settled(transaction: 'idle' | 'open' | 'failed'): void {
    if (this.#pathPending && this.#reports) {
      this.#pathPending = false
      this.#renumber()
    }
    // Inside a transaction another connection does not see the change, and may wait for its locks.
    if (transaction === 'idle' && this.#schemaPending) {
      this.#schemaPending = false
      this.needsCatalog = true
    }
  }

  #pathBegan(analysis: Analysis): void {
    this.#pathChanges?.push(analysis)
    if ((this.#pathChanges?.length ?? 0) > pathChangesMax) this.#pathChanges = undefined
  }

  /**
   * Servers that do not report the path leave it unknown, until DISCARD ALL puts it back: it runs
   * in no transaction, so that nothing undoes it. What was begun later may change it once more.
   */
  #pathAnswered(analysis: Analysis, result: number, tag: string): void {
    const changes = this.#pathChanges
    const at = changes?.indexOf(analysis) ?? -1
    if (changes === undefined || at < 0 || result < analysis.results.length - 1) return
    // Those before it failed.
    changes.splice(0, at + 1)
    if (changes.length > 0 || tag !== 'DISCARD ALL') return
    if (changesOf(analysis).some(change => change.kind === 'discarded'))
      this.setSearchPath(this.#pathAtReset)
  }

  #renumber(): void {
    const path = this.searchPath
    // JSON keeps the pieces apart: names may hold any character.
    this.#version = this.#objects.empty
      ? sharedVersion(path === undefined ? '' : JSON.stringify(path))
      : ++lastVersion
  }
}

const pathChangesMax = 100
let lastVersion = 0
const shared = new Map<string, number>()
const sharedEntriesMax = 4096

/** Sessions that made nothing and have the same path share their analyses. */
function sharedVersion(path: string): number {
  const known = shared.get(path)
  if (known !== undefined) return known
  lastVersion += 1
  if (shared.size < sharedEntriesMax) shared.set(path, lastVersion)
  return lastVersion
}
