/** What the console is given: everything that it shows or does comes from outside. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Approvers, Person } from '../approvals/approval.ts'
import type { Approvals } from '../approvals/approvals.ts'
import type { TeamsReply, TeamsRequest } from '../approvals/teams/teams.ts'
import type { Tokens } from '../identity/tokens.ts'
import type { Playbacks } from '../recording/playback/playbacks.ts'
import type { ObservedGroup, ObservedList } from '../recording/reading/observed.ts'
import type { SessionPage, SessionQuery } from '../recording/reading/search.ts'

export type { ObservedGroup, ObservedList }

/** Who may sign in; `Users` of src/identity fits. */
export interface Accounts {
  find(name: string): Account | undefined
  verifyPassword(name: string, password: string): Promise<Account | undefined>
}

export interface Account extends Person {
  readonly owner: string | undefined
}

export interface WebOptions {
  readonly approvals: Approvals
  readonly users: Accounts
  /** Of programs, for the API. */
  readonly tokens?: Tokens
  /** For actions that are not SQL. */
  readonly actions: ActionOptions
  /** As people reach the console, without a slash at the end; decides about Secure cookies. */
  readonly publicUrl: () => string
  /** PEM; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Groups that may read recorded sessions. */
  readonly auditors: readonly string[]
  /** Absent: the console has no session pages. */
  readonly sessions?: SessionsApi
  /** Absent: sessions are listed and not played. */
  readonly playbacks?: Pick<Playbacks, 'open'>
  /** Absent: nobody can end sessions here. */
  readonly ending?: EndingApi
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly body: string }>
  readonly ready?: () => Promise<Readiness> | Readiness
  /** Takes what Slack sends in HTTP mode; the body is not read yet. */
  readonly slack?: (request: IncomingMessage, response: ServerResponse) => void
  /** Takes what Microsoft Teams sends. */
  readonly teams?: (request: TeamsRequest) => Promise<TeamsReply>
  /** Absent: the console explains no statements. */
  readonly explain?: ExplainApi
  /** Absent: the console has no page of what was only observed. */
  readonly observed?: ObservedApi
  /** What those who look after the proxy should know, each a sentence. */
  readonly warnings?: () => readonly string[]
  readonly log?: (level: 'info' | 'warn' | 'error', message: string, data: object) => void
}

/** What mode `observe` let pass. */
export interface ObservedApi {
  /** Of the last so many milliseconds. */
  list(spanMs: number): Promise<ObservedList>
  /** Whether that is the mode now. */
  observes(): boolean
}

/** Ends sessions that run; those of this node. */
export interface EndingApi {
  /** Whose people may. */
  readonly groups: readonly string[]
  /** Its client is told, and what its server does for it is cancelled. False: it does not run here. */
  end(id: string, ending: Ending): boolean
}

export interface Ending {
  readonly by: string
  readonly surface: 'web' | 'api'
  readonly reason: string
}

/** What would happen to a statement, without running it. */
export interface ExplainApi {
  databases(): readonly string[]
  users(): readonly string[]
  answer(asked: {
    readonly sql: string
    readonly database: string
    readonly user: string
  }): Promise<
    { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string }
  >
}

export interface ActionOptions {
  readonly approvers: Approvers
  readonly expiresInMs: number
  readonly ownerMayApprove: boolean
  /** Resolves once all that happened to actions is in the journal; rejects when it cannot be. */
  readonly recorded: () => Promise<void>
}

export interface Readiness {
  readonly ready: boolean
  /** Part by part: `recording: healthy`. */
  readonly parts: Readonly<Record<string, string>>
}

/** Recorded sessions, as far as a list and a page of their statements need them. */
export interface SessionsApi {
  search(query: SessionQuery): Promise<SessionPage>
  get(id: string): Promise<SessionDetail | undefined>
}

export interface SessionSummary {
  readonly id: string
  readonly user: string
  readonly kind: 'person' | 'agent'
  readonly owner: string | undefined
  readonly database: string
  readonly environment: string
  readonly application: string | undefined
  readonly startedAt: Date
  readonly endedAt: Date | undefined
  readonly statements: number
}

export interface SessionDetail extends SessionSummary {
  readonly items: readonly SessionStatement[]
}

export interface SessionStatement {
  readonly number: number
  readonly at: Date
  readonly text: string
  readonly verdict: 'allow' | 'hold' | 'deny'
  readonly rules: readonly string[]
  readonly approvalId: string | undefined
  readonly tag: string | undefined
  readonly rows: number | undefined
  readonly error: string | undefined
  readonly durationMs: number | undefined
}
