/** PREPARE, EXECUTE, DEALLOCATE, CALL and DO. */
import type {
  Call,
  Deallocate,
  Do,
  Execute,
  ExecuteImmediate,
  Expression,
  Prepare,
  SelectItem,
} from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { tableName } from './names.ts'
import { selectItems } from './select.ts'

/** https://dev.mysql.com/doc/refman/9.7/en/prepare.html */
export function prepare(cursor: Cursor): Prepare {
  const { start } = cursor.advance()
  const name = cursor.name('a name of a statement')
  cursor.expect('FROM')
  return { kind: 'prepare', name, source: expression(cursor), start, end: cursor.end }
}

export function execute(cursor: Cursor): Execute | ExecuteImmediate {
  const { start } = cursor.advance()
  if (cursor.mariadb && cursor.accept('IMMEDIATE')) {
    const source = expression(cursor)
    const using = usingClause(cursor)
    return { kind: 'executeImmediate', source, using, start, end: cursor.end }
  }
  const name = cursor.name('a name of a statement')
  const using = usingClause(cursor)
  return { kind: 'execute', name, using, start, end: cursor.end }
}

export function deallocate(cursor: Cursor): Deallocate {
  const { start } = cursor.advance()
  cursor.expect('PREPARE')
  const name = cursor.name('a name of a statement')
  return { kind: 'deallocate', name, start, end: cursor.end }
}

export function call(cursor: Cursor): Call {
  const { start } = cursor.advance()
  const procedure = tableName(cursor)
  // MariaDB: `package.procedure` within a schema.
  if (cursor.mariadb && cursor.acceptSymbol('.')) cursor.name()
  const args = cursor.atSymbol('(') ? argumentList(cursor) : []
  return { kind: 'call', procedure, args, start, end: cursor.end }
}

/** MySQL takes what SELECT takes, names of columns included. */
export function do_(cursor: Cursor): Do {
  const { start } = cursor.advance()
  const items: readonly SelectItem[] = selectItems(cursor)
  const expressions = items.map(item => item.expression)
  return { kind: 'do', expressions, start, end: cursor.end }
}

function argumentList(cursor: Cursor): readonly Expression[] {
  cursor.expectSymbol('(')
  const args: Expression[] = []
  if (!cursor.atSymbol(')')) {
    do args.push(expression(cursor))
    while (cursor.acceptSymbol(','))
  }
  cursor.expectSymbol(')')
  return args
}

function usingClause(cursor: Cursor): readonly Expression[] {
  const list: Expression[] = []
  if (!cursor.accept('USING')) return list
  do list.push(expression(cursor))
  while (cursor.acceptSymbol(','))
  return list
}

function expression(cursor: Cursor): Expression {
  return cursor.grammar.expression(cursor)
}
