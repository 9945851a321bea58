/**
 * Statements that are known by their leading words: what they name is found where names stand.
 * https://dev.mysql.com/doc/refman/9.7/en/sql-server-administration-statements.html
 */
import type { NamedObject, OtherStatement } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { objectType } from './drop.ts'
import { tableName } from './names.ts'
import { skipRest } from './rest.ts'

/** Leading words, and how many more tell the kind. */
const kinds: ReadonlyMap<string, number> = new Map([
  ['ANALYZE', 1],
  ['BACKUP', 1],
  ['BINLOG', 0],
  ['CACHE', 1],
  ['CHANGE', 1],
  ['CHECK', 1],
  ['CHECKSUM', 1],
  ['CLONE', 1],
  ['FLUSH', 2],
  ['GET', 1],
  ['GRANT', 0],
  ['HELP', 0],
  ['IMPORT', 1],
  ['INSTALL', 1],
  ['LOAD', 1],
  ['LOCK', 1],
  ['OPTIMIZE', 1],
  ['PURGE', 1],
  ['REPAIR', 1],
  ['RESET', 1],
  ['RESIGNAL', 0],
  ['RESTART', 0],
  ['REVOKE', 0],
  ['SHUTDOWN', 0],
  ['SIGNAL', 0],
  ['START', 1],
  ['STOP', 1],
  ['UNINSTALL', 1],
  ['UNLOCK', 1],
])

export function isOther(word: string): boolean {
  return kinds.has(word)
}

export function other(cursor: Cursor): OtherStatement {
  const { start, value } = cursor.advance()
  cursor.accept('NO_WRITE_TO_BINLOG')
  cursor.accept('LOCAL')
  const words = [value.toLowerCase()]
  const more = kinds.get(value) ?? 0
  const found: NamedObject[] = []
  for (let count = 0; count < more && cursor.token.type === TokenType.Word; count++) {
    if (isTables(cursor)) {
      words.push('table')
      cursor.advance()
      listed(cursor, found)
    } else words.push(cursor.advance().value.toLowerCase())
  }
  if (value === 'GRANT' || value === 'REVOKE') privileges(cursor, found)
  skipRest(cursor)
  const keyword = words.join(' ')
  return { kind: 'other', keyword, objects: found, queries: [], start, end: cursor.end }
}

function isTables(cursor: Cursor): boolean {
  return cursor.at('TABLE') || cursor.at('TABLES') || cursor.at('VIEW')
}

/** A list of tables, as far as it goes. */
function listed(cursor: Cursor, found: NamedObject[]): void {
  if (!cursor.atName() || cursor.atEnd()) return
  do found.push({ type: 'table', name: tableName(cursor) })
  while (cursor.acceptSymbol(',') && cursor.atName())
}

/** ON [type] name, ON *.*, ON db.*; roles have no ON. */
function privileges(cursor: Cursor, found: NamedObject[]): void {
  while (!cursor.atEnd() && !cursor.at('ON')) cursor.advance()
  if (!cursor.accept('ON')) return
  const type = objectType(cursor) ?? 'table'
  const { start } = cursor.token
  const first = cursor.acceptSymbol('*') ? '*' : cursor.atName() ? cursor.name() : undefined
  if (first === undefined) return
  let schema: string | undefined
  let name = first
  if (cursor.acceptSymbol('.')) {
    schema = first
    name = cursor.acceptSymbol('*') ? '*' : cursor.name()
  }
  found.push({ type, name: { schema, name, start, end: cursor.end } })
}
