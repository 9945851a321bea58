/** Joining what several rules ask of their approvers. */
import type { Approvers } from './rule.ts'

/**
 * Who satisfies all of them: the groups that every rule names, with the largest count that any
 * asks for. Empty when there is no such group.
 */
export function joinApprovers(all: readonly Approvers[]): Approvers {
  const [first, ...others] = all
  if (!first) return { any: [] }
  const any = first.any.flatMap(({ group, count }) => {
    const counts = others.map(other => countOf(other, group))
    return counts.includes(undefined) ? [] : [{ group, count: Math.max(count, ...defined(counts)) }]
  })
  return { any }
}

function countOf(approvers: Approvers, group: string): number | undefined {
  return approvers.any.find(entry => entry.group === group)?.count
}

function defined(values: readonly (number | undefined)[]): number[] {
  return values.filter(value => value !== undefined)
}
