/** SHOW: what, of which object. https://dev.mysql.com/doc/refman/9.7/en/show.html */
import type { Show, TableName } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { tableName } from './names.ts'
import { existenceClause, skipOne, skipRest } from './rest.ts'

const ofTable = /^(?:full |extended )*(?:columns|fields|index|indexes|keys)$/
const ofSchema = /^(?:database|schema)$/

export function show(cursor: Cursor): Show {
  const { start } = cursor.advance()
  if (cursor.accept('CREATE')) return showCreate(cursor, start)
  const words: string[] = []
  while (!atClause(cursor)) {
    const { type, value } = cursor.token
    if (type === TokenType.Word) words.push(value.toLowerCase())
    skipOne(cursor)
  }
  const what = words.join(' ')
  let object: TableName | undefined
  let database: string | undefined
  if (cursor.accept('FROM') || cursor.accept('IN')) {
    if (ofTable.test(what)) {
      object = tableName(cursor)
      database = object.schema
      if (cursor.accept('FROM') || cursor.accept('IN')) database = cursor.name('a database')
    } else if (cursor.atName()) database = cursor.name()
  }
  const like = cursor.accept('LIKE') ? cursor.string('a pattern') : undefined
  const where = cursor.accept('WHERE') ? cursor.grammar.expression(cursor) : undefined
  skipRest(cursor)
  return { kind: 'show', what, object, database, where, like, start, end: cursor.end }
}

function atClause(cursor: Cursor): boolean {
  const { type, value } = cursor.token
  if (cursor.atEnd()) return true
  if (type !== TokenType.Word) return false
  return ['FROM', 'IN', 'LIKE', 'WHERE', 'FOR', 'LIMIT'].includes(value)
}

function showCreate(cursor: Cursor, start: number): Show {
  let type = cursor.advance().value.toLowerCase()
  if (type === 'package' && cursor.accept('BODY')) type = 'package body'
  existenceClause(cursor)
  const what = `create ${ofSchema.test(type) ? 'database' : type}`
  const named = cursor.atName()
  const object = named && type !== 'user' ? tableName(cursor) : undefined
  skipRest(cursor)
  const database = type === 'database' || type === 'schema' ? object?.name : object?.schema
  const none = { where: undefined, like: undefined }
  return { kind: 'show', what, object, database, ...none, start, end: cursor.end }
}
