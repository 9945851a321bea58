/** What rules permit beside asking people each time: grants, approval by a rule, breaking the glass. */
import type { LeewayTerms } from '../policy/leeway.ts'
import type { AutoApproveSection, BreakGlassSection, GrantsSection } from './file.ts'
import type { Mistakes, Path } from './mistakes.ts'
import { resolveHours } from './resolve-hours.ts'
import { durationMs } from './units.ts'

export interface LeewaySections {
  readonly grants?: GrantsSection | undefined
  readonly auto_approve?: AutoApproveSection | undefined
  readonly break_glass?: BreakGlassSection | undefined
}

/** `at`: the rule, or the section for all of them. */
export function resolveLeeway(
  { grants, auto_approve: auto, break_glass: glass }: LeewaySections,
  at: Path,
  mistakes: Mistakes,
): LeewayTerms {
  return {
    grants: grants && {
      kinds: grants.kinds,
      secondsMax: secondsOf(grants.max_time ?? '1h', [...at, 'grants', 'max_time'], mistakes),
      timesMax: grants.max_count ?? 20,
    },
    autoApprove: auto && {
      hours: auto.hours && resolveHours(auto.hours, [...at, 'auto_approve', 'hours'], mistakes),
      environments: auto.environments,
      groups: auto.groups,
      databases: auto.databases,
      requireReason: auto.require_reason ?? false,
    },
    breakGlass: glass && { groups: glass.groups, agents: glass.agents ?? false },
  }
}

function secondsOf(text: string, at: Path, mistakes: Mistakes): number {
  const seconds = Math.floor(durationMs(text) / 1000)
  if (seconds < 1) mistakes.add(at, `expected at least 1s, got ${text}`)
  return seconds
}
