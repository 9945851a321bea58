/** CREATE VIEW and ALTER VIEW. https://dev.mysql.com/doc/refman/9.7/en/create-view.html */
import type { CreateView } from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { tableName } from './names.ts'
import { existenceClause } from './rest.ts'

export interface ViewHead extends Pick<CreateView, 'replace' | 'alter' | 'start'> {
  readonly definer: string | undefined
  readonly security: 'definer' | 'invoker' | undefined
}

/** Behind VIEW. */
export function createView(cursor: Cursor, head: ViewHead): CreateView {
  existenceClause(cursor)
  const view = tableName(cursor)
  const columns = cursor.atSymbol('(') ? cursor.nameList() : []
  cursor.expect('AS')
  const query = cursor.grammar.query(cursor)
  if (cursor.accept('WITH')) {
    if (!cursor.accept('CASCADED')) cursor.accept('LOCAL')
    cursor.expect('CHECK', 'OPTION')
  }
  const security = head.security ?? 'definer'
  return { kind: 'createView', ...head, security, view, columns, query, end: cursor.end }
}
