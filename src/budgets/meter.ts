/**
 * Counts what one session is shown, and says when a budget runs out. What would go over it is not
 * counted and not shown: it waits until somebody has decided.
 */
import type { Analysis, Effect } from '../../protocols/protocol.ts'
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
  #counting = new WeakMap<Analysis, readonly Counting[]>()
  /** By budgets of some objects: the names that this session wrote what they count to. */
  readonly #written: Map<string, Names>

  constructor(
    budgets: readonly CompiledBudget[],
    who: Pick<PolicyContext, 'identity' | 'database' | 'environment'>,
    windows: Windows,
    before?: SessionBudgets,
  ) {
    // Changed budgets go on from what was counted.
    this.#shown = before === undefined ? new Map() : before.#shown
    this.#written = before === undefined ? new Map() : before.#written
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
      counting = this.#budgets.filter(each => this.#counts(each, analysis))
      this.#counting.set(analysis, counting)
      for (const each of counting) this.#follow(each, analysis)
    }
    return counting.length === 0 ? undefined : new Meter(counting)
  }

  /** Of what belongs to no statement, and may show anything. */
  apart(): Meter | undefined {
    const counting = this.#budgets.filter(({ shared }) => shared !== undefined)
    return counting.length === 0 ? undefined : new Meter(counting)
  }

  #counts({ compiled }: Counting, analysis: Analysis): boolean {
    if (compiled.counts(analysis)) return true
    const written = this.#written.get(compiled.budget.name)
    return written !== undefined && analysis.effects.some(effect => isIn(written, effect))
  }

  /** What is read into a table of this session, temporary ones above all, still counts there. */
  #follow({ compiled }: Counting, { effects }: Analysis): void {
    const { name, objects, exceptObjects } = compiled.budget
    if (objects === undefined && exceptObjects === undefined) return
    const before = this.#written.get(name)
    const after = writtenBy(effects, before)
    if (after === (before ?? none)) return
    this.#written.set(name, after)
    // What was read before as not counted may count now.
    this.#counting = new WeakMap()
  }

  #shownOf(name: string): { rows: number; bytes: number } {
    const shown = this.#shown.get(name) ?? { rows: 0, bytes: 0 }
    this.#shown.set(name, shown)
    return shown
  }
}

type Names = ReadonlySet<string> | 'any'

const none: Names = new Set()
const writing: ReadonlySet<Effect['kind']> = new Set(['create', 'insert', 'update'])
/** A session that writes to more than anybody would lose track of is counted whole. */
const namesMax = 1000

/** The names with those that the effects write to; the same object when there is no other. */
function writtenBy(effects: readonly Effect[], before: Names = none): Names {
  if (before === 'any') return before
  // Altered, what has one of them may have another name.
  if (effects.some(effect => effect.kind === 'alter' && isIn(before, effect))) return 'any'
  const more = effects
    .filter(({ kind, object }) => writing.has(kind) && object !== undefined)
    .map(({ object }) => object?.name ?? '')
    .filter(name => !before.has(name))
  if (more.length === 0) return before
  return before.size + more.length > namesMax ? 'any' : new Set([...before, ...more])
}

/** Whatever its schema: that of a temporary table has many names. */
function isIn(names: Names, { object }: Effect): boolean {
  return names === 'any' || (object !== undefined && names.has(object.name))
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
