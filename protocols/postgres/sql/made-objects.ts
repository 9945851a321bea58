/**
 * What a session made, as far as its own statements tell. Lists are short: candidates that are
 * equal are kept once.
 */
import type { SessionChange } from './changes.ts'
import type { SessionObjects, SessionRelation, SessionStatement } from './names.ts'

export type ObjectChange = Extract<SessionChange, { name: string } | { relation: SessionRelation }>

export class MadeObjects implements SessionObjects {
  #relations = new Map<string, SessionRelation[]>()
  #prepared = new Map<string, SessionStatement[]>()
  #cursors = new Map<string, SessionStatement[]>()
  /** Relations of the catalog that were altered, until it is read again. */
  #doubts = new Map<string, SessionRelation[]>()
  #made = 0
  /** Nothing was ever made: names mean what they mean to every session. */
  empty = true

  relations(schema: string | undefined, name: string): readonly SessionRelation[] {
    if (this.empty) return none
    const found = [...(this.#relations.get(name) ?? none), ...(this.#doubts.get(name) ?? none)]
    if (this.#full) found.push(unknownRelation(schema, name))
    if (schema === undefined) return found
    // A relation whose schema is not known (written as '') may be in any.
    return found.filter(
      each =>
        each.schema === schema ||
        each.schema === '' ||
        (each.schema === 'pg_temp' && schema.startsWith('pg_temp')),
    )
  }

  prepared(name: string): readonly SessionStatement[] {
    return this.#full ? [] : (this.#prepared.get(name) ?? [])
  }

  cursors(name: string): readonly SessionStatement[] {
    return this.#full ? [] : (this.#cursors.get(name) ?? [])
  }

  /** More than a session may make: from then on every name may mean anything. */
  get #full(): boolean {
    return this.#made > objectsMax
  }

  add(change: ObjectChange): void {
    this.empty = false
    if (this.#full) return
    if (change.kind === 'relation' || change.kind === 'doubt') {
      const { relation } = change
      const map = change.kind === 'relation' ? this.#relations : this.#doubts
      const list = map.get(relation.name)
      if (list?.some(each => sameRelation(each, relation)) === true) return
      this.#made += 1
      if (list === undefined) map.set(relation.name, [relation])
      else list.unshift(relation)
    } else if (change.kind === 'filled') {
      this.#fill(change)
    } else {
      const map = change.kind === 'prepared' ? this.#prepared : this.#cursors
      const before = map.get(change.name) ?? []
      const list = newestFirst(before, change.statement)
      this.#made += list.length - before.length
      map.set(change.name, list)
    }
  }

  /** The catalog was read after everything that was in doubt. true: that changed something. */
  settle(): boolean {
    const some = this.#forgetLasting() || this.#doubts.size > 0
    this.#doubts.clear()
    this.empty =
      !this.#full &&
      this.#relations.size === 0 &&
      this.#prepared.size === 0 &&
      this.#cursors.size === 0
    return some
  }

  #forgetLasting(): boolean {
    const before = this.#made
    for (const [name, list] of this.#relations) {
      const kept = list.filter(({ lasting }) => lasting !== true)
      if (kept.length === list.length) continue
      if (!this.#full) this.#made -= list.length - kept.length
      if (kept.length === 0) this.#relations.delete(name)
      else this.#relations.set(name, kept)
    }
    return this.#made < before
  }

  /**
   * That statement was made: those of its name that were forwarded before it are gone, those
   * forwarded after it may still come. true: that changed something.
   */
  collapse(change: Extract<SessionChange, { kind: 'prepared' | 'cursor' }>): boolean {
    const map = change.kind === 'prepared' ? this.#prepared : this.#cursors
    const before = map.get(change.name) ?? []
    if (this.#full) return false
    // Of two that are the same nobody can tell which was made: it may have been the older.
    const at = before.lastIndexOf(change.statement)
    const kept = at < 0 ? [change.statement, ...before] : before.slice(0, at + 1)
    if (kept.length === before.length) return false
    this.#made += kept.length - before.length
    map.set(change.name, kept)
    return true
  }

  /** Values were moved into a relation of the session: all of its columns may hold them. */
  #fill(change: Extract<SessionChange, { kind: 'filled' }>): void {
    const list = this.#relations.get(change.name)
    if (list === undefined) return
    this.#relations.set(
      change.name,
      list.map(relation => ({
        ...relation,
        lasting: undefined,
        columns: relation.columns.map(column => ({
          ...column,
          sources: [...new Set([...column.sources, ...change.sources])],
          plain: false,
        })),
      })),
    )
  }
}

const objectsMax = 20_000
const none: readonly SessionRelation[] = []

/** One that comes again stands in its old place, too, until one of the two was made. */
function newestFirst(
  list: readonly SessionStatement[],
  statement: SessionStatement,
): SessionStatement[] {
  if (list[0] === statement) return [...list]
  const first = list.indexOf(statement)
  const twice = first >= 0 && list.lastIndexOf(statement) > first
  return [statement, ...(twice ? list.filter((_, index) => index !== first) : list)]
}

function unknownRelation(schema: string | undefined, name: string): SessionRelation {
  return {
    oid: 0,
    schema: schema ?? '',
    name,
    kind: 'table',
    columns: [],
    definition: undefined,
    parents: [],
    untraced: true,
    behind: [],
  }
}

function sameRelation(a: SessionRelation, b: SessionRelation): boolean {
  return (
    a.schema === b.schema &&
    a.kind === b.kind &&
    a.untraced === b.untraced &&
    a.lasting === b.lasting &&
    a.columns.length === b.columns.length &&
    a.columns.every((column, index) => {
      const other = b.columns[index]
      return (
        other !== undefined &&
        column.name === other.name &&
        column.typeOid === other.typeOid &&
        column.plain === other.plain &&
        column.sources.length === other.sources.length &&
        column.sources.every(source => other.sources.includes(source))
      )
    })
  )
}
