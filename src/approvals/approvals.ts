/**
 * Asks people, and tells the waiting session what they answered. The store decides who wins a
 * race; this class holds what cannot be stored: the sessions that wait, and one timer.
 */
import { randomUUID } from 'node:crypto'
import {
  type Approval,
  type ApprovalEvent,
  type ApprovalFilter,
  type ApprovalRequest,
  type ApprovalState,
  type ApprovalSummary,
  barredFrom,
  countedAnswers,
  type DecisionErrorCode,
  type DecisionRequest,
  type DecisionResult,
  type Outcome,
  type Pending,
  type PersonAnswer,
  type Returned,
  type RunResult,
} from './approval.ts'
import { type Courier, Outbox, type OutboxOptions } from './outbox.ts'
import { openPostgres, type PostgresStateOptions } from './state/postgres.ts'
import { openSqlite } from './state/sqlite.ts'
import type { State } from './state/state.ts'
import { Store } from './store.ts'
import { Webhooks, type WebhooksOptions } from './webhooks/webhooks.ts'

/** Longer waits than setTimeout can count are cut into several. */
const timerMsMax = 2 ** 31 - 1
const reasonLengthMax = 2000

export interface ApprovalsOptions {
  /** The SQLite file, or the Postgres that several nodes share. */
  readonly path: string | Omit<PostgresStateOptions, 'onError'>
  /** Without a slash at the end. */
  readonly publicUrl: () => string
  /** Told about failures that have no caller: a listener's, a timer's. A warning unless given. */
  readonly onError?: (error: unknown) => void
}

/** A session that waits: for the outcome, and then until its statement runs. */
interface Waiter {
  resolve(outcome: Outcome): void
  /** Stops listening for the client that leaves. */
  release(): void
}

export class Approvals {
  readonly #state: State
  readonly #store: Store
  readonly #onError: (error: unknown) => void
  readonly #waiters = new Map<string, Waiter>()
  readonly #listeners = new Set<(event: ApprovalEvent) => void>()
  #timer: NodeJS.Timeout | undefined
  #looks = 0
  #closed: Promise<void> | undefined

  private constructor(state: State, options: ApprovalsOptions) {
    this.#state = state
    this.#store = new Store(state.db, options.publicUrl)
    this.#onError = options.onError ?? warn
  }

  /** Withdraws what an earlier process left open: its clients are gone. */
  static async open(options: ApprovalsOptions): Promise<Approvals> {
    const { path, onError = warn } = options
    const state =
      typeof path === 'string' ? await openSqlite(path) : await openPostgres({ ...path, onError })
    const approvals = new Approvals(state, options)
    try {
      await approvals.#bury()
      await approvals.#expire()
    } catch (error) {
      await approvals.close()
      throw error
    }
    return approvals
  }

  /** Stores a request and waits for people. `gone` withdraws it, also after it was approved. */
  async ask(request: ApprovalRequest, gone: AbortSignal): Promise<Pending> {
    this.#expectOpen()
    const approval = await this.#insert(request, randomUUID())
    const { id, shortId, url, expiresAt } = approval
    const leave = (): void => {
      const why: unknown = gone.reason
      const reason = typeof why === 'string' ? why : 'the client left'
      this.withdraw(id, reason).catch((error: unknown) => {
        // Nobody waits any more, so not running is right even if that could not be stored.
        this.#settle(id, { kind: 'withdrawn', reason })
        this.#onError(error)
      })
    }
    const outcome = new Promise<Outcome>(resolve => {
      const release = (): void => gone.removeEventListener('abort', leave)
      this.#waiters.set(id, { resolve, release })
    })
    this.#emit({ type: 'requested', approval })
    gone.addEventListener('abort', leave, { once: true })
    if (gone.aborted) leave()
    // The timer needs no waiting for, and its failure is not the requester's.
    this.#arm().catch(this.#onError)
    return { id, shortId, url, expiresAt, outcome }
  }

  /**
   * For a client that does not wait: what came of the same statement of the same requester, or a
   * new request. A pending one outlives the session that asked.
   */
  async askOrReturn(request: ApprovalRequest): Promise<Returned> {
    this.#expectOpen()
    await this.#expire()
    for (const approval of await this.#store.returned(request.requester.name, request.digest)) {
      if (approval.state === 'pending') return { kind: 'pending', approval, fresh: false }
      if (approval.state === 'approved') return { kind: 'approved', approval }
      if (await this.#store.tell(approval.id, Date.now())) return { kind: 'denied', approval }
    }
    const id = randomUUID()
    const approval = await this.#insert({ ...request, onHold: 'return' }, id)
    const fresh = approval.id === id
    if (fresh) this.#emit({ type: 'requested', approval })
    this.#arm().catch(this.#onError)
    return { kind: 'pending', approval, fresh }
  }

  /** For what is done elsewhere: the asker waits for the outcome, and claims it, over the API. */
  async request(request: ApprovalRequest): Promise<Approval> {
    this.#expectOpen()
    const approval = await this.#insert({ ...request, onHold: 'claim' }, randomUUID())
    this.#emit({ type: 'requested', approval })
    this.#arm().catch(this.#onError)
    return approval
  }

  /** One person's answer, from any surface. */
  async decide(idOrShortId: string, request: DecisionRequest): Promise<DecisionResult> {
    const approval = await this.#store.get(idOrShortId)
    if (approval === undefined) return refuse('not_found', `there is no approval ${idOrShortId}`)
    const bar = barredFrom(approval, request.person, request.decision)
    if (bar !== undefined) return { ok: false, ...bar }
    if (request.shownDigest !== approval.digest) {
      return refuse('stale', 'what was shown is not what is asked: look at the request again')
    }
    // SQLite would cut a text off at its first NUL.
    const reason = request.reason?.replaceAll('\0', '\ufffd').trim().slice(0, reasonLengthMax)
    const answer: PersonAnswer = {
      name: request.person.name,
      groups: request.person.groups,
      decision: request.decision,
      surface: request.surface,
      at: new Date(),
      reason: reason === '' ? undefined : reason,
    }
    const answered = await this.#store.answer(approval.id, answer, request.shownDigest)
    if (answered === undefined) return this.#lost(approval.id)
    this.#emit({ type: 'answered', approval: answered, answer })
    if (answered.state === 'approved' || answered.state === 'denied') {
      this.#emit({ type: answered.state, approval: answered })
      this.#settle(answered.id, outcomeOf(answered))
      this.#arm().catch(this.#onError)
    }
    return { ok: true, approval: answered }
  }

  /** Approved → running, once. False: it is not approved, was claimed, or is about another text. */
  async claim(id: string, digest: string): Promise<boolean> {
    const change = { startedAt: Date.now(), process: this.#state.node }
    const claimed = await this.#move(id, ['approved'], 'running', change, digest)
    if (claimed) this.#forget(id)
    return claimed
  }

  /** How a claimed statement ended. */
  async finished(id: string, result: RunResult): Promise<void> {
    const state = result.ok ? 'finished' : 'failed'
    await this.#move(id, ['running'], state, { endedAt: Date.now(), result })
  }

  /** The requester no longer wants it. False when it runs, ran or was decided against already. */
  async withdraw(id: string, reason: string): Promise<boolean> {
    const withdrawn = await this.#move(id, ['pending', 'approved'], 'withdrawn', {
      settledAt: Date.now(),
      settledReason: reason,
    })
    if (withdrawn) {
      this.#settle(id, { kind: 'withdrawn', reason })
      this.#forget(id)
      this.#arm().catch(this.#onError)
    }
    return withdrawn
  }

  get(idOrShortId: string): Promise<Approval | undefined> {
    return this.#store.get(idOrShortId)
  }

  /** Newest first. */
  list(filter: ApprovalFilter = {}): Promise<readonly ApprovalSummary[]> {
    return this.#store.list(filter)
  }

  /** Copies in a chat, kept up to date from here on. */
  outbox(
    courier: Courier,
    threadText: OutboxOptions['threadText'],
    onError: (error: unknown) => void,
  ): Outbox {
    const get = (id: string): Promise<Approval | undefined> => this.#store.get(id)
    return new Outbox({ db: this.#state.db, courier, get, threadText, onError })
  }

  /** Tells other systems of every transition, from here on. Close it first. */
  webhooks(options: Omit<WebhooksOptions, 'db' | 'get'>): Webhooks {
    const get = (id: string): Promise<Approval | undefined> => this.#store.get(id)
    const webhooks = new Webhooks({ ...options, db: this.#state.db, get })
    this.on(({ approval }) => webhooks.changed(approval.id))
    webhooks.resume()
    return webhooks
  }

  /** Returns the function that stops it. */
  on(listener: (event: ApprovalEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Withdraws what still waits. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      await this.#abandon(await this.#store.held(this.#state.node), 'the proxy stopped')
    } finally {
      for (const id of this.#waiters.keys()) {
        this.#settle(id, { kind: 'withdrawn', reason: 'the proxy stopped' })
        this.#forget(id)
      }
      this.#listeners.clear()
      await this.#state.close()
    }
  }

  #insert(request: ApprovalRequest, id: string): Promise<Approval> {
    const createdAt = Date.now()
    const expiresAt = createdAt + Math.max(0, Math.floor(request.expiresInMs))
    return this.#store.insert(request, { id, process: this.#state.node, createdAt, expiresAt })
  }

  /** Why an answer came too late. */
  async #lost(id: string): Promise<DecisionResult> {
    const now = await this.#store.get(id)
    if (now === undefined) return refuse('not_found', `there is no approval ${id}`)
    if (now.state === 'expired' || now.state === 'pending') {
      return refuse('expired', 'nobody decided in time')
    }
    return refuse('already_decided', `it is ${now.state} already`)
  }

  /** What nodes that are gone left open. */
  async #bury(): Promise<void> {
    const held = await this.#store.held()
    const dead = await this.#state.dead([...new Set(held.map(({ process }) => process))])
    for (const [node, reason] of dead)
      await this.#abandon(
        held.filter(({ process }) => process === node),
        reason,
      )
  }

  async #abandon(
    rows: readonly { id: string; state: ApprovalState }[],
    reason: string,
  ): Promise<void> {
    const now = Date.now()
    for (const { id, state } of rows) {
      if (state !== 'running') await this.withdraw(id, reason)
      else {
        const result = { ok: false, error: `${reason} while it ran`, durationMs: 0 }
        await this.#move(id, ['running'], 'failed', { endedAt: now, result })
      }
    }
  }

  async #expire(): Promise<void> {
    const now = Date.now()
    for (const { id, state } of await this.#store.overdue(now)) {
      if (await this.#move(id, [state], 'expired', { settledAt: now })) {
        this.#settle(id, { kind: 'expired' })
        this.#forget(id)
      }
    }
    await this.#arm()
  }

  /** One timer, for the earliest deadline. */
  async #arm(): Promise<void> {
    if (this.#closed !== undefined) return
    // Of several that look at once, the last to start knows best.
    const look = ++this.#looks
    const deadline = await this.#store.nextDeadline()
    if (look !== this.#looks || this.#closed !== undefined) return
    clearTimeout(this.#timer)
    if (deadline === undefined) return
    const wait = Math.min(timerMsMax, Math.max(0, deadline - Date.now()))
    this.#timer = setTimeout(() => {
      this.#expire().catch((error: unknown) => this.#retryExpiry(error))
    }, wait)
  }

  /** The store does not answer: what waits must still end some time, so look again soon. */
  #retryExpiry(error: unknown): void {
    this.#onError(error)
    if (this.#closed !== undefined) return
    this.#timer = setTimeout(() => {
      this.#expire().catch((again: unknown) => this.#retryExpiry(again))
    }, 1000)
  }

  async #move(
    id: string,
    from: readonly ApprovalState[],
    to: Exclude<ApprovalState, 'pending'>,
    change: Parameters<Store['move']>[3],
    digest?: string,
  ): Promise<boolean> {
    const moved = await this.#store.move(id, from, to, change, digest)
    if (moved) {
      const approval = await this.#store.get(id)
      if (approval !== undefined) this.#emit({ type: to, approval })
    }
    return moved
  }

  #settle(id: string, outcome: Outcome): void {
    this.#waiters.get(id)?.resolve(outcome)
    if (outcome.kind !== 'approved') this.#forget(id)
  }

  #forget(id: string): void {
    this.#waiters.get(id)?.release()
    this.#waiters.delete(id)
  }

  #emit(event: ApprovalEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#onError(error)
      }
    }
  }

  #expectOpen(): void {
    if (this.#closed !== undefined) throw new Error('expected open approvals, got closed ones')
  }
}

function refuse(code: DecisionErrorCode, message: string): DecisionResult {
  return { ok: false, code, message }
}

function outcomeOf(approval: Approval): Outcome {
  const by = countedAnswers(approval.answers)
  if (approval.state === 'approved') {
    return { kind: 'approved', by: by.filter(answer => answer.decision === 'approved') }
  }
  return {
    kind: 'denied',
    by: by.filter(answer => answer.decision === 'denied'),
    reason: approval.settledReason ?? '',
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
