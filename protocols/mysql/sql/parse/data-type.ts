/**
 * Types as CAST and columns name them: read for where they end, kept as text.
 * https://dev.mysql.com/doc/refman/9.7/en/data-types.html
 */
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'

const attributes = new Set(['UNSIGNED', 'SIGNED', 'ZEROFILL', 'ASCII', 'UNICODE', 'BYTE', 'BINARY'])

/** Lower case, single spaces. */
export function dataType(cursor: Cursor): string {
  const words: string[] = []
  if (cursor.token.type !== TokenType.Word) cursor.fail('a type')
  if (attributes.has(cursor.token.value)) typeAttribute(cursor, words)
  else typeName(cursor, words)
  if (cursor.atSymbol('(')) words.push(parentheses(cursor))
  for (;;) {
    if (cursor.token.type !== TokenType.Word) break
    if (attributes.has(cursor.token.value)) typeAttribute(cursor, words)
    else if (cursor.at('CHARSET') || cursor.at('CHARACTER')) characterSet(cursor, words)
    else break
  }
  return words.join(' ').toLowerCase()
}

/** CAST knows UNSIGNED INTEGER as well as UNSIGNED. */
function typeAttribute(cursor: Cursor, words: string[]): void {
  const { value } = cursor.advance()
  words.push(value)
  if (value !== 'SIGNED' && value !== 'UNSIGNED') return
  if (cursor.at('INT') || cursor.at('INTEGER')) words.push(cursor.advance().value)
}

/** Some are of several words: `double precision`, `national varchar`, `long varbinary`. */
function typeName(cursor: Cursor, words: string[]): void {
  const { value } = cursor.advance()
  words.push(value)
  switch (value) {
    case 'DOUBLE':
      if (cursor.accept('PRECISION')) words.push('PRECISION')
      return
    case 'LONG':
      if (cursor.at('VARBINARY') || cursor.at('VARCHAR')) typeName(cursor, words)
      else if (cursor.at('CHAR')) typeName(cursor, words)
      return
    case 'NATIONAL':
      if (cursor.at('CHAR') || cursor.at('CHARACTER') || cursor.at('VARCHAR')) {
        typeName(cursor, words)
      }
      return
    case 'NCHAR':
    case 'CHAR':
    case 'CHARACTER':
      for (const word of ['VARYING', 'VARCHAR']) if (cursor.accept(word)) words.push(word)
      return
    case 'INTERVAL':
      words.push(cursor.advance().value)
      return
    default:
  }
}

/** `(10)`, `(10, 2)`, `('a', 'b')`. */
function parentheses(cursor: Cursor): string {
  const { start } = cursor.token
  cursor.expectSymbol('(')
  while (!cursor.atSymbol(')')) {
    const { type } = cursor.token
    if (type === TokenType.End || cursor.atSymbol('(')) cursor.fail("')'")
    cursor.advance()
  }
  cursor.advance()
  return cursor.text.slice(start, cursor.end)
}

function characterSet(cursor: Cursor, words: string[]): void {
  if (!cursor.accept('CHARSET')) cursor.expect('CHARACTER', 'SET')
  words.push('charset', charsetName(cursor))
  if (cursor.accept('BINARY')) words.push('binary')
}

/** A name or a string; `binary` is one too. */
export function charsetName(cursor: Cursor): string {
  if (cursor.token.type === TokenType.String) return cursor.string().toLowerCase()
  if (cursor.at('BINARY') || cursor.at('DEFAULT')) return cursor.advance().value.toLowerCase()
  return cursor.name('a character set').toLowerCase()
}
