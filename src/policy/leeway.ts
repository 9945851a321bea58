/**
 * What rules permit beside asking people each time: grants, approval by the rule itself, and
 * breaking the glass. What several rules hold needs the leeway of all of them.
 */
import { nameTest } from './glob.ts'
import { hoursTest } from './hours.ts'
import type { Hours, PolicyContext, Rule } from './rule.ts'

/** Absent in a rule: the configuration's for all rules; absent there too: none. */
export interface LeewayTerms {
  readonly grants?: GrantTermsMax | undefined
  readonly autoApprove?: AutoApprove | undefined
  readonly breakGlass?: BreakGlass | undefined
}

/** How much a grant may be of, at most. No kinds: none may be given. */
export interface GrantTermsMax {
  readonly kinds: readonly ('statement' | 'table' | 'rule')[]
  readonly secondsMax: number
  readonly timesMax: number
}

/** Every condition that is stated must hold; strings are globs over names. */
export interface AutoApprove {
  readonly hours?: Hours | undefined
  readonly environments?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly databases?: readonly string[] | undefined
  readonly requireReason: boolean
}

export interface BreakGlass {
  /** Names of groups, as they are. */
  readonly groups: readonly string[]
  /** Agents may, too, when they are in one of the groups. */
  readonly agents: boolean
}

/** Of one verdict. */
export interface Leeway {
  readonly grants: GrantTermsMax | undefined
  /** Of each rule that holds; empty when one of them has none. */
  readonly autoApprove: readonly NamedAutoApprove[]
  readonly breakGlass: readonly BreakGlass[]
}

export interface NamedAutoApprove extends AutoApprove {
  readonly rule: string
}

export const noLeeway: Leeway = { grants: undefined, autoApprove: [], breakGlass: [] }

/** What all of the rules permit that hold a statement. */
export function joinLeeway(rules: readonly Rule[], defaults: LeewayTerms): Leeway {
  const grants = all(rules.map(rule => rule.grants ?? defaults.grants))
  const autoApprove = all(
    rules.map(rule => {
      const terms = rule.autoApprove ?? defaults.autoApprove
      return terms && { ...terms, rule: rule.name }
    }),
  )
  const breakGlass = all(rules.map(rule => rule.breakGlass ?? defaults.breakGlass))
  return { grants: grants.length === 0 ? undefined : narrowest(grants), autoApprove, breakGlass }
}

/** Whether the rules approve it by themselves now. */
export function approvesItself(
  { autoApprove }: Leeway,
  context: Pick<PolicyContext, 'identity' | 'database' | 'environment' | 'now'>,
  reason: string | undefined,
): boolean {
  return autoApprove.length > 0 && autoApprove.every(terms => approvedBy(terms, context, reason))
}

/** Why this identity may not break the glass; undefined when it may. */
export function glassHolds(
  { breakGlass }: Leeway,
  { kind, groups }: PolicyContext['identity'],
): string | undefined {
  if (breakGlass.length === 0) return 'its rules do not permit it'
  if (!breakGlass.every(terms => terms.groups.some(group => groups.includes(group)))) {
    return `it is for ${[...new Set(breakGlass.flatMap(terms => terms.groups))].join(', ')}`
  }
  return kind === 'agent' && !breakGlass.every(terms => terms.agents)
    ? 'it is for people, not for agents'
    : undefined
}

function approvedBy(
  { hours, environments, groups, databases, requireReason }: AutoApprove,
  context: Parameters<typeof approvesItself>[1],
  reason: string | undefined,
): boolean {
  const inGroup = nameTest(groups)
  return (
    (!requireReason || (reason ?? '').trim() !== '') &&
    (nameTest(environments)?.(context.environment) ?? true) &&
    (nameTest(databases)?.(context.database) ?? true) &&
    (inGroup === undefined || context.identity.groups.some(inGroup)) &&
    (hours === undefined || hoursTest(hours)(context.now))
  )
}

/** None when one is missing. */
function all<T>(terms: readonly (T | undefined)[]): readonly T[] {
  const stated = terms.filter(each => each !== undefined)
  return stated.length === terms.length ? stated : []
}

function narrowest(grants: readonly GrantTermsMax[]): GrantTermsMax {
  const [first, ...others] = grants
  return {
    kinds: first?.kinds.filter(kind => others.every(({ kinds }) => kinds.includes(kind))) ?? [],
    secondsMax: Math.min(...grants.map(({ secondsMax }) => secondsMax)),
    timesMax: Math.min(...grants.map(({ timesMax }) => timesMax)),
  }
}
