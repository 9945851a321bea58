/**
 * Counts what one session is shown, and says when a budget runs out. What would go over it is not
 * counted and not shown: it waits until somebody has decided.
 */
import type { Analysis } from '../../protocols/protocol.ts'
import type { Budget, CompiledBudget } from '../policy/budget.ts'
import type { PolicyContext } from '../policy/rule.ts'
import type { Amount, Window, Windows } from './windows.ts'

/** A budget that the next rows of a statement would go over. */
export interface Overrun {
  readonly budget: Budget
  /** Shown so far, of what the budget is about. */
  readonly used: Amount
  /** Somebody let the statement go on: to its end, and the budget begins anew. */
  allow(): void
}

interface Counter {
  readonly budget: Budget
  used(now: number): Amount
  add(rows: number, bytes: number, now: number): void
  refill(): void
}

/** The budgets that a running statement draws on. */
export class Meter {
  readonly #counters: Counter[]

  constructor(counters: Counter[]) {
    this.#counters = counters
  }

  /** Counts, unless it is too much for one of the budgets. */
  take(rows: number, bytes: number, now: number): Overrun | undefined {
    for (const counter of this.#counters) {
      const { budget } = counter
      const used = counter.used(now)
      if (
        used.rows + rows > (budget.rows ?? Number.POSITIVE_INFINITY) ||
        used.bytes + bytes > (budget.bytes ?? Number.POSITIVE_INFINITY)
      )
        return { budget, used: { ...used }, allow: () => this.#allow(counter) }
    }
    for (const counter of this.#counters) counter.add(rows, bytes, now)
    return undefined
  }

  #allow(counter: Counter): void {
    counter.refill()
    this.#counters.splice(this.#counters.indexOf(counter), 1)
  }
}

/** The budgets that concern one session, until there are others. */
export class SessionBudgets {
  /** By the names of budgets that count what one session is shown. */
  readonly #shown: Map<string, { rows: number; bytes: number }>
  readonly #budgets: readonly { readonly compiled: CompiledBudget; readonly shared?: Counter }[]

  constructor(
    budgets: readonly CompiledBudget[],
    who: Pick<PolicyContext, 'identity' | 'database' | 'environment'>,
    windows: Windows,
    before?: SessionBudgets,
  ) {
    // Changed budgets go on from what was counted.
    this.#shown = before === undefined ? new Map() : before.#shown
    this.#budgets = budgets
      .filter(compiled => compiled.concerns(who))
      .map(compiled => {
        const { budget } = compiled
        if (budget.per === 'statement') return { compiled }
        const { name, per, windowMs } = budget
        return {
          compiled,
          shared:
            per === 'session'
              ? plainCounter(budget, this.#shownOf(name))
              : windowCounter(budget, windows.of(name, who.identity.name, windowMs), windows),
        }
      })
  }

  /** Undefined when no budget counts what the statement shows. */
  meter(analysis: Analysis): Meter | undefined {
    if (this.#budgets.length === 0) return undefined
    const counting = this.#budgets.filter(({ compiled }) => compiled.counts(analysis))
    if (counting.length === 0) return undefined
    return new Meter(
      counting.map(({ compiled, shared }) => shared ?? plainCounter(compiled.budget)),
    )
  }

  get none(): boolean {
    return this.#budgets.length === 0
  }

  #shownOf(name: string): { rows: number; bytes: number } {
    const shown = this.#shown.get(name) ?? { rows: 0, bytes: 0 }
    this.#shown.set(name, shown)
    return shown
  }
}

function plainCounter(budget: Budget, used = { rows: 0, bytes: 0 }): Counter {
  return {
    budget,
    used: () => used,
    add: (rows, bytes) => {
      used.rows += rows
      used.bytes += bytes
    },
    refill: () => {
      used.rows = 0
      used.bytes = 0
    },
  }
}

function windowCounter(budget: Budget, window: Window, windows: Windows): Counter {
  return {
    budget,
    used: now => window.used(now),
    add: (rows, bytes, now) => {
      window.add(rows, bytes, now)
      windows.changed()
    },
    refill: () => {
      window.refill()
      windows.changed()
    },
  }
}
