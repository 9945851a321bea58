/** One statement, by its leading words. https://dev.mysql.com/doc/refman/9.7/en/sql-statements.html */
import type { Statement } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import { alter, create } from './create.ts'
import type { Cursor } from './cursor.ts'
import { delete_ } from './delete.ts'
import { drop, rename, truncate } from './drop.ts'
import { analyzeStatement, analyzesStatement, explain } from './explain.ts'
import { handler } from './handler.ts'
import { insert } from './insert.ts'
import { load } from './load.ts'
import { isOther, other } from './other.ts'
import { call, deallocate, do_, execute, prepare } from './prepared.ts'
import { program, startsCompound } from './program.ts'
import { query, withClause } from './query.ts'
import { set } from './set.ts'
import { show } from './show.ts'
import { begin, commit, kill, lockTables, savepoint, use, xa } from './transactions.ts'
import { update } from './update.ts'

type Reader = (cursor: Cursor, start: number) => Statement

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['ALTER', alter],
  ['BEGIN', begin],
  ['CALL', call],
  ['COMMIT', commit],
  ['CREATE', create],
  ['DEALLOCATE', deallocate],
  ['DELETE', (cursor, start) => delete_(cursor, undefined, start)],
  ['DESC', explain],
  ['DESCRIBE', explain],
  ['DO', do_],
  ['DROP', drop],
  ['EXECUTE', execute],
  ['EXPLAIN', explain],
  ['HANDLER', handler],
  ['INSERT', insert],
  ['KILL', kill],
  ['PREPARE', prepare],
  ['RELEASE', savepoint],
  ['RENAME', rename],
  ['REPLACE', insert],
  ['ROLLBACK', commit],
  ['SAVEPOINT', savepoint],
  ['SELECT', cursor => query(cursor)],
  ['SET', set],
  ['SHOW', show],
  ['TABLE', cursor => query(cursor)],
  ['TRUNCATE', truncate],
  ['UPDATE', (cursor, start) => update(cursor, undefined, start)],
  ['USE', use],
  ['VALUES', cursor => query(cursor)],
  ['WITH', withStatement],
  ['XA', xa],
])

export function statement(cursor: Cursor): Statement {
  const { start, type, value } = cursor.token
  if (type === TokenType.Symbol && value === '(') return query(cursor)
  if (type !== TokenType.Word && !cursor.peekSymbol(1, ':')) cursor.fail('a statement')
  if (cursor.variables === undefined && startsCompound(cursor)) return compound(cursor, start)
  return (special(cursor) ?? readers.get(value) ?? byKind(cursor))(cursor, start)
}

/** Words whose next word tells more than they do. */
function special(cursor: Cursor): Reader | undefined {
  const second = cursor.peek(1).value
  switch (cursor.token.value) {
    case 'ANALYZE':
      return cursor.mariadb && analyzesStatement(cursor) ? analyze : undefined
    case 'LOAD':
      return second === 'DATA' || second === 'XML' ? behind(load) : undefined
    case 'LOCK':
      return second === 'TABLE' || second === 'TABLES' ? behind(lockTables) : undefined
    case 'START':
      return second === 'TRANSACTION' ? begin : undefined
    default:
      return undefined
  }
}

function behind(reader: Reader): Reader {
  return (cursor, start) => {
    cursor.advance()
    return reader(cursor, start)
  }
}

function analyze(cursor: Cursor, start: number): Statement {
  cursor.advance()
  return analyzeStatement(cursor, start)
}

function byKind(cursor: Cursor): Reader {
  if (!isOther(cursor.token.value)) cursor.fail('a statement')
  return other
}

function compound(cursor: Cursor, start: number): Statement {
  return { kind: 'compound', program: program(cursor, []), start, end: cursor.end }
}

/** UPDATE and DELETE may stand behind WITH as queries do. */
function withStatement(cursor: Cursor): Statement {
  const { start } = cursor.token
  const clause = withClause(cursor)
  if (cursor.at('UPDATE')) return update(cursor, clause, start)
  if (cursor.at('DELETE')) return delete_(cursor, clause, start)
  return query(cursor, clause)
}
