/** Gathers what one statement does, each thing once, names resolved to what they may mean. */
import type { Effect, EffectKind, ObjectName } from '../../../protocol.ts'
import type { Relation, Routine } from '../../catalog.ts'
import type { CommonTable, Statement, TableName } from '../ast.ts'
import type { Token } from '../lexer/token.ts'
import { folded, type Names, resolveRelation, type SessionRelation } from '../names.ts'

export interface EffectMore {
  readonly unfiltered?: boolean
  readonly detail?: string | undefined
}

/** WITH queries that are visible, by name as the server compares it. */
export type Scope = ReadonlyMap<string, CommonTable>

export const noScope: Scope = new Map()

/** A text and its tokens; names in a tree are ranges into it. */
export interface Source {
  readonly text: string
  readonly tokens: readonly Token[]
  /** In the body of a stored program: its own variables, lower case. */
  readonly locals?: ReadonlySet<string>
}

export type Write = 'insert' | 'update' | 'delete'

/** Those that an UPDATE sets, folded; undefined: any. */
export type Columns = ReadonlySet<string> | undefined

/** The mutually recursive parts: they call each other through the collector. */
export interface Readers {
  statement(statement: Statement, out: Collector): void
  evaluated(value: unknown, scope: Scope, out: Collector): void
  called(call: Called, out: Collector): void
  view(relation: Relation, kind: EffectKind, more: EffectMore, out: Collector): void
  body(routine: Routine, out: Collector): boolean
  triggers(relation: Relation, event: Write, columns: Columns, out: Collector): void
}

export interface Called {
  readonly schema: string | undefined
  readonly name: string
  readonly how: 'call' | undefined
}

export class Collector {
  readonly names: Names
  /** Absent for statements that were kept without it. */
  readonly source: Source | undefined
  readonly #readers: Readers
  /** Literals had a part in the result: a text with others may do something else. */
  literalsMatter = false
  #effects = new Map<string, Effect>()
  /** Views, routines and triggers whose bodies are being read: they may name themselves. */
  readonly reading: Set<object> = new Set()

  constructor(names: Names, readers: Readers, source?: Source) {
    this.names = names
    this.source = source
    this.#readers = readers
  }

  get effects(): readonly Effect[] {
    return [...this.#effects.values()]
  }

  /** Another one for what is looked at and not done, or has names or a text of its own. */
  beside(names: Names = this.names, source: Source | undefined = this.source): Collector {
    const other = new Collector(names, this.#readers, source)
    for (const each of this.reading) other.reading.add(each)
    return other
  }

  /** The tokens of a statement that stands within the text. */
  tokensOf({ start, end }: Statement): readonly Token[] | undefined {
    const tokens = this.source?.tokens
    if (tokens === undefined) return undefined
    const [first, last] = [tokens[0], tokens.at(-1)]
    if (first === undefined || last === undefined) return tokens
    if (first.start >= start && last.end <= end) return tokens
    return tokens.filter(token => token.start >= start && token.end <= end)
  }

  /** A name as it stands in the text, where the token is one without quotes. */
  written(token: Token): string {
    return this.source?.text.slice(token.start, token.end) ?? token.value
  }

  statement(statement: Statement): void {
    this.#readers.statement(statement, this)
  }

  /** Adds what evaluating any part of a tree does. */
  evaluated(value: unknown, scope: Scope = noScope): void {
    this.#readers.evaluated(value, scope, this)
  }

  called(schema: string | undefined, name: string, how?: 'call'): void {
    this.#readers.called({ schema, name, how }, this)
  }

  /** Adds what is behind the view; `kind` is what is done to the view itself. */
  view(relation: Relation, kind: EffectKind, more: EffectMore): void {
    this.#readers.view(relation, kind, more, this)
  }

  /** Adds what the routine's body does. false: nobody can say what it does. */
  body(routine: Routine): boolean {
    return this.#readers.body(routine, this)
  }

  /** Adds what is done because a row of the table is written. */
  triggers(relation: Relation, event: Write, columns?: Columns): void {
    this.#readers.triggers(relation, event, columns, this)
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
    { schema, name }: Pick<TableName, 'schema' | 'name'>,
    more: EffectMore = {},
    type = 'table',
  ): readonly Relation[] {
    const found = resolveRelation(this.names, schema, name)
    const objects = found.length === 0 ? [this.unresolved(type, schema, name)] : found.map(objectOf)
    for (const object of objects) {
      this.add(kind, object, more)
      if (changing.has(kind)) this.systemChanged(object)
    }
    return found
  }

  /** Rows of the server's own tables are accounts, privileges, code and settings. */
  systemChanged(object: ObjectName): void {
    const schema = folded(object.schema ?? '')
    if (schema === 'mysql') this.add('grant', object, { detail: 'system table' })
    if (schema === 'performance_schema' || schema === 'sys')
      this.add('setting', { ...object, type: 'setting' }, { detail: 'system' })
  }

  /** A name that nobody knows means one of the current database, where there is one. */
  unresolved(type: string, schema: string | undefined, name: string): ObjectName {
    return named(type, schema ?? this.names.database, name)
  }
}

export function objectOf(relation: Relation): ObjectName {
  const temporary = 'temporary' in relation && (relation as SessionRelation).temporary
  const type = temporary ? 'temporary table' : relationTypes[relation.kind]
  // '' is a database that only the server knows: made by the session without one.
  return named(type, relation.schema === '' ? undefined : relation.schema, relation.name)
}

/** Names of the server's own relations are lower case, however a server or a text writes them. */
function named(type: string, schema: string | undefined, name: string): ObjectName {
  return schema !== undefined && isSystemDatabase(schema)
    ? { type, schema: folded(schema), name: folded(name) }
    : { type, schema, name }
}

/** Databases of the server itself: their views stand for themselves, rules speak of them by name. */
export function isSystemDatabase(schema: string): boolean {
  return systemDatabases.has(folded(schema))
}

const systemDatabases: ReadonlySet<string> = new Set([
  'information_schema',
  'mysql',
  'performance_schema',
  'sys',
])

const relationTypes = {
  table: 'table',
  view: 'view',
  sequence: 'sequence',
  system: 'view',
} as const satisfies Record<Relation['kind'], string>

const changing: ReadonlySet<EffectKind> = new Set([
  'insert',
  'update',
  'delete',
  'truncate',
  'alter',
  'drop',
])

export function words(...each: readonly (string | undefined)[]): string {
  return each.filter(word => word !== undefined && word !== '').join(' ')
}
