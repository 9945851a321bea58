/**
 * A catalog in memory: the server's own relations and functions, captured from PostgreSQL 18.4, and
 * what a test adds. `catalogOf({ 'public.customers': ['id int4', 'email text'] })`.
 */

import { readFileSync } from 'node:fs'
import type {
  CatalogFunction,
  CatalogSnapshot,
  Relation,
  RelationColumn,
} from '../../protocols/postgres/catalog.ts'
import { type Names, noObjects, type SessionObjects } from '../../protocols/postgres/sql/names.ts'
import type { ColumnName, ValueType } from '../../protocols/protocol.ts'
import { inRepository } from './repository.ts'

export interface CatalogExtras {
  /** `schema.name` to its SELECT; the columns are given beside it. */
  readonly views?: Record<string, readonly [columns: readonly string[], definition: string]>
  readonly materialized?: Record<string, readonly [columns: readonly string[], definition: string]>
  /** Child to parents. */
  readonly parents?: Record<string, readonly string[]>
  /** `schema.table.column` to its expression. */
  readonly generated?: Record<string, string>
  /** `schema.name` to what differs from a stable SQL function. */
  readonly functions?: Record<string, Partial<CatalogFunction> & { returns?: string }>
}

/** Columns are written `name type`. */
export function catalogOf(
  tables: Record<string, readonly string[]>,
  extras: CatalogExtras = {},
): CatalogSnapshot {
  const build = new Builder()
  for (const [name, columns] of Object.entries(tables)) build.relation(name, 'table', columns)
  for (const [name, [columns, definition]] of Object.entries(extras.views ?? {})) {
    build.relation(name, 'view', columns, definition)
  }
  for (const [name, [columns, definition]] of Object.entries(extras.materialized ?? {})) {
    build.relation(name, 'materialized', columns, definition)
  }
  build.finish(extras)
  return build.snapshot()
}

export function namesOf(
  catalog: CatalogSnapshot,
  searchPath: readonly string[] | undefined = ['public'],
  session: SessionObjects = noObjects,
): Names {
  return { catalog, searchPath, user: 'app', session, version: 1 }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

class Builder {
  #relations: Mutable<Relation>[] = []
  #functions: CatalogFunction[] = []
  #types: string[] = ['']
  #oid = 16384

  relation(
    name: string,
    kind: Relation['kind'],
    columns: readonly string[],
    definition?: string,
  ): Mutable<Relation> {
    const [schema = '', table = ''] = name.split('.')
    const relation: Mutable<Relation> = {
      oid: this.#oid++,
      schema,
      name: table,
      kind,
      columns: columns.map((column, i) => this.#column(schema, table, column, i + 1)),
      definition,
      parents: [],
    }
    this.#relations.push(relation)
    return relation
  }

  finish({ parents, generated, functions }: CatalogExtras): void {
    const at = (name: string) => this.#relations.find(r => `${r.schema}.${r.name}` === name)
    for (const [child, names] of Object.entries(parents ?? {})) {
      const relation = at(child)
      if (relation) relation.parents = names.flatMap(name => at(name)?.oid ?? [])
    }
    for (const [name, expression] of Object.entries(generated ?? {})) {
      const relation = at(name.slice(0, name.lastIndexOf('.')))
      const column = relation?.columns.find(each => name.endsWith(`.${each.name}`))
      if (column) (column as Mutable<RelationColumn>).generated = expression
    }
    for (const [name, given] of Object.entries(functions ?? {})) {
      const [schema = '', own = ''] = name.split('.')
      const { returns, ...differs } = given
      this.#functions.push({
        ...{ oid: this.#oid++, schema, name: own, kind: 'function', language: 'sql' },
        ...{ volatility: 'stable', builtIn: false, securityDefiner: false, source: undefined },
        returnsRelation: returns === undefined ? undefined : at(returns)?.oid,
        ...differs,
      })
    }
  }

  snapshot(): CatalogSnapshot {
    const system = serverCatalog()
    const relations = [...system.relations, ...this.#relations]
    const functions = grouped([...system.functions, ...this.#functions])
    const byName = grouped(relations)
    const types = this.#types
    return {
      version: 1,
      relations: (schema, name) =>
        (byName.get(name) ?? []).filter(r => schema === undefined || r.schema === schema),
      relationByOid: oid => relations.find(relation => relation.oid === oid),
      children: oid => relations.filter(relation => relation.parents.includes(oid)),
      following: () => [],
      // A type that no server has is a domain.
      domainColumns: name =>
        this.#relations.flatMap(relation =>
          relation.columns
            .filter(({ typeOid }) => types[typeOid] === name)
            .map(column => ({ relation, column })),
        ),
      functions: (schema, name) =>
        (functions.get(name) ?? []).filter(f => schema === undefined || f.schema === schema),
      functionByOid: oid => this.#functions.find(each => each.oid === oid),
      valueType: typeOid => typeOf(types[typeOid] ?? 'text'),
    }
  }

  #column(schema: string, table: string, text: string, number: number): RelationColumn {
    const [name = '', type = 'text'] = text.split(' ')
    if (!this.#types.includes(type)) this.#types.push(type)
    const typeOid = this.#types.indexOf(type)
    return columnOf({ schema, table, column: name }, number, typeOid)
  }
}

function columnOf(column: ColumnName, number: number, typeOid: number): RelationColumn {
  const name = column.column
  return { name, number, typeOid, typeModifier: -1, column, generated: undefined }
}

function grouped<T extends { name: string }>(things: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const thing of things) groups.set(thing.name, [...(groups.get(thing.name) ?? []), thing])
  return groups
}

function typeOf(name: string): ValueType {
  const classes: Record<string, ValueType['class']> = {
    int4: 'integer',
    date: 'date',
    jsonb: 'json',
  }
  return { class: classes[name] ?? 'text', name, lengthMax: undefined }
}

interface ServerCatalog {
  readonly relations: Relation[]
  readonly functions: CatalogFunction[]
}

let server: ServerCatalog | undefined

function serverCatalog(): ServerCatalog {
  server ??= readServerCatalog()
  return server
}

function readServerCatalog(): ServerCatalog {
  const file = inRepository('test/fixtures/postgres-18-catalog.json')
  const captured = JSON.parse(readFileSync(file, 'utf8')) as {
    functions: { volatility: string; kind: string; schema: string; names: string[] }[]
    relations: Record<string, { kind: string; columns: string[] }>
  }
  let oid = 1
  const volatilities: Record<string, CatalogFunction['volatility']> = {
    i: 'immutable',
    s: 'stable',
  }
  const kinds: Record<string, CatalogFunction['kind']> = { a: 'aggregate', w: 'window' }
  const functions = captured.functions.flatMap(({ volatility, kind, schema, names }) =>
    names
      .flatMap(line => line.split(' '))
      .map(
        (name): CatalogFunction => ({
          ...{ oid: oid++, schema, name, kind: kinds[kind] ?? 'function', language: 'internal' },
          volatility: volatilities[volatility] ?? 'volatile',
          ...{
            builtIn: true,
            securityDefiner: false,
            source: undefined,
            returnsRelation: undefined,
          },
        }),
      ),
  )
  const relations = Object.entries(captured.relations).map(
    ([full, { kind, columns }]): Relation => {
      const [schema = '', name = ''] = full.split('.')
      const list = columns
        .flatMap(line => line.split(' '))
        .map((text, i) => {
          const column = text.slice(0, text.indexOf(':'))
          return columnOf({ schema, table: name, column }, i + 1, 0)
        })
      const shape = { definition: undefined, parents: [], columns: list }
      return { oid: oid++, schema, name, kind: kind === 'v' ? 'view' : 'table', ...shape }
    },
  )
  return { relations, functions }
}
