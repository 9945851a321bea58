/**
 * Approvals in SQL, through Kysely. Every change is a compare-and-set: an UPDATE that names the
 * states it may leave, so that of two that race exactly one finds its row.
 */
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely'
import {
  type Approval,
  type ApprovalFilter,
  type ApprovalRequest,
  type ApprovalState,
  type ApprovalSummary,
  type Drift,
  isApproved,
  type PersonAnswer,
  type Review,
  type Shortcut,
} from './approval.ts'
import { agreedTerms } from './grant.ts'
import { addGrant, Grants } from './grants.ts'
import { listApprovals } from './listing.ts'
import { askedColumns, type Change, changeColumns, requestColumns, toApproval } from './rows.ts'
import type { ApprovalsTable, Tables } from './schema.ts'
import { shortId } from './short-id.ts'

export interface NewApproval {
  readonly id: string
  readonly process: string
  readonly createdAt: number
  readonly expiresAt: number
  /** Nobody is asked. */
  readonly decided?: Decided | undefined
}

/** Why nobody is asked, and the answers that stand for those of people. */
export interface Decided {
  readonly shortcut: Shortcut
  readonly answers: readonly PersonAnswer[]
  /** The grant's short id. */
  readonly grantedBy?: string | undefined
}

export class Store {
  readonly #db: Kysely<Tables>
  readonly #publicUrl: () => string
  readonly grants: Grants

  constructor(db: Kysely<Tables>, publicUrl: () => string) {
    this.#db = db
    this.#publicUrl = publicUrl
    this.grants = new Grants({ db, publicUrl })
  }

  /** For what keeps its own tables beside the approvals. */
  get db(): Kysely<Tables> {
    return this.#db
  }

  /**
   * Adds a pending approval under a short id that was never used. When the same is asked for
   * already and no client waits for it, that one: its id tells.
   */
  async insert(request: ApprovalRequest, fresh: NewApproval): Promise<Approval> {
    const row = {
      ...requestColumns(request),
      id: fresh.id,
      process: fresh.process,
      state: 'pending' as const,
      created_at: fresh.createdAt,
      expires_at: fresh.expiresAt,
      answers: '[]',
      ...(fresh.decided !== undefined && decidedColumns(fresh.decided, fresh.createdAt)),
    }
    for (let attempt = 0; attempt < 20; attempt++) {
      const inserted = await this.#db
        .insertInto('approvals')
        .values({ ...row, short_id: shortId(attempt) })
        .onConflict(conflict => conflict.doNothing())
        .executeTakeFirst()
      if (inserted.numInsertedOrUpdatedRows === 1n) return this.#expect(row.id)
      // It was inserted before, and the answer to that was lost.
      const own = attempt === 0 ? await this.get(row.id) : undefined
      if (own !== undefined) return own
      // Either the short id was taken, or somebody asked the same at this very moment.
      const [other] = await this.returned(row.requester, row.binding)
      if (row.on_hold === 'return' && other?.approval.state === 'pending') return other.approval
    }
    throw new Error('no short id is free for another approval')
  }

  async get(idOrShortId: string): Promise<Approval | undefined> {
    const row = await this.#db
      .selectFrom('approvals')
      .selectAll()
      .where(where =>
        where.or([
          where('id', '=', idOrShortId),
          where('short_id', '=', idOrShortId.toLowerCase()),
        ]),
      )
      .executeTakeFirst()
    return row && this.#whole(row)
  }

  async getAll(ids: readonly string[]): Promise<readonly Approval[]> {
    if (ids.length === 0) return []
    const rows = await this.#db.selectFrom('approvals').selectAll().where('id', 'in', ids).execute()
    return Promise.all(rows.map(row => this.#whole(row)))
  }

  async #whole(row: Selectable<ApprovalsTable>): Promise<Approval> {
    const approval = toApproval(row, this.#publicUrl())
    return row.granted === 0 ? approval : { ...approval, grant: await this.grants.get(row.id) }
  }

  /** What a requester who does not wait has asked before and may still have an answer to. */
  async returned(
    requester: string,
    binding: string,
  ): Promise<readonly { readonly approval: Approval; readonly seen: string | undefined }[]> {
    const rows = await this.#db
      .selectFrom('approvals')
      .selectAll()
      .where('requester', '=', requester)
      .where('binding', '=', binding)
      .where('on_hold', '=', 'return')
      .where(where =>
        where.or([
          where('state', 'in', ['pending', 'approved']),
          where.and([where('state', '=', 'denied'), where('told_at', 'is', null)]),
        ]),
      )
      .orderBy('created_at', 'desc')
      .execute()
    return rows.map(row => ({
      approval: toApproval(row, this.#publicUrl()),
      seen: row.seen ?? undefined,
    }))
  }

  /** Whether this call is the one that tells of a denial. */
  async tell(id: string, now: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('approvals')
      .set({ told_at: now })
      .where('id', '=', id)
      .where('told_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  list(filter: ApprovalFilter): Promise<readonly ApprovalSummary[]> {
    return listApprovals(this.#db, this.#publicUrl(), filter)
  }

  /** Whether this call made the change. */
  async move(
    id: string,
    from: readonly ApprovalState[],
    to: ApprovalState,
    change: Change,
    digest?: string,
  ): Promise<boolean> {
    let query = this.#db
      .updateTable('approvals')
      .set(update => ({
        state: to,
        ...changeColumns(change),
        revision: update('revision', '+', 1),
      }))
      .where('id', '=', id)
      .where('state', 'in', [...from])
    if (digest !== undefined) query = query.where('digest', '=', digest)
    const { numUpdatedRows } = await query.executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /**
   * Counts an answer, and decides the approval if it is the one that was missing. Undefined when
   * it was no longer pending, or its time was over, or its digest is another.
   */
  async answer(id: string, answer: PersonAnswer, digest: string): Promise<Approval | undefined> {
    const at = answer.at.getTime()
    for (;;) {
      const row = await this.#db
        .selectFrom('approvals')
        .selectAll()
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .where('expires_at', '>', at)
        .where('digest', '=', digest)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const before = toApproval(row, this.#publicUrl())
      const answers = [...before.answers, answer]
      const state = decidedState({ ...before, answers }, answer)
      const settled =
        state !== 'pending' && changeColumns({ settledAt: at, settledReason: answer.reason })
      // Nobody waits for it: whoever asked has as long again to come back.
      const usable = state === 'approved' && row.on_hold !== 'wait'
      const asked = before.drifts.at(-1)?.at.getTime() ?? row.created_at
      const expiry = usable && { expires_at: at + row.expires_at - asked }
      const terms = state === 'approved' ? agreedTerms({ ...before, answers }) : undefined
      const values = {
        ...{ answers: JSON.stringify(answers), state, revision: row.revision + 1 },
        ...settled,
        ...expiry,
        ...(terms !== undefined && { granted: 1 }),
      }
      const decide = async (db: Kysely<Tables>): Promise<boolean> => {
        const { numUpdatedRows } = await db
          .updateTable('approvals')
          .set(values)
          .where('id', '=', id)
          .where('revision', '=', row.revision)
          .executeTakeFirst()
        if (numUpdatedRows === 1n && terms !== undefined) await addGrant(db, row, terms, at)
        return numUpdatedRows === 1n
      }
      const decided =
        terms === undefined ? await decide(this.#db) : await this.#db.transaction().execute(decide)
      // Otherwise something else changed it first: look at it again. Each round somebody wins.
      if (decided) return this.#expect(id)
    }
  }

  /**
   * Asks again for what is not what was asked for: the answers of before stay, and count no more.
   * Undefined when it was not open any more, or somebody else has asked again already.
   */
  async drift(
    id: string,
    digest: string,
    request: ApprovalRequest,
    { at, what }: Pick<Drift, 'at' | 'what'>,
  ): Promise<Approval | undefined> {
    for (;;) {
      const row = await this.#db
        .selectFrom('approvals')
        .selectAll()
        .where('id', '=', id)
        .where('state', 'in', ['pending', 'approved'])
        .where('digest', '=', digest)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { answers, drifts } = toApproval(row, this.#publicUrl())
      const drift: Drift = { at, what, answers: answers.length, approved: row.state === 'approved' }
      const values = {
        ...askedColumns(request),
        state: 'pending' as const,
        answers: JSON.stringify(answers.map(answer => ({ ...answer, stale: true }))),
        drifts: JSON.stringify([...drifts, drift]),
        settled_at: null,
        settled_reason: null,
        granted: 0,
        revision: row.revision + 1,
        // Who waits was told how long.
        ...(row.on_hold !== 'wait' && { expires_at: at.getTime() + request.expiresInMs }),
      }
      const asked = await this.#db.transaction().execute(async db => {
        const { numUpdatedRows } = await db
          .updateTable('approvals')
          .set(values)
          .where('id', '=', id)
          .where('revision', '=', row.revision)
          .executeTakeFirst()
        if (numUpdatedRows !== 1n) return false
        // Nor may it cover other runs.
        await db.deleteFrom('grants').where('approval_id', '=', id).execute()
        return true
      })
      if (asked) return this.#expect(id)
    }
  }

  /** Whether this call is the one that closes it. */
  async closeReview(id: string, review: Omit<Review, 'state'>): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('approvals')
      .set(update => ({
        review_state: 'closed',
        review: JSON.stringify(review),
        revision: update('revision', '+', 1),
      }))
      .where('id', '=', id)
      .where('review_state', '=', 'open')
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Whoever runs it elsewhere is still there. False: it does not run, or is not under a lease. */
  async renew(id: string, now: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('approvals')
      .set({ expires_at: sql<number>`lease_ms + ${now}` })
      .where('id', '=', id)
      .where('state', '=', 'running')
      .where('lease_ms', 'is not', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** While we were away nobody could renew anything. */
  async renewAll(now: number): Promise<void> {
    await this.#db
      .updateTable('approvals')
      .set({ expires_at: sql<number>`lease_ms + ${now}` })
      .where('state', '=', 'running')
      .where('lease_ms', 'is not', null)
      .execute()
  }

  async #expect(id: string): Promise<Approval> {
    const approval = await this.get(id)
    if (approval === undefined) throw new Error(`expected approval ${id}, got none`)
    return approval
  }
}

function decidedColumns(
  { shortcut, answers, grantedBy }: Decided,
  at: number,
): Partial<Insertable<ApprovalsTable>> {
  return {
    ...{ state: 'approved', settled_at: at, answers: JSON.stringify(answers), shortcut },
    granted_by: grantedBy ?? null,
    review_state: shortcut === 'break_glass' ? 'open' : null,
  }
}

function decidedState(approval: Approval, answer: PersonAnswer): ApprovalState {
  if (answer.decision === 'denied') return 'denied'
  return isApproved(approval) ? 'approved' : 'pending'
}
