/**
 * CREATE PROCEDURE, FUNCTION, TRIGGER and EVENT.
 * https://dev.mysql.com/doc/refman/9.7/en/create-procedure.html
 */
import type { CreateRoutine, Program } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { tableName } from './names.ts'
import { parameters, program, variableType } from './program.ts'
import { existenceClause, skipOne, skipRest } from './rest.ts'

type Head = Pick<CreateRoutine, 'replace' | 'start'>

/** Behind PROCEDURE or FUNCTION. */
export function createRoutine(
  cursor: Cursor,
  type: 'procedure' | 'function',
  head: Head,
): CreateRoutine {
  existenceClause(cursor)
  const name = tableName(cursor)
  // A loadable function: `CREATE FUNCTION f RETURNS type SONAME 'library'`.
  if (!cursor.atSymbol('(')) {
    skipRest(cursor)
    return routine(cursor, type, head, { name, on: undefined, program: undefined })
  }
  const variables: string[] = []
  parameters(cursor, variables)
  if (cursor.accept('RETURNS')) variableType(cursor)
  characteristics(cursor)
  const body = foreignBody(cursor) ? undefined : program(cursor, variables)
  return routine(cursor, type, head, { name, on: undefined, program: body })
}

/** LANGUAGE SQL, DETERMINISTIC, COMMENT 'x', SQL SECURITY INVOKER, READS SQL DATA … */
function characteristics(cursor: Cursor): void {
  for (;;) {
    if (cursor.accept('COMMENT')) cursor.string()
    else if (cursor.accept('LANGUAGE')) cursor.advance()
    else if (cursor.acceptWords('SQL', 'SECURITY')) cursor.advance()
    else if (cursor.accept('DETERMINISTIC') || cursor.acceptWords('NOT', 'DETERMINISTIC')) continue
    else if (cursor.acceptWords('NO', 'SQL') || cursor.acceptWords('CONTAINS', 'SQL')) continue
    else if (cursor.acceptWords('READS', 'SQL', 'DATA')) continue
    else if (cursor.acceptWords('MODIFIES', 'SQL', 'DATA')) continue
    else if (cursor.mariadb && cursor.acceptWords('AGGREGATE')) continue
    else if (!cursor.mariadb && cursor.at('USING') && cursor.peekSymbol(1, '(')) {
      cursor.advance()
      skipOne(cursor)
    } else return
  }
}

/** MySQL: `AS $$ … $$`, in a language that we do not read. */
function foreignBody(cursor: Cursor): boolean {
  if (cursor.mariadb || !cursor.accept('AS')) return false
  const { type } = cursor.token
  if (type !== TokenType.DollarString && type !== TokenType.String) cursor.fail('a body')
  cursor.advance()
  return true
}

/** Behind TRIGGER. */
export function createTrigger(cursor: Cursor, head: Head): CreateRoutine {
  existenceClause(cursor)
  const name = tableName(cursor)
  if (!cursor.accept('BEFORE')) cursor.expect('AFTER')
  if (cursor.acceptAny('INSERT', 'UPDATE', 'DELETE') === undefined) cursor.fail('an event')
  cursor.expect('ON')
  const on = tableName(cursor)
  cursor.expect('FOR', 'EACH', 'ROW')
  if (cursor.acceptAny('FOLLOWS', 'PRECEDES') !== undefined) tableName(cursor)
  return routine(cursor, 'trigger', head, { name, on, program: program(cursor, []) })
}

/** Behind EVENT, of CREATE and of ALTER: all before DO is its schedule. */
export function createEvent(cursor: Cursor, head: Head): CreateRoutine {
  existenceClause(cursor)
  const name = tableName(cursor)
  while (!cursor.atEnd() && !cursor.at('DO')) skipOne(cursor)
  const body: Program | undefined = cursor.accept('DO') ? program(cursor, []) : undefined
  return routine(cursor, 'event', head, { name, on: undefined, program: body })
}

function routine(
  cursor: Cursor,
  type: CreateRoutine['type'],
  head: Head,
  parts: Pick<CreateRoutine, 'name' | 'on' | 'program'>,
): CreateRoutine {
  return { kind: 'createRoutine', type, ...head, ...parts, end: cursor.end }
}
