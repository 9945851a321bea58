/**
 * One client's session: joins who it is, what the policy says, who approves, what is masked and
 * what is recorded. Everything that a protocol asks goes through here, and nothing else does.
 */
import { hidesDiagnostics } from '../masking/diagnostics.ts'
import { maskedMoves, maskedReads, resultMask } from '../masking/lineage-to-mask.ts'
import type { Masker } from '../masking/rules.ts'
import type {
  Analysis,
  Answer,
  Asker,
  Column,
  Impact,
  Refusal,
  ResultMask,
  Session,
  SessionEvent,
  Statement,
  StatementContext,
  Upstream,
} from '../protocols/protocol.ts'
import type { PolicyVerdict } from './policy/rule.ts'
import { withFlags } from './session/flagged.ts'
import { Hold } from './session/hold.ts'
import { type Rows, rowsOf, whyUnplanned } from './session/impact.ts'
import type { Judgement, SessionParts } from './session/parts.ts'
import { denied, uncovered, unrecorded } from './session/refusals.ts'
import { requesterReason } from './session/requester-reason.ts'
import { ResultBudgets } from './session/result-budgets.ts'
import { SessionRules } from './session/rules-in-force.ts'

const run: Answer = { run: true }

type OverLimit = 'hold' | 'deny' | undefined

/** A rule may want to be told why before it asks anybody. */
function withoutReason(judged: Judgement, asker: Asker): Judgement {
  const { verdict } = judged
  if (verdict.kind !== 'hold' || !verdict.requiresReason) return judged
  const reason = `a reason has to be given (rule ${verdict.rules.join(', ')}).`
  const denial = { ...verdict, kind: 'deny', reason, hint: asker.reasonHelp } as const
  const { kind, rules, observed } = denial
  return { verdict: denial, recorded: { kind, rules, reason, observed } }
}

export class ClientSession implements Session {
  readonly id: string
  readonly upstream: Upstream
  readonly signal: AbortSignal
  readonly #parts: SessionParts
  readonly #ending = new AbortController()
  readonly #rules: SessionRules
  readonly #budgets: ResultBudgets
  /** Approved statements that run now, by number. */
  readonly #holds = new Map<number, Hold>()
  #ended: Promise<void> | undefined

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#rules = new SessionRules(parts.rules, parts.identity, parts.database.name)
    this.id = parts.id
    this.upstream = parts.database.upstream
    this.signal = this.#ending.signal
    this.#budgets = new ResultBudgets(parts, this)
  }

  /** Ends the session from outside: its client is told, its upstream connection closed. */
  abort(reason: string): void {
    this.#ending.abort(reason)
  }

  review(
    statement: Statement,
    context: StatementContext,
    gone: AbortSignal,
    asker: Asker,
  ): Answer | Promise<Answer> {
    this.#rules.refresh()
    const overLimit = this.#overLimit(statement)
    const judged = this.#judge(statement.analysis, context, overLimit, undefined)
    return judged.verdict.needsRows === true
      ? this.#estimated(statement, context, gone, asker, overLimit)
      : this.#answer(judged, undefined, statement, context, gone, asker, overLimit)
  }

  /** A rule wants to know how many rows there are. */
  async #estimated(
    statement: Statement,
    context: StatementContext,
    gone: AbortSignal,
    asker: Asker,
    overLimit: OverLimit,
  ): Promise<Answer> {
    const either = AbortSignal.any([gone, this.signal])
    const unplanned = this.unplanned(statement.analysis, overLimit)
    const impact = await asker.impact({ statement, context, unplanned }, either)
    this.#rules.refresh()
    const judged = this.#judge(statement.analysis, context, overLimit, rowsOf(impact))
    return this.#answer(judged, impact, statement, context, gone, asker, overLimit)
  }

  /** Why it must not be planned, or undefined. */
  unplanned(analysis: Analysis, overLimit?: OverLimit): string | undefined {
    return whyUnplanned(this.#rules.asked(analysis), overLimit !== undefined)
  }

  #answer(
    judged: Judgement,
    impact: Impact | undefined,
    statement: Statement,
    context: StatementContext,
    gone: AbortSignal,
    asker: Asker,
    overLimit: OverLimit,
  ): Answer | Promise<Answer> {
    const reason =
      judged.verdict.kind === 'hold'
        ? requesterReason(asker, statement, this.#parts.reason)
        : undefined
    const judgement = reason === undefined ? withoutReason(judged, asker) : judged
    const { verdict, recorded } = judgement
    const { recorder, count } = this.#parts
    count(verdict.kind)
    if (verdict.observed !== undefined) this.#parts.observe(verdict.observed)
    let number: number
    try {
      const { text, parameters, analysis } = statement
      const transaction = context.transaction === 'idle' ? undefined : context.transaction
      number = recorder.statement({ text, parameters, analysis, verdict: recorded, transaction })
      recorder.commit()
    } catch (error) {
      return { run: false, refusal: unrecorded(error) }
    }
    if (verdict.kind === 'allow') {
      this.#budgets.begin(number, statement, context, asker)
      const durable = verdict.durable === true || this.#parts.database.durability === 'fsync'
      if (durable) return this.#onDisk(number, statement.analysis)
      return this.#covered(statement.analysis)
    }
    if (verdict.kind === 'deny') return { run: false, refusal: denied(verdict, statement.analysis) }
    const unplanned = this.unplanned(statement.analysis, overLimit)
    const hold = new Hold(
      this.#parts,
      this,
      { statement, context, judgement, number, reason, impact, unplanned },
      asker,
    )
    return hold.ask(gone).then(answer => {
      if (answer.run) {
        this.#holds.set(number, hold)
        this.#budgets.begin(number, statement, context, asker)
      }
      return answer
    })
  }

  async #onDisk(number: number, analysis: Analysis): Promise<Answer> {
    try {
      await this.#parts.recorder.durable(number)
    } catch (error) {
      return { run: false, refusal: unrecorded(error) }
    }
    return this.#covered(analysis)
  }

  #covered(analysis: Analysis): Answer | Promise<Answer> {
    const covering = this.#parts.cover(analysis)
    if (covering === undefined) return run
    return covering.then(
      () => run,
      error => ({ run: false, refusal: uncovered(error) }),
    )
  }

  flow(
    statement: number,
    rows: number,
    bytes: number,
    gone: AbortSignal,
  ): Promise<Answer> | undefined {
    return this.#budgets.flow(statement, rows, bytes, gone)
  }

  overhears(bytes: number): Refusal | undefined {
    return this.#budgets.overhears(bytes)
  }

  /** What hides values from this client, as it stood for the last statement. */
  get masker(): Masker {
    return this.#rules.masker
  }

  /** What the policy says now of what was asked before. */
  judge(analysis: Analysis, context: StatementContext, rows: Rows): Judgement {
    this.#rules.refresh()
    return this.#judge(analysis, context, undefined, rows)
  }

  /** Counts what a statement that is new asks of masked columns. */
  #overLimit(statement: Statement): OverLimit {
    const { identity, database, predicateLimit } = this.#parts
    const asked = this.#rules.asked(statement.analysis)
    return asked.length === 0
      ? undefined
      : predicateLimit?.ask(identity.name, database.name, statement, asked)
  }

  #judge(
    analysis: Analysis,
    context: StatementContext,
    overLimit: OverLimit,
    rows: Rows | undefined,
  ): Judgement {
    const { policy, masker, judged } = this.#rules
    const { identity, database, application } = this.#parts
    const known = overLimit === undefined ? judged.get(analysis) : undefined
    // What is kept was judged without them.
    if (known !== undefined && (rows === undefined || known.verdict.needsRows !== true))
      return known
    const asked = this.#rules.asked(analysis)
    const answered = policy.evaluate(analysis, {
      identity,
      database: database.name,
      environment: database.environment,
      application,
      transaction: context.transaction,
      maskedReads: maskedReads(masker, analysis),
      maskedMoves: maskedMoves(masker, analysis),
      maskedPredicates: asked,
      overLimit,
      rows,
      maskingRule: column => masker.hit(column)?.rule,
      now: new Date(),
    })
    // What the parser rejects the server would reject, too: nobody has to be asked about that.
    const verdict: PolicyVerdict =
      analysis.unreadable !== undefined && answered.kind === 'hold'
        ? { ...answered, kind: 'deny' }
        : answered
    const { kind, rules, reason, observed } = verdict
    const recorded = withFlags(
      { kind, rules, reason, observed, ...(rows !== undefined && { rows }) },
      asked,
    )
    const judgement = { verdict, recorded }
    if (verdict.cacheable && overLimit === undefined && rows === undefined)
      judged.set(analysis, judgement)
    return judgement
  }

  masks(analysis: Analysis, result: number, columns: readonly Column[]): ResultMask | undefined {
    const lineage = analysis.results[result] ?? 'untraced'
    const mask = resultMask(this.#rules.masker, lineage, columns)
    this.#parts.recorder.masks(analysis, result, mask)
    return mask
  }

  get maskVersion(): number {
    return this.#rules.version
  }

  hidesDiagnostics(analysis: Analysis): boolean {
    return hidesDiagnostics(this.#rules.masker, analysis)
  }

  record(event: SessionEvent): Promise<void> | undefined {
    const { recorder } = this.#parts
    if (event.type !== 'statement.end') return recorder.event(event)
    const told = this.#budgets.ended(event)
    const hold = this.#holds.get(event.statement)
    if (hold !== undefined) {
      this.#holds.delete(event.statement)
      hold.finished(event)
    }
    return recorder.event(told)
  }

  end(reason: string): Promise<void> {
    this.#ended ??= this.#end(reason)
    return this.#ended
  }

  async #end(reason: string): Promise<void> {
    this.#ending.abort(reason)
    await this.#parts.recorder.end(reason)
    this.#parts.onEnd()
  }
}
