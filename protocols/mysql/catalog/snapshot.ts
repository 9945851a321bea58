/** One state of the schemas, indexed by name. Nothing in it changes once it is made. */
import type { ColumnName } from '../../protocol.ts'
import type {
  CatalogSnapshot,
  ForeignKey,
  Relation,
  RelationColumn,
  Routine,
  RoutineParameter,
  ServerFacts,
  Trigger,
} from '../catalog.ts'
import type { RawCatalog, Row } from './queries.ts'
import { hasForeignSyntax, lexerFor } from './sql-modes.ts'

export class Snapshot implements CatalogSnapshot {
  readonly version: number
  readonly server: ServerFacts
  readonly #databases = new Set<string>()
  /** All by lower-case name. */
  readonly #relations = new Map<string, Relation[]>()
  readonly #routines = new Map<string, Routine[]>()
  readonly #triggers = new Map<string, Trigger[]>()
  readonly #foreignKeys = new Map<string, ForeignKey[]>()
  readonly #referencing = new Map<string, ForeignKey[]>()

  /** `parts`: what comes with the server, and what its users made. */
  constructor(version: number, server: ServerFacts, parts: readonly RawCatalog[]) {
    this.version = version
    this.server = server
    for (const part of parts) {
      for (const [name] of part.databases) this.#databases.add(lower(name))
      this.#addRelations(part)
      this.#addRoutines(part)
      for (const row of part.triggers) this.#addTrigger(row)
      this.#addForeignKeys(part.foreignKeys)
    }
  }

  relations(schema: string | undefined, name: string): readonly Relation[] {
    return inSchema(this.#relations.get(lower(name)), schema)
  }

  column(schema: string, table: string, column: string): ColumnName | undefined {
    return columnOf(this.relations(schema, table), column)
  }

  routines(schema: string | undefined, name: string): readonly Routine[] {
    return inSchema(this.#routines.get(lower(name)), schema)
  }

  triggers(schema: string | undefined, table: string): readonly Trigger[] {
    return inSchema(this.#triggers.get(lower(table)), schema)
  }

  foreignKeys(schema: string | undefined, table: string): readonly ForeignKey[] {
    const found = this.#foreignKeys.get(lower(table)) ?? none
    if (schema === undefined) return found
    const wanted = lower(schema)
    return found.filter(({ columns }) => lower(columns[0]?.schema) === wanted)
  }

  referencing(schema: string | undefined, table: string): readonly ForeignKey[] {
    const found = this.#referencing.get(lower(table)) ?? none
    if (schema === undefined) return found
    const wanted = lower(schema)
    return found.filter(({ references }) => lower(references[0]?.schema) === wanted)
  }

  hasDatabase(name: string): boolean {
    return this.#databases.has(lower(name))
  }

  #addRelations(part: RawCatalog): void {
    const columns = grouped(part.columns)
    const definitions = new Map(
      part.views.map(([schema, name, text]) => [key(schema, name), text ?? '']),
    )
    for (const [schemaName, name, type] of part.relations) {
      const schema = shared(schemaName)
      const table = name ?? ''
      const at = key(schemaName, name)
      const definition = definitions.get(at)
      push(this.#relations, lower(table), {
        schema,
        name: table,
        kind: relationKinds[type ?? ''] ?? 'table',
        columns: (columns.get(at) ?? []).map(row => columnFrom(row, schema, table)),
        // Empty for who may not see it.
        definition: definition === '' ? undefined : definition,
      })
    }
  }

  #addRoutines(part: RawCatalog): void {
    const parameters = grouped(part.parameters)
    for (const row of part.routines) {
      const [schema, name, type, body, language, deterministic, access] = row
      const [security, sqlMode, source] = row.slice(7)
      const own = parameters.get(key(schema, name)) ?? []
      push(this.#routines, lower(name), {
        schema: shared(schema),
        name: name ?? '',
        kind: routineKind(type, source),
        language: lower(body) === 'sql' ? 'sql' : lower(language ?? body),
        deterministic: lower(deterministic) === 'yes',
        dataAccess: dataAccess.get(lower(access)) ?? 'modifies sql data',
        securityDefiner: lower(security) !== 'invoker',
        parameters: own.filter(each => each[2] === type).map(parameterFrom),
        source: bodyOf(source, sqlMode),
        lexer: lexerFor(this.server, sqlMode ?? ''),
      })
    }
  }

  #addTrigger([schema, name, event, table, sqlMode, source]: Row): void {
    push(this.#triggers, lower(table), {
      schema: shared(schema),
      name: name ?? '',
      event: events.get(lower(event)) ?? 'update',
      table: table ?? '',
      source: bodyOf(source, sqlMode),
      lexer: lexerFor(this.server, sqlMode ?? ''),
    })
  }

  #addForeignKeys(rows: readonly Row[]): void {
    const keys = new Map<string, Row[]>()
    for (const row of rows) push(keys, JSON.stringify([row[0], row[2], row[1]]), row)
    for (const own of keys.values()) {
      const [schema, name, table, , ofSchema, ofTable, , onUpdate, onDelete] = own[0] ?? []
      const child = this.relations(schema ?? '', table ?? '')
      const parent = this.relations(ofSchema ?? '', ofTable ?? '')
      const foreignKey = {
        name: name ?? '',
        columns: own.flatMap(row => columnOf(child, row[3] ?? '') ?? []),
        references: own.flatMap(row => columnOf(parent, row[6] ?? '') ?? []),
        onUpdate: lower(onUpdate),
        onDelete: lower(onDelete),
      }
      push(this.#foreignKeys, lower(table), foreignKey)
      push(this.#referencing, lower(ofTable), foreignKey)
    }
  }
}

const relationKinds: Readonly<Record<string, Relation['kind']>> = {
  'BASE TABLE': 'table',
  'SYSTEM VERSIONED': 'table',
  'SYSTEM VIEW': 'system',
  VIEW: 'view',
  SEQUENCE: 'sequence',
}

const dataAccess: ReadonlyMap<string, Routine['dataAccess']> = new Map([
  ['contains sql', 'contains sql'],
  ['no sql', 'no sql'],
  ['reads sql data', 'reads sql data'],
])

const events: ReadonlyMap<string, Trigger['event']> = new Map([
  ['insert', 'insert'],
  ['update', 'update'],
  ['delete', 'delete'],
])

/** Empty for who may not see it. */
function bodyOf(
  source: string | null | undefined,
  sqlMode: string | null | undefined,
): string | undefined {
  const hidden = source === null || source === '' || hasForeignSyntax(sqlMode ?? '')
  return hidden ? undefined : source
}

/** Aggregates of MariaDB are told by their FETCH GROUP NEXT ROW alone. */
function routineKind(
  type: string | null | undefined,
  source: string | null | undefined,
): Routine['kind'] {
  if (lower(type) !== 'function') return 'procedure'
  return /\bgroup\s+next\s+row\b/i.test(source ?? '') ? 'aggregate' : 'function'
}

function parameterFrom([, , , name, mode]: Row): RoutineParameter {
  const word = lower(mode)
  return { name: name ?? '', mode: word === 'out' || word === 'inout' ? word : 'in' }
}

function columnFrom(row: Row, schema: string, table: string): RelationColumn {
  const [, , name, type, extra, expression] = row
  const words = extra ?? ''
  const isGenerated = /\b(?:VIRTUAL|STORED|PERSISTENT) GENERATED\b/i.test(words)
  return {
    name: name ?? '',
    type: shared(type),
    column: { schema, table, column: name ?? '' },
    generated: isGenerated ? (expression ?? '') : undefined,
    invisible: /\bINVISIBLE\b/i.test(words),
  }
}

function columnOf(relations: readonly Relation[], name: string): ColumnName | undefined {
  const wanted = lower(name)
  for (const { columns } of relations) {
    const found = columns.find(column => lower(column.name) === wanted)
    if (found !== undefined) return found.column
  }
  return undefined
}

const none: readonly never[] = []

function inSchema<Named extends { readonly schema: string }>(
  found: readonly Named[] | undefined,
  schema: string | undefined,
): readonly Named[] {
  if (found === undefined) return none
  if (schema === undefined) return found
  const wanted = lower(schema)
  return found.every(each => lower(each.schema) === wanted)
    ? found
    : found.filter(each => lower(each.schema) === wanted)
}

function push<Key, Value>(map: Map<Key, Value[]>, at: Key, value: Value): void {
  const list = map.get(at)
  if (list === undefined) map.set(at, [value])
  else list.push(value)
}

function grouped(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) push(groups, key(row[0], row[1]), row)
  return groups
}

/** In lists of one catalog, names of one relation are written alike. */
function key(schema: string | null | undefined, name: string | null | undefined): string {
  return `${schema}\0${name}`
}

function lower(name: string | null | undefined): string {
  return (name ?? '').toLowerCase()
}

const strings = new Map<string, string>()

/** One string for the few words that thousands of rows repeat. */
function shared(word: string | null | undefined): string {
  const value = word ?? ''
  const known = strings.get(value)
  if (known !== undefined) return known
  if (strings.size < 1000) strings.set(value, value)
  return value
}
