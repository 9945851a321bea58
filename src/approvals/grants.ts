/**
 * Grants in SQL. A use is a compare-and-set like every other change: an UPDATE that names what must
 * still be true, so that of two statements that want the last use exactly one has it.
 */
import type { Kysely, Selectable } from 'kysely'
import {
  type ApprovalFacts,
  type ApprovalRequest,
  type Approvers,
  barredFrom,
  type DecisionErrorCode,
  maySee,
  type Person,
  type PersonAnswer,
} from './approval.ts'
import {
  covers,
  type Grant,
  type GrantBasis,
  type GrantBinding,
  type GrantState,
  type GrantTerms,
  givingAnswers,
  grantKinds,
  grantState,
} from './grant.ts'
import { toRequester } from './rows.ts'
import type { ApprovalsTable, GrantsTable, Tables } from './schema.ts'
import { awayMsMax, whenItAnswers } from './state/away.ts'

const listDefault = 200
const listMax = 500
/** Of those in force for one identity on one database. */
const candidatesMax = 200
const statementLengthMax = 400
const reasonLengthMax = 2000

export interface GrantsOptions {
  readonly db: Kysely<Tables>
  /** Without a slash at the end. */
  readonly publicUrl: () => string
}

export interface GrantFilter {
  readonly states?: readonly GrantState[]
  readonly visibleTo?: Person
  /** Newest first; 200 unless told. */
  readonly limit?: number
}

/** A use of a grant: the answers that a statement has by it. */
export interface GrantUse {
  readonly shortId: string
  readonly answers: readonly PersonAnswer[]
}

export type RevokeResult =
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly code: DecisionErrorCode; readonly message: string }

/** Beside the approval's own change, in its transaction. */
export async function addGrant(
  db: Kysely<Tables>,
  { id, requester, database }: { id: string; requester: string; database: string },
  { kind, seconds, times }: GrantTerms,
  now: number,
): Promise<void> {
  const terms = { kind, times, created_at: now, expires_at: now + seconds * 1000 }
  await db
    .insertInto('grants')
    .values({ approval_id: id, requester, database, ...terms })
    .execute()
}

export class Grants {
  readonly #options: GrantsOptions

  constructor(options: GrantsOptions) {
    this.#options = options
  }

  /** Uses up one run of a grant that covers the statement. Undefined: there is none. */
  async use(held: ApprovalRequest, now: Date): Promise<GrantUse | undefined> {
    // Most rules permit none: then there is nothing to look for.
    if (held.grantable === undefined || held.grantable.kinds.length === 0) return undefined
    // A request that waits for the state waits here: it is the first that is asked of it. What takes a
    // use is not tried again, for it may have been heard.
    const rows = await whenItAnswers(() => this.#candidates(held, now.getTime()), awayMsMax)
    for (const row of rows) {
      const basis = basisOf(row)
      if (!covers(basis, held, now.getTime()) || !(await this.#take(row, now.getTime()))) continue
      const answers = givingAnswers(basis.answers, row.kind).map(
        ({ name, groups }): PersonAnswer => ({
          ...{ name, groups, decision: 'approved', surface: 'grant', at: now },
          reason: `grant ${row.short_id}`,
        }),
      )
      return { shortId: row.short_id, answers }
    }
    return undefined
  }

  async get(idOrShortId: string): Promise<Grant | undefined> {
    const row = await this.#found(idOrShortId)
    return row && this.#toGrant(row)
  }

  /** Newest first. */
  async list({ states, visibleTo, limit }: GrantFilter, now: Date): Promise<readonly Grant[]> {
    const rows = await this.#rows()
      .orderBy('grants.created_at', 'desc')
      .limit(2 * listMax)
      .execute()
    return rows
      .filter(row => visibleTo === undefined || maySee(factsOf(row), visibleTo))
      .map(row => this.#toGrant(row))
      .filter(grant => states?.includes(grantState(grant, now)) ?? true)
      .slice(0, Math.min(listMax, limit ?? listDefault))
  }

  /**
   * Ends it at once: the next statement waits again. Whoever might have given it may, and the
   * requester as well, who gains nothing by it.
   */
  async revoke(
    idOrShortId: string,
    person: Person,
    reason: string | undefined,
    now: Date,
  ): Promise<RevokeResult> {
    const row = await this.#found(idOrShortId)
    if (row === undefined || !maySee(factsOf(row), person)) {
      return no('not_found', `there is no grant ${idOrShortId}`)
    }
    const bar = barredFrom(factsOf(row), person, 'denied')
    if (bar !== undefined && person.name !== row.requester) return { ok: false, ...bar }
    const revoked = await this.#options.db.transaction().execute(async trx => {
      const { numUpdatedRows } = await trx
        .updateTable('grants')
        .set({
          revoked_at: now.getTime(),
          revoked_by: person.name,
          revoked_reason: reason?.replaceAll('\0', '\ufffd').slice(0, reasonLengthMax) ?? null,
        })
        .where('approval_id', '=', row.approval_id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) return false
      // Whoever shows the approval, or tells of it, has something new to tell.
      await trx
        .updateTable('approvals')
        .set(update => ({ revision: update('revision', '+', 1) }))
        .where('id', '=', row.approval_id)
        .execute()
      return true
    })
    if (!revoked) return no('already_decided', 'it is revoked already')
    const after = await this.get(row.approval_id)
    return after === undefined
      ? no('not_found', `there is no grant ${idOrShortId}`)
      : { ok: true, grant: after }
  }

  #candidates(held: ApprovalRequest, now: number): Promise<readonly Row[]> {
    return this.#rows()
      .where('grants.requester', '=', held.requester.name)
      .where('grants.database', '=', held.database)
      .where('grants.expires_at', '>', now)
      .where('grants.revoked_at', 'is', null)
      .where(where => where('grants.used', '<', where.ref('grants.times')))
      .orderBy('grants.expires_at')
      .limit(candidatesMax)
      .execute()
      .then(rows => rows.toSorted((a, b) => narrowness(a) - narrowness(b)))
  }

  async #take(row: Row, now: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#options.db
      .updateTable('grants')
      .set(update => ({ used: update('used', '+', 1) }))
      .where('approval_id', '=', row.approval_id)
      .where('expires_at', '>', now)
      .where('revoked_at', 'is', null)
      .where(where => where('used', '<', where.ref('times')))
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  #found(idOrShortId: string): Promise<Row | undefined> {
    return this.#rows()
      .where(where =>
        where.or([
          where('approvals.id', '=', idOrShortId),
          where('approvals.short_id', '=', idOrShortId.toLowerCase()),
        ]),
      )
      .executeTakeFirst()
  }

  #rows() {
    return this.#options.db
      .selectFrom('grants')
      .innerJoin('approvals', 'approvals.id', 'grants.approval_id')
      .selectAll('grants')
      .select([...approvalColumns])
  }

  #toGrant(row: Row): Grant {
    const { answers, rules, effects } = basisOf(row)
    return {
      ...{ id: row.approval_id, shortId: row.short_id },
      url: `${this.#options.publicUrl()}/approvals/${row.short_id}`,
      kind: row.kind,
      requester: toRequester(row),
      ...{ database: row.database, environment: row.environment, rules, effects },
      statement: row.normalized.slice(0, statementLengthMax),
      by: givingAnswers(answers, row.kind).map(({ name }) => name),
      ...{ times: row.times, used: row.used },
      createdAt: new Date(row.created_at),
      expiresAt: new Date(row.expires_at),
      revokedAt: row.revoked_at === null ? undefined : new Date(row.revoked_at),
      revokedBy: row.revoked_by ?? undefined,
      revokedReason: row.revoked_reason ?? undefined,
    }
  }
}

const approvalColumns = [
  ...(['approvals.short_id', 'approvals.environment', 'approvals.normalized'] as const),
  ...(['approvals.rules', 'approvals.effects', 'approvals.masked_columns'] as const),
  ...(['approvals.approvers', 'approvals.answers', 'approvals.grant_binding'] as const),
  ...(['approvals.requester_kind', 'approvals.requester_owner'] as const),
  'approvals.owner_may_approve',
] as const

type Column = 'short_id' | 'environment' | 'normalized' | 'rules' | 'effects' | 'masked_columns'
type OtherColumn = 'approvers' | 'answers' | 'grant_binding' | 'requester_kind' | 'requester_owner'
type Row = Selectable<GrantsTable> &
  Pick<Selectable<ApprovalsTable>, Column | OtherColumn | 'owner_may_approve'>

function narrowness({ kind }: Row): number {
  return grantKinds.indexOf(kind)
}

function basisOf(row: Row): GrantBasis {
  return {
    ...{ kind: row.kind, createdAt: row.created_at, used: row.used },
    binding: JSON.parse(row.grant_binding ?? '{}') as GrantBinding,
    rules: JSON.parse(row.rules) as GrantBasis['rules'],
    effects: JSON.parse(row.effects) as GrantBasis['effects'],
    maskedColumns: JSON.parse(row.masked_columns) as GrantBasis['maskedColumns'],
    answers: JSON.parse(row.answers) as GrantBasis['answers'],
  }
}

function factsOf(row: Row): Pick<ApprovalFacts, 'requester' | 'approvers' | 'ownerMayApprove'> {
  return {
    requester: toRequester(row),
    approvers: JSON.parse(row.approvers) as Approvers,
    ownerMayApprove: row.owner_may_approve === 1,
  }
}

function no(code: DecisionErrorCode, message: string): RevokeResult {
  return { ok: false, code, message }
}
