/** DELETE in its three forms. https://dev.mysql.com/doc/refman/9.7/en/delete.html */
import type { Delete, NamedTable, TableName, TableReference, With } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import { modifiers } from './assignments.ts'
import { limitClause, orderByClause } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { tableAlias, tableName } from './names.ts'
import { selectItems } from './select.ts'
import { tableReferences } from './table-references.ts'
import { portion } from './update.ts'

export function delete_(cursor: Cursor, clause: With | undefined, start: number): Delete {
  cursor.expect('DELETE')
  if (cursor.token.type === TokenType.Hint) cursor.advance()
  const history = cursor.mariadb ? ['HISTORY'] : []
  const options = modifiers(cursor, 'LOW_PRIORITY', 'QUICK', 'IGNORE', ...history)
  const { targets, from, multi } = tables(cursor)
  beforeSystemTime(cursor)
  const where = cursor.accept('WHERE') ? cursor.grammar.expression(cursor) : undefined
  const orderBy = orderByClause(cursor)
  const limit = limitClause(cursor)?.count
  const returning = cursor.mariadb && cursor.accept('RETURNING') ? selectItems(cursor) : undefined
  return {
    kind: 'delete',
    with: clause,
    options,
    targets,
    multi,
    from,
    where,
    orderBy,
    limit,
    returning,
    start,
    end: cursor.end,
  }
}

type Tables = Pick<Delete, 'targets' | 'from' | 'multi'>

function tables(cursor: Cursor): Tables {
  if (!cursor.accept('FROM')) {
    const targets = targetList(cursor)
    cursor.expect('FROM')
    return { targets, from: tableReferences(cursor), multi: true }
  }
  const { start } = cursor.token
  const first = target(cursor)
  const usesList = cursor.atSymbol(',') || cursor.at('USING')
  if (usesList) {
    const targets = cursor.acceptSymbol(',') ? [first, ...targetList(cursor)] : [first]
    cursor.expect('USING')
    return { targets, from: tableReferences(cursor), multi: true }
  }
  portion(cursor)
  const early = cursor.accept('PARTITION') ? cursor.nameList() : []
  const alias = cursor.at('PARTITION') ? undefined : tableAlias(cursor)
  const partitions = cursor.accept('PARTITION') ? cursor.nameList() : early
  const only: NamedTable = {
    kind: 'table',
    table: first,
    alias,
    partitions,
    systemTime: undefined,
    start,
    end: cursor.end,
  }
  const from: readonly TableReference[] = [only]
  return { targets: [first], from, multi: false }
}

function targetList(cursor: Cursor): readonly TableName[] {
  const targets: TableName[] = []
  do targets.push(target(cursor))
  while (cursor.acceptSymbol(','))
  return targets
}

/** `t.*` is the same as `t` there. */
function target(cursor: Cursor): TableName {
  const { start } = cursor.token
  if (!cursor.peekSymbol(1, '.')) return tableName(cursor)
  const parts = [cursor.name('a table')]
  while (parts.length < 3 && cursor.acceptSymbol('.')) {
    if (cursor.acceptSymbol('*')) break
    parts.push(cursor.name('a table'))
  }
  const [name = ''] = parts.slice(-1)
  return { schema: parts.at(-2), name, start, end: cursor.end }
}

/** MariaDB: DELETE HISTORY FROM t BEFORE SYSTEM_TIME x. */
function beforeSystemTime(cursor: Cursor): void {
  if (!cursor.mariadb || !cursor.acceptWords('BEFORE', 'SYSTEM_TIME')) return
  if (cursor.at('TIMESTAMP') || cursor.at('TRANSACTION')) {
    if (cursor.peek(1).type !== TokenType.String && !cursor.peekSymbol(1, '(')) cursor.advance()
  }
  cursor.grammar.operand(cursor)
}
