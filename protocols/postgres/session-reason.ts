/**
 * Why a client does what it does, as its setting `countersign.reason` says. Postgres keeps what it
 * does not know, but tells nobody of changes: they are seen in the statements that make them.
 * https://www.postgresql.org/docs/current/runtime-config-custom.html
 */
import type { Analysis } from '../protocol.ts'
import { changesOf, type SessionChange } from './sql/changes.ts'
import { reasonSetting } from './sql/reason-changes.ts'

type ReasonSetting = Extract<SessionChange, { kind: 'reason' }>['setting']

export const reasonHelp: string =
  "Say why in a comment of the statement, /* reason='…' */, or first with " +
  `SET ${reasonSetting} = '…'.`

export class SessionReason {
  readonly #setting: ReasonSetting
  /** What RESET goes back to. */
  readonly #initial: string | undefined
  #value: string | undefined
  /** SET LOCAL: up to the end of the transaction. */
  #local: { readonly value: string | undefined } | undefined
  /** As it was before the transaction. */
  #before: { readonly value: string | undefined } | undefined
  #rolledBack = false

  /** `initial` came with the connection. */
  constructor(initial: string | undefined, setting: ReasonSetting = reasonSetting) {
    this.#setting = setting
    this.#initial = initial
    this.#value = initial
  }

  get value(): string | undefined {
    return this.#local === undefined ? this.#value : this.#local.value
  }

  /** What it says now, this once. */
  take(): string | undefined {
    const { value } = this
    this.#value = undefined
    this.#local = undefined
    // A ROLLBACK does not bring it back.
    this.#before = this.#before && { value: undefined }
    return value
  }

  /** One SQL statement of the text succeeded. */
  completed(analysis: Analysis, result: number, tag: string): void {
    if (tag === 'ROLLBACK') this.#rolledBack = true
    for (const change of changesOf(analysis)) {
      if (change.kind !== 'reason' || change.result !== result) continue
      if (change.setting !== this.#setting) continue
      const value = change.value === 'reset' ? this.#initial : change.value.text
      this.#before ??= { value: this.#value }
      this.#local = change.local ? { value } : undefined
      if (!change.local) this.#value = value
    }
  }

  /** ReadyForQuery. */
  settled(transaction: 'idle' | 'open' | 'failed'): void {
    if (transaction === 'idle') {
      if (this.#rolledBack && this.#before !== undefined) this.#value = this.#before.value
      this.#before = undefined
      this.#local = undefined
    }
    // A ROLLBACK TO leaves the transaction open.
    this.#rolledBack = false
  }
}
