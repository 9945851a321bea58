/**
 * Asks people, and tells the waiting session what they answered. The store decides who wins a race,
 * also between nodes; this class holds what cannot be stored: the sessions that wait here, one
 * timer, and what happened while the store was away.
 */
import { randomUUID } from 'node:crypto'
import {
  type Approval,
  type ApprovalEvent,
  type ApprovalFilter,
  type ApprovalRequest,
  type ApprovalState,
  type ApprovalSummary,
  type Bar,
  barredFrom,
  countedAnswers,
  type DecisionErrorCode,
  type DecisionRequest,
  type DecisionResult,
  type Drifted,
  type Outcome,
  type Pending,
  type Person,
  type PersonAnswer,
  type Returned,
  type ReviewRequest,
  type RunResult,
  type Surface,
} from './approval.ts'
import { Changes } from './changes.ts'
import { Deadlines } from './deadlines.ts'
import { DerivedColumns } from './derived-columns.ts'
import { termsMistake } from './grant.ts'
import type { Grants, RevokeResult } from './grants.ts'
import { News } from './news.ts'
import { OpenApprovals } from './open-approvals.ts'
import { type Courier, Outbox, type OutboxOptions } from './outbox.ts'
import { awayMsMax, StateAway, whenItAnswers } from './state/away.ts'
import { openPostgres, type PostgresStateOptions } from './state/postgres.ts'
import { openSqlite } from './state/sqlite.ts'
import type { State } from './state/state.ts'
import { type Decided, Store } from './store.ts'
import { Conversations } from './teams/conversations.ts'
import { Waiters } from './waiters.ts'
import { Webhooks, type WebhooksOptions } from './webhooks/webhooks.ts'

const reasonLengthMax = 2000
/** Clocks of nodes differ; a change that was missed is looked for this much earlier. */
const clocksMsMax = 60_000

export interface ApprovalsOptions {
  /** The SQLite file, or the Postgres that several nodes share. */
  readonly path: string | Omit<PostgresStateOptions, 'onError'>
  /** Without a slash at the end. */
  readonly publicUrl: () => string
  /** Told about failures that have no caller: a listener's, a timer's. A warning unless given. */
  readonly onError?: (error: unknown) => void
}

/** An answer that did not count, because of who gave it. */
export interface BarredAttempt {
  readonly approval: Approval
  readonly person: string
  readonly decision: 'approved' | 'denied'
  readonly surface: Surface
  readonly code: Bar['code']
}

export class Approvals {
  readonly #state: State
  readonly #store: Store
  readonly #open: OpenApprovals
  readonly #onError: (error: unknown) => void
  readonly #waiters = new Waiters()
  readonly #listeners = new Set<(event: ApprovalEvent) => void>()
  readonly #barredListeners = new Set<(attempt: BarredAttempt) => void>()
  readonly #changes: Changes
  readonly #deadlines = new Deadlines({
    next: () => this.#open.nextDeadline(),
    expire: () => this.#expire(),
    failed: error => {
      this.#onError(error)
      if (error instanceof StateAway) this.#expireUnasked()
    },
  })
  readonly #news = new News({
    read: ids => this.#store.getAll(ids),
    learn: approval => this.#learn(approval),
    learned: () => void this.#deadlines.arm(),
    failed: error => this.#onError(error),
  })
  #closed: Promise<void> | undefined

  private constructor(state: State, options: ApprovalsOptions) {
    this.#state = state
    this.#store = new Store(state.db, options.publicUrl)
    this.#open = new OpenApprovals(state.db)
    this.#changes = new Changes(this.#store, event => this.#emit(event))
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
      await approvals.#store.renewAll(Date.now())
      await approvals.#expire()
      state.watch({
        changed: ids => approvals.#news.add(ids),
        missed: since => approvals.#lookAround(since),
        stopped: (node, reason) => approvals.#abandonNode(node, reason),
      })
      await approvals.#deadlines.arm()
    } catch (error) {
      await approvals.close()
      throw error
    }
    return approvals
  }

  /** Stores a request and waits for people. `gone` withdraws it, also after it was approved. */
  async ask(request: ApprovalRequest, gone: AbortSignal): Promise<Pending> {
    this.#expectOpen()
    const approval = await this.#insert(request, randomUUID(), gone)
    const { id, shortId, url, expiresAt } = approval
    const leave = (): void => {
      const why: unknown = gone.reason
      const reason = typeof why === 'string' ? why : 'the client left'
      this.withdraw(id, reason).catch((error: unknown) => {
        // Nobody waits any more, so not running is right even if that could not be stored.
        this.#waiters.settle(id, { kind: 'withdrawn', reason })
        this.#onError(error)
      })
    }
    const outcome = this.#waiters.add(id, approval, () => gone.removeEventListener('abort', leave))
    this.#emit({ type: 'requested', approval })
    gone.addEventListener('abort', leave, { once: true })
    if (gone.aborted) leave()
    void this.#deadlines.arm()
    return { id, shortId, url, expiresAt, outcome }
  }

  /**
   * For a client that does not wait: what came of the same statement of the same requester, or a
   * new request. A pending one outlives the session that asked.
   */
  async askOrReturn(request: ApprovalRequest): Promise<Returned> {
    this.#expectOpen()
    await this.#expire()
    const { requester, binding = request.digest } = request
    for (const { approval, seen } of await this.#store.returned(requester.name, binding)) {
      if (approval.state === 'pending') return { kind: 'pending', approval, fresh: false, seen }
      if (approval.state === 'approved') return { kind: 'approved', approval, seen }
      if (await this.#store.tell(approval.id, Date.now())) return { kind: 'denied', approval }
    }
    const id = randomUUID()
    const approval = await this.#insert({ ...request, onHold: 'return' }, id)
    const fresh = approval.id === id
    if (fresh) this.#emit({ type: 'requested', approval })
    void this.#deadlines.arm()
    return { kind: 'pending', approval, fresh, seen: request.seen }
  }

  /** For what is done elsewhere: the asker waits for the outcome, and claims it, over the API. */
  async request(request: ApprovalRequest): Promise<Approval> {
    this.#expectOpen()
    const approval = await this.#insert({ ...request, onHold: 'claim' }, randomUUID())
    this.#emit({ type: 'requested', approval })
    void this.#deadlines.arm()
    return approval
  }

  /** A statement that nobody has to be asked about now. To be claimed like any other. */
  async decided(request: ApprovalRequest, decided: Decided): Promise<Approval> {
    this.#expectOpen()
    const waits = { ...request, onHold: 'wait' } as const
    const approval = await this.#insert(waits, randomUUID(), undefined, decided)
    this.#emit({ type: 'requested', approval })
    this.#emit({ type: 'approved', approval })
    return approval
  }

  /** Whether a requester who did not wait may come back with the statement now. */
  async isApproved(request: ApprovalRequest): Promise<boolean> {
    const { requester, binding = request.digest } = request
    const found = await this.#store.returned(requester.name, binding)
    return found.some(({ approval }) => approval.state === 'approved')
  }

  /** Columns that masked values were moved to. */
  get derived(): DerivedColumns {
    return new DerivedColumns(this.#state.db)
  }

  /** Approvals that cover more than one run. */
  get grants(): Pick<Grants, 'use' | 'get' | 'list'> {
    return this.#store.grants
  }

  /** Ends a grant: the next statement waits again, in open sessions, too. */
  async revoke(idOrShortId: string, person: Person, reason?: string): Promise<RevokeResult> {
    const result = await this.#store.grants.revoke(idOrShortId, person, reason, new Date())
    if (result.ok) await this.#changes.tell('revoked', result.grant.id)
    return result
  }

  /** Somebody who might have approved it has looked at what broke the glass. */
  async closeReview(
    idOrShortId: string,
    { person, surface, comment }: ReviewRequest,
  ): Promise<DecisionResult> {
    const approval = await this.#store.get(idOrShortId)
    if (approval === undefined || approval.review === undefined) {
      return refuse('not_found', `there is no review ${idOrShortId}`)
    }
    const bar = barredFrom(approval, person, 'approved')
    if (bar !== undefined) return { ok: false, ...bar }
    const said = comment.replaceAll('\0', '\ufffd').trim().slice(0, reasonLengthMax)
    const review = { by: person.name, surface, comment: said, at: new Date() }
    if (!(await this.#store.closeReview(approval.id, review))) {
      return refuse('not_open', 'somebody else has closed it already')
    }
    return { ok: true, approval: (await this.#changes.tell('reviewed', approval.id)) ?? approval }
  }

  /** One person's answer, from any surface. */
  async decide(idOrShortId: string, request: DecisionRequest): Promise<DecisionResult> {
    const approval = await this.#store.get(idOrShortId)
    if (approval === undefined) return refuse('not_found', `there is no approval ${idOrShortId}`)
    const bar = barredFrom(approval, request.person, request.decision)
    if (bar !== undefined) {
      const { person, decision, surface } = request
      const attempt = { approval, person: person.name, decision, surface, code: bar.code }
      for (const listener of this.#barredListeners) listener(attempt)
      return { ok: false, ...bar }
    }
    if (request.shownDigest !== approval.digest) {
      return refuse('stale', 'what was shown is not what is asked: look at the request again')
    }
    const grant = request.decision === 'approved' ? request.grant : undefined
    const mistake = grant && termsMistake(approval, grant)
    if (mistake !== undefined) return refuse('not_grantable', mistake)
    // SQLite would cut a text off at its first NUL.
    const reason = request.reason?.replaceAll('\0', '\ufffd').trim().slice(0, reasonLengthMax)
    const answer: PersonAnswer = {
      name: request.person.name,
      groups: request.person.groups,
      decision: request.decision,
      surface: request.surface,
      at: new Date(),
      reason: reason === '' ? undefined : reason,
      ...(grant && { grant: { kind: grant.kind, seconds: grant.seconds, times: grant.times } }),
    }
    const answered = await this.#store.answer(approval.id, answer, request.shownDigest)
    if (answered === undefined) return this.#lost(approval.id)
    this.#emit({ type: 'answered', approval: answered, answer })
    if (answered.state === 'approved' || answered.state === 'denied') {
      this.#emit({ type: answered.state, approval: answered })
      this.#settle(answered)
      void this.#deadlines.arm()
    }
    return { ok: true, approval: answered }
  }

  /**
   * Approved → running, once. False: it is not approved, was claimed, or is about another text. What
   * is done elsewhere may be under a lease: `renew` it in time, or it counts as lost.
   */
  async claim(id: string, digest: string, leaseMs?: number): Promise<boolean> {
    const startedAt = Date.now()
    const change = {
      ...{ startedAt, process: this.#state.node },
      ...(leaseMs !== undefined && { leaseMs, expiresAt: startedAt + leaseMs }),
    }
    try {
      const claimed = await this.#changes.make(id, ['approved'], 'running', change, digest)
      if (claimed) this.#waiters.forget(id)
      if (claimed && leaseMs !== undefined) void this.#deadlines.arm()
      return claimed
    } catch (error) {
      // Nothing runs.
      this.#changes.oweUnclaimed(id, startedAt)
      throw error
    }
  }

  /**
   * What was approved is not what would run: `request` is, and people are asked again. `digest` is
   * that of before. Undefined when it was taken back, claimed or asked again meanwhile.
   */
  async drift(
    id: string,
    digest: string,
    request: ApprovalRequest,
    what: string,
  ): Promise<Drifted | undefined> {
    // First, so that no answer to it is missed.
    const expiresAt = new Date(Date.now() + request.expiresInMs)
    const outcome = this.#waiters.again(id, { digest: request.digest, expiresAt })
    const approval = await this.#store.drift(id, digest, request, { at: new Date(), what })
    if (approval === undefined) return undefined
    this.#emit({ type: 'drifted', approval })
    void this.#deadlines.arm()
    return { approval, outcome }
  }

  /** False: it no longer runs, or was claimed without a lease. */
  renew(id: string): Promise<boolean> {
    return this.#store.renew(id, Date.now())
  }

  /** How a claimed statement ended. */
  async finished(id: string, result: RunResult): Promise<void> {
    const state = result.ok ? 'finished' : 'failed'
    await this.#changes.makeOrOwe(id, ['running'], state, { endedAt: Date.now(), result })
  }

  /** The requester no longer wants it. False when it runs, ran or was decided against already. */
  async withdraw(id: string, reason: string): Promise<boolean> {
    const change = { settledAt: Date.now(), settledReason: reason }
    const withdrawn = await this.#changes.makeOrOwe(
      id,
      ['pending', 'approved'],
      'withdrawn',
      change,
    )
    if (withdrawn) {
      this.#waiters.settle(id, { kind: 'withdrawn', reason })
      void this.#deadlines.arm()
    }
    return withdrawn
  }

  /** Why the database of the state does not answer; undefined while it does. */
  get away(): string | undefined {
    return this.#state.away
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

  /** Where Teams can be answered. */
  conversations(): Conversations {
    return new Conversations(this.#state.db)
  }

  /** Tells other systems of every transition, from here on. Close it first. */
  webhooks(options: Omit<WebhooksOptions, 'db' | 'get'>): Webhooks {
    const get = (id: string): Promise<Approval | undefined> => this.#store.get(id)
    const webhooks = new Webhooks({ ...options, db: this.#state.db, get })
    this.on(({ approval }) => webhooks.changed(approval.id))
    webhooks.resume()
    return webhooks
  }

  /** Of answers that did not count because of who gave them. Returns the function that stops it. */
  onBarred(listener: (attempt: BarredAttempt) => void): () => void {
    this.#barredListeners.add(listener)
    return () => this.#barredListeners.delete(listener)
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
    this.#deadlines.close()
    try {
      await this.#news.close()
      await this.#changes.close()
      await this.#abandon(await this.#open.held(this.#state.node), 'the proxy stopped')
    } finally {
      for (const id of this.#waiters.ids())
        this.#waiters.settle(id, { kind: 'withdrawn', reason: 'the proxy stopped' })
      this.#listeners.clear()
      await this.#state.close()
    }
  }

  async #insert(
    request: ApprovalRequest,
    id: string,
    gone?: AbortSignal,
    decided?: Decided,
  ): Promise<Approval> {
    const createdAt = Date.now()
    const expiresAt = createdAt + Math.max(0, Math.floor(request.expiresInMs))
    const fresh = { id, process: this.#state.node, createdAt, expiresAt, decided }
    try {
      return await whenItAnswers(() => this.#store.insert(request, fresh), awayMsMax, gone)
    } catch (error) {
      // The store may have heard it all the same, and nobody waits for it.
      const change = { settledAt: Date.now(), settledReason: 'the state database did not answer' }
      if (error instanceof StateAway)
        this.#changes.owe(id, ['pending', 'approved'], 'withdrawn', change)
      throw error
    }
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
    const held = await this.#open.held()
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
        await this.#changes.make(id, ['running'], 'failed', { endedAt: now, result })
      }
    }
  }

  async #expire(): Promise<void> {
    const now = Date.now()
    for (const { id, state, startedAt } of await this.#open.overdue(now)) {
      if (state === 'running') await this.#lose(id, now, now - (startedAt ?? now))
      else if (await this.#changes.make(id, [state], 'expired', { settledAt: now }))
        this.#waiters.settle(id, { kind: 'expired' })
    }
  }

  /** Nobody says any more that it runs, or how it ended. */
  async #lose(id: string, endedAt: number, durationMs: number): Promise<void> {
    const result = { ok: false, error: 'the gate was lost', durationMs }
    await this.#changes.make(id, ['running'], 'failed', { endedAt, result })
  }

  /** The store is away, and nobody waits longer than they were told. */
  #expireUnasked(): void {
    const settledAt = Date.now()
    for (const id of this.#waiters.overdue(settledAt)) {
      this.#waiters.settle(id, { kind: 'expired' })
      // Whatever people answered meanwhile came too late: nothing runs for it.
      this.#changes.owe(id, ['pending', 'approved'], 'expired', { settledAt })
    }
  }

  /** Another node changed it. */
  #learn(approval: Approval): void {
    this.#settle(approval)
    const answer = approval.state === 'pending' ? approval.answers.at(-1) : undefined
    const drifted = approval.state === 'pending' && approval.drifts.length > 0
    const type = answer === undefined ? approval.state : 'answered'
    const anew = answer === undefined || answer.stale === true
    const asked = drifted && anew ? 'drifted' : 'requested'
    this.#emit({
      ...{
        approval,
        elsewhere: true,
        type: type === 'pending' || (anew && drifted) ? asked : type,
      },
      ...(answer !== undefined && !(anew && drifted) && { answer }),
    })
  }

  /** Something may have been missed: whatever may have changed is looked at. */
  #lookAround(since: number): void {
    whenItAnswers(() => this.#open.changedSince(since - clocksMsMax), awayMsMax).then(
      ids => this.#news.add([...ids, ...this.#waiters.ids()]),
      this.#onError,
    )
  }

  async #abandonNode(node: string, reason: string): Promise<void> {
    await this.#abandon(await this.#open.held(node), reason)
  }

  /** Tells who waits here, if anybody does. */
  #settle(approval: Approval): void {
    const awaited = this.#waiters.get(approval.id)
    const outcome = awaited && outcomeOf(approval)
    if (outcome === undefined) return
    // What another node said may have been asked again since.
    if (outcome.kind === 'approved' && awaited?.digest !== approval.digest) return
    this.#waiters.settle(approval.id, outcome)
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

/** Undefined while people are asked, and once it runs. */
function outcomeOf(approval: Approval): Outcome | undefined {
  const by = countedAnswers(approval.answers)
  const reason = approval.settledReason ?? ''
  switch (approval.state) {
    case 'approved':
      return { kind: 'approved', by: by.filter(answer => answer.decision === 'approved') }
    case 'denied':
      return { kind: 'denied', by: by.filter(answer => answer.decision === 'denied'), reason }
    case 'expired':
      return { kind: 'expired' }
    case 'withdrawn':
      return { kind: 'withdrawn', reason }
    default:
      return undefined
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
