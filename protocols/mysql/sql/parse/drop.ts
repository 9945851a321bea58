/** DROP, RENAME and TRUNCATE. https://dev.mysql.com/doc/refman/9.7/en/drop-table.html */
import type { Deallocate, Drop, Rename, TableName, Truncate } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { tableName } from './names.ts'
import { account, existenceClause, skipRest } from './rest.ts'

/** Types of objects whose names are one word or several, and how they are called. */
const types: readonly (readonly [words: readonly string[], type: string])[] = [
  [['TEMPORARY', 'TABLE'], 'temporary table'],
  [['TEMPORARY', 'TABLES'], 'temporary table'],
  [['TEMPORARY', 'SEQUENCE'], 'sequence'],
  [['TABLE'], 'table'],
  [['TABLES'], 'table'],
  [['VIEW'], 'view'],
  [['MATERIALIZED', 'VIEW'], 'view'],
  [['DATABASE'], 'database'],
  [['SCHEMA'], 'database'],
  [['INDEX'], 'index'],
  [['PROCEDURE'], 'procedure'],
  [['FUNCTION'], 'function'],
  [['LIBRARY'], 'library'],
  [['TRIGGER'], 'trigger'],
  [['EVENT'], 'event'],
  [['PACKAGE', 'BODY'], 'package body'],
  [['PACKAGE'], 'package'],
  [['SEQUENCE'], 'sequence'],
  [['USER'], 'user'],
  [['ROLE'], 'role'],
  [['SERVER'], 'server'],
  [['UNDO', 'TABLESPACE'], 'tablespace'],
  [['TABLESPACE'], 'tablespace'],
  [['LOGFILE', 'GROUP'], 'logfile group'],
  [['RESOURCE', 'GROUP'], 'resource group'],
  [['SPATIAL', 'REFERENCE', 'SYSTEM'], 'spatial reference system'],
]

/** The type of object that the next words name; they are taken. */
export function objectType(cursor: Cursor): string | undefined {
  return types.find(([words]) => cursor.acceptWords(...words))?.[1]
}

export function drop(cursor: Cursor): Drop | Deallocate {
  const { start } = cursor.advance()
  if (cursor.accept('PREPARE')) {
    return { kind: 'deallocate', name: cursor.name(), start, end: cursor.end }
  }
  const type = objectType(cursor) ?? cursor.fail('a type of object')
  const ifExists = existenceClause(cursor)
  if (type === 'user' || type === 'role') {
    const objects = accounts(cursor)
    return { kind: 'drop', type, ifExists, objects, on: undefined, start, end: cursor.end }
  }
  if (type === 'spatial reference system') cursor.advance()
  const objects = type === 'spatial reference system' ? [] : nameList(cursor)
  const on = cursor.accept('ON') ? tableName(cursor) : undefined
  skipRest(cursor)
  return { kind: 'drop', type, ifExists, objects, on, start, end: cursor.end }
}

function nameList(cursor: Cursor): readonly TableName[] {
  const names: TableName[] = []
  do names.push(objectName(cursor))
  while (cursor.acceptSymbol(','))
  return names
}

/** PRIMARY is a name of an index, and a server's may be a string. */
function objectName(cursor: Cursor): TableName {
  const { start } = cursor.token
  if (cursor.token.type === TokenType.String) {
    return { schema: undefined, name: cursor.string(), start, end: cursor.end }
  }
  if (!cursor.accept('PRIMARY')) return tableName(cursor)
  return { schema: undefined, name: 'PRIMARY', start, end: cursor.end }
}

export function accounts(cursor: Cursor): readonly TableName[] {
  const names: TableName[] = []
  do names.push(accountName(cursor))
  while (cursor.acceptSymbol(','))
  return names
}

function accountName(cursor: Cursor): TableName {
  const { start } = cursor.token
  return { schema: undefined, name: account(cursor), start, end: cursor.end }
}

export function rename(cursor: Cursor): Rename {
  const { start } = cursor.advance()
  const user = cursor.accept('USER')
  if (!user && !cursor.accept('TABLE')) cursor.expect('TABLES')
  existenceClause(cursor)
  const named = user ? accountName : tableName
  const pairs: Rename['pairs'][number][] = []
  do {
    const from = named(cursor)
    if (cursor.mariadb && cursor.accept('WAIT')) cursor.advance()
    else if (cursor.mariadb) cursor.accept('NOWAIT')
    cursor.expect('TO')
    pairs.push({ from, to: named(cursor) })
  } while (cursor.acceptSymbol(','))
  return { kind: 'rename', type: user ? 'user' : 'table', pairs, start, end: cursor.end }
}

export function truncate(cursor: Cursor): Truncate {
  const { start } = cursor.advance()
  if (cursor.at('TABLE')) cursor.advance()
  const table = tableName(cursor)
  if (cursor.mariadb) skipRest(cursor)
  return { kind: 'truncate', table, start, end: cursor.end }
}
