/**
 * SHOW and DESCRIBE: what of the catalog they read. A table's definition is no secret, other
 * sessions' statements, logs and password hashes are.
 * https://dev.mysql.com/doc/refman/en/show.html https://mariadb.com/kb/en/show/
 */
import type { Describe, Show } from '../ast.ts'
import type { Collector } from './collector.ts'
import { processList } from './session.ts'

export function show({ what, object, database, where }: Show, out: Collector): void {
  out.evaluated(where)
  const kind = what.replace(/^(?:extended |full |global |session |local |all |count\(\*\) )+/, '')
  if (/^(?:binlog|relaylog) events/.test(kind)) {
    out.add('execute', catalog(kind), { detail: 'replication' })
    return
  }
  if (/^(?:variables|status)$/.test(kind)) {
    out.add('read', { type: 'setting', schema: undefined, name: '*' })
    return
  }
  if (/^(?:processlist|explain|analyze)/.test(kind)) out.add('read', processList)
  else if (/^engine\b/.test(kind) && /status|mutex/.test(kind))
    // The texts of transactions, and of those that ended in a deadlock.
    out.add('read', { type: 'view', schema: 'information_schema', name: 'innodb_trx' })
  else if (kind === 'grants' || kind === 'create user') accounts(kind, object?.name, out)
  else if (
    object !== undefined &&
    /^create (?:table|view|sequence)$|^(?:columns|fields|index|indexes|keys)$/.test(kind)
  )
    out.relation(
      'read',
      { schema: object.schema ?? database, name: object.name },
      { detail: 'definition' },
    )
  else out.add('read', catalog(kind))
}

/** MariaDB shows the hash of the password with the grants, its own session's included. */
function accounts(kind: string, name: string | undefined, out: Collector): void {
  if (kind === 'grants' && out.names.lexer.flavour === 'mysql')
    out.add('read', { type: 'role', schema: undefined, name: name ?? 'current_user' })
  else out.add('read', { type: 'table', schema: 'mysql', name: 'user' })
}

function catalog(kind: string): { type: string; schema: string; name: string } {
  const name = views.get(kind) ?? kind.replaceAll(/\W+/g, '_')
  return { type: 'view', schema: 'information_schema', name }
}

const views: ReadonlyMap<string, string> = new Map([
  ['databases', 'schemata'],
  ['schemas', 'schemata'],
  ['table status', 'tables'],
  ['open tables', 'tables'],
  ['procedure status', 'routines'],
  ['function status', 'routines'],
  ['create procedure', 'routines'],
  ['create function', 'routines'],
  ['create trigger', 'triggers'],
  ['create event', 'events'],
  ['create database', 'schemata'],
  ['create schema', 'schemata'],
  ['collation', 'collations'],
  ['character set', 'character_sets'],
  ['charset', 'character_sets'],
  ['storage engines', 'engines'],
  ['profile', 'profiling'],
  ['profiles', 'profiling'],
])

export function describe({ table }: Describe, out: Collector): void {
  out.relation('read', table, { detail: 'definition' })
}
