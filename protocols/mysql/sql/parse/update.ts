/** UPDATE of one table or several. https://dev.mysql.com/doc/refman/9.7/en/update.html */
import type { Update, With } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import { assignments, modifiers } from './assignments.ts'
import { limitClause, orderByClause } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { tableReferences } from './table-references.ts'

export function update(cursor: Cursor, clause: With | undefined, start: number): Update {
  cursor.expect('UPDATE')
  if (cursor.token.type === TokenType.Hint) cursor.advance()
  const options = modifiers(cursor, 'LOW_PRIORITY', 'IGNORE')
  const tables = tableReferences(cursor)
  portion(cursor)
  cursor.expect('SET')
  const list = assignments(cursor)
  const where = cursor.accept('WHERE') ? cursor.grammar.expression(cursor) : undefined
  const orderBy = orderByClause(cursor)
  const limit = limitClause(cursor)?.count
  return {
    kind: 'update',
    with: clause,
    options,
    tables,
    assignments: list,
    where,
    orderBy,
    limit,
    start,
    end: cursor.end,
  }
}

/** MariaDB: FOR PORTION OF period FROM a TO b. */
export function portion(cursor: Cursor): void {
  if (!cursor.mariadb || !cursor.acceptWords('FOR', 'PORTION', 'OF')) return
  cursor.name('a period')
  cursor.expect('FROM')
  cursor.grammar.operand(cursor)
  cursor.expect('TO')
  cursor.grammar.operand(cursor)
}
