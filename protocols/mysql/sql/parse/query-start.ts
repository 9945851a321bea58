/** Where a query begins, and where one in parentheses goes on. */
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'

export function startsQuery(cursor: Cursor): boolean {
  if (cursor.token.type !== TokenType.Word) return false
  switch (cursor.token.value) {
    case 'SELECT':
    case 'WITH':
      return true
    case 'TABLE':
      return !cursor.peekSymbol(1, '(')
    case 'VALUES':
      return cursor.mariadb ? !cursor.inDuplicate : cursor.peekWord(1, 'ROW')
    default:
      return false
  }
}

/** A query, or one in parentheses: what INSERT and CREATE TABLE may go on with. */
export function startsQueryOrParenthesis(cursor: Cursor): boolean {
  if (startsQuery(cursor)) return true
  let offset = 0
  while (cursor.peekSymbol(offset, '(')) offset++
  if (offset === 0) return false
  const { type, value } = cursor.peek(offset)
  if (type !== TokenType.Word) return false
  return value === 'SELECT' || value === 'WITH' || value === 'TABLE' || value === 'VALUES'
}

/** Whether a query in parentheses is only the first part of a longer one. */
export function continuesQuery(cursor: Cursor): boolean {
  const { type, value } = cursor.token
  if (type !== TokenType.Word) return false
  switch (value) {
    case 'UNION':
    case 'EXCEPT':
    case 'INTERSECT':
    case 'ORDER':
    case 'LIMIT':
    case 'INTO':
    case 'FOR':
    case 'LOCK':
    case 'FETCH':
      return true
    case 'OFFSET':
      return cursor.mariadb
    default:
      return false
  }
}
