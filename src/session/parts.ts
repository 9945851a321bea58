/** What a session is made of: one of each, chosen when its client came in. */
import type { Analysis } from '../../protocols/protocol.ts'
import type { Approvals } from '../approvals/approvals.ts'
import type { Windows } from '../budgets/windows.ts'
import type { ApprovalsConfig, DatabaseConfig } from '../config/config.ts'
import type { Identity } from '../identity/users.ts'
import type { PolicyVerdict } from '../policy/rule.ts'
import type { RecordedVerdict, SessionRecorder } from '../recording/events.ts'
import type { PredicateLimit } from './predicate-limit.ts'
import type { RulesInForce } from './rules-in-force.ts'

export interface SessionParts {
  readonly id: string
  readonly identity: Identity
  readonly database: DatabaseConfig
  readonly application: string | undefined
  /** Why the client connected, if it said so. */
  readonly reason: string | undefined
  readonly onHold: 'wait' | 'return'
  readonly rules: RulesInForce
  /** What identities were shown lately. */
  readonly windows: Windows
  readonly approvals: Approvals
  readonly approvalsConfig: ApprovalsConfig
  readonly recorder: SessionRecorder
  /** Shared by all sessions; absent: nothing is limited. */
  readonly predicateLimit?: PredicateLimit | undefined
  /** Masks what the statement moves masked values to. To be waited for before it runs. */
  readonly cover: (analysis: Analysis) => Promise<void> | undefined
  /** Told once for each statement. */
  readonly count: (verdict: 'allow' | 'hold' | 'deny') => void
  /** Told of each that passes only because the mode is `observe`. */
  readonly observe: (would: 'hold' | 'deny') => void
  /** Told once, when the session has ended. */
  readonly onEnd: () => void
}

/** A verdict and how it is recorded: the same object for the same verdict. */
export interface Judgement {
  readonly verdict: PolicyVerdict
  readonly recorded: RecordedVerdict
}
