/**
 * What one session may be shown of results: counts the rows of what runs, and when a budget runs
 * out asks people whether the statement may go on. Rows that would go over wait at the server.
 */
import type {
  Answer,
  Asker,
  Reading,
  Refusal,
  SessionEvent,
  Statement,
  StatementContext,
} from '../../protocols/protocol.ts'
import { type Meter, type Overrun, SessionBudgets } from '../budgets/meter.ts'
import type { Budget } from '../policy/budget.ts'
import type { Policy } from '../policy/policy.ts'
import type { PolicyVerdict } from '../policy/rule.ts'
import { Hold, type Holder } from './hold.ts'
import type { Judgement, SessionParts } from './parts.ts'

interface Metered {
  readonly meter: Meter
  readonly statement: Statement
  readonly context: StatementContext
  readonly asker: Asker
  /** Of what people let it go over. */
  holds: Hold[] | undefined
  /** What it was let go over only because the mode is `observe`. */
  observed: Observed[] | undefined
}

type StatementEnd = Extract<SessionEvent, { type: 'statement.end' }>
type Observed = NonNullable<StatementEnd['observed']>[number]

export class ResultBudgets {
  readonly #parts: SessionParts
  readonly #session: Omit<Holder, 'judge'>
  #policy: Policy | undefined
  #budgets: SessionBudgets | undefined
  readonly #running = new Map<number, Metered>()

  constructor(parts: SessionParts, session: Omit<Holder, 'judge'>) {
    this.#parts = parts
    this.#session = session
  }

  /** A statement runs from now on. */
  begin(number: number, statement: Statement, context: StatementContext, asker: Asker): void {
    const meter = this.#current().meter(statement.analysis)
    if (meter === undefined) return
    this.#running.set(number, {
      meter,
      statement,
      context,
      asker,
      holds: undefined,
      observed: undefined,
    })
  }

  /** As Session.flow has it. */
  flow(
    number: number,
    rows: number,
    bytes: number,
    gone: AbortSignal,
  ): Promise<Answer> | undefined {
    const metered = this.#running.get(number)
    const overrun = metered?.meter.take(rows, bytes, Date.now())
    if (metered === undefined || overrun === undefined) return undefined
    const { policy } = this.#parts.rules.current
    if (policy.observes) {
      const { name, action } = overrun.budget
      metered.observed = [...(metered.observed ?? []), { rule: name, would: action }]
      this.#parts.observe(action)
      overrun.allow()
      return this.flow(number, rows, bytes, gone)
    }
    return this.#overrun(number, metered, overrun, gone)
  }

  /** As Session.overhears has it. */
  overhears(bytes: number): Refusal | undefined {
    const overrun = this.#current().apart()?.take(1, bytes, Date.now())
    if (overrun === undefined) return undefined
    if (this.#parts.rules.current.policy.observes) {
      overrun.allow()
      return undefined
    }
    const { reason } = this.#judgement(overrun).verdict
    const message = `a notification was not shown, and the session is closed: ${reason}`
    return { code: 'denied', message, detail: undefined, hint: undefined }
  }

  /** Returns the end as it is to be recorded. */
  ended(event: StatementEnd): StatementEnd {
    const metered = this.#running.get(event.statement)
    if (metered === undefined) return event
    this.#running.delete(event.statement)
    for (const hold of metered.holds ?? []) hold.finished(event)
    const { observed } = metered
    return observed === undefined ? event : { ...event, observed }
  }

  /** Of the policy in force: a changed one counts for the next statement. */
  #current(): SessionBudgets {
    const { identity, database, rules, windows } = this.#parts
    const { policy } = rules.current
    if (this.#budgets !== undefined && this.#policy === policy) return this.#budgets
    const who = { identity, database: database.name, environment: database.environment }
    this.#policy = policy
    this.#budgets = new SessionBudgets(policy.budgets, who, windows, this.#budgets)
    return this.#budgets
  }

  async #overrun(
    number: number,
    metered: Metered,
    overrun: Overrun,
    gone: AbortSignal,
  ): Promise<Answer> {
    const judgement = this.#judgement(overrun)
    const { reason, kind } = judgement.verdict
    if (kind === 'deny') {
      const refusal = { code: 'denied', message: reason, detail: undefined, hint } as const
      return { run: false, refusal }
    }
    const { statement, context, asker } = metered
    // The rows are on their way already, so that nobody can come back for them.
    const parts: SessionParts = { ...this.#parts, onHold: 'wait' }
    const { id, signal, masker } = this.#session
    const holder = { id, signal, masker, judge: () => judgement, unplanned: () => undefined }
    const held = { statement, context, judgement, number, reason: undefined }
    const hold = new Hold(parts, holder, held, runningAsker(asker, held))
    const answer = await hold.ask(gone)
    if (!answer.run) return answer
    overrun.allow()
    metered.holds = [...(metered.holds ?? []), hold]
    return answer
  }

  #judgement({ budget, used }: Overrun): Judgement {
    const { policy } = this.#parts.rules.current
    const reason = `${amount(used)} were shown ${scope(budget)}, and more would go over the budget ${budget.name} of ${limit(budget)}.`
    const verdict: PolicyVerdict = {
      ...policy.held,
      kind: budget.action,
      rules: [budget.name],
      reason,
      hint,
      risk: budget.risk ?? 'medium',
      ...(budget.approvers && { approvers: budget.approvers }),
    }
    const { kind, rules, observed } = verdict
    return { verdict, recorded: { kind, rules, reason, observed } }
  }
}

/** What runs already is not read anew, and may not be let through by its own words. */
function runningAsker(asker: Asker, { statement, context }: Reading): Asker {
  return {
    notify: text => asker.notify(text),
    reasons: () => asker.reasons(statement),
    impact: () => Promise.resolve(undefined),
    reasonHelp: asker.reasonHelp,
    definitions: () => new Map(),
    again: () => Promise.resolve({ statement, context }),
    breaksGlass: () => undefined,
  }
}

const hint = 'Narrow the statement, or aggregate in the database.'

function scope({ per, windowMs }: Budget): string {
  if (per === 'statement') return 'of this result'
  if (per === 'session') return 'in this session'
  return `to this identity within ${Math.round(windowMs / 60_000)} min`
}

function amount({ rows, bytes }: { readonly rows: number; readonly bytes: number }): string {
  return `${rows.toLocaleString('en')} rows (${bytes.toLocaleString('en')} bytes)`
}

function limit({ rows, bytes }: Budget): string {
  const limits = [
    rows !== undefined && `${rows.toLocaleString('en')} rows`,
    bytes !== undefined && `${bytes.toLocaleString('en')} bytes`,
  ]
  return limits.filter(text => text !== false).join(' or ')
}
