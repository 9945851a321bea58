/** SET in all of its forms. https://dev.mysql.com/doc/refman/9.7/en/set-variable.html */
import type { Expression, SetItem, SetStatement, Statement, SystemVariable } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { charsetName } from './data-type.ts'
import { scopeOf, systemVariable, systemVariableOf, userVariable } from './literals.ts'
import { restWords } from './rest.ts'

export function set(cursor: Cursor): SetStatement {
  const { start } = cursor.advance()
  if (cursor.mariadb && cursor.accept('STATEMENT')) {
    const items = assignmentList(cursor)
    cursor.expect('FOR')
    cursor.enter()
    const statement = cursor.grammar.statement(cursor)
    cursor.leave()
    return setStatement(cursor, items, statement, start)
  }
  const whole = wholeStatement(cursor)
  const items = whole === undefined ? assignmentList(cursor) : [whole]
  return setStatement(cursor, items, undefined, start)
}

function setStatement(
  cursor: Cursor,
  items: readonly SetItem[],
  statement: Statement | undefined,
  start: number,
): SetStatement {
  return { kind: 'set', items, statement, start, end: cursor.end }
}

/** Forms that no comma follows. */
function wholeStatement(cursor: Cursor): SetItem | undefined {
  const scope = cursor.peekWord(1, 'TRANSACTION') ? cursor.token.value.toLowerCase() : undefined
  if (scope !== undefined && scopeOf(scope) !== undefined) {
    cursor.advance()
    return transaction(cursor, scope)
  }
  if (cursor.at('TRANSACTION')) return transaction(cursor, undefined)
  if (cursor.at('ROLE') && !isAssigned(cursor)) return { kind: 'role', words: restWords(cursor) }
  if (cursor.at('DEFAULT') && cursor.peekWord(1, 'ROLE')) {
    return { kind: 'defaultRole', words: restWords(cursor) }
  }
  if (cursor.at('RESOURCE') && cursor.peekWord(1, 'GROUP')) {
    return { kind: 'other', words: restWords(cursor) }
  }
  return undefined
}

function isAssigned(cursor: Cursor): boolean {
  return cursor.peekSymbol(1, '=') || cursor.peekSymbol(1, ':=')
}

function transaction(cursor: Cursor, scope: string | undefined): SetItem {
  cursor.expect('TRANSACTION')
  const characteristics: string[] = []
  do {
    const words: string[] = []
    while (cursor.token.type === TokenType.Word) words.push(cursor.advance().value.toLowerCase())
    characteristics.push(words.join(' '))
  } while (cursor.acceptSymbol(','))
  return { kind: 'transaction', scope, characteristics }
}

function assignmentList(cursor: Cursor): readonly SetItem[] {
  const items: SetItem[] = []
  // A scope holds for the variables behind it too, until another one comes.
  let scope: SystemVariable['scope']
  do {
    const word = cursor.token.type === TokenType.Word ? cursor.token.value.toLowerCase() : undefined
    const found = isAssigned(cursor) ? undefined : scopeOf(word)
    if (found !== undefined) {
      cursor.advance()
      scope = found
    }
    items.push(item(cursor, scope))
  } while (cursor.acceptSymbol(','))
  return items
}

function item(cursor: Cursor, scope: SystemVariable['scope']): SetItem {
  const { type, start } = cursor.token
  if (type === TokenType.UserVariable) {
    const target = userVariable(cursor)
    assign(cursor)
    return { kind: 'userVariable', target, value: cursor.grammar.expression(cursor) }
  }
  if (type === TokenType.SystemVariable) {
    const target = systemVariable(cursor)
    assign(cursor)
    return { kind: 'systemVariable', target, value: settingValue(cursor) }
  }
  if (!isAssigned(cursor)) {
    const form = namedForm(cursor)
    if (form !== undefined) return form
  }
  if (cursor.at('PASSWORD') && cursor.variables?.has('password') !== true) return password(cursor)
  const names = [cursor.name('a variable')]
  while (names.length < 3 && cursor.acceptSymbol('.')) names.push(cursor.name())
  const { end } = cursor
  assign(cursor)
  const [first = ''] = names
  const local = scope === undefined && cursor.variables?.has(first.toLowerCase()) === true
  if (local || isTriggerRow(names)) {
    return { kind: 'local', name: names, value: cursor.grammar.expression(cursor) }
  }
  const variable = systemVariableOf(names, start, end)
  const target = { ...variable, scope: variable.scope ?? scope }
  return { kind: 'systemVariable', target, value: settingValue(cursor) }
}

function assign(cursor: Cursor): void {
  if (!cursor.acceptSymbol('=')) cursor.expectSymbol(':=')
}

function isTriggerRow(names: readonly string[]): boolean {
  const first = names.length > 1 ? names[0]?.toLowerCase() : undefined
  return first === 'new' || first === 'old'
}

function namedForm(cursor: Cursor): SetItem | undefined {
  if (cursor.accept('NAMES')) {
    const charset = charsetName(cursor)
    const collation = cursor.accept('COLLATE') ? charsetName(cursor) : undefined
    return { kind: 'names', charset: charset === 'default' ? undefined : charset, collation }
  }
  if (cursor.accept('CHARSET') || cursor.acceptWords('CHARACTER', 'SET')) {
    const charset = charsetName(cursor)
    return { kind: 'characterSet', charset: charset === 'default' ? undefined : charset }
  }
  return undefined
}

function password(cursor: Cursor): SetItem {
  cursor.advance()
  const user = cursor.accept('FOR') ? cursor.nameOf(cursor.advance()) : undefined
  while (!cursor.atEnd() && !cursor.atSymbol(',')) {
    if (cursor.atSymbol('(')) cursor.grammar.expression(cursor)
    else cursor.advance()
  }
  return { kind: 'password', user }
}

const bareWords = new Set(['ON', 'ALL', 'BINARY', 'ROW', 'SYSTEM', 'DEFAULT'])

/** A word without quotes is text here, reserved or not. */
function settingValue(cursor: Cursor): Expression {
  const { type, value, start } = cursor.token
  const alone = cursor.peek(1)
  const ends =
    alone.type === TokenType.End ||
    (alone.type === TokenType.Symbol && (alone.value === ',' || alone.value === ';')) ||
    (alone.type === TokenType.Word && alone.value === 'FOR')
  const word = type === TokenType.Word && (bareWords.has(value) || cursor.atName())
  if (!ends || (!word && type !== TokenType.Name)) return cursor.grammar.expression(cursor)
  if (cursor.at('DEFAULT')) return cursor.grammar.expression(cursor)
  const written = cursor.nameOf(cursor.advance())
  const { end } = cursor
  const charset = undefined
  return { kind: 'literal', type: 'string', value: written, charset, bare: true, start, end }
}
