/**
 * Statements about the session itself: settings, roles, transactions, prepared statements, the
 * current database, and what only runs or plans another statement.
 * https://dev.mysql.com/doc/refman/en/sql-server-administration-statements.html
 */
import type {
  Call,
  Execute,
  ExecuteImmediate,
  Explain,
  Expression,
  Handler,
  Kill,
  LockTables,
  Prepare,
  SetItem,
  SetStatement,
} from '../ast.ts'
import { inDatabase, type SessionStatement } from '../names.ts'
import { parse } from '../parse.ts'
import { staticValue } from '../setting-values.ts'
import { type Collector, words } from './collector.ts'
import { reached } from './query.ts'
import { settingChanged, settingObject } from './settings.ts'

export function set({ items, statement }: SetStatement, out: Collector): void {
  for (const item of items) setItem(item, statement === undefined ? undefined : 'statement', out)
  if (statement === undefined) return
  out.statement(statement)
  // A text within it would be read by the modes that hold for the statement.
  const modes = items.some(
    item => item.kind === 'systemVariable' && item.target.name === 'sql_mode',
  )
  if (modes && readsText.has(statement.kind)) out.add('unknown', undefined, { detail: 'statement' })
}

const readsText: ReadonlySet<string> = new Set(['prepare', 'execute', 'executeImmediate', 'set'])

function setItem(item: SetItem, within: 'statement' | undefined, out: Collector): void {
  switch (item.kind) {
    case 'userVariable':
    case 'local':
      out.evaluated(item.value)
      return
    case 'systemVariable': {
      const { scope, name } = item.target
      out.evaluated(item.value)
      // A variable of the stored program that this stands in.
      if (scope === undefined && out.source?.locals?.has(name) === true) return
      settingChanged(name, within ?? scope, staticValue(name, item.value), out)
      return
    }
    case 'names':
    case 'characterSet': {
      const { charset } = item
      const value =
        charset === undefined
          ? ({ kind: 'default' } as const)
          : ({ kind: 'text', text: charset } as const)
      settingChanged('character_set_client', within, value, out)
      settingChanged('character_set_results', within, value, out)
      return
    }
    case 'transaction':
      out.add('transaction', undefined, { detail: 'transaction' })
      if (item.scope === 'global') settingChanged('transaction_isolation', 'global', undefined, out)
      else if (item.scope !== undefined)
        out.add('setting', settingObject('session characteristics'))
      return
    case 'password':
      out.add('role', role(item.user), { detail: 'alter password' })
      return
    case 'role': {
      const reset = item.words.every(word => /^(?:set|role|none|default)$/.test(word))
      out.add('role', undefined, { detail: reset ? 'reset' : 'set' })
      return
    }
    case 'defaultRole':
      out.add('role', undefined, { detail: 'alter default' })
      return
    case 'other': {
      if (item.words.includes('authorization'))
        out.add('role', undefined, { detail: 'session authorization' })
      else if (item.words.includes('resource')) out.add('setting', settingObject('resource_group'))
      else out.add('setting', settingObject('*'))
    }
  }
}

/** CURRENT_USER and whoever the session is have no name of their own. */
export function role(name: string | undefined): { type: string; schema: undefined; name: string } {
  return { type: 'role', schema: undefined, name: name ?? 'current_user' }
}

/** What it does counts when it is executed; `transaction` says that nothing else happens. */
export function prepare({ source }: Prepare, out: Collector): void {
  out.evaluated(source)
  out.add('transaction', undefined, { detail: 'statement' })
}

export function execute({ name, using }: Execute, out: Collector): void {
  out.evaluated(using)
  const object = { type: 'prepared statement', schema: undefined, name }
  const kept = out.names.session.prepared(name)
  const inBody = out.source?.locals !== undefined
  if (kept.length === 0 && !inBody) out.add('unknown', object)
  if (kept.length === 0 && inBody) out.add('execute', object, { detail: 'dynamic' })
  for (const each of kept) {
    out.addAll(each.effects)
    if (each.statement === undefined) out.add('execute', object, { detail: 'dynamic' })
    else again(each, out)
  }
}

/** Its names may be looked up again when the tables have changed since. */
function again(kept: SessionStatement, out: Collector): void {
  if (kept.statement === undefined || out.reading.has(kept)) return
  const inner = out.beside(inDatabase(out.names, kept.database), undefined)
  inner.reading.add(kept)
  inner.statement(kept.statement)
  // Without its tokens a statement known by kind says less than it said when it was prepared.
  out.addAll(inner.effects.filter(({ detail }) => detail !== 'words'))
}

export function executeImmediate({ source, using }: ExecuteImmediate, out: Collector): void {
  out.evaluated([source, using])
  out.literalsMatter = true
  const text = literalText(source)
  if (text === undefined) {
    out.add('execute', undefined, { detail: 'dynamic' })
    return
  }
  const parsed = parse(text, out.names.lexer)
  if (!parsed.ok) out.add('unknown', undefined, { detail: 'statement' })
  else
    for (const { node, tokens } of parsed.statements) {
      const inner = out.beside(out.names, { text, tokens })
      inner.statement(node)
      out.addAll(inner.effects)
    }
}

/** A text that stands in the statement itself. */
export function literalText(source: Expression): string | undefined {
  return source.kind === 'literal' && source.type === 'string' ? source.value : undefined
}

export function explain({ analyze, statement, connection }: Explain, out: Collector): void {
  if (connection !== undefined) {
    // It shows another session's plan, and in it values of its statement.
    out.evaluated(connection)
    out.add('read', processList)
  }
  if (statement === undefined) return
  if (analyze) {
    out.statement(statement)
    return
  }
  // A plan reads nothing but the catalog, yet it shows estimates that come from values.
  const within = out.beside()
  within.statement(statement)
  out.literalsMatter ||= within.literalsMatter
  for (const { kind, object, detail = '' } of within.effects) {
    // A file may be read for the plan already, where the function is one of constants.
    const file = kind === 'read' && detail === 'file' ? detail : undefined
    if (object !== undefined && kind !== 'execute')
      out.add('read', object, { detail: words(file, 'plan') })
    // Subqueries that are constant may be run for the plan, with the functions in them.
    if (kind === 'execute' || kind === 'unknown')
      out.add(kind, object, { detail: words(detail, 'plan') })
  }
}

export const processList = {
  type: 'view',
  schema: 'information_schema',
  name: 'processlist',
} as const

export function handler({ action, table, alias, expressions }: Handler, out: Collector): void {
  out.evaluated(expressions)
  if (action === 'close') {
    out.add('transaction', undefined, { detail: 'close' })
    return
  }
  if (action === 'open') {
    reached('read', out.relation('read', table, { detail: 'handler' }), out, {})
    return
  }
  const opened = out.names.session.handlers(alias ?? table.name)
  if (opened.length === 0)
    out.add('unknown', { type: 'handler', schema: undefined, name: alias ?? table.name })
  for (const { schema, table: name } of opened)
    reached('read', out.relation('read', { schema, name }, { detail: 'handler' }), out, {})
}

export function call({ procedure, args }: Call, out: Collector): void {
  out.called(procedure.schema, procedure.name, 'call')
  out.evaluated(args)
}

export function kill({ query, id, user }: Kill, out: Collector): void {
  out.evaluated(id)
  const name = user ?? (id?.kind === 'literal' ? id.value : '*')
  out.literalsMatter = true
  const object = { type: user === undefined ? 'connection' : 'role', schema: undefined, name }
  out.add('execute', object, { detail: query ? 'cancel' : 'terminate' })
}

export function lockTables({ tables }: LockTables, out: Collector): void {
  for (const { table, write } of tables)
    out.relation('lock', table, { detail: write ? 'table write' : 'table' })
}
