/** What an approval is bound to, whatever it comes to mean. */
import { createHash } from 'node:crypto'
import type { Impact, Parameter, Statement, StatementContext } from '../../protocols/protocol.ts'
import type { Judgement, SessionParts } from './parts.ts'

export interface Held {
  readonly statement: Statement
  readonly context: StatementContext
  readonly judgement: Judgement
  /** The recorder's. */
  readonly number: number
  /** Why it is wanted, in the requester's words; visible text on one line. */
  readonly reason: string | undefined
  /** What it would touch, where somebody has looked. */
  readonly impact?: Impact | undefined
  /** Why it must not be planned. */
  readonly unplanned?: string | undefined
}

/** What comes again when a statement does: text, parameters, who, where, and with which settings. */
export function bindingOf(parts: SessionParts, { statement, context }: Held): unknown {
  const { identity, database } = parts
  return [
    statement.text,
    statement.parameters.map(boundParameter),
    identity.name,
    database.name,
    database.upstream.user,
    context.role ?? null,
    context.searchPath ?? null,
    context.settings ?? null,
  ]
}

export function sha256(bound: unknown): string {
  return createHash('sha256').update(JSON.stringify(bound)).digest('hex')
}

/** Bytes are shown like a text that spells them, and are none. */
function boundParameter(value: Parameter): string | null | { readonly bytes: string | null } {
  return value instanceof Uint8Array ? { bytes: shownParameter(value) } : value
}

export function shownParameter(value: Parameter): string | null {
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value
}
