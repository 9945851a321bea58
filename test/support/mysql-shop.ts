/**
 * The catalog over which the lineage tests for MySQL speak, and lineage in short. A column that is a
 * plain copy is `name=table.column`, a computed one `name~table.column,…`, one of no column `name`.
 * Tables of the database shop go without it.
 */

import type { RawCatalog, Row } from '../../protocols/mysql/catalog/queries.ts'
import { Snapshot } from '../../protocols/mysql/catalog/snapshot.ts'
import { lexerFor } from '../../protocols/mysql/catalog/sql-modes.ts'
import type { CatalogSnapshot, ServerFacts } from '../../protocols/mysql/catalog.ts'
import { type Trace, trace } from '../../protocols/mysql/sql/lineage/trace.ts'
import { type Names, noObjects } from '../../protocols/mysql/sql/names.ts'
import { parse } from '../../protocols/mysql/sql/parse.ts'
import type { ColumnName, ResultLineage } from '../../protocols/protocol.ts'

export interface CatalogParts {
  /** `db.table` to its columns: `name`, `name invisible`, `name = expression` of a generated one. */
  readonly tables: Readonly<Record<string, readonly string[]>>
  /** `db.view` to its columns and its definition; an empty one may not be seen. */
  readonly views?: Readonly<Record<string, readonly [columns: readonly string[], text: string]>>
  /** `db.function(parameters)` to its body. */
  readonly functions?: Readonly<Record<string, string>>
  readonly procedures?: Readonly<Record<string, string>>
}

export function catalogOf(
  { tables, views = {}, functions = {}, procedures = {} }: CatalogParts,
  flavour: ServerFacts['flavour'] = 'mysql',
): CatalogSnapshot {
  const names = Object.keys({ ...tables, ...views })
  const columns = Object.entries(tables).flatMap(([name, list]) =>
    list.map(column => columnRow(name, column)),
  )
  const shown = Object.entries(views).flatMap(([name, [list]]) =>
    list.map(column => columnRow(name, column)),
  )
  const routines = [
    ...Object.entries(functions).map(([name, body]) => ({ name, body, type: 'FUNCTION' })),
    ...Object.entries(procedures).map(([name, body]) => ({ name, body, type: 'PROCEDURE' })),
  ]
  const raw: RawCatalog = {
    databases: [...new Set(names.map(name => split(name)[0]))].map(name => [name]),
    relations: names.map(name => [...split(name), kindOf(name, tables)]),
    columns: [...columns, ...shown],
    views: Object.entries(views).map(([name, [, text]]) => [...split(name), text]),
    routines: routines.map(({ name, type, body }): Row => {
      const [schema, own] = split(name.replace(/\(.*/, ''))
      const rest = ['SQL', 'SQL', 'NO', 'READS SQL DATA', 'DEFINER', '', body]
      return [schema, own, type, ...rest]
    }),
    parameters: routines.flatMap(({ name, type }) => {
      const [schema, own] = split(name.replace(/\(.*/, ''))
      const list = /\((.*)\)/.exec(name)?.[1]?.split(',') ?? []
      return list
        .filter(each => each !== '')
        .map((each): Row => [schema, own, type, each.trim(), 'IN'])
    }),
    triggers: [],
    foreignKeys: [],
  }
  const server: ServerFacts = {
    ...{ flavour, version: flavour === 'mysql' ? 90704 : 101119, lowerCaseTableNames: 0 },
    answers: new Map([
      ['columns', ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra']],
      ['tables', ['Tables_in_shop']],
      ['variables', ['Variable_name', 'Value']],
      ['explain', ['id', 'select_type', 'table', 'Extra']],
      ['explain default', ['id', 'select_type', 'table', 'Extra']],
      ['analyze', ['id', 'select_type', 'table', 'r_rows', 'Extra']],
    ]),
  }
  return new Snapshot(1, server, [raw])
}

function split(name: string): [schema: string, own: string] {
  const dot = name.indexOf('.')
  return [name.slice(0, dot), name.slice(dot + 1)]
}

function kindOf(name: string, tables: CatalogParts['tables']): string {
  return name in tables ? 'BASE TABLE' : 'VIEW'
}

function columnRow(table: string, text: string): Row {
  const [name = '', expression] = text.split(' = ')
  const invisible = name.endsWith(' invisible')
  const extra = [invisible ? 'INVISIBLE' : '', expression === undefined ? '' : 'STORED GENERATED']
  const own = name.replace(' invisible', '')
  return [...split(table), own, 'varchar(50)', extra.join(' ').trim(), expression ?? null]
}

const parts: CatalogParts = {
  tables: {
    'shop.customers': ['id', 'name', 'email', 'born', 'salary'],
    'shop.orders': ['id', 'customer_id', 'total'],
    'shop.notes': ['id', 'body'],
    'shop.cities': ['letter', 'city'],
    'shop.handles': ['id', 'handle', 'domain = lower(`handle`)', 'paired = concat(`domain`,1)'],
    'shop.unread': ['id', 'secret = '],
    'shop.wide': ['id', 'shown', 'kept invisible'],
    'shop.twice': ['id', 'a'],
    'other.twice': ['id', 'b'],
    'other.hidden': ['id'],
    'information_schema.PROCESSLIST': ['ID', 'USER', 'INFO'],
    'information_schema.TABLES': ['TABLE_SCHEMA', 'TABLE_NAME'],
    'performance_schema.data_locks': ['ENGINE', 'LOCK_DATA'],
  },
  views: {
    'shop.people': [
      ['id', 'mail', 'loud'],
      'select `shop`.`customers`.`id` AS `id`,`shop`.`customers`.`email` AS `mail`,ucase(`shop`.`customers`.`email`) AS `loud` from `shop`.`customers` where (`shop`.`customers`.`name` is not null)',
    ],
    'shop.mails': [['mail'], 'select `shop`.`people`.`mail` AS `mail` from `shop`.`people`'],
    'shop.grown': [
      ['id'],
      "select `shop`.`customers`.`id` AS `id` from `shop`.`customers` where (`shop`.`customers`.`born` < '2000-01-01')",
    ],
    'shop.closed': [['id', 'mail'], ''],
    'shop.circle': [['id'], 'select `shop`.`circle`.`id` AS `id` from `shop`.`circle`'],
  },
  functions: {
    'shop.mail_of(x)': 'return (select email from customers where id = x)',
    'shop.fullname(a,b)': "BEGIN RETURN concat(a, ' ', b); END",
    'shop.endless(a)': 'return endless(a)',
    'shop.opaque(a)': 'BEGIN INSERT INTO notes VALUES (1, a); RETURN 1; END',
    'shop.unseen(a)': '',
  },
  procedures: { 'shop.report(x)': 'BEGIN SELECT email FROM customers; END' },
}

export const catalog: CatalogSnapshot = catalogOf(parts)
export const mariadbCatalog: CatalogSnapshot = catalogOf(parts, 'mariadb')

export function namesOver(snapshot: CatalogSnapshot, database: string | undefined = 'shop'): Names {
  const lexer = lexerFor(snapshot.server, '')
  return { catalog: snapshot, database, lexer, user: 'app', session: noObjects, version: 1 }
}

export const shop: Names = namesOver(catalog)
export const mariadb: Names = namesOver(mariadbCatalog)
/** The current database is not known. */
export const lost: Names = { ...shop, database: undefined }

export function traced(sql: string, names: Names = shop): Trace {
  const parsed = parse(sql, names.lexer)
  if (!parsed.ok) throw new SyntaxError(`${parsed.message}: ${sql}`)
  const [statement] = parsed.statements
  if (statement === undefined) throw new SyntaxError('expected a statement')
  return trace(statement.node, names, sql)
}

export function result(sql: string, names: Names = shop): string {
  return inShort(traced(sql, names).result)
}

export function inShort(lineage: ResultLineage): string {
  if (typeof lineage === 'string') return lineage
  return lineage
    .map(({ name, sources, plain }) => {
      if (sources.length === 0) return name
      return `${name}${plain ? '=' : '~'}${columnsInShort(sources)}`
    })
    .join(' ')
}

export function columnsInShort(columns: readonly ColumnName[]): string {
  return columns.map(columnInShort).sort().join(',')
}

export function columnInShort({ schema, table, column, path }: ColumnName): string {
  const part = path === undefined ? '' : ['$', ...path].join('.')
  return `${schema === 'shop' ? '' : `${schema}.`}${table}.${column}${part}`
}

export function reads(sql: string, names: Names = shop): string {
  return columnsInShort(traced(sql, names).reads)
}

/** `table.column > type:name`, or `> itself`, `?` for what is of unknown origin. */
export function moves(sql: string, names: Names = shop): string {
  const { moves: known, movesUntraced } = traced(sql, names)
  const list = known.map(
    ({ from, to, itself }) =>
      `${columnInShort(from)} > ${itself ? 'itself' : `${to.type}:${to.name}`}`,
  )
  // Into which column is not said.
  return [...new Set([...list, ...(movesUntraced ? ['?'] : [])])].sort().join(' ')
}
