/**
 * Functions of the server, and well-known loadable ones, that do more than compute.
 * https://dev.mysql.com/doc/refman/en/functions.html https://mariadb.com/kb/en/built-in-functions/
 */
import type { EffectKind } from '../../../protocol.ts'
import type { Collector } from './collector.ts'

export type Special = (name: string, out: Collector) => void

export function builtInEffects(name: string): Special | undefined {
  const exact = specials.get(name)
  if (exact !== undefined) return exact
  for (const [prefix, special] of prefixes) if (name.startsWith(prefix)) return special
  return undefined
}

function effect(kind: EffectKind, detail: string): Special {
  return (name, out) => out.add(kind, { type: 'function', schema: undefined, name }, { detail })
}

const sleep = effect('execute', 'sleep')
const advisory = effect('lock', 'advisory')
const replication = effect('execute', 'replication')
const server = effect('execute', 'server')
const program: Special = (name, out) => {
  const object = { type: 'function', schema: undefined, name }
  out.add('execute', object, { detail: 'unknown' })
  out.add('export', object, { detail: 'program' })
}

const specials: ReadonlyMap<string, Special> = new Map<string, Special>([
  ['sleep', sleep],
  ['benchmark', effect('execute', 'sleep benchmark')],
  ['get_lock', advisory],
  ['release_lock', advisory],
  ['release_all_locks', advisory],
  ['load_file', effect('read', 'file')],
  // They wait for a replica, and show nothing of what it replicates.
  ['master_pos_wait', sleep],
  ['source_pos_wait', sleep],
  ['master_gtid_wait', sleep],
  ['wait_for_executed_gtid_set', sleep],
  ['wait_until_sql_thread_after_gtids', sleep],
  ['wsrep_sync_wait_upto_gtid', sleep],
  // lib_mysqludf_sys, and the names that attackers give to code of theirs.
  ['sys_exec', program],
  ['sys_eval', program],
  ['sys_bineval', program],
  ['sys_get', program],
  ['sys_set', program],
  ['do_system', program],
  ['cmdshell', program],
  ['backshell', program],
  ['http_get', effect('execute', 'foreign')],
  ['http_post', effect('execute', 'foreign')],
  ['mysqlx_generate_document_id', () => undefined],
])

const prefixes: readonly (readonly [string, Special])[] = [
  ['group_replication_', server],
  ['asynchronous_connection_failover_', replication],
  ['rpl_', replication],
]
