/** Values as they are written. https://dev.mysql.com/doc/refman/9.7/en/literals.html */
import type { Literal, SystemVariable, UserVariable } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'

/** A literal that a token begins, not a word. */
export function literal(cursor: Cursor): Literal | undefined {
  const { type, start, value } = cursor.token
  switch (type) {
    case TokenType.Integer:
      return simple(cursor, 'integer')
    case TokenType.Decimal:
      return simple(cursor, 'decimal')
    case TokenType.Float:
      return simple(cursor, 'float')
    case TokenType.Hex:
      return simple(cursor, 'hex')
    case TokenType.Bit:
      return simple(cursor, 'bit')
    case TokenType.Null:
      return simple(cursor, 'null')
    case TokenType.String:
      return strings(cursor, undefined, start)
    case TokenType.NationalString:
      return strings(cursor, 'n', start)
    case TokenType.Introducer:
      cursor.advance()
      return introduced(cursor, value, start)
    default:
      return undefined
  }
}

export function simple(cursor: Cursor, type: Literal['type']): Literal {
  const { start, end, value } = cursor.advance()
  return { kind: 'literal', type, value, charset: undefined, bare: false, start, end }
}

/** Strings side by side are one. */
export function strings(cursor: Cursor, charset: string | undefined, start: number): Literal {
  let { value } = cursor.advance()
  if (cursor.token.type === TokenType.String) {
    const pieces = [value]
    while (cursor.token.type === TokenType.String) pieces.push(cursor.advance().value)
    value = pieces.join('')
  }
  return { kind: 'literal', type: 'string', value, charset, bare: false, start, end: cursor.end }
}

function introduced(cursor: Cursor, charset: string, start: number): Literal {
  switch (cursor.token.type) {
    case TokenType.String:
      return strings(cursor, charset, start)
    case TokenType.Hex:
      return { ...simple(cursor, 'hex'), charset, start }
    case TokenType.Bit:
      return { ...simple(cursor, 'bit'), charset, start }
    default:
      return cursor.fail('a string after its character set')
  }
}

const scopes = new Set(['global', 'session', 'local', 'persist', 'persist_only'])

/** At `@@`. */
export function systemVariable(cursor: Cursor): SystemVariable {
  const { start } = cursor.advance()
  const parts = [anyName(cursor)]
  while (parts.length < 3 && cursor.acceptSymbol('.')) parts.push(anyName(cursor))
  return systemVariableOf(parts, start, cursor.end)
}

export function systemVariableOf(
  parts: readonly string[],
  start: number,
  end: number,
): SystemVariable {
  const lower = parts.map(part => part.toLowerCase())
  const scope = scopeOf(lower.length > 1 ? lower[0] : undefined)
  const rest = scope === undefined ? lower : lower.slice(1)
  const [name = ''] = rest.slice(-1)
  const instance = rest.length > 1 ? rest[0] : undefined
  return { kind: 'systemVariable', scope, instance, name, start, end }
}

export function scopeOf(word: string | undefined): SystemVariable['scope'] {
  if (word === undefined || !scopes.has(word)) return undefined
  return word as SystemVariable['scope']
}

/** Words that are reserved elsewhere are names of variables: `@@global.binlog_format`. */
function anyName(cursor: Cursor): string {
  const { type } = cursor.token
  if (type !== TokenType.Word && type !== TokenType.Name) cursor.fail('a variable')
  return cursor.nameOf(cursor.advance())
}

export function userVariable(cursor: Cursor): UserVariable {
  const { type, start, end, value } = cursor.token
  if (type !== TokenType.UserVariable) cursor.fail('a user variable')
  cursor.advance()
  return { kind: 'userVariable', name: value, start, end }
}
