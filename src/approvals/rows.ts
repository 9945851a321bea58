/** Between an approval and its row. What is read back was written here, so it is not validated. */
import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Impact } from '../../protocols/protocol.ts'
import type {
  Approval,
  ApprovalFacts,
  ApprovalRequest,
  Drift,
  PersonAnswer,
  Requester,
  Review,
  Risk,
  RunResult,
  Shortcut,
} from './approval.ts'
import type { GrantLimits } from './grant.ts'
import type { ApprovalsTable } from './schema.ts'

/** What a change of state brings along. Times are milliseconds since 1970. */
export interface Change {
  readonly settledAt?: number
  readonly settledReason?: string | undefined
  readonly startedAt?: number
  /** The one that runs it, which may be another than the one that asked. */
  readonly process?: string
  /** It is lost when nobody has renewed it by `expiresAt`. */
  readonly leaseMs?: number
  readonly expiresAt?: number
  readonly endedAt?: number
  readonly result?: RunResult
}

export type RequestColumns = Omit<
  Insertable<ApprovalsTable>,
  'id' | 'short_id' | 'state' | 'process' | 'created_at' | 'expires_at' | 'answers' | 'told_at'
>

export function requestColumns(request: ApprovalRequest): RequestColumns {
  return {
    session_id: request.sessionId,
    statement_number: request.statementNumber,
    requester: request.requester.name,
    requester_kind: request.requester.kind,
    requester_owner: request.requester.owner ?? null,
    database: request.database,
    environment: request.environment,
    application: request.application === undefined ? null : whole(request.application),
    text: whole(request.text),
    parameters: JSON.stringify(request.parameters),
    normalized: whole(request.normalized),
    rules: JSON.stringify(request.rules),
    reason: request.reason,
    requester_reason: request.requesterReason ?? null,
    hint: request.hint ?? null,
    risk: request.risk,
    effects: JSON.stringify(request.effects),
    masked_columns: JSON.stringify(request.maskedColumns),
    impact: json(request.impact),
    digest: request.digest,
    binding: request.binding ?? request.digest,
    seen: request.seen ?? null,
    approvers: JSON.stringify(request.approvers),
    in_transaction: request.inTransaction ? 1 : 0,
    owner_may_approve: request.ownerMayApprove ? 1 : 0,
    on_hold: request.onHold ?? 'wait',
    grantable: json(request.grantable),
    grant_binding: json(request.grantBinding),
  }
}

/** Those of what people see, which changes when it drifts. */
export function askedColumns(request: ApprovalRequest): Updateable<ApprovalsTable> {
  return {
    normalized: whole(request.normalized),
    rules: JSON.stringify(request.rules),
    reason: request.reason,
    hint: request.hint ?? null,
    risk: request.risk,
    effects: JSON.stringify(request.effects),
    masked_columns: JSON.stringify(request.maskedColumns),
    impact: json(request.impact),
    digest: request.digest,
    seen: request.seen ?? null,
    approvers: JSON.stringify(request.approvers),
  }
}

/** SQLite would cut a text off at its first NUL, and Postgres takes none: people see all of it. */
function whole(text: string): string {
  return text.replaceAll('\0', '\ufffd')
}

export function changeColumns(change: Change): Updateable<ApprovalsTable> {
  return {
    ...(change.settledAt !== undefined && { settled_at: change.settledAt }),
    ...(change.settledReason !== undefined && { settled_reason: change.settledReason }),
    ...(change.process !== undefined && { process: change.process }),
    ...(change.startedAt !== undefined && { started_at: change.startedAt }),
    ...(change.leaseMs !== undefined && { lease_ms: change.leaseMs }),
    ...(change.expiresAt !== undefined && { expires_at: change.expiresAt }),
    ...(change.endedAt !== undefined && { ended_at: change.endedAt }),
    ...(change.result !== undefined && { result: JSON.stringify(change.result) }),
  }
}

type Row = Selectable<ApprovalsTable>
type LargeColumn = 'text' | 'parameters' | 'normalized' | 'digest'
type PrivateColumn = 'told_at' | 'binding' | 'seen' | 'granted' | 'grant_binding'

export function toApproval(row: Row, publicUrl: string): Approval {
  return {
    ...toFacts(row, publicUrl),
    text: row.text,
    parameters: JSON.parse(row.parameters) as Approval['parameters'],
    normalized: row.normalized,
    digest: row.digest,
  }
}

export const factColumns: readonly Exclude<keyof ApprovalsTable, LargeColumn | PrivateColumn>[] = [
  'id',
  'short_id',
  'state',
  'process',
  'session_id',
  'statement_number',
  'requester',
  'requester_kind',
  'requester_owner',
  'database',
  'environment',
  'application',
  'rules',
  'reason',
  'requester_reason',
  'hint',
  'risk',
  'effects',
  'masked_columns',
  'impact',
  'approvers',
  'in_transaction',
  'owner_may_approve',
  'on_hold',
  'created_at',
  'expires_at',
  'settled_at',
  'settled_reason',
  'started_at',
  'ended_at',
  'result',
  'answers',
  'drifts',
  'grantable',
  'shortcut',
  'granted_by',
  'review_state',
  'review',
  'revision',
]

export function toFacts(
  row: Pick<Row, (typeof factColumns)[number]>,
  publicUrl: string,
): ApprovalFacts {
  return {
    id: row.id,
    shortId: row.short_id,
    url: `${publicUrl}/approvals/${row.short_id}`,
    state: row.state,
    sessionId: row.session_id,
    statementNumber: row.statement_number,
    requester: toRequester(row),
    database: row.database,
    environment: row.environment,
    application: row.application ?? undefined,
    rules: JSON.parse(row.rules) as Approval['rules'],
    reason: row.reason,
    requesterReason: row.requester_reason ?? undefined,
    hint: row.hint ?? undefined,
    risk: row.risk as Risk,
    effects: JSON.parse(row.effects) as Approval['effects'],
    maskedColumns: JSON.parse(row.masked_columns) as Approval['maskedColumns'],
    impact: row.impact === null ? undefined : (JSON.parse(row.impact) as Impact),
    approvers: JSON.parse(row.approvers) as Approval['approvers'],
    inTransaction: row.in_transaction === 1,
    ownerMayApprove: row.owner_may_approve === 1,
    onHold: row.on_hold as ApprovalFacts['onHold'],
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    answers: (JSON.parse(row.answers) as StoredAnswer[]).map(toAnswer),
    drifts: (JSON.parse(row.drifts) as StoredDrift[]).map(toDrift),
    settledAt: date(row.settled_at),
    settledReason: row.settled_reason ?? undefined,
    startedAt: date(row.started_at),
    endedAt: date(row.ended_at),
    result: row.result === null ? undefined : (JSON.parse(row.result) as RunResult),
    grantable: row.grantable === null ? undefined : (JSON.parse(row.grantable) as GrantLimits),
    shortcut: (row.shortcut ?? undefined) as Shortcut | undefined,
    grantedBy: row.granted_by ?? undefined,
    review: toReview(row),
  }
}

function toReview({
  review_state,
  review,
}: Pick<Row, 'review_state' | 'review'>): Review | undefined {
  if (review_state === null) return undefined
  const stored = JSON.parse(review ?? '{}') as Omit<Review, 'state' | 'at'> & { at?: string }
  const at = stored.at === undefined ? undefined : new Date(stored.at)
  return { ...stored, state: review_state === 'open' ? 'open' : 'closed', at }
}

/** As JSON writes it: the time in ISO 8601. */
type StoredAnswer = Omit<PersonAnswer, 'at'> & { readonly at: string }

type StoredDrift = Omit<Drift, 'at'> & { readonly at: string }

function toDrift(stored: StoredDrift): Drift {
  return { ...stored, at: new Date(stored.at) }
}

function toAnswer(stored: StoredAnswer): PersonAnswer {
  return { ...stored, at: new Date(stored.at) }
}

export function toRequester(
  row: Pick<Row, 'requester' | 'requester_kind' | 'requester_owner'>,
): Requester {
  return {
    name: row.requester,
    kind: row.requester_kind as Requester['kind'],
    owner: row.requester_owner ?? undefined,
  }
}

function json(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function date(milliseconds: number | null): Date | undefined {
  return milliseconds === null ? undefined : new Date(milliseconds)
}
