/**
 * What a session is recorded as. The types that the session hands in, and those that a reader gets
 * back. Everything in `RecordedStatement` but its text and parameters is kept in clear, so that it
 * can be searched; text, parameters and frames are sealed.
 */
import type { Analysis, Parameter, ResultMask, SessionEvent } from '../../protocols/protocol.ts'

/** Who began a session, from where, and to what. */
export interface SessionStart {
  readonly id: string
  readonly identity: RecordedIdentity
  /** As the configuration names it. */
  readonly database: string
  readonly environment: string
  readonly protocol: string
  readonly application: string | undefined
  readonly remoteAddress: string
  readonly tls: boolean
  readonly startedAt: Date
}

export interface RecordedIdentity {
  readonly name: string
  readonly kind: 'person' | 'agent'
  readonly owner: string | undefined
  readonly purpose: string | undefined
  readonly groups: readonly string[]
}

/** A statement and what the policy said of it, before it runs. */
export interface RecordedStatement {
  readonly text: string
  readonly parameters: readonly Parameter[]
  readonly analysis: Analysis
  readonly verdict: RecordedVerdict
  /** Of the client, before it runs; absent: idle. */
  readonly transaction?: 'open' | 'failed' | undefined
  /** The approval that allowed it, when it is already known. */
  readonly approvalId?: string | undefined
}

/** Its encoding is cached by object: hand in the same object for the same verdict. */
export interface RecordedVerdict {
  readonly kind: 'allow' | 'hold' | 'deny'
  readonly rules: readonly string[]
  readonly reason: string
  /** In mode `observe`: what it would have been. */
  readonly observed: 'hold' | 'deny' | undefined
  /** What its plan expected, where a rule asked; `unknown`: it did not say. */
  readonly rows?: number | 'unknown' | undefined
}

/** Something that happened to an approval. Nothing of the statement's text belongs in here. */
export interface ApprovalRecord {
  readonly type:
    | 'approval.requested'
    | 'approval.decided'
    | 'approval.expired'
    | 'approval.withdrawn'
    | 'approval.drifted'
    | 'approval.break_glass'
    | 'approval.claimed'
    | 'approval.finished'
  readonly approvalId: string
  /** The session's statement that it is about. */
  readonly statement: number
  readonly shortId?: string | undefined
  readonly decision?: 'approved' | 'denied' | undefined
  /** Who decided, and where: `web`, `terminal`, `api`. */
  readonly by?: string | undefined
  readonly surface?: string | undefined
  readonly reason?: string | undefined
  /** Of a request: why it is wanted, in the requester's words. */
  readonly requesterReason?: string | undefined
  readonly rules?: readonly string[] | undefined
  readonly expiresAt?: Date | undefined
}

/** Records one session. Numbers statements from 0. */
export interface SessionRecorder {
  /**
   * Buffered in memory until `commit`. Returns the statement's number in the session: how many
   * calls came before, refused ones too. Throws JournalUnavailable when nothing more may be
   * accepted.
   */
  statement(statement: RecordedStatement): number
  /**
   * Frames are copied. A promise when the journal cannot take more: wait for it before reading on.
   * It rejects with JournalUnavailable when the journal does not come back in time.
   */
  event(event: SessionEvent): Promise<void> | undefined
  approval(record: ApprovalRecord): void
  /**
   * What is hidden in one result of the statements that this analysis is of, from now on. To be
   * told before its rows; costs nothing when it is what was told last.
   */
  masks(analysis: Analysis, result: number, mask: ResultMask | undefined): void
  /**
   * Returns once everything recorded so far of every session's statements is in the journal's
   * file: one write(2). Throws JournalUnavailable; the statement must then not run.
   */
  commit(): void
  /**
   * Resolves once everything committed so far has reached the disk. Shared by those who wait.
   * Rejects with JournalUnavailable.
   */
  sync(): Promise<void>
  /** As `sync`, for a statement that must not run before; when it fails the record says so. */
  durable(statement: number): Promise<void>
  /** Nothing may be recorded after it. Idempotent. */
  end(reason: string): Promise<void>
}

/** `low`: no new sessions. `critical`: no statements. */
export type StorageState = 'healthy' | 'low' | 'critical'

export type ArchiveConfig =
  | { readonly kind: 'embedded' }
  | {
      readonly kind: 'server'
      readonly url: string
      readonly database: string
      readonly username: string | undefined
      readonly password: string | undefined
      /** The tables are made on all of it: replicated, and distributed over its shards. */
      readonly cluster?: string | undefined
    }
  | { readonly kind: 'none' }

/** How long what was recorded is kept, in milliseconds; absent: for ever. */
export interface RetentionConfig {
  readonly defaultMs: number | undefined
  /** By the configuration's name of the database: beats the environment's. */
  readonly databases: readonly (readonly [string, number])[]
  readonly environments: readonly (readonly [string, number])[]
}

/** The recorder's way to say something; `pino` has this shape. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
