/**
 * SET of a system variable, as an effect whose object is the variable. The detail says how long it
 * lasts, and of the variables that statements are read with, or that protect something, the value.
 * https://dev.mysql.com/doc/refman/en/set-variable.html
 */
import type { SettingValue } from '../setting-changes.ts'
import { dialectModes, knownModes, modeNames } from '../setting-values.ts'
import { type Collector, words } from './collector.ts'

export function settingChanged(
  name: string,
  scope: string | undefined,
  value: SettingValue | undefined,
  out: Collector,
): void {
  out.add('setting', settingObject(name), {
    detail: words(scopeWords(scope), valueWords(name, value)),
  })
}

export function settingObject(name: string): { type: string; schema: undefined; name: string } {
  return { type: 'setting', schema: undefined, name: aliases.get(name) ?? name }
}

/** Rules need to know one name of them only. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['tx_isolation', 'transaction_isolation'],
  ['tx_read_only', 'transaction_read_only'],
  ['identity', 'last_insert_id'],
  ['storage_engine', 'default_storage_engine'],
  ['sql_max_join_size', 'max_join_size'],
])

/** `system`: for sessions to come, as in Postgres. */
function scopeWords(scope: string | undefined): string | undefined {
  if (scope === 'global') return 'system global'
  if (scope === 'persist' || scope === 'persist_only') return 'system persist'
  return scope === 'statement' ? scope : undefined
}

function valueWords(name: string, value: SettingValue | undefined): string | undefined {
  if (name === 'sql_mode') return modeWords(value)
  if (readWith.has(name)) return wordOf(value)
  if (value?.kind === 'default') return 'reset'
  return protecting.has(name) ? onOrOff(value) : undefined
}

/** What statements and results are read with. */
const readWith: ReadonlySet<string> = new Set([
  'character_set_client',
  'character_set_results',
  'resultset_metadata',
])

/** Variables that keep something safe while they are on. */
const protecting: ReadonlySet<string> = new Set([
  'check_constraint_checks',
  'foreign_key_checks',
  'innodb_strict_mode',
  'require_row_format',
  'sql_generate_invisible_primary_key',
  'sql_log_bin',
  'sql_require_primary_key',
  'unique_checks',
  'restrict_fk_on_non_standard_key',
])

function wordOf(value: SettingValue | undefined): string {
  if (value?.kind === 'default') return 'reset'
  if (value?.kind !== 'text') return 'computed'
  if (value.text === null) return 'null'
  return /^[\w*,-]+$/.test(value.text) ? value.text.toLowerCase() : 'other'
}

function onOrOff(value: SettingValue | undefined): string {
  if (value?.kind !== 'text' || value.text === null) return 'computed'
  if (/^(?:1|on|true)$/i.test(value.text)) return 'on'
  return /^(?:0|off|false)$/i.test(value.text) ? 'off' : 'other'
}

/** Only modes under which statements cannot be read have words. */
function modeWords(value: SettingValue | undefined): string | undefined {
  if (value === undefined) return 'computed'
  if (value.kind === 'default') return 'reset'
  const modes = value.kind === 'modes' ? value.add : modeNames(value.text ?? '\0')
  if (modes.some(each => dialectModes.has(each))) return 'dialect'
  return modes.every(each => knownModes.has(each)) ? undefined : 'computed'
}
