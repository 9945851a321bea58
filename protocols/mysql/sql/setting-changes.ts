/**
 * What running a text changes about the session itself, for the relay to apply once it succeeded:
 * the current database, settings, and which connections it ends. Kept beside its Analysis.
 * https://dev.mysql.com/doc/refman/en/set-variable.html
 */
import type { Analysis } from '../../protocol.ts'

/** `result` counts the statements of the text from 0. */
export type SettingChange =
  /** USE. */
  | { readonly kind: 'database'; readonly result: number; readonly name: string }
  /**
   * SET of a system variable; SET NAMES is three of them, with `collation_connection` a fourth.
   * `name` is lower case. An undefined value could not be known from the text.
   */
  | {
      readonly kind: 'setting'
      readonly result: number
      readonly scope: SettingScope
      readonly name: string
      readonly value: SettingValue | undefined
    }
  /** `@countersign_reason` may have been set. */
  | { readonly kind: 'reason'; readonly result: number }
  /** `@countersign_break_glass`, likewise. */
  | { readonly kind: 'glass'; readonly result: number }
  /** Anything may have been set: a procedure, a dynamic statement, an unreadable text. */
  | { readonly kind: 'anything'; readonly result: number }

/** `once`: for the next transaction. `statement`: only while the statement runs. */
export type SettingScope = 'session' | 'global' | 'once' | 'statement'

export type SettingValue =
  /** As it was written, without its quotes: `ON` and `1` are not told apart; null is SQL NULL. */
  | { readonly kind: 'text'; readonly text: string | null }
  /** DEFAULT, or `@@global.name`: the server's own. */
  | { readonly kind: 'default' }
  /** `sql_mode` only: the session's own modes with some more and some less. */
  | { readonly kind: 'modes'; readonly add: readonly string[]; readonly remove: readonly string[] }

/** KILL: of a connection, or of the statement that it runs. */
export interface KillTarget {
  readonly result: number
  readonly what: 'connection' | 'query'
  /** undefined: not a number in the text, so that nobody knows whose it is. */
  readonly connectionId: number | undefined
}

interface Kept {
  readonly settings: readonly SettingChange[]
  readonly kills: readonly KillTarget[]
}

const kept = new WeakMap<Analysis, Kept>()
const nothing: Kept = { settings: [], kills: [] }

export function settingChanges(analysis: Analysis): readonly SettingChange[] {
  return (kept.get(analysis) ?? nothing).settings
}

/** The first KILL of a text; `killTargets` has all of them. */
export function killTarget(analysis: Analysis): KillTarget | undefined {
  return killTargets(analysis)[0]
}

export function killTargets(analysis: Analysis): readonly KillTarget[] {
  return (kept.get(analysis) ?? nothing).kills
}

export function keepSettingChanges(
  analysis: Analysis,
  settings: readonly SettingChange[],
  kills: readonly KillTarget[],
): void {
  if (settings.length > 0 || kills.length > 0) kept.set(analysis, { settings, kills })
}
