/**
 * One statement to what it does. The table is closed: the type checker asks for every kind of
 * statement that the parser gives.
 */
import type { Compound, Statement } from '../ast.ts'
import { type Token, TokenType } from '../lexer/token.ts'
import { alterTable, drop, rename } from './alter.ts'
import { programEffects } from './bodies.ts'
import type { Collector } from './collector.ts'
import { createRoutine, createTable, createView } from './create.ts'
import { functionsIn, other } from './other.ts'
import {
  call,
  execute,
  executeImmediate,
  explain,
  handler,
  kill,
  lockTables,
  prepare,
  set,
} from './session.ts'
import { settingChanged, settingObject } from './settings.ts'
import { describe, show } from './show.ts'
import { insert, load, remove, truncate, update } from './writes.ts'

export function statementEffects(statement: Statement, out: Collector): void {
  const tokens = out.tokensOf(statement)
  hintsIn(tokens ?? [], out)
  switch (statement.kind) {
    case 'query':
      out.evaluated(statement)
      break
    case 'insert':
      insert(statement, out)
      break
    case 'update':
      update(statement, out)
      break
    case 'delete':
      remove(statement, out)
      break
    case 'load':
      load(statement, out)
      break
    case 'truncate':
      truncate(statement.table, out)
      break
    case 'call':
      call(statement, out)
      break
    case 'do':
      out.evaluated(statement.expressions)
      break
    case 'set':
      set(statement, out)
      break
    case 'prepare':
      prepare(statement, out)
      break
    case 'execute':
      execute(statement, out)
      break
    case 'executeImmediate':
      executeImmediate(statement, out)
      break
    case 'deallocate':
      out.add('transaction', undefined, { detail: 'deallocate' })
      break
    case 'explain':
      explain(statement, out)
      break
    case 'describe':
      describe(statement, out)
      break
    case 'show':
      show(statement, out)
      break
    case 'handler':
      handler(statement, out)
      break
    case 'createTable':
      createTable(statement, out)
      break
    case 'createView':
      createView(statement, out)
      break
    case 'createRoutine':
      createRoutine(statement, out)
      break
    case 'alterTable':
      alterTable(statement, out)
      functionsIn(tokens ?? [], out)
      break
    case 'drop':
      drop(statement, out)
      break
    case 'rename':
      rename(statement, out)
      break
    case 'use':
      out.add('setting', settingObject('database'))
      break
    case 'kill':
      kill(statement, out)
      break
    case 'transaction':
      out.add('transaction', undefined, { detail: statement.action })
      break
    case 'lockTables':
      lockTables(statement, out)
      break
    case 'compound':
      compound(statement, out)
      break
    case 'other':
      other(statement, out)
      break
    default:
      unknown(statement, out)
      break
  }
}

/** As a DO block of Postgres: values may go through its variables to anywhere. */
function compound({ program }: Compound, out: Collector): void {
  out.add('execute', { type: 'language', schema: undefined, name: 'sql' }, { detail: 'do' })
  programEffects(program, out.source ?? { text: '', tokens: [] }, out)
}

function unknown(_statement: never, out: Collector): void {
  out.add('unknown', undefined, { detail: 'statement' })
}

/**
 * Hints set variables for the one statement that they stand in.
 * https://dev.mysql.com/doc/refman/en/optimizer-hints.html
 */
function hintsIn(tokens: readonly Token[], out: Collector): void {
  for (const { type, value } of tokens) {
    if (type !== TokenType.Hint) continue
    for (const [, name = ''] of value.matchAll(/\bSET_VAR\s*\(\s*`?(\w+)/gi))
      settingChanged(name.toLowerCase(), 'statement', undefined, out)
    if (/\bRESOURCE_GROUP\s*\(/i.test(value)) out.add('setting', settingObject('resource_group'))
  }
}
