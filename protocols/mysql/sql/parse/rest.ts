/** Statements that are known by their kind: their other tokens are looked at, not understood. */
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'

/** To the end of the statement. */
export function skipRest(cursor: Cursor): void {
  while (!cursor.atEnd()) cursor.advance()
}

/** The words of the rest, lower case; names and strings as they are. */
export function restWords(cursor: Cursor): readonly string[] {
  const words: string[] = []
  while (!cursor.atEnd()) {
    const { type, value } = cursor.advance()
    words.push(type === TokenType.Word ? value.toLowerCase() : value)
  }
  return words
}

/** From `(` past its `)`. */
export function skipParentheses(cursor: Cursor): void {
  cursor.expectSymbol('(')
  for (let depth = 1; depth > 0; ) {
    if (cursor.token.type === TokenType.End) cursor.fail("')'")
    if (cursor.atSymbol('(')) depth++
    else if (cursor.atSymbol(')')) depth--
    cursor.advance()
  }
}

/** One token, or all that is in parentheses. */
export function skipOne(cursor: Cursor): void {
  if (cursor.atSymbol('(')) skipParentheses(cursor)
  else if (cursor.atEnd()) cursor.fail('more')
  else cursor.advance()
}

/** `name@host`, `'name'@'host'`, CURRENT_USER(). Returns the user's name. */
export function account(cursor: Cursor): string {
  const { type } = cursor.token
  if (type !== TokenType.Word && type !== TokenType.Name && type !== TokenType.String) {
    cursor.fail('an account')
  }
  const user = cursor.nameOf(cursor.advance())
  if (cursor.token.type === TokenType.UserVariable) cursor.advance()
  else if (cursor.acceptSymbol('(')) cursor.expectSymbol(')')
  return user
}

/** `DEFINER = account`. */
export function definerClause(cursor: Cursor): string | undefined {
  if (!cursor.accept('DEFINER')) return undefined
  cursor.expectSymbol('=')
  return account(cursor)
}

/** IF EXISTS, IF NOT EXISTS. */
export function existenceClause(cursor: Cursor): boolean {
  return cursor.acceptWords('IF', 'EXISTS') || cursor.acceptWords('IF', 'NOT', 'EXISTS')
}
