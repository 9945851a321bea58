/**
 * Every copy of an approval in a chat: posted once, edited at each change, answered in its thread.
 * What is to be shown is in SQL, so that a restart, a chat that is away or one that asks for patience
 * only make it later. Of several nodes all try, and one claims each message; when it dies, another
 * does once the claim's time is over. A failure here never touches the approval.
 */
import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { type Approval, isQuiet } from './approval.ts'
import type { CopyPart, Tables } from './schema.ts'
import { StateAway } from './state/away.ts'

/** A chat, as the outbox sees it. Each may throw CourierError. */
export interface Courier {
  /** `slack`, `teams`: part of what makes a copy the same copy. */
  readonly name: string
  /** Where copies of it belong: channels, people. In the chat's own words. */
  places(approval: Approval): readonly string[] | Promise<readonly string[]>
  /** Returns what names the message from then on. */
  post(place: string, copyId: string, approval: Approval): Promise<string>
  update(place: string, message: string, approval: Approval, copyId: string): Promise<void>
  /** Into the thread of `message`: what the nth answer was, or how it ended. */
  reply(place: string, message: string, copyId: string, text: string): Promise<string>
  /** Whether a post that failed without an answer arrived nevertheless. */
  find(
    place: string,
    copyId: string,
    since: Date,
    thread: string | undefined,
  ): Promise<string | undefined>
}

export class CourierError extends Error {
  readonly code = 'COUNTERSIGN_COURIER'
  /** How long the chat wants to be left alone. */
  readonly retryAfterMs: number | undefined
  /** The chat said no, and would say it again: the copy is given up. */
  readonly final: boolean

  constructor(
    message: string,
    options: { retryAfterMs?: number; final?: boolean; cause?: unknown },
  ) {
    super(message, { cause: options.cause })
    this.name = 'CourierError'
    this.retryAfterMs = options.retryAfterMs
    this.final = options.final ?? false
  }
}

export interface OutboxOptions {
  readonly db: Kysely<Tables>
  readonly courier: Courier
  readonly get: (id: string) => Promise<Approval | undefined>
  /** What an answer, or the end, is told as in a thread. */
  readonly threadText: (approval: Approval, part: CopyPart, place: string) => string | undefined
  readonly onError: (error: unknown) => void
}

const backOffMsMin = 500
const backOffMsMax = 60_000
/** A chat takes a few requests at once; more would only meet its limits. */
const busyMax = 8
/** Longer than a chat takes to answer all that one message needs. */
const claimMs = 20_000
/** The database of the state comes back sooner than a chat. */
const stateMs = 2000

export class Outbox {
  readonly #options: OutboxOptions
  readonly #queue = new Set<string>()
  readonly #busy = new Map<string, { again: boolean }>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** How often in a row, by copy: the tries in SQL also count what was told. */
  readonly #failures = new Map<string, number>()
  #closed = false
  #idle: (() => void)[] = []

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Takes up what an earlier process left half told. */
  async resume(): Promise<void> {
    const { db, courier } = this.#options
    const rows = await db
      .selectFrom('copies')
      .innerJoin('approvals', 'approvals.id', 'copies.approval_id')
      .select('copies.approval_id')
      .distinct()
      .where('copies.courier', '=', courier.name)
      .where('copies.given_up', '=', 0)
      .where(where =>
        where.or([
          where('copies.message', 'is', null),
          where.and([
            where('copies.part', '=', 'card'),
            where('copies.shown_revision', '<', where.ref('approvals.revision')),
          ]),
        ]),
      )
      .execute()
    // Nothing is noted of a request whose process died right after it was asked.
    const untold = await db
      .selectFrom('approvals')
      .select('id as approval_id')
      .where('state', '=', 'pending')
      .where(where =>
        where.not(
          where.exists(
            where
              .selectFrom('copies')
              .select('copies.id')
              .whereRef('copies.approval_id', '=', 'approvals.id')
              .where('copies.courier', '=', courier.name),
          ),
        ),
      )
      .execute()
    for (const row of [...rows, ...untold]) this.changed(row.approval_id)
  }

  /** Something about it is new: every copy is brought up to date, soon. */
  changed(approvalId: string): void {
    if (this.#closed) return
    const busy = this.#busy.get(approvalId)
    if (busy !== undefined) busy.again = true
    else this.#queue.add(approvalId)
    this.#next()
  }

  /**
   * Somebody looks at a card, and so a post whose answer was lost may turn up. `stray`: the copy is
   * another message already. Undefined: no card of that place.
   */
  async seen(
    copyId: string,
    place: string,
    message: string,
  ): Promise<{ readonly approvalId: string; readonly stray: boolean } | undefined> {
    const { db, courier } = this.#options
    const copy = await db
      .selectFrom('copies')
      .selectAll()
      .where('id', '=', copyId)
      .where('courier', '=', courier.name)
      .where('place', '=', place)
      .where('part', '=', 'card')
      .executeTakeFirst()
    if (copy === undefined) return undefined
    if (copy.message === null) {
      await this.#save(copyId, { message, retry_at: 0 })
      this.changed(copy.approval_id)
    }
    const stray = copy.message !== null && copy.message !== message
    return { approvalId: copy.approval_id, stray }
  }

  /** Resolves when nothing is on its way. What is not told stays for the next start. */
  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.#queue.clear()
    if (this.#busy.size > 0) await new Promise<void>(resolve => this.#idle.push(resolve))
  }

  #next(): void {
    for (const id of this.#queue) {
      if (this.#busy.size >= busyMax) return
      this.#queue.delete(id)
      const state = { again: false }
      this.#busy.set(id, state)
      this.#deliver(id)
        .catch((error: unknown) => {
          this.#options.onError(error)
          this.#later(id, error instanceof StateAway ? stateMs : backOffMsMax)
        })
        .finally(() => {
          this.#busy.delete(id)
          if (state.again) this.changed(id)
          this.#next()
          if (this.#busy.size === 0) for (const idle of this.#idle.splice(0)) idle()
        })
    }
  }

  async #deliver(id: string): Promise<void> {
    const { db, courier, get } = this.#options
    const before = await db
      .selectFrom('approvals')
      .select('revision')
      .where('id', '=', id)
      .executeTakeFirst()
    const approval = await get(id)
    if (before === undefined || approval === undefined) return
    const places = isQuiet(approval) ? [] : await courier.places(approval)
    for (const place of places) await this.#expect(id, place, 'card')
    const cards = await this.#copies(id, 'card')
    for (const card of cards) {
      const message = await this.#shown(card, approval, before.revision)
      if (message !== undefined) await this.#answerIn(card.place, message, approval)
    }
  }

  /** The card's message, once it shows that revision; undefined when it cannot be done yet. */
  async #shown(copy: Copy, approval: Approval, revision: number): Promise<string | undefined> {
    const { courier } = this.#options
    const { message: known } = copy
    if (copy.given_up === 1) return undefined
    if (known !== null && (copy.shown_revision ?? -1) >= revision) return known
    return this.#attempt(copy, async () => {
      const message =
        known ??
        (await this.#arrived(copy, undefined)) ??
        (await courier.post(copy.place, copy.id, approval))
      if (known !== null) await courier.update(copy.place, known, approval, copy.id)
      await this.#save(copy.id, { message, shown_revision: revision, retry_at: 0 })
      return message
    })
  }

  /** Each answer, and the end, once into the thread. */
  async #answerIn(place: string, thread: string, approval: Approval): Promise<void> {
    const { courier, threadText } = this.#options
    const parts: CopyPart[] = approval.answers.map((_, n): CopyPart => `answer-${n}`)
    for (const part of [...parts, 'end' as const]) {
      const text = threadText(approval, part, place)
      if (text === undefined) continue
      const copy = await this.#expect(approval.id, place, part)
      if (copy === undefined || copy.message !== null || copy.given_up === 1) continue
      const told = await this.#attempt(copy, async () => {
        const message =
          (await this.#arrived(copy, thread)) ?? (await courier.reply(place, thread, copy.id, text))
        await this.#save(copy.id, { message, shown_revision: 0, retry_at: 0 })
        return message
      })
      // What came first is told first.
      if (told === undefined) return
    }
  }

  /** A post whose answer was lost is looked for before it is posted again. */
  async #arrived(copy: Copy, thread: string | undefined): Promise<string | undefined> {
    if (copy.tries === 0) return undefined
    return this.#options.courier.find(copy.place, copy.id, new Date(copy.created_at), thread)
  }

  /** Undefined when it has to wait, or failed, or another node does it. */
  async #attempt(copy: Copy, work: () => Promise<string>): Promise<string | undefined> {
    const wait = copy.retry_at - Date.now()
    if (wait > 0 || !(await this.#claim(copy))) {
      this.#later(copy.approval_id, Math.max(wait, 0) || claimMs)
      return undefined
    }
    try {
      const message = await work()
      this.#failures.delete(copy.id)
      return message
    } catch (error) {
      const { onError } = this.#options
      if (!(error instanceof CourierError)) throw error
      onError(error)
      if (error.final) {
        this.#failures.delete(copy.id)
        await this.#save(copy.id, { given_up: 1 })
      } else {
        const failures = this.#failures.get(copy.id) ?? 0
        this.#failures.set(copy.id, failures + 1)
        const wait = error.retryAfterMs ?? Math.min(backOffMsMax, backOffMsMin * 2 ** failures)
        await this.#save(copy.id, { retry_at: Date.now() + wait })
        this.#later(copy.approval_id, wait)
      }
      return undefined
    }
  }

  /** Counted before it is tried: a crash between the two has to be noticed. */
  async #claim(copy: Copy): Promise<boolean> {
    const { numUpdatedRows } = await this.#options.db
      .updateTable('copies')
      .set({ tries: copy.tries + 1, retry_at: Date.now() + claimMs })
      .where('id', '=', copy.id)
      .where('tries', '=', copy.tries)
      .where('retry_at', '=', copy.retry_at)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  #later(id: string, waitMs: number): void {
    if (this.#closed) return
    clearTimeout(this.#timers.get(id))
    const timer = setTimeout(() => {
      this.#timers.delete(id)
      this.changed(id)
    }, waitMs)
    this.#timers.set(id, timer.unref())
  }

  /** The copy, which is made when it is not there. */
  async #expect(approvalId: string, place: string, part: CopyPart): Promise<Copy | undefined> {
    const { db, courier } = this.#options
    const key = { approval_id: approvalId, courier: courier.name, place, part }
    await db
      .insertInto('copies')
      .values({ ...key, id: randomUUID(), created_at: Date.now() })
      .onConflict(conflict => conflict.doNothing())
      .execute()
    const copies = await this.#copies(approvalId, part)
    return copies.find(copy => copy.place === place)
  }

  #copies(approvalId: string, part: CopyPart): Promise<readonly Copy[]> {
    const { db, courier } = this.#options
    return db
      .selectFrom('copies')
      .selectAll()
      .where('approval_id', '=', approvalId)
      .where('courier', '=', courier.name)
      .where('part', '=', part)
      .execute()
  }

  async #save(id: string, values: Partial<Omit<Copy, 'id'>>): Promise<void> {
    await this.#options.db.updateTable('copies').set(values).where('id', '=', id).execute()
  }
}

interface Copy {
  readonly id: string
  readonly approval_id: string
  readonly courier: string
  readonly place: string
  readonly part: CopyPart
  readonly message: string | null
  readonly shown_revision: number | null
  readonly tries: number
  readonly retry_at: number
  readonly given_up: number
  readonly created_at: number
}
