/**
 * Statements about the session itself: settings, roles, transactions, prepared statements,
 * cursors, notifications.
 */
import type { VariableSetStmt } from 'libpg-query'
import { as, constantOf } from '../tree.ts'
import { settingChanged, valueWord } from './built-in-functions.ts'
import type { Collector } from './collector.ts'
import type { Handlers } from './handlers.ts'
import { words } from './objects.ts'

const transaction = (detail: string, out: Collector): void =>
  out.add('transaction', undefined, { detail })

function variableSet(set: VariableSetStmt, out: Collector): void {
  const local = set.is_local === true ? 'local' : undefined
  switch (set.kind) {
    case 'VAR_RESET_ALL':
      settingChanged(undefined, out, 'reset')
      return
    case 'VAR_SET_MULTI':
      // SET TRANSACTION … and SET SESSION CHARACTERISTICS; SNAPSHOT has a name of its own.
      transaction((set.name ?? 'transaction').toLowerCase(), out)
      if (set.name !== 'TRANSACTION') settingChanged('session characteristics', out)
      return
    case 'VAR_RESET':
    case 'VAR_SET_DEFAULT':
      settingChanged(set.name?.toLowerCase(), out, 'reset')
      return
    default: {
      const [value, ...more] = (set.args ?? []).map(constantOf)
      const name = set.name?.toLowerCase()
      settingChanged(name, out, words(local, valueWord(name, more.length > 0 ? '' : value)))
    }
  }
}

export const sessionStatements: Handlers<
  | 'VariableSetStmt'
  | 'VariableShowStmt'
  | 'TransactionStmt'
  | 'ConstraintsSetStmt'
  | 'DiscardStmt'
  | 'PrepareStmt'
  | 'ExecuteStmt'
  | 'DeallocateStmt'
  | 'DeclareCursorStmt'
  | 'FetchStmt'
  | 'ClosePortalStmt'
  | 'ListenStmt'
  | 'NotifyStmt'
  | 'UnlistenStmt'
  | 'ExplainStmt'
  | 'DoStmt'
  | 'CallStmt'
> = {
  VariableSetStmt: variableSet,
  VariableShowStmt: ({ name }, out) =>
    out.add('read', { type: 'setting', schema: undefined, name: name ?? '*' }),
  TransactionStmt: ({ kind = 'unknown' }, out) => {
    transaction(kind.replace('TRANS_STMT_', '').toLowerCase().replaceAll('_', ' '), out)
  },
  ConstraintsSetStmt: (_fields, out) => transaction('constraints', out),
  DiscardStmt: ({ target }, out) => {
    if (target === 'DISCARD_ALL') {
      settingChanged(undefined, out, 'reset')
      out.add('role', undefined, { detail: 'reset' })
    }
    out.add('drop', { type: 'session', schema: undefined, name: 'session' }, { detail: 'discard' })
  },
  // What it does counts when it is executed; `transaction` says that nothing else happens.
  PrepareStmt: (_fields, out) => transaction('statement', out),
  ExecuteStmt: ({ name = '', params }, out) => {
    out.evaluated(params)
    const bodies = out.names.session.prepared(name)
    if (bodies.length === 0)
      out.add('unknown', { type: 'prepared statement', schema: undefined, name })
    for (const body of bodies) {
      out.addAll(body.effects)
      // Names are looked up again when the search path has changed since.
      if (out.reading.has(body)) continue
      out.reading.add(body)
      const query = as(body.node, 'PrepareStmt')?.query
      if (query !== undefined) out.statement(query)
      out.reading.delete(body)
    }
  },
  DeallocateStmt: (_fields, out) => transaction('deallocate', out),
  DeclareCursorStmt: ({ query }, out) => out.evaluated(query),
  FetchStmt: ({ portalname = '' }, out) => {
    const cursors = out.names.session.cursors(portalname)
    const object = { type: 'cursor', schema: undefined, name: portalname }
    // A portal of the protocol, or one that a function opened: nobody knows what it reads.
    if (cursors.length === 0) out.add('unknown', object)
    for (const cursor of cursors) out.addAll(cursor.effects)
  },
  ClosePortalStmt: (_fields, out) => transaction('close', out),
  ListenStmt: ({ conditionname: name = '' }, out) =>
    out.add('read', { type: 'channel', schema: undefined, name }, { detail: 'listen' }),
  NotifyStmt: ({ conditionname: name = '' }, out) =>
    out.add('execute', { type: 'channel', schema: undefined, name }, { detail: 'notify' }),
  UnlistenStmt: (_fields, out) => transaction('unlisten', out),
  ExplainStmt: ({ query, options }, out) => {
    if (query === undefined) return
    if (analyzes(options ?? [])) {
      out.statement(query)
      return
    }
    // A plan reads nothing but the catalog, yet it shows estimates that come from values.
    const within = out.beside()
    within.statement(query)
    for (const { kind, object, detail = '' } of within.effects) {
      // What follows from a row that is written is no part of a plan.
      if (/(?:^| )(?:cascade|trigger|default)$/.test(detail)) continue
      if (object !== undefined && kind !== 'execute') out.add('read', object, { detail: 'plan' })
      // The planner evaluates what it can, stable functions included, volatile ones not.
      const harmless = kind === 'execute' && / volatile(?: |$)/.test(detail)
      if ((kind === 'execute' && !harmless) || kind === 'unknown')
        out.add(kind, object, { detail: words(detail, 'plan') })
    }
  },
  DoStmt: ({ args }, out) => {
    let language = 'plpgsql'
    for (const node of args ?? []) {
      const option = as(node, 'DefElem')
      if (option?.defname === 'language') language = as(option.arg, 'String')?.sval ?? language
    }
    out.add(
      'execute',
      { type: 'language', schema: undefined, name: language },
      { detail: 'do opaque' },
    )
  },
  CallStmt: ({ funccall }, out) => {
    if (funccall === undefined) return
    out.called(funccall.funcname, funccall.args, 'call')
    out.evaluated(funccall)
  },
}

/** The last of several `analyze` options counts; without a value it means on. */
function analyzes(options: NonNullable<Parameters<typeof as>[0]>[]): boolean {
  let analyze = false
  for (const node of options) {
    const option = as(node, 'DefElem')
    if (option?.defname !== 'analyze') continue
    const value = option.arg === undefined ? 'true' : JSON.stringify(option.arg)
    analyze = !/"sval":"(?:false|off|0|no|f|n)"|"ival":\{\}|"ival":0|"boolval":\{\}/i.test(value)
  }
  return analyze
}
