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
      .where(where => where.or(expiring.map(each => each(where))))
      .where('expires_at', '<=', now)
      .execute()
  }

  /**
   * When the next approval expires; undefined when none can. Asked at every hold: one look into the
   * index for each kind of them costs the same however many wait.
   */
  async nextDeadline(): Promise<number | undefined> {
    const [first, ...others] = expiring.map(each =>
      this.#db
        .selectFrom('approvals')
        .select(({ fn }) => fn.min<number | null>('expires_at').as('at'))
        .where(each),
    )
    if (first === undefined) return undefined
    const soonest = await others.reduce((all, each) => all.unionAll(each), first).execute()
    const known = soonest.map(({ at }) => at).filter(at => at !== null)
    return known.length === 0 ? undefined : Math.min(...known)
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

type Where = ExpressionBuilder<Tables, 'approvals'>

/** What time runs out for, by its state. */
const expiring: readonly ((where: Where) => Expression<SqlBool>)[] = [
  where => where('state', '=', 'pending'),
  where => where.and([where('state', '=', 'approved'), where('on_hold', '!=', 'wait')]),
  where => where.and([where('state', '=', 'running'), where('lease_ms', 'is not', null)]),
]
