/** The budgets of the policy section. */
import type { Budget } from '../policy/budget.ts'
import type { BudgetSection } from './file.ts'
import type { Mistakes } from './mistakes.ts'
import { durationMs, sizeBytes } from './units.ts'

export function resolveBudgets(
  sections: readonly BudgetSection[],
  mistakes: Mistakes,
): readonly Budget[] {
  const at = ['policy', 'budgets']
  return sections.map((section, index) => {
    const { name, per = 'statement', window, action = 'hold', bytes } = section
    if (section.rows === undefined && bytes === undefined)
      mistakes.add(
        [...at, index],
        `expected "rows" or "bytes" for the budget "${name}", got neither`,
      )
    if (window !== undefined && per !== 'identity')
      mistakes.addKey([...at, index], 'window', 'only a budget per: identity has a window')
    if (section.approvers !== undefined && action === 'deny')
      mistakes.addKey([...at, index], 'approvers', 'only a budget with action: hold has approvers')
    return {
      ...{ name, per, action, rows: section.rows },
      bytes: bytes === undefined ? undefined : sizeBytes(bytes),
      windowMs: durationMs(window ?? '1h'),
      objects: section.objects,
      exceptObjects: section.except_objects,
      users: section.users,
      groups: section.groups,
      exceptUsers: section.except_users,
      exceptGroups: section.except_groups,
      kind: section.kind,
      databases: section.databases,
      environments: section.environments,
      approvers: section.approvers && {
        any: section.approvers.any.map(({ group, count }) => ({ group, count: count ?? 1 })),
      },
      risk: section.risk,
    }
  })
}
