/** Those that something can still happen to: whose time runs, and who waits for them. */
import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely'
import type { ApprovalState } from './approval.ts'
import type { Tables } from './schema.ts'

const open: readonly ApprovalState[] = ['pending', 'approved', 'running']

export class OpenApprovals {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  /** Those that are open, and those that came to an end since then. */
  async changedSince(since: number): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('approvals')
      .select('id')
      .where(where =>
        where.or([
          where('state', 'in', [...open]),
          where('settled_at', '>=', since),
          where('ended_at', '>=', since),
        ]),
      )
      .execute()
    return rows.map(({ id }) => id)
  }

  /** The approvals whose time is over: undecided, not used by who came back, or lost. */
  async overdue(now: number): Promise<
    readonly {
      readonly id: string
      readonly state: ApprovalState
      readonly startedAt: number | null
    }[]
  > {
    return this.#db
      .selectFrom('approvals')
      .select(['id', 'state', 'started_at as startedAt'])
      .where(expiring)
      .where('expires_at', '<=', now)
      .execute()
  }

  /** When the next approval expires; undefined when none can. */
  async nextDeadline(): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('approvals')
      .select('expires_at')
      .where(expiring)
      .orderBy('expires_at')
      .limit(1)
      .executeTakeFirst()
    return row?.expires_at
  }

  /**
   * Open approvals that live and die with a node: all, or those of one. What waits for nobody's
   * client stays open.
   */
  held(node?: string): Promise<readonly { id: string; state: ApprovalState; process: string }[]> {
    let query = this.#db
      .selectFrom('approvals')
      .select(['id', 'state', 'process'])
      .where('state', 'in', [...open])
      .where(where =>
        where.or([
          where('on_hold', '=', 'wait'),
          // What is done elsewhere does not end with us.
          where.and([where('state', '=', 'running'), where('on_hold', '!=', 'claim')]),
        ]),
      )
    if (node !== undefined) query = query.where('process', '=', node)
    return query.execute()
  }
}

function expiring(where: ExpressionBuilder<Tables, 'approvals'>): Expression<SqlBool> {
  return where.or([
    where('state', '=', 'pending'),
    where.and([where('state', '=', 'approved'), where('on_hold', '!=', 'wait')]),
    where.and([where('state', '=', 'running'), where('lease_ms', 'is not', null)]),
  ])
}
