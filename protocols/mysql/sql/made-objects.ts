/**
 * What a session made, as far as its own statements tell. Lists are short: candidates that are
 * equal are kept once. Names are kept in lower case.
 */
import type { ColumnName } from '../../protocol.ts'
import type { SessionChange } from './changes.ts'
import {
  folded,
  type SessionHandler,
  type SessionObjects,
  type SessionRelation,
  type SessionStatement,
  type SessionValue,
} from './names.ts'

export type ObjectChange = Exclude<SessionChange, { kind: 'database' | 'schema' }>

export class MadeObjects implements SessionObjects {
  readonly #relations = new Map<string, SessionRelation[]>()
  /** Relations of the catalog that were altered, until it is read again. */
  readonly #doubts = new Map<string, SessionRelation[]>()
  readonly #prepared = new Map<string, SessionStatement[]>()
  readonly #handlers = new Map<string, SessionHandler[]>()
  readonly #variables = new Map<string, SessionValue>()
  /** May be in any variable. */
  #anyVariable: SessionValue | undefined
  #made = 0
  #clouded = false
  /** Nothing was ever made: names mean what they mean to every session. */
  empty = true

  relations(schema: string | undefined, name: string): readonly SessionRelation[] {
    if (this.empty) return none
    const at = folded(name)
    const found = [...(this.#relations.get(at) ?? none), ...(this.#doubts.get(at) ?? none)]
    if (this.#full) found.push(unknownRelation(schema, name))
    if (schema === undefined) return found
    // A relation whose database is not known (written as '') may be in any.
    return found.filter(each => each.schema === '' || folded(each.schema) === folded(schema))
  }

  prepared(name: string): readonly SessionStatement[] {
    return this.#full ? [] : (this.#prepared.get(folded(name)) ?? [])
  }

  handlers(name: string): readonly SessionHandler[] {
    return this.#full ? [] : (this.#handlers.get(folded(name)) ?? [])
  }

  variable(name: string): SessionValue | undefined {
    return united(this.#variables.get(folded(name)), this.#any(isSystem(name)))
  }

  variables(of: 'user' | 'system'): SessionValue | undefined {
    let value = this.#any(of === 'system')
    for (const [name, each] of this.#variables)
      if (isSystem(name) === (of === 'system')) value = united(value, each)
    return value
  }

  /** Settings are the server's, unless nobody knows what was done. */
  #any(system: boolean): SessionValue | undefined {
    return system && !this.#clouded ? undefined : this.#anyVariable
  }

  /** More than a session may make, or nobody knows what: from then on names may mean anything. */
  get #full(): boolean {
    return this.#clouded || this.#made > objectsMax
  }

  add(change: ObjectChange): void {
    this.empty = false
    if (change.kind === 'anything') {
      this.#clouded = true
      this.#assign(undefined, { sources: [], untraced: true })
      return
    }
    if (change.kind === 'variable') {
      this.#assign(change.name, change.value)
      return
    }
    if (this.#full) return
    if (change.kind === 'filled') {
      this.#fill(change)
    } else if (change.kind === 'relation' || change.kind === 'doubt') {
      const { relation } = change
      const map = change.kind === 'relation' ? this.#relations : this.#doubts
      this.#keep(map, relation.name, relation, sameRelation, weightOfRelation(relation))
    } else if (change.kind === 'prepared') {
      const { name, statement } = change
      this.#keep(this.#prepared, name, statement, Object.is, weightOf(statement))
    } else {
      this.#keep(this.#handlers, change.name, change.handler, sameHandler)
    }
  }

  /** The catalog was read after everything that was in doubt. true: that changed something. */
  settle(): boolean {
    const some = this.#forgetLasting() || this.#doubts.size > 0
    this.#doubts.clear()
    this.empty =
      !this.#full &&
      this.#anyVariable === undefined &&
      [this.#relations, this.#prepared, this.#handlers, this.#variables].every(m => m.size === 0)
    return some
  }

  #forgetLasting(): boolean {
    let some = false
    for (const [name, list] of this.#relations) {
      const kept = list.filter(({ lasting }) => lasting !== true)
      if (kept.length === list.length) continue
      some = true
      for (const each of list)
        if (!kept.includes(each) && !this.#full) this.#made -= weightOfRelation(each)
      if (kept.length === 0) this.#relations.delete(name)
      else this.#relations.set(name, kept)
    }
    return some
  }

  /** Of that name there is only this statement now. true: there were others. */
  collapse(name: string, statement: SessionStatement): boolean {
    const before = this.#prepared.get(folded(name)) ?? []
    if (this.#full || (before.length === 1 && before[0] === statement)) return false
    this.#made += weightOf(statement)
    for (const each of before) this.#made -= weightOf(each)
    this.#prepared.set(folded(name), [statement])
    return true
  }

  /** What a new session would still find: tables that are there for everybody. */
  lasting(): MadeObjects {
    const kept = new MadeObjects()
    for (const kind of ['relation', 'doubt'] as const) {
      const map = kind === 'relation' ? this.#relations : this.#doubts
      for (const relation of [...map.values()].flat())
        if (!relation.temporary) kept.add({ kind, result: 0, relation })
    }
    return kept
  }

  #keep<Kept>(
    map: Map<string, Kept[]>,
    name: string,
    made: Kept,
    same: (a: Kept, b: Kept) => boolean,
    weight = 1,
  ): void {
    const at = folded(name)
    const list = map.get(at)
    if (list?.some(each => same(each, made)) === true) return
    this.#made += weight
    if (list === undefined) map.set(at, [made])
    else list.unshift(made)
  }

  #assign(name: string | undefined, value: SessionValue): void {
    if (value.sources.length === 0 && !value.untraced) return
    // Beyond so many names they are not told apart any more.
    const many = name !== undefined && !isSystem(name) && this.#variables.size >= objectsMax
    if (name === undefined || many) this.#anyVariable = united(this.#anyVariable, value)
    else {
      const both = united(this.#variables.get(folded(name)), value)
      if (both !== undefined) this.#variables.set(folded(name), both)
    }
  }

  /** Values were moved into a relation of the session: all of its columns may hold them. */
  #fill({ name, value }: Extract<ObjectChange, { kind: 'filled' }>): void {
    const list = this.#relations.get(folded(name))
    if (list === undefined) return
    this.#relations.set(
      folded(name),
      list.map(relation => ({
        ...relation,
        lasting: undefined,
        untraced: relation.untraced || value.untraced,
        columns: relation.columns.map(column => ({
          ...column,
          sources: [...new Set([...column.sources, ...value.sources])],
          plain: false,
        })),
      })),
    )
  }
}

function isSystem(name: string): boolean {
  return name.startsWith('@@')
}

/** The tree of a long text takes as much memory as many of short ones. */
function weightOf({ statement }: SessionStatement): number {
  return statement === undefined ? 1 : 1 + Math.floor((statement.end - statement.start) / 100)
}

function weightOfRelation({ columns }: SessionRelation): number {
  return 1 + Math.floor(columns.length / 20)
}

const objectsMax = 20_000
const none: readonly SessionRelation[] = []

export function united(
  a: SessionValue | undefined,
  b: SessionValue | undefined,
): SessionValue | undefined {
  if (a === undefined || b === undefined) return a ?? b
  if (b.sources.every(source => a.sources.includes(source)) && (a.untraced || !b.untraced)) return a
  const sources: ColumnName[] = [...new Set([...a.sources, ...b.sources])]
  return { sources, untraced: a.untraced || b.untraced }
}

function unknownRelation(schema: string | undefined, name: string): SessionRelation {
  return {
    schema: schema ?? '',
    name,
    kind: 'table',
    columns: [],
    definition: undefined,
    temporary: true,
    untraced: true,
    behind: [],
  }
}

function sameHandler(a: SessionHandler, b: SessionHandler): boolean {
  return a.schema === b.schema && a.table === b.table
}

function sameRelation(a: SessionRelation, b: SessionRelation): boolean {
  return (
    a.schema === b.schema &&
    a.kind === b.kind &&
    a.temporary === b.temporary &&
    a.untraced === b.untraced &&
    a.lasting === b.lasting &&
    a.columns.length === b.columns.length &&
    a.columns.every((column, index) => {
      const other = b.columns[index]
      return (
        other !== undefined &&
        column.name === other.name &&
        column.type === other.type &&
        column.plain === other.plain &&
        column.sources.length === other.sources.length &&
        column.sources.every(source => other.sources.includes(source))
      )
    })
  )
}
