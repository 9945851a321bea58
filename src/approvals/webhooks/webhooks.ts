/**
 * Tells other systems of every transition, at least once. An event is a row for each target until
 * the target has taken it: a restart, or a receiver that is away for a day, only make it later.
 * Of one approval each target gets one event after the other, in order.
 */
import type { Kysely, Selectable } from 'kysely'
import type { Approval } from '../approval.ts'
import type { DeliveriesTable, Tables } from '../schema.ts'
import { secretBytes, send } from './send.ts'
import { payload, type TransitionType, transitionsOf } from './transitions.ts'

export interface WebhookTarget {
  readonly url: string
  readonly secret: string
  /** Absent: all. */
  readonly events?: readonly TransitionType[] | undefined
  /** Whether the statement's text is sent with its values. */
  readonly literals: boolean
}

export interface WebhooksOptions {
  readonly db: Kysely<Tables>
  readonly targets: readonly WebhookTarget[]
  readonly get: (id: string) => Promise<Approval | undefined>
  readonly log: (message: string, data: Readonly<Record<string, unknown>>) => void
  /** For tests: how long after the first failure. */
  readonly backOffMs?: number
}

const backOffMsMin = 1000
const backOffMsMax = 3_600_000
/** After so long nobody is waiting for the news any more. */
const ageMsMax = 3 * 24 * 3_600_000
const busyMax = 8
/** While one node sends an event no other does; longer than a receiver and the store may take. */
const claimMs = 20_000

export class Webhooks {
  readonly #options: WebhooksOptions
  readonly #stop = new AbortController()
  readonly #working = new Set<Promise<void>>()
  readonly #pumps = new Map<string, { again: boolean }>()
  readonly #timers = new Map<string, NodeJS.Timeout>()

  constructor(options: WebhooksOptions) {
    this.#options = options
  }

  /** Notes what an earlier process changed and did not note, and goes on with what was not taken. */
  resume(): void {
    this.#work(async () => {
      const { targets } = this.#options
      for (const { url } of targets) {
        for (const id of await this.#missed(url)) await this.#note(id)
        this.#pump(url)
      }
    })
  }

  changed(approvalId: string): void {
    this.#work(async () => {
      await this.#note(approvalId)
      for (const { url } of this.#options.targets) this.#pump(url)
    })
  }

  /** Resolves when nothing is on its way. What was not taken stays for the next start. */
  async close(): Promise<void> {
    this.#stop.abort()
    for (const timer of this.#timers.values()) clearTimeout(timer)
    while (this.#working.size > 0) await Promise.all(this.#working)
  }

  #work(work: () => Promise<void>): void {
    if (this.#stop.signal.aborted) return
    const done: Promise<void> = work()
      .catch((error: unknown) => {
        this.#options.log('a webhook could not be noted', { err: error })
      })
      .finally(() => this.#working.delete(done))
    this.#working.add(done)
  }

  /** One row for each event and target; those that are there already stay as they are. */
  async #note(approvalId: string): Promise<void> {
    const { db, get, targets } = this.#options
    const before = await db
      .selectFrom('approvals')
      .select('revision')
      .where('id', '=', approvalId)
      .executeTakeFirst()
    const approval = await get(approvalId)
    if (before === undefined || approval === undefined) return
    const now = Date.now()
    const rows = targets.flatMap(target =>
      transitionsOf(approval).map((transition, number) => {
        const wanted = target.events?.includes(transition.type) ?? true
        return {
          event_id: `${approval.id}.${transition.key}`,
          target: target.url,
          ...{ approval_id: approval.id, number, revision: before.revision, created_at: now },
          body: wanted ? payload(approval, transition, target.literals) : '',
          // What nobody wants is noted as well, or the next start would look at it again.
          delivered_at: wanted ? null : now,
        }
      }),
    )
    await db
      .insertInto('deliveries')
      .values(rows)
      // The revision says how far an approval was told.
      .onConflict(conflict =>
        conflict
          .columns(['event_id', 'target'])
          .doUpdateSet({ revision: before.revision })
          .where('deliveries.revision', '<', before.revision),
      )
      .execute()
  }

  /** Nothing from before the target's first event: a new target gets no history. */
  async #missed(target: string): Promise<readonly string[]> {
    const { db } = this.#options
    const first = await db
      .selectFrom('deliveries')
      .select(select => select.fn.min('created_at').as('at'))
      .where('target', '=', target)
      .executeTakeFirst()
    if (first === undefined || first.at === null) return []
    const told = db
      .selectFrom('deliveries')
      .select(['approval_id', select => select.fn.max('revision').as('revision')])
      .where('target', '=', target)
      .groupBy('approval_id')
      .as('told')
    const rows = await db
      .selectFrom('approvals')
      .leftJoin(told, 'told.approval_id', 'approvals.id')
      .select('approvals.id')
      .where(where =>
        where.or([
          where('told.revision', '<', where.ref('approvals.revision')),
          where.and([
            where('told.revision', 'is', null),
            where('approvals.created_at', '>=', Number(first.at)),
          ]),
        ]),
      )
      .execute()
    return rows.map(row => row.id)
  }

  /** Sends what is due, several at once but of each approval one, until nothing is. */
  #pump(url: string): void {
    const pumping = this.#pumps.get(url)
    if (pumping !== undefined) {
      pumping.again = true
      return
    }
    const state = { again: true }
    this.#pumps.set(url, state)
    this.#work(async () => {
      try {
        while (state.again && !this.#stop.signal.aborted) {
          state.again = false
          const due = await this.#due(url)
          await Promise.all(due.map(row => this.#deliver(row)))
          if (due.length > 0) state.again = true
        }
      } finally {
        this.#pumps.delete(url)
      }
      await this.#arm(url)
    })
  }

  #due(url: string): Promise<readonly Delivery[]> {
    return this.#waiting(url)
      .selectAll()
      .where('retry_at', '<=', Date.now())
      .orderBy('created_at')
      .limit(busyMax)
      .execute()
  }

  /** The first of each approval that was not taken. */
  #waiting(url: string) {
    return this.#options.db
      .selectFrom('deliveries as row')
      .where('target', '=', url)
      .where('delivered_at', 'is', null)
      .where('given_up', '=', 0)
      .where(where =>
        where.not(
          where.exists(
            where
              .selectFrom('deliveries as earlier')
              .select('earlier.number')
              .whereRef('earlier.target', '=', 'row.target')
              .whereRef('earlier.approval_id', '=', 'row.approval_id')
              .whereRef('earlier.number', '<', 'row.number')
              .where('earlier.delivered_at', 'is', null)
              .where('earlier.given_up', '=', 0),
          ),
        ),
      )
  }

  async #deliver(row: Delivery): Promise<void> {
    const { targets, log, backOffMs = backOffMsMin } = this.#options
    const target = targets.find(({ url }) => url === row.target)
    if (target === undefined || !(await this.#claim(row))) return
    const secret = secretBytes(target.secret)
    const event = { id: row.event_id, body: row.body }
    const { ok, why, retryAfterMs } = await send({ ...target, secret }, event, this.#stop.signal)
    const now = Date.now()
    if (ok) {
      await this.#save(row, { delivered_at: now, body: '', error: null })
      return
    }
    // That we stop is no fault of the receiver's: another node may send it at once.
    if (this.#stop.signal.aborted) {
      await this.#save(row, { retry_at: row.retry_at })
      return
    }
    const tries = row.tries + 1
    const wait = retryAfterMs ?? Math.min(backOffMsMax, backOffMs * 2 ** Math.min(tries - 1, 20))
    const given_up = now - row.created_at > ageMsMax ? 1 : 0
    // Many that failed together should not come back together.
    const retry_at = now + Math.round(wait * (0.75 + Math.random() / 2))
    await this.#save(row, { tries, given_up, retry_at, error: why })
    const about = { host: new URL(target.url).host, event: row.event_id, why, tries }
    log(given_up === 1 ? 'a webhook was given up' : 'a webhook was not taken', about)
  }

  /** Whether this node is the one that sends it. When it dies, others do once its time is over. */
  async #claim(row: Delivery): Promise<boolean> {
    const { numUpdatedRows } = await this.#options.db
      .updateTable('deliveries')
      .set({ retry_at: Date.now() + claimMs })
      .where('event_id', '=', row.event_id)
      .where('target', '=', row.target)
      .where('retry_at', '=', row.retry_at)
      .where('delivered_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async #save(row: Delivery, values: Partial<Delivery>): Promise<void> {
    await this.#options.db
      .updateTable('deliveries')
      .set(values)
      .where('event_id', '=', row.event_id)
      .where('target', '=', row.target)
      .execute()
  }

  /** One timer for each target, for the earliest that has to be tried again. */
  async #arm(url: string): Promise<void> {
    const next = await this.#waiting(url)
      .select('retry_at')
      .orderBy('retry_at')
      .limit(1)
      .executeTakeFirst()
    clearTimeout(this.#timers.get(url))
    if (next === undefined || this.#stop.signal.aborted) return
    const wait = Math.max(10, next.retry_at - Date.now())
    this.#timers.set(url, setTimeout(() => this.#pump(url), wait).unref())
  }
}

type Delivery = Selectable<DeliveriesTable>
