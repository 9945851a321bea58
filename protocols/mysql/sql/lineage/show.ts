/**
 * SHOW, DESCRIBE, EXPLAIN and what else the server tells in rows of its own.
 * https://dev.mysql.com/doc/refman/9.7/en/show.html, .../explain.html
 */
import type { Describe, Explain, OtherStatement, Show } from '../ast.ts'
import { resolveRelation } from '../names.ts'
import { asking, predicate, wholly } from './conditions.ts'
import type { Context } from './context.ts'
import { targetRelation } from './from.ts'
import { decidedColumns } from './guesses.ts'
import { emptyScope, level } from './scope.ts'
import { type Columns, clean, derive, noColumns, type Value } from './value.ts'

/** undefined: it is not known what it gives. */
export function showColumns(show: Show, context: Context): Columns | undefined {
  const { object, where } = show
  if (object !== undefined) targetRelation(object, undefined, context)
  const what = canonical(show.what)
  const names = what.startsWith('create ') ? created(what, show, context) : answer(what, context)
  if (names === undefined) return undefined
  // Settings may hold what this session has put there.
  const value = what === 'variables' ? settings(context) : clean
  const columns = plain(names, value)
  if (where === undefined) return columns
  const scope = level(emptyScope, {
    ...{ items: [], columns, hidden: noColumns, conditions: asking(clean) },
  })
  return decidedColumns(columns, wholly(predicate(where, scope, context)))
}

function canonical(what: string): string {
  const words = what.replace(/^(?:(?:global|session|local|extended|storage) )+/, '')
  return synonyms.get(words) ?? words.replace(/^full fields$/, 'full columns')
}

const synonyms: ReadonlyMap<string, string> = new Map([
  ['fields', 'columns'],
  ['full extended columns', 'full columns'],
  ['indexes', 'index'],
  ['keys', 'index'],
  ['schemas', 'databases'],
  ['charset', 'character set'],
  ['master logs', 'binary logs'],
])

function answer(what: string, context: Context): readonly string[] | undefined {
  return context.names.catalog.server.answers.get(what)
}

function created(what: string, show: Show, context: Context): readonly string[] | undefined {
  if (what !== 'create table' && what !== 'create view') return createAnswers.get(what)
  const { object } = show
  const found =
    object === undefined ? [] : resolveRelation(context.names, object.schema, object.name)
  const kinds = new Set(found.map(({ kind }) => (kind === 'view' ? 'create view' : 'create table')))
  const [kind] = kinds
  return kinds.size === 1 && kind !== undefined ? createAnswers.get(kind) : undefined
}

const settingsOf = ['character_set_client', 'collation_connection', 'Database Collation']

const createAnswers: ReadonlyMap<string, readonly string[]> = new Map([
  ['create table', ['Table', 'Create Table']],
  ['create sequence', ['Table', 'Create Table']],
  ['create view', ['View', 'Create View', 'character_set_client', 'collation_connection']],
  ['create database', ['Database', 'Create Database']],
  ['create schema', ['Database', 'Create Database']],
  ['create procedure', ['Procedure', 'sql_mode', 'Create Procedure', ...settingsOf]],
  ['create function', ['Function', 'sql_mode', 'Create Function', ...settingsOf]],
  ['create trigger', ['Trigger', 'sql_mode', 'SQL Original Statement', ...settingsOf, 'Created']],
  ['create event', ['Event', 'sql_mode', 'time_zone', 'Create Event', ...settingsOf]],
  ['create user', ['CREATE USER']],
])

export function describeColumns(describe: Describe, context: Context): Columns | undefined {
  targetRelation(describe.table, undefined, context)
  const names = answer('columns', context)
  return names === undefined ? undefined : plain(names, clean)
}

/**
 * The plan as a table has names and estimates; but tables of which one row can match are read for
 * it, so that it tells what a condition asks of them. The other forms quote what they read.
 * `asked` is what the conditions of the statement ask, `read` all that it reads. How many rows there
 * really were is in columns of their own, `r_rows` and `r_filtered`.
 */
export function planColumns(
  explain: Explain,
  asked: Value,
  read: Value,
  context: Context,
): Columns | undefined {
  const { format, analyze } = explain
  const mariadb = context.names.catalog.server.flavour === 'mariadb'
  const traditional = format === undefined || format === 'traditional'
  if (!traditional || (analyze && !mariadb)) return plain(['EXPLAIN'], read)
  const what = analyze ? 'analyze' : format === undefined ? 'explain default' : 'explain'
  const names = answer(what, context)
  if (names === undefined) return undefined
  if (names.length === 1) return plain(names, read)
  const fields = names.map(name => ({ name, value: name.startsWith('r_') ? read : asked }))
  return { fields, rest: undefined }
}

/** ANALYZE, CHECK, OPTIMIZE, REPAIR TABLE: whether it went well. */
export function maintenanceColumns({ keyword }: OtherStatement): Columns | undefined {
  return /^(?:analyze|check|optimize|repair)\b.*\btable/.test(keyword)
    ? plain(['Table', 'Op', 'Msg_type', 'Msg_text'], clean)
    : undefined
}

function settings({ names }: Context): Value {
  const held = names.session.variables('system')
  return held === undefined ? clean : derive([{ ...clean, ...held }])
}

function plain(names: readonly string[], value: Value): Columns {
  return { fields: names.map(name => ({ name, value })), rest: undefined }
}
