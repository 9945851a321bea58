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

/** What several statements draw on together. */
interface Counter {
  used(now: number): Amount
  add(rows: number, bytes: number, now: number): void
  refill(): void
}

/** A budget, and what it counts unless that is one statement. */
interface Counting {
  readonly compiled: CompiledBudget
  readonly shared: Counter | undefined
}

/** What a running statement draws on. One is made for each that is allowed: it holds no more. */
export class Meter implements Amount {
  rows = 0
  bytes = 0
  readonly #counting: readonly Counting[]
  /** What somebody let it go over. */
  #allowed: Counting[] | undefined

  constructor(counting: readonly Counting[]) {
    this.#counting = counting
  }

  /** Counts, unless it is too much for one of the budgets. */
  take(rows: number, bytes: number, now: number): Overrun | undefined {
    for (const counting of this.#counting) {
      if (this.#allowed?.includes(counting) === true) continue
      const { budget } = counting.compiled
      const used = counting.shared?.used(now) ?? this
      if (
        used.rows + rows > (budget.rows ?? Number.POSITIVE_INFINITY) ||
        used.bytes + bytes > (budget.bytes ?? Number.POSITIVE_INFINITY)
      ) {
        const shown = { rows: used.rows, bytes: used.bytes }
        return { budget, used: shown, allow: () => this.#allow(counting) }
      }
    }
    this.rows += rows
    this.bytes += bytes
    for (const counting of this.#counting)
      if (this.#allowed?.includes(counting) !== true) counting.shared?.add(rows, bytes, now)
    return undefined
  }

  #allow(counting: Counting): void {
    counting.shared?.refill()
    this.#allowed = [...(this.#allowed ?? []), counting]
  }
}

/** The budgets that concern one session, until there are others. */
export class SessionBudgets {
  /** By the names of budgets that count what one session is shown. */
  readonly #shown: Map<string, { rows: number; bytes: number }>
  readonly #budgets: readonly Counting[]
  readonly #counting = new WeakMap<Analysis, readonly Counting[]>()

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
        const { name, per, windowMs } = compiled.budget
        if (per === 'statement') return { compiled, shared: undefined }
        const shared =
          per === 'session'
            ? sessionCounter(this.#shownOf(name))
            : windowCounter(windows.of(name, who.identity.name, windowMs), windows)
        return { compiled, shared }
      })
  }

  /** Undefined when no budget counts what the statement shows. */
  meter(analysis: Analysis): Meter | undefined {
    if (this.#budgets.length === 0) return undefined
    let counting = this.#counting.get(analysis)
    if (counting === undefined) {
      counting = this.#budgets.filter(({ compiled }) => compiled.counts(analysis))
      this.#counting.set(analysis, counting)
    }
    return counting.length === 0 ? undefined : new Meter(counting)
  }

  #shownOf(name: string): { rows: number; bytes: number } {
    const shown = this.#shown.get(name) ?? { rows: 0, bytes: 0 }
    this.#shown.set(name, shown)
    return shown
  }
}

function sessionCounter(used: { rows: number; bytes: number }): Counter {
  return {
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

function windowCounter(window: Window, windows: Windows): Counter {
  return {
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
