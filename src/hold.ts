/**
 * One held statement, from the question to its end. Nothing of it has reached the upstream until
 * `ask` answers that it may run; by then the policy was asked again, the approval was used up, and
 * the record of that is on the disk.
 */
import { createHash } from 'node:crypto'
import { maskedMoves, maskedReads } from '../masking/lineage-to-mask.ts'
import type { Masker } from '../masking/rules.ts'
import type {
  Analysis,
  Answer,
  Asker,
  Parameter,
  Refusal,
  SessionEvent,
  Statement,
  StatementContext,
} from '../protocols/protocol.ts'
import {
  type ApprovalRequest,
  countedAnswers,
  isApproved,
  type Outcome,
  type Pending,
} from './approvals/approval.ts'
import { shortcutText } from './approvals/describe.ts'
import { visibleText } from './approvals/visible-text.ts'
import type { PolicyVerdict } from './policy/rule.ts'
import type { ApprovalRecord } from './recording/events.ts'
import { unrecorded } from './refusals.ts'
import type { Judgement, SessionParts } from './session-parts.ts'
import { grantable, shortcutFor } from './shortcut.ts'

/** The session, as far as a hold needs it. */
interface Holder {
  readonly id: string
  readonly signal: AbortSignal
  readonly masker: Masker
  judge(analysis: Analysis, context: StatementContext): Judgement
}

/** What is known of an approval while it is waited for, and of one that was found again. */
type Asked = Pick<Pending, 'id' | 'shortId' | 'url' | 'expiresAt'>

interface Held {
  readonly statement: Statement
  readonly context: StatementContext
  readonly judgement: Judgement
  /** The recorder's. */
  readonly number: number
  /** Why it is wanted, in the requester's words; visible text on one line. */
  readonly reason: string | undefined
}

type StatementEnd = Extract<SessionEvent, { type: 'statement.end' }>

export class Hold {
  readonly #parts: SessionParts
  readonly #session: Holder
  readonly #held: Held
  readonly #digest: string
  #pending: Asked | undefined
  /** The approval is this statement's alone, and worth nothing without it. */
  #waits = false
  #claimed = false
  #startedAt = 0

  constructor(parts: SessionParts, session: Holder, held: Held) {
    this.#parts = parts
    this.#session = session
    this.#held = held
    this.#digest = bindingDigest(parts, held)
  }

  /** Asks people and waits. Never rejects: what goes wrong is a refusal. */
  async ask(gone: AbortSignal, asker: Asker): Promise<Answer> {
    if (this.#parts.onHold === 'return') return await this.#askAndReturn(gone)
    try {
      const either = AbortSignal.any([gone, this.#session.signal])
      const request = this.#request()
      const unasked = await this.#unasked(request, either)
      if (unasked !== undefined) return unasked
      const pending = await this.#parts.approvals.ask(request, either)
      this.#pending = pending
      this.#waits = true
      const { verdict } = this.#held.judgement
      this.#record('approval.requested', {
        shortId: pending.shortId,
        rules: verdict.rules,
        expiresAt: pending.expiresAt,
        requesterReason: this.#held.reason,
      })
      this.#parts.recorder.commit()
      asker.notify(heldText(pending, verdict))
      const outcome = await pending.outcome
      this.#recordOutcome(outcome)
      if (outcome.kind !== 'approved') return refused(outcome, pending)
      return await this.#run(pending, either)
    } catch (error) {
      await this.#giveUp()
      return { run: false, refusal: unrecorded(error) }
    }
  }

  /**
   * Asks people and answers at once; or, when this statement was asked for before, does what became
   * of it. The approval outlives this session.
   */
  async #askAndReturn(gone: AbortSignal): Promise<Answer> {
    try {
      const { approvals } = this.#parts
      const request = this.#request()
      if (!(await approvals.isApproved(request))) {
        const either = AbortSignal.any([gone, this.#session.signal])
        const unasked = await this.#unasked(request, either)
        if (unasked !== undefined) return unasked
      }
      const found = await approvals.askOrReturn(request)
      this.#pending = found.approval
      this.#waits = found.kind === 'pending' && found.fresh
      const { verdict } = this.#held.judgement
      const { shortId, expiresAt, answers } = found.approval
      this.#record('approval.requested', {
        ...{ shortId, expiresAt, rules: verdict.rules },
        requesterReason: this.#held.reason,
        reason: 'the statement is to be sent again',
      })
      switch (found.kind) {
        case 'pending':
          this.#parts.recorder.commit()
          this.#waits = false
          return held(found.approval, verdict)
        case 'denied': {
          const by = countedAnswers(answers).filter(answer => answer.decision === 'denied')
          const outcome = {
            kind: 'denied',
            by,
            reason: found.approval.settledReason ?? '',
          } as const
          this.#recordOutcome(outcome)
          return refused(outcome, found.approval)
        }
        case 'approved': {
          // The configuration may have changed since: what it asks for now is what counts.
          if (!isApproved({ approvers: verdict.approvers, answers })) {
            const reason = 'the policy asks for other people now'
            await this.#parts.approvals.withdraw(found.approval.id, reason)
            this.#record('approval.withdrawn', { reason })
            return await this.#askAndReturn(gone)
          }
          const by = countedAnswers(answers).filter(answer => answer.decision === 'approved')
          this.#recordOutcome({ kind: 'approved', by })
          return await this.#run(found.approval, AbortSignal.any([gone, this.#session.signal]))
        }
        default:
          return found satisfies never
      }
    } catch (error) {
      await this.#giveUp()
      return { run: false, refusal: unrecorded(error) }
    }
  }

  /** What runs although nobody is asked; the record says why. */
  async #unasked(request: ApprovalRequest, gone: AbortSignal): Promise<Answer | undefined> {
    const { verdict } = this.#held.judgement
    const approval = await shortcutFor(this.#parts, verdict.leeway, request)
    if (approval === undefined) return undefined
    this.#pending = approval
    this.#waits = true
    this.#record('approval.requested', {
      ...{ shortId: approval.shortId, rules: verdict.rules },
      requesterReason: this.#held.reason,
      reason: shortcutText(approval),
    })
    this.#recordOutcome({ kind: 'approved', by: approval.answers })
    return await this.#run(approval, gone)
  }

  /** Nobody waits for it any more, so nobody is to be asked to decide it. */
  async #giveUp(): Promise<void> {
    if (this.#pending === undefined) return
    const { id } = this.#pending
    const error = 'it could not be recorded'
    const { approvals } = this.#parts
    // The statement is refused whatever the store says to that.
    if (this.#waits) await approvals.withdraw(id, error).catch(() => false)
    if (this.#claimed)
      await approvals.finished(id, { ok: false, error, durationMs: 0 }).catch(() => undefined)
  }

  /** The approved statement ended. */
  finished(end: StatementEnd): void {
    if (this.#pending === undefined) return
    const { id } = this.#pending
    const durationMs = Math.round(performance.now() - this.#startedAt)
    this.#record('approval.finished', end.error === undefined ? {} : { reason: end.error })
    const { tag, rows, error } = end
    const result = { ok: error === undefined, tag, rows, error, durationMs }
    // The decision stands in the journal; that its end could not be stored hurts nobody.
    this.#parts.approvals.finished(id, result).catch(() => undefined)
  }

  /** Asks the policy again, uses the approval up, and makes the record of it durable. */
  async #run(pending: Asked, gone: AbortSignal): Promise<Answer> {
    const { statement, context } = this.#held
    const { verdict } = this.#session.judge(statement.analysis, context)
    if (verdict.kind === 'deny') {
      await this.#parts.approvals.withdraw(pending.id, 'the policy denies it now')
      return no('denied', `approval ${pending.shortId} no longer counts: ${verdict.reason}`)
    }
    if (!(await this.#parts.approvals.claim(pending.id, this.#digest)))
      return no('withdrawn', `approval ${pending.shortId} can no longer be used`)
    this.#claimed = true
    this.#record('approval.claimed')
    this.#parts.recorder.commit()
    await this.#parts.recorder.sync()
    this.#startedAt = performance.now()
    if (gone.aborted) {
      this.finished(notRun(this.#held.number))
      return no('withdrawn', 'the client left before its approved statement ran')
    }
    return { run: true }
  }

  #request(): ApprovalRequest {
    const { statement, context, judgement, number, reason } = this.#held
    const { verdict } = judgement
    const { identity, database, application, approvalsConfig } = this.#parts
    const { masker } = this.#session
    const { analysis } = statement
    const onHold = this.#parts.onHold
    // Who does not wait holds no locks meanwhile: the transaction ends, or goes on without it.
    const inTransaction = context.transaction !== 'idle' && onHold === 'wait'
    const columns = [
      ...maskedReads(masker, analysis),
      ...maskedMoves(masker, analysis).map(move => move.from),
    ].map(({ schema, table, column }) => `${schema}.${table}.${column}`)
    return {
      sessionId: this.#session.id,
      statementNumber: number,
      requester: identity,
      database: database.name,
      environment: database.environment,
      application,
      text: statement.text,
      parameters: statement.parameters.map(shownParameter),
      normalized: analysis.normalized,
      rules: verdict.rules,
      reason: verdict.reason,
      requesterReason: reason,
      hint: verdict.hint,
      risk: verdict.risk,
      effects: analysis.effects,
      maskedColumns: [...new Set(columns)],
      digest: this.#digest,
      approvers: verdict.approvers,
      inTransaction,
      expiresInMs:
        1000 *
        (inTransaction
          ? approvalsConfig.expireInTransactionSeconds
          : approvalsConfig.expireSeconds),
      ownerMayApprove: approvalsConfig.ownerMayApprove,
      onHold,
      ...grantable(this.#parts, verdict.leeway, statement, context),
    }
  }

  #recordOutcome(outcome: Outcome): void {
    if (outcome.kind === 'expired') this.#record('approval.expired')
    else if (outcome.kind === 'withdrawn')
      this.#record('approval.withdrawn', { reason: outcome.reason })
    else
      for (const { name, decision, surface, reason } of outcome.by)
        this.#record('approval.decided', { by: name, decision, surface, reason })
  }

  #record(type: ApprovalRecord['type'], more: Partial<ApprovalRecord> = {}): void {
    if (this.#pending === undefined) return
    const { id } = this.#pending
    this.#parts.recorder.approval({ type, approvalId: id, statement: this.#held.number, ...more })
  }
}

/** What an approval is bound to: text, parameters, who, where, and what the text means there. */
function bindingDigest(parts: SessionParts, { statement, context }: Held): string {
  const { identity, database } = parts
  const { effects, results, reads, moves, relations } = statement.analysis
  const bound = [
    statement.text,
    statement.parameters.map(boundParameter),
    // A name may stand for something else by the time that the statement comes back.
    [effects, results, reads, moves, relations],
    identity.name,
    database.name,
    database.upstream.user,
    context.role ?? null,
    context.searchPath ?? null,
    context.settings ?? null,
  ]
  return createHash('sha256').update(JSON.stringify(bound)).digest('hex')
}

/** Bytes are shown like a text that spells them, and are none. */
function boundParameter(value: Parameter): string | null | { readonly bytes: string | null } {
  return value instanceof Uint8Array ? { bytes: shownParameter(value) } : value
}

function shownParameter(value: Parameter): string | null {
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value
}

function held(approval: Asked, verdict: PolicyVerdict): Answer {
  const refusal: Refusal = {
    code: 'held',
    message: heldText(approval, verdict),
    detail: `Approval: ${approval.shortId}; rule: ${verdict.rules.join(', ')}`,
    hint: 'Run the same statement again after the approval: it then runs once.',
  }
  return { run: false, refusal }
}

function heldText({ shortId, url, expiresAt }: Asked, { reason, rules }: PolicyVerdict): string {
  const why = `${reason} (rule ${rules.join(', ')})`
  return `held for approval ${shortId}: ${why} Decide at ${url} within ${wait(expiresAt)}.`
}

function refused(outcome: Exclude<Outcome, { kind: 'approved' }>, { shortId }: Asked): Answer {
  switch (outcome.kind) {
    case 'denied': {
      const people = outcome.by.filter(answer => answer.decision === 'denied')
      const by = people.map(answer => answer.name).join(', ')
      return no('denied', `approval ${shortId} was denied by ${by}`, outcome.reason)
    }
    case 'expired':
      return no('expired', `approval ${shortId} expired: nobody decided in time`)
    case 'withdrawn':
      return no('withdrawn', `approval ${shortId} was withdrawn: ${outcome.reason}`)
  }
}

function no(code: Refusal['code'], message: string, reason?: string): Answer {
  // A reviewer wrote it, and the requester's terminal would obey what it can.
  const detail =
    reason === undefined || reason === '' ? undefined : `Reason: ${visibleText(reason)}`
  return { run: false, refusal: { code, message, detail, hint: undefined } }
}

function notRun(statement: number): StatementEnd {
  return { type: 'statement.end', statement, tag: undefined, rows: 0, bytes: 0, error: 'withdrawn' }
}

/** `10 min`, `45 s`. */
function wait(until: Date): string {
  const seconds = Math.max(0, Math.round((until.getTime() - Date.now()) / 1000))
  return seconds >= 120 ? `${Math.round(seconds / 60)} min` : `${seconds} s`
}
