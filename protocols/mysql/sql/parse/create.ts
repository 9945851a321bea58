/** CREATE and ALTER, by what they make or change. */
import type { NamedObject, OtherStatement, Statement } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import { alterTable, askingNothing } from './alter-table.ts'
import { createTable } from './create-table.ts'
import { createView } from './create-view.ts'
import type { Cursor } from './cursor.ts'
import { accounts, objectType } from './drop.ts'
import { keyParts } from './key-parts.ts'
import { tableName } from './names.ts'
import { definerClause, existenceClause, skipRest } from './rest.ts'
import { createEvent, createRoutine, createTrigger } from './routine.ts'

export function create(cursor: Cursor): Statement {
  const { start } = cursor.advance()
  const replace = cursor.acceptWords('OR', 'REPLACE')
  const head = { replace, start }
  const { definer, security } = preamble(cursor)
  if (cursor.acceptWords('TEMPORARY', 'TABLE')) {
    return createTable(cursor, { ...head, temporary: true })
  }
  if (cursor.accept('TABLE')) return createTable(cursor, { ...head, temporary: false })
  if (cursor.accept('VIEW')) return createView(cursor, { ...head, alter: false, definer, security })
  if (cursor.accept('PROCEDURE')) return createRoutine(cursor, 'procedure', head)
  if (cursor.acceptWords('AGGREGATE', 'FUNCTION') || cursor.accept('FUNCTION')) {
    return createRoutine(cursor, 'function', head)
  }
  if (cursor.accept('TRIGGER')) return createTrigger(cursor, head)
  if (cursor.accept('EVENT')) return createEvent(cursor, head)
  return other(cursor, 'create', start)
}

export function alter(cursor: Cursor): Statement {
  const { start } = cursor.advance()
  const head = { replace: true, start }
  cursor.accept('ONLINE')
  const ignore = cursor.accept('IGNORE')
  const { definer, security } = preamble(cursor)
  if (cursor.accept('TABLE')) return alterTable(cursor, start, ignore)
  if (cursor.accept('VIEW')) return createView(cursor, { ...head, alter: true, definer, security })
  if (cursor.accept('EVENT')) return createEvent(cursor, head)
  return other(cursor, 'alter', start)
}

interface Preamble {
  readonly definer: string | undefined
  readonly security: 'definer' | 'invoker' | undefined
}

/** ALGORITHM, DEFINER and SQL SECURITY stand before VIEW and its like, in any order. */
function preamble(cursor: Cursor): Preamble {
  let definer: string | undefined
  let security: Preamble['security']
  for (;;) {
    if (cursor.at('ALGORITHM') && cursor.peekSymbol(1, '=')) {
      for (let count = 0; count < 3; count++) cursor.advance()
    } else if (cursor.at('DEFINER')) definer = definerClause(cursor)
    else if (cursor.acceptWords('SQL', 'SECURITY')) {
      security = cursor.at('INVOKER') ? 'invoker' : 'definer'
      cursor.advance()
    } else return { definer, security }
  }
}

const indexKinds = ['UNIQUE', 'FULLTEXT', 'SPATIAL'] as const

/** Packages hold programs that are not read, so what follows them in a text would be unknown. */
function other(cursor: Cursor, verb: 'create' | 'alter', start: number): OtherStatement {
  cursor.accept('ONLINE')
  cursor.accept('OFFLINE')
  const unique = verb === 'create' && cursor.at('UNIQUE')
  const spatialIndex = cursor.peekWord(1, 'INDEX')
  if (spatialIndex) cursor.acceptAny(...indexKinds)
  if (cursor.at('INSTANCE') || cursor.at('LIBRARY') || cursor.at('JSON')) {
    return byWords(cursor, verb, start)
  }
  const type = objectType(cursor) ?? cursor.fail('a type of object')
  existenceClause(cursor)
  const objects = objectsOf(cursor, type)
  if (type === 'package' || type === 'package body') wholeText(cursor)
  const keys = unique && cursor.atSymbol('(') ? keyParts(cursor) : []
  skipRest(cursor)
  return {
    ...{ kind: 'other', keyword: `${verb} ${type}`, objects, queries: [], start, end: cursor.end },
    ...(keys.length > 0 && { asked: { ...askingNothing(), unique: keys } }),
  }
}

function byWords(cursor: Cursor, verb: string, start: number): OtherStatement {
  const words = [verb]
  for (let count = 0; count < 2 && cursor.token.type === TokenType.Word; count++) {
    words.push(cursor.advance().value.toLowerCase())
  }
  skipRest(cursor)
  return {
    kind: 'other',
    keyword: words.join(' '),
    objects: [],
    queries: [],
    start,
    end: cursor.end,
  }
}

function objectsOf(cursor: Cursor, type: string): readonly NamedObject[] {
  if (type === 'user' || type === 'role') {
    if (!cursor.atName() && cursor.token.type !== TokenType.String) return []
    const [first] = accounts(cursor)
    return first === undefined ? [] : [{ type, name: first }]
  }
  if (!cursor.atName()) return []
  const named: NamedObject = { type, name: tableName(cursor) }
  if (type !== 'index') return [named]
  while (!cursor.atEnd() && !cursor.at('ON')) cursor.advance()
  return cursor.accept('ON') ? [named, { type: 'table', name: tableName(cursor) }] : [named]
}

function wholeText(cursor: Cursor): void {
  while (cursor.token.type !== TokenType.End) cursor.advance()
}
