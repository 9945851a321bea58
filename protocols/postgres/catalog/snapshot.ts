/** One state of a schema, indexed by name and by OID. Nothing in it changes once it is made. */
import type { ColumnName, ValueType } from '../../protocol.ts'
import type {
  CatalogFunction,
  CatalogSnapshot,
  FollowingKey,
  KeyAction,
  OwnedColumn,
  Relation,
  RelationColumn,
  Write,
} from '../catalog.ts'
import { builtInTypes, valueType } from '../values.ts'
import { firstUserOid, type RawCatalog, type Row } from './queries.ts'

interface TypeRow {
  readonly name: string
  /** pg_type.typtype */
  readonly type: string
  readonly base: number
  readonly baseModifier: number
  readonly element: number
}

export class Snapshot implements CatalogSnapshot {
  readonly version: number
  readonly #relations = new Map<string, Relation[]>()
  readonly #byOid = new Map<number, Relation>()
  readonly #children = new Map<number, Relation[]>()
  readonly #following = new Map<number, FollowingKey[]>()
  readonly #functions = new Map<string, CatalogFunction[]>()
  readonly #functionsByOid = new Map<number, CatalogFunction>()
  readonly #types = new Map<number, TypeRow>()
  readonly #valueTypes = new Map<string, ValueType>()

  /** `parts`: what comes with the server, and what its users made. */
  constructor(version: number, parts: readonly RawCatalog[]) {
    this.version = version
    for (const part of parts) {
      for (const row of part.types) this.#addType(row)
      for (const row of part.functions) this.#addFunction(row)
      this.#addRelations(part)
    }
  }

  relations(schema: string | undefined, name: string): readonly Relation[] {
    return inSchema(this.#relations.get(name), schema)
  }

  relationByOid(oid: number): Relation | undefined {
    return this.#byOid.get(oid)
  }

  children(oid: number): readonly Relation[] {
    return this.#children.get(oid) ?? []
  }

  following(oid: number): readonly FollowingKey[] {
    return this.#following.get(oid) ?? none
  }

  domainColumns(name: string): readonly OwnedColumn[] {
    const stored = [...this.#byOid.values()].filter(({ kind }) => kind !== 'view')
    return stored.flatMap(relation =>
      relation.columns
        .filter(({ typeOid }) => this.#isDomain(typeOid, name))
        .map(column => ({ relation, column })),
    )
  }

  #isDomain(typeOid: number, name: string): boolean {
    const type = this.#types.get(typeOid)
    if (type?.type !== 'd') return false
    return type.name === name || this.#isDomain(type.base, name)
  }

  functions(schema: string | undefined, name: string): readonly CatalogFunction[] {
    return inSchema(this.#functions.get(name), schema)
  }

  functionByOid(oid: number): CatalogFunction | undefined {
    return this.#functionsByOid.get(oid)
  }

  valueType(typeOid: number, typeModifier: number): ValueType {
    const key = `${typeOid}/${typeModifier}`
    const known = this.#valueTypes.get(key)
    if (known !== undefined) return known
    const found = this.#valueType(typeOid, typeModifier)
    // Modifiers come from the wire: only a type's own few are worth keeping.
    if (this.#valueTypes.size < 10_000) this.#valueTypes.set(key, found)
    return found
  }

  #valueType(typeOid: number, typeModifier: number): ValueType {
    const type = this.#types.get(typeOid)
    if (type === undefined) return valueType(builtInTypes.get(typeOid) ?? 'unknown type', -1)
    // A domain's values are those of its base type, under its own modifier.
    if (type.type === 'd') return this.valueType(type.base, type.baseModifier)
    // A text that is no label would be no value of an enum.
    if (type.type === 'e') return otherType(type.name, null)
    // Any other range's format is that of all.
    if (type.type === 'r') return builtInTypes.has(typeOid) ? valueType(type.name, -1) : anyRange
    if (type.type === 'm') return builtInTypes.has(typeOid) ? valueType(type.name, -1) : anyRanges
    if (type.element !== 0 && type.name.startsWith('_'))
      return { class: 'array', name: type.name, lengthMax: undefined }
    return valueType(type.name, typeModifier)
  }

  #addType([oid, name, type, base, baseModifier, element]: Row): void {
    this.#types.set(Number(oid), {
      name: name ?? '',
      type: type ?? '',
      base: Number(base),
      baseModifier: Number(baseModifier),
      element: Number(element),
    })
  }

  #addFunction(row: Row): void {
    const [oid, schema, name, kind, language, volatility, definer, source, relation] = row
    const [defaults, runs, signature] = row.slice(9)
    const made: CatalogFunction = {
      oid: Number(oid),
      schema: shared(schema),
      name: name ?? '',
      kind: functionKinds[kind ?? ''] ?? 'function',
      language: shared(language),
      volatility: volatilities[volatility ?? ''] ?? 'volatile',
      builtIn: Number(oid) < firstUserOid,
      securityDefiner: definer === 't',
      source: source ?? undefined,
      returnsRelation: relation === null ? undefined : Number(relation),
      ...(defaults ? { defaults } : {}),
      ...(runs ? { runs: numbers(runs) } : {}),
      ...(signature ? { signature } : {}),
    }
    push(this.#functions, made.name, made)
    if (!made.name.includes(' ')) this.#functionsByOid.set(made.oid, made)
  }

  #addRelations(part: RawCatalog): void {
    const columns = group(part.columns)
    const parents = group(part.parents)
    const references = group(part.references)
    const triggers = group(part.triggers)
    for (const [relation, columns, of, keys, onDelete, onUpdate] of part.references)
      push(this.#following, Number(of), {
        relation: Number(relation),
        columns: numbers(columns),
        references: numbers(keys),
        onDelete: keyActions[onDelete ?? ''] ?? 'refuse',
        onUpdate: keyActions[onUpdate ?? ''] ?? 'refuse',
      })
    for (const [id, schema, name, kind, definition] of part.relations) {
      const oid = Number(id)
      const relation: Relation = {
        oid,
        schema: shared(schema),
        name: name ?? '',
        kind: relationKinds[kind ?? ''] ?? 'table',
        columns: (columns.get(oid) ?? []).map(row =>
          column(row, shared(schema), name ?? '', references.get(oid) ?? none),
        ),
        definition: definition ?? undefined,
        parents: (parents.get(oid) ?? []).map(row => Number(row[1])),
        ...written(triggers.get(oid) ?? none),
      }
      this.#byOid.set(oid, relation)
      push(this.#relations, relation.name, relation)
      for (const parent of relation.parents) push(this.#children, parent, relation)
    }
  }
}

function otherType(name: string, redaction: string | null): ValueType {
  return { class: 'other', name, lengthMax: undefined, redaction }
}

const anyRange = otherType('anyrange', 'empty')
const anyRanges = otherType('anymultirange', '{}')

const relationKinds: Readonly<Record<string, Relation['kind']>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized',
  f: 'foreign',
  S: 'sequence',
  c: 'composite',
}

const functionKinds: Readonly<Record<string, CatalogFunction['kind']>> = {
  f: 'function',
  p: 'procedure',
  a: 'aggregate',
  w: 'window',
}

const keyActions: Readonly<Record<string, KeyAction>> = {
  c: 'cascade',
  n: 'set null',
  d: 'set default',
}

const volatilities: Readonly<Record<string, CatalogFunction['volatility']>> = {
  i: 'immutable',
  s: 'stable',
  v: 'volatile',
}

function column(row: Row, schema: string, table: string, keys: readonly Row[]): RelationColumn {
  const [, number, name, typeOid, typeModifier, generated, defaulted] = row
  const references = keys.length === 0 ? none : referenced(Number(number), keys)
  const interned: ColumnName = { schema, table, column: name ?? '' }
  return {
    name: interned.column,
    number: Number(number),
    typeOid: Number(typeOid),
    typeModifier: Number(typeModifier),
    column: interned,
    generated: generated ?? undefined,
    ...(defaulted ? { defaulted } : {}),
    ...(references.length > 0 ? { references } : {}),
  }
}

/** What foreign keys make of a column, `{1,2}` of one relation being `{3,4}` of another. */
function referenced(
  own: number,
  keys: readonly Row[],
): readonly { readonly relation: number; readonly number: number }[] {
  return keys.flatMap(([, mine, relation, theirs]) => {
    const others = numbers(theirs)
    return numbers(mine).flatMap((number, i) =>
      number === own ? [{ relation: Number(relation), number: others[i] ?? 0 }] : [],
    )
  })
}

/** What writing to a relation runs besides. */
function written(rows: readonly Row[]): Pick<Relation, 'triggers' | 'rules'> {
  const triggers = rows.flatMap(([, run, , changes, bits]) =>
    run ? [{ function: Number(run), changes: changes === 't', events: events(Number(bits)) }] : [],
  )
  const rules = rows.flatMap(([, , rule]) => rule ?? [])
  return {
    ...(triggers.length > 0 ? { triggers } : {}),
    ...(rules.length > 0 ? { rules } : {}),
  }
}

/** Bits of pg_trigger.tgtype, as the server's own headers have them. */
function events(bits: number): readonly Write[] {
  return eventBits.filter(([, bit]) => (bits & bit) !== 0).map(([event]) => event)
}

const eventBits: readonly (readonly [Write, number])[] = [
  ['insert', 4],
  ['delete', 8],
  ['update', 16],
  ['truncate', 32],
]

/** An array of numbers, as the server writes it. */
function numbers(array: string | null | undefined): number[] {
  return array ? array.slice(1, -1).split(',').filter(Boolean).map(Number) : []
}

const none: readonly never[] = []

function inSchema<Named extends { readonly schema: string }>(
  found: readonly Named[] | undefined,
  schema: string | undefined,
): readonly Named[] {
  if (found === undefined) return none
  if (schema === undefined) return found
  return found.every(each => each.schema === schema)
    ? found
    : found.filter(each => each.schema === schema)
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function group(rows: readonly Row[]): Map<number, Row[]> {
  const grouped = new Map<number, Row[]>()
  for (const row of rows) push(grouped, Number(row[0]), row)
  return grouped
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
