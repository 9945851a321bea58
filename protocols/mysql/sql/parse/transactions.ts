/** Transactions, USE, KILL and locks. https://dev.mysql.com/doc/refman/9.7/en/commit.html */
import type { Kill, LockTables, Transaction, Use } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { tableAlias, tableName } from './names.ts'
import { account, restWords } from './rest.ts'

export function begin(cursor: Cursor): Transaction {
  const { start, value } = cursor.advance()
  if (value === 'START') cursor.expect('TRANSACTION')
  const words = wordsOf(cursor)
  return transaction(cursor, 'begin', undefined, words, start)
}

export function commit(cursor: Cursor): Transaction {
  const { start, value } = cursor.advance()
  const work = cursor.accept('WORK')
  if (value === 'ROLLBACK' && cursor.accept('TO')) {
    cursor.accept('SAVEPOINT')
    return transaction(cursor, 'rollback to', cursor.name('a savepoint'), [], start)
  }
  const words = wordsOf(cursor)
  const action = value === 'ROLLBACK' ? 'rollback' : 'commit'
  return transaction(cursor, action, undefined, work ? ['work', ...words] : words, start)
}

export function savepoint(cursor: Cursor): Transaction {
  const { start, value } = cursor.advance()
  if (value === 'RELEASE') cursor.expect('SAVEPOINT')
  const action = value === 'RELEASE' ? 'release' : 'savepoint'
  return transaction(cursor, action, cursor.name('a savepoint'), [], start)
}

export function xa(cursor: Cursor): Transaction {
  const { start } = cursor.advance()
  return transaction(cursor, 'xa', undefined, restWords(cursor), start)
}

function transaction(
  cursor: Cursor,
  action: Transaction['action'],
  name: string | undefined,
  words: readonly string[],
  start: number,
): Transaction {
  return { kind: 'transaction', action, name, words, start, end: cursor.end }
}

/** Words and commas alone. */
function wordsOf(cursor: Cursor): readonly string[] {
  const words: string[] = []
  while (cursor.token.type === TokenType.Word) {
    words.push(cursor.advance().value.toLowerCase())
    cursor.acceptSymbol(',')
  }
  return words
}

export function use(cursor: Cursor): Use {
  const { start } = cursor.advance()
  return { kind: 'use', database: cursor.name('a database'), start, end: cursor.end }
}

export function kill(cursor: Cursor): Kill {
  const { start } = cursor.advance()
  if (cursor.mariadb && !cursor.accept('HARD')) cursor.accept('SOFT')
  const word = cursor.acceptAny('CONNECTION', 'QUERY')
  const query = word === 'query'
  if (cursor.mariadb && cursor.accept('USER')) {
    const user = account(cursor)
    return { kind: 'kill', query, id: undefined, user, start, end: cursor.end }
  }
  if (cursor.mariadb && cursor.at('ID') && !cursor.peekSymbol(1, '(')) cursor.advance()
  const id = cursor.grammar.expression(cursor)
  return { kind: 'kill', query, id, user: undefined, start, end: cursor.end }
}

/** At TABLE or TABLES. */
export function lockTables(cursor: Cursor, start: number): LockTables {
  cursor.advance()
  const tables: LockTables['tables'][number][] = []
  do {
    const table = tableName(cursor)
    const low = cursor.at('LOW_PRIORITY') || cursor.at('WRITE') || cursor.at('READ')
    if (!low) tableAlias(cursor)
    cursor.accept('LOW_PRIORITY')
    const concurrent = cursor.mariadb && cursor.acceptWords('WRITE', 'CONCURRENT')
    const write = concurrent || cursor.accept('WRITE')
    if (!write) {
      cursor.expect('READ')
      cursor.accept('LOCAL')
    }
    tables.push({ table, write })
  } while (cursor.acceptSymbol(','))
  if (cursor.mariadb && cursor.accept('WAIT')) cursor.advance()
  else if (cursor.mariadb) cursor.accept('NOWAIT')
  return { kind: 'lockTables', tables, start, end: cursor.end }
}
