/**
 * One held statement, from the question to its end. Nothing of it has reached the upstream until
 * `ask` answers that it may run; by then the policy was asked again, the approval was used up, and
 * the record of that is on the disk.
 */
import { maskedMoves, maskedReads } from '../../masking/lineage-to-mask.ts'
import type { Masker } from '../../masking/rules.ts'
import type {
  Analysis,
  Answer,
  Asker,
  Impact,
  Reading,
  SessionEvent,
  StatementContext,
} from '../../protocols/protocol.ts'
import {
  type Approval,
  type ApprovalRequest,
  countedAnswers,
  type Drifted,
  type Outcome,
} from '../approvals/approval.ts'
import { grantText, shortcutText } from '../approvals/describe.ts'
import type { ApprovalRecord } from '../recording/events.ts'
import { bindingOf, type Held, sha256, shownParameter } from './binding.ts'
import { type Rows, rowsOf } from './impact.ts'
import type { Judgement, SessionParts } from './parts.ts'
import { driftOf, type Seen, seenOf } from './seen.ts'
import { grantable, shortcutFor } from './shortcut.ts'
import {
  type Asked,
  driftedText,
  glassText,
  held,
  heldText,
  no,
  refusalOf,
  refused,
  SchemaUnread,
  unusable,
} from './told.ts'

/** The session, as far as a hold needs it. */
export interface Holder {
  readonly id: string
  readonly signal: AbortSignal
  readonly masker: Masker
  judge(analysis: Analysis, context: StatementContext, rows: Rows): Judgement
  unplanned(analysis: Analysis): string | undefined
}

type StatementEnd = Extract<SessionEvent, { type: 'statement.end' }>

export class Hold {
  readonly #parts: SessionParts
  readonly #session: Holder
  readonly #asker: Asker
  /** As it was read last. */
  #held: Held
  #seen: Seen
  #digest: string
  /** Where it was read anew. */
  #analysis: Analysis | undefined
  #pending: Asked | undefined
  /** The approval is this statement's alone, and worth nothing without it. */
  #waits = false
  #claimed = false
  #startedAt = 0
  /** The client left, or the session ends. */
  #gone: AbortSignal

  constructor(parts: SessionParts, session: Holder, held: Held, asker: Asker) {
    this.#parts = parts
    this.#session = session
    this.#held = held
    this.#asker = asker
    this.#gone = session.signal
    this.#seen = this.#see()
    this.#digest = this.#digestOf(0)
  }

  /** Asks people and waits. Never rejects: what goes wrong is a refusal. */
  async ask(gone: AbortSignal): Promise<Answer> {
    this.#gone = AbortSignal.any([gone, this.#session.signal])
    if (this.#held.impact === undefined) {
      this.#held = { ...this.#held, impact: await this.#impact() }
      this.#seen = this.#see()
      this.#digest = this.#digestOf(0)
    }
    if (this.#parts.onHold === 'return') return await this.#askAndReturn()
    try {
      const unasked = await this.#unasked(this.#request())
      if (unasked !== undefined) return unasked
      // Read anew where a grant turned out not to cover it.
      const pending = await this.#parts.approvals.ask(this.#request(), this.#gone)
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
      this.#asker.notify(heldText(pending, verdict))
      for (let { outcome } = pending, asked = 0; ; asked++) {
        const decided = await outcome
        this.#recordOutcome(decided)
        if (decided.kind !== 'approved') return refused(decided, pending)
        const drift = await this.#drift(this.#seen)
        if (drift === undefined) return await this.#run(pending, this.#digest)
        const again = await this.#askAgain(pending.id, this.#digest, asked + 1, drift)
        if (again?.outcome === undefined) return unusable(pending)
        this.#asker.notify(driftedText(pending, drift))
        outcome = again.outcome
      }
    } catch (error) {
      await this.#giveUp(error)
      return { run: false, refusal: refusalOf(error) }
    }
  }

  /**
   * Asks people and answers at once; or, when this statement was asked for before, does what became
   * of it. The approval outlives this session.
   */
  async #askAndReturn(): Promise<Answer> {
    try {
      const { approvals } = this.#parts
      const request = this.#request()
      if (!(await approvals.isApproved(request))) {
        const unasked = await this.#unasked(request)
        if (unasked !== undefined) return unasked
      }
      const found = await approvals.askOrReturn(this.#request())
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
        case 'pending': {
          const before = storedSeen(found.seen)
          const drift = before && driftOf(before, this.#seen)
          if (drift !== undefined) return await this.#returnAgain(found.approval, drift)
          this.#parts.recorder.commit()
          this.#waits = false
          return held(found.approval, verdict)
        }
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
          const by = countedAnswers(answers).filter(answer => answer.decision === 'approved')
          this.#recordOutcome({ kind: 'approved', by })
          const drift = await this.#drift(storedSeen(found.seen))
          if (drift !== undefined) return await this.#returnAgain(found.approval, drift)
          return await this.#run(found.approval, found.approval.digest)
        }
        default:
          return found satisfies never
      }
    } catch (error) {
      await this.#giveUp(error)
      return { run: false, refusal: refusalOf(error) }
    }
  }

  /** Sent again, and not what was asked about: it is asked about again, and its client told so. */
  async #returnAgain(approval: Approval, drift: string): Promise<Answer> {
    const { id, digest, drifts } = approval
    const again = await this.#askAgain(id, digest, drifts.length + 1, drift)
    // Somebody else who came back with it has asked again, or it is over: look anew.
    if (again === undefined) return await this.#askAndReturn()
    this.#parts.recorder.commit()
    this.#waits = false
    return held(again.approval, this.#held.judgement.verdict, drift)
  }

  /**
   * Reads the statement as it would run now, and judges it again. What a reviewer saw and is no
   * more, in words; undefined when it may run.
   */
  async #drift(before: Seen | undefined): Promise<string | undefined> {
    const { statement, context } = await this.#readAgain()
    const impact = await this.#impact({ statement, context })
    const judgement = this.#session.judge(statement.analysis, context, rowsOf(impact))
    this.#held = { ...this.#held, statement, context, judgement, impact }
    this.#analysis = statement.analysis
    this.#seen = this.#see()
    // What needs nobody runs, and what is denied is refused, whatever people saw.
    if (judgement.verdict.kind !== 'hold') return undefined
    return before === undefined
      ? 'it was approved by an earlier version of the proxy'
      : driftOf(before, this.#seen)
  }

  async #readAgain(): Promise<Reading> {
    try {
      return await this.#asker.again(this.#held.statement)
    } catch (cause) {
      throw new SchemaUnread('the schema could not be read again', { cause })
    }
  }

  /** `asked`: how often people are asked again, this time included. */
  async #askAgain(
    id: string,
    before: string,
    asked: number,
    drift: string,
  ): Promise<Drifted | undefined> {
    // No answer to what was shown before may count for this.
    this.#digest = this.#digestOf(asked)
    const again = await this.#parts.approvals.drift(id, before, this.#request(), drift)
    if (again === undefined) return undefined
    this.#record('approval.drifted', { reason: drift, rules: this.#held.judgement.verdict.rules })
    this.#parts.recorder.commit()
    return again
  }

  #impact({ statement, context }: Reading = this.#held): Promise<Impact | undefined> {
    const unplanned = this.#held.unplanned ?? this.#session.unplanned(statement.analysis)
    return this.#asker.impact({ statement, context, unplanned }, this.#gone)
  }

  #see(): Seen {
    const { statement, context, judgement, impact } = this.#held
    const { analysis } = statement
    const { verdict } = judgement
    const definitions = this.#asker.definitions(analysis)
    return seenOf({ analysis, context, verdict, masked: this.#masked(), definitions, impact })
  }

  /** As `schema.table.column`: what is masked and read, or goes somewhere else. */
  #masked(): readonly string[] {
    const { masker } = this.#session
    const { analysis } = this.#held.statement
    const columns = [
      ...maskedReads(masker, analysis),
      ...maskedMoves(masker, analysis).map(move => move.from),
    ].map(({ schema, table, column }) => `${schema}.${table}.${column}`)
    return [...new Set(columns)]
  }

  #digestOf(asked: number): string {
    return sha256([bindingOf(this.#parts, this.#held), this.#seen, asked])
  }

  /** What runs although nobody is asked; the record says why. */
  async #unasked(request: ApprovalRequest): Promise<Answer | undefined> {
    const { verdict } = this.#held.judgement
    const unasked = await shortcutFor(this.#parts, verdict.leeway, request, () =>
      this.#asker.breaksGlass(this.#held.statement),
    )
    if (unasked === undefined) return undefined
    if ('refusal' in unasked) return { run: false, refusal: unasked.refusal }
    const { approval } = unasked
    // A grant covers what was shown when it was given, also as the schema is by now.
    const drift = approval.shortcut === 'grant' ? await this.#drift(this.#seen) : undefined
    if (drift !== undefined) {
      await this.#parts.approvals.withdraw(approval.id, `no grant covers it: ${drift}`)
      this.#digest = this.#digestOf(0)
      return undefined
    }
    this.#pending = approval
    this.#waits = true
    this.#record('approval.requested', {
      ...{ shortId: approval.shortId, rules: verdict.rules },
      requesterReason: approval.requesterReason,
      reason: shortcutText(approval),
    })
    if (approval.shortcut === 'break_glass') {
      this.#record('approval.break_glass', { reason: approval.requesterReason })
      this.#asker.notify(glassText(approval))
    }
    this.#recordOutcome({ kind: 'approved', by: approval.answers })
    return await this.#run(approval, this.#digest)
  }

  /** Nobody waits for it any more, so nobody is to be asked to decide it. */
  async #giveUp(why: unknown): Promise<void> {
    if (this.#pending === undefined) return
    const { id } = this.#pending
    const error = why instanceof SchemaUnread ? why.message : 'it could not be recorded'
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
  async #run(pending: Asked, digest: string): Promise<Answer> {
    const { statement, context, impact } = this.#held
    const { verdict } = this.#session.judge(statement.analysis, context, rowsOf(impact))
    if (verdict.kind === 'deny') {
      await this.#parts.approvals.withdraw(pending.id, 'the policy denies it now')
      return no('denied', `approval ${pending.shortId} no longer counts: ${verdict.reason}`)
    }
    await this.#parts.cover(statement.analysis)
    if (!(await this.#parts.approvals.claim(pending.id, digest))) return unusable(pending)
    this.#claimed = true
    this.#record('approval.claimed')
    this.#parts.recorder.commit()
    await this.#parts.recorder.durable(this.#held.number)
    this.#startedAt = performance.now()
    if (this.#gone.aborted) {
      this.finished(notRun(this.#held.number, 'withdrawn'))
      return no('withdrawn', 'the client left before its approved statement ran')
    }
    // Rules that came while it was claimed and recorded count as well; this answers on the same tick.
    const late = this.#session.judge(statement.analysis, context, rowsOf(impact)).verdict
    if (late.kind === 'deny') {
      this.finished(notRun(this.#held.number, 'denied'))
      return no('denied', `approval ${pending.shortId} no longer counts: ${late.reason}`)
    }
    return this.#analysis === undefined ? { run: true } : { run: true, analysis: this.#analysis }
  }

  #request(): ApprovalRequest {
    const { statement, context, judgement, number, reason, impact } = this.#held
    const { verdict } = judgement
    const { identity, database, application, approvalsConfig } = this.#parts
    const { analysis } = statement
    const onHold = this.#parts.onHold
    // Who does not wait holds no locks meanwhile: the transaction ends, or goes on without it.
    const inTransaction = context.transaction !== 'idle' && onHold === 'wait'
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
      maskedColumns: this.#seen.masked,
      impact,
      digest: this.#digest,
      binding: sha256(bindingOf(this.#parts, this.#held)),
      seen: JSON.stringify(this.#seen),
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
      for (const { name, decision, surface, reason, grant } of outcome.by) {
        const given = grant && `grants ${grantText(grant)}`
        const said = [given, reason].filter(each => each !== undefined).join('; ')
        const why = said === '' ? undefined : said
        this.#record('approval.decided', { by: name, decision, surface, reason: why })
      }
  }

  #record(type: ApprovalRecord['type'], more: Partial<ApprovalRecord> = {}): void {
    if (this.#pending === undefined) return
    const { id } = this.#pending
    this.#parts.recorder.approval({ type, approvalId: id, statement: this.#held.number, ...more })
  }
}

/** Of what was asked before approvals kept it, undefined. */
function storedSeen(json: string | undefined): Seen | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as Seen)
}

function notRun(statement: number, error: string): StatementEnd {
  return { type: 'statement.end', statement, tag: undefined, rows: 0, bytes: 0, error }
}
