/**
 * Budgets: how many rows and bytes of results a statement, a session, or an identity over a window
 * of time may be shown before people are asked, or the result ends. Pure; counting is elsewhere.
 */
import type { Analysis, Effect } from '../../protocols/protocol.ts'
import { objectTest } from './glob.ts'
import { compileRule } from './matcher.ts'
import type { PresetName } from './presets.ts'
import type { Approvers, PolicyContext, Risk, Rule } from './rule.ts'

/** Absent conditions hold; each is as in a rule. At least one of `rows` and `bytes` is there. */
export interface Budget
  extends Pick<
    Rule,
    | 'objects'
    | 'exceptObjects'
    | 'users'
    | 'groups'
    | 'exceptUsers'
    | 'exceptGroups'
    | 'kind'
    | 'databases'
    | 'environments'
  > {
  readonly name: string
  readonly rows?: number | undefined
  readonly bytes?: number | undefined
  readonly per: 'statement' | 'session' | 'identity'
  /** Of an identity: the sliding window. */
  readonly windowMs: number
  /** What happens when it runs out. */
  readonly action: 'hold' | 'deny'
  readonly approvers?: Approvers | undefined
  readonly risk?: Risk | undefined
}

const hourMs = 3_600_000

const recommended: readonly Budget[] = [
  { name: 'bulk-read', rows: 1_000_000, per: 'statement', windowMs: hourMs, action: 'hold' },
]

const agents: readonly Budget[] = [
  ...recommended,
  {
    ...{ name: 'agent-read', kind: 'agent', rows: 10_000 },
    ...{ per: 'statement', windowMs: hourMs, action: 'hold' },
  },
  {
    ...{ name: 'agent-reads', kind: 'agent', rows: 100_000 },
    ...{ per: 'identity', windowMs: hourMs, action: 'hold' },
  },
]

const presets: Readonly<Record<PresetName, readonly Budget[]>> = {
  recommended,
  'read-only': recommended,
  agents,
  observe: recommended,
  none: [],
}

/** The configuration's, and those of the preset that it does not name anew. */
export function budgetsOf(preset: PresetName, own: readonly Budget[]): readonly Budget[] {
  const named = new Set(own.map(({ name }) => name))
  return [...presets[preset].filter(({ name }) => !named.has(name)), ...own]
}

export interface CompiledBudget {
  readonly budget: Budget
  concerns(who: Pick<PolicyContext, 'identity' | 'database' | 'environment'>): boolean
  /** Whether what the statement shows counts. */
  counts(analysis: Analysis): boolean
}

export function compileBudget(budget: Budget): CompiledBudget {
  const { name, users, groups, exceptUsers, exceptGroups, kind, databases, environments } = budget
  const matcher = compileRule({
    ...{ name, action: 'hold', users, groups, exceptUsers, exceptGroups },
    ...{ kind, databases, environments },
  })
  const objects = objectTest(budget.objects, true)
  const exceptObjects = objectTest(budget.exceptObjects, false)
  const counts = ({ object }: Effect): boolean =>
    // What shows nothing that has a name may show anything.
    object === undefined || ((objects?.(object) ?? true) && !(exceptObjects?.(object) ?? false))
  const everything = objects === undefined && exceptObjects === undefined
  return {
    budget,
    concerns: who => matcher.concerns(who),
    counts: ({ effects }) => everything || effects.some(counts),
  }
}
