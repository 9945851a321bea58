/** Gathers what one statement does, each thing once, names resolved to what they may mean. */
import type { CommonTableExpr, RangeVar } from 'libpg-query'
import type { Effect, EffectKind, ObjectName } from '../../../protocol.ts'
import type { CatalogFunction, Relation, Write } from '../../catalog.ts'
import { type Names, resolveRelation } from '../names.ts'
import { type Node, nameOf, qualified } from '../tree.ts'

export interface EffectMore {
  readonly unfiltered?: boolean
  readonly detail?: string | undefined
}

/** WITH queries that are visible, by name. */
export type Scope = ReadonlyMap<string, CommonTableExpr>

export const noScope: Scope = new Map()

/** The mutually recursive parts: they call each other through the collector. */
export interface Readers {
  statement(node: Node, out: Collector, inBody: boolean): void
  evaluated(value: unknown, scope: Scope, out: Collector): void
  called(call: Called, out: Collector): void
  view(relation: Relation, kind: EffectKind, more: EffectMore, out: Collector): void
  body(candidate: CatalogFunction, out: Collector): boolean
  consequences(relation: Relation, event: WriteEvent, columns: Columns, out: Collector): void
}

/** CASCADE of a TRUNCATE is said by the statement, of all others by the foreign key. */
export type WriteEvent = Write | 'truncate cascade'

/** Those that an UPDATE sets; undefined: any. */
export type Columns = ReadonlySet<string> | undefined

export interface Called {
  readonly schema: string | undefined
  readonly name: string
  /** Empty where a function is named and not called: a trigger, a cast. */
  readonly args: readonly Node[]
  readonly how: 'call' | undefined
}

export class Collector {
  readonly names: Names
  readonly #readers: Readers
  /** Literals had a part in the result: a text with others may do something else. */
  literalsMatter = false
  #effects = new Map<string, Effect>()
  /** Views and functions whose bodies are being read: they may name themselves. */
  readonly reading: Set<object> = new Set()

  constructor(names: Names, readers: Readers) {
    this.names = names
    this.#readers = readers
  }

  get effects(): readonly Effect[] {
    return [...this.#effects.values()]
  }

  /** Another one for the same names, for what is looked at and not done. */
  beside(names: Names = this.names): Collector {
    const other = new Collector(names, this.#readers)
    for (const each of this.reading) other.reading.add(each)
    return other
  }

  /** Adds what the statement does; `inBody`: a CREATE FUNCTION stands around what is meant. */
  statement(node: Node, inBody = false): void {
    this.#readers.statement(node, this, inBody)
  }

  /** Adds what evaluating any part of a tree does. */
  evaluated(value: unknown, scope: Scope = noScope): void {
    this.#readers.evaluated(value, scope, this)
  }

  called(
    funcname: readonly Node[] | undefined,
    args: readonly Node[] | undefined,
    how?: 'call',
  ): void {
    const { schema, name } = qualified(nameOf(funcname))
    this.#readers.called({ schema, name, args: args ?? [], how }, this)
  }

  /** Adds what is behind the view; `kind` is what is done to the view itself. */
  view(relation: Relation, kind: EffectKind, more: EffectMore): void {
    this.#readers.view(relation, kind, more, this)
  }

  /** Adds what the function's body does. false: nobody can say what it does. */
  body(candidate: CatalogFunction): boolean {
    return this.#readers.body(candidate, this)
  }

  /** Adds what is done because rows of the relation are written. */
  consequences(relation: Relation, event: WriteEvent, columns?: Columns): void {
    this.#readers.consequences(relation, event, columns, this)
  }

  add(kind: EffectKind, object: ObjectName | undefined, more: EffectMore = {}): void {
    const detail = more.detail === undefined || more.detail === '' ? undefined : more.detail
    const key = JSON.stringify([kind, object, more.unfiltered === true, detail])
    if (this.#effects.has(key)) return
    this.#effects.set(key, {
      kind,
      object,
      ...(more.unfiltered === true ? { unfiltered: true } : {}),
      ...(detail === undefined ? {} : { detail }),
    })
  }

  addAll(effects: readonly Effect[]): void {
    for (const { kind, object, unfiltered, detail } of effects)
      this.add(kind, object, { unfiltered: unfiltered === true, detail })
  }

  /** A relation by name, as each relation that it may mean. */
  relation(
    kind: EffectKind,
    range: RangeVar | undefined,
    more: EffectMore = {},
  ): readonly Relation[] {
    return this.named(kind, range?.schemaname, range?.relname ?? '', more)
  }

  named(
    kind: EffectKind,
    schema: string | undefined,
    name: string,
    more: EffectMore = {},
    type = 'table',
  ): readonly Relation[] {
    const found = resolveRelation(this.names, schema, name)
    if (found.length === 0) this.add(kind, { type, schema, name }, more)
    for (const relation of found) {
      this.add(kind, objectOf(relation), more)
      if (changing.has(kind)) this.#systemChanged(relation)
    }
    return found
  }

  /** Rows of the server's own tables are roles, privileges and code, whatever their form. */
  #systemChanged(relation: Relation): void {
    const own = relation.schema === 'pg_catalog' || relation.schema === 'information_schema'
    // That view has rules of its own, which set settings of the session.
    if (own && relation.name !== 'pg_settings')
      this.add('grant', objectOf(relation), { detail: 'system table' })
  }
}

export function objectOf(relation: Relation): ObjectName {
  return {
    type: relationTypes[relation.kind],
    // '' is a schema that only the server knows: made by the session without one.
    schema: relation.schema === '' ? undefined : relation.schema,
    name: relation.name,
  }
}

const changing: ReadonlySet<EffectKind> = new Set([
  ...(['insert', 'update', 'delete', 'truncate', 'alter', 'drop'] as const),
])

const relationTypes = {
  table: 'table',
  partitioned: 'table',
  view: 'view',
  materialized: 'materialized view',
  foreign: 'foreign table',
  sequence: 'sequence',
  composite: 'type',
} as const satisfies Record<Relation['kind'], string>
