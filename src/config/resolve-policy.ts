/** The policy, masking and approvals sections, and the names that they share. */
import { compileExpression, ExpressionError } from '../policy/expression.ts'
import { requiredRules } from '../policy/presets/required.ts'
import { presetRules, reservedRuleNames } from '../policy/presets.ts'
import type { Approvers, PolicyConfig, Rule } from '../policy/rule.ts'
import type { ApproversSection, ConfigFile, RuleSection } from './file.ts'
import { type Mistakes, type Path, unknownWord } from './mistakes.ts'
import { resolveBudgets } from './resolve-budgets.ts'
import { resolveHours } from './resolve-hours.ts'
import { resolveLeeway } from './resolve-leeway.ts'

const defaultApprovers: Approvers = { any: [{ group: 'reviewers', count: 1 }] }

export function resolvePolicy(file: ConfigFile, mistakes: Mistakes): PolicyConfig {
  const section = file.policy ?? {}
  const rules = (section.rules ?? []).map((rule, index) =>
    resolveRule(rule, ['policy', 'rules', index], mistakes),
  )
  const config: PolicyConfig = {
    mode: section.mode ?? (section.preset === 'observe' ? 'observe' : 'enforce'),
    preset: section.preset ?? 'recommended',
    default: section.default ?? 'allow',
    rules,
    budgets: resolveBudgets(section.budgets ?? [], mistakes),
    approvers: approversOf(file.approvals?.reviewers) ?? defaultApprovers,
    leeway: resolveLeeway(file.approvals ?? {}, ['approvals'], mistakes),
  }
  const budgets = (config.budgets ?? []).map(({ name }) => name)
  checkUnique(budgets, ['policy', 'budgets'], mistakes)
  checkNames(config, mistakes)
  checkApprovers(file, config, mistakes)
  return config
}

function resolveRule(section: RuleSection, at: Path, mistakes: Mistakes): Rule {
  if (section.action !== 'allow' && section.lifts) {
    mistakes.addKey(at, 'lifts', `only a rule with action: allow lifts others`)
  }
  if (section.action !== 'hold' && section.approvers) {
    mistakes.addKey(at, 'approvers', `only a rule with action: hold has approvers`)
  }
  for (const key of ['grants', 'auto_approve', 'break_glass'] as const) {
    if (section.action === 'hold' || !section[key]) continue
    mistakes.addKey(at, key, `only a rule with action: hold has ${key}`)
  }
  if (section.action !== 'allow' && section.durability) {
    const message =
      'only a rule with action: allow has it: what is approved always waits for the disk'
    mistakes.addKey(at, 'durability', message)
  }
  if (section.action === 'allow' && section.rows_over !== undefined) {
    const instead = 'write expr: rows < N to allow what is small'
    mistakes.addKey(at, 'rows_over', `only a rule that holds or denies has rows_over; ${instead}`)
  }
  checkExpression(section.expr, at, mistakes)
  if (section.action !== 'hold' && section.require_reason) {
    mistakes.addKey(at, 'require_reason', `only a rule with action: hold wants a reason`)
  }
  return {
    name: section.name,
    action: section.action,
    effects: section.effects,
    objects: section.objects,
    exceptObjects: section.except_objects,
    details: section.details,
    exceptDetails: section.except_details,
    unfiltered: section.unfiltered,
    readsMasked: section.reads_masked,
    movesMasked: section.moves_masked,
    predicatesMasked: section.predicates_masked,
    rowsOver: section.rows_over,
    users: section.users,
    groups: section.groups,
    exceptUsers: section.except_users,
    exceptGroups: section.except_groups,
    kind: section.kind,
    databases: section.databases,
    environments: section.environments,
    applications: section.applications,
    hours: section.hours && resolveHours(section.hours, [...at, 'hours'], mistakes),
    transaction: section.transaction,
    expr: section.expr,
    lifts: section.lifts,
    approvers: approversOf(section.approvers),
    requireReason: section.require_reason,
    ...resolveLeeway(section, at, mistakes),
    risk: section.risk,
    durability: section.durability,
    reason: section.reason,
    hint: section.hint,
  }
}

function checkExpression(expr: string | undefined, at: Path, mistakes: Mistakes): void {
  if (expr === undefined) return
  try {
    compileExpression(expr)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    mistakes.add([...at, 'expr'], `expected an expression in CEL: ${error.message}`)
  }
}

function approversOf(section: ApproversSection | undefined): Approvers | undefined {
  return section && { any: section.any.map(({ group, count }) => ({ group, count: count ?? 1 })) }
}

function checkNames(config: PolicyConfig, mistakes: Mistakes): void {
  const at = ['policy', 'rules']
  const names = config.rules.map(rule => rule.name)
  checkUnique(names, at, mistakes)
  for (const [index, name] of names.entries()) {
    if (!reservedRuleNames.has(name)) continue
    mistakes.add([...at, index, 'name'], `"${name}" is the name of a built-in rule; use another`)
  }
  const required = new Set(requiredRules.map(rule => rule.name))
  const liftable = [...presetRules(config.preset).map(rule => rule.name), ...names]
  for (const [index, rule] of config.rules.entries()) {
    for (const [position, lifted] of (rule.lifts ?? []).entries()) {
      const place = [...at, index, 'lifts', position]
      if (required.has(lifted)) mistakes.add(place, `"${lifted}" cannot be lifted`)
      else if (!liftable.includes(lifted))
        mistakes.add(place, unknownWord('rule', lifted, liftable), at)
    }
  }
}

export function checkUnique(names: readonly string[], at: Path, mistakes: Mistakes): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue
    mistakes.add([...at, index, 'name'], `there is another rule with the name "${name}"`)
  }
}

/** A request that nobody can approve would only ever expire. */
function checkApprovers(file: ConfigFile, config: PolicyConfig, mistakes: Mistakes): void {
  const holdsByDefault =
    config.preset !== 'none' ||
    config.default === 'hold' ||
    config.rules.some(rule => rule.action === 'hold' && !rule.approvers)
  if (config.mode === 'enforce' && holdsByDefault) {
    checkPeople(file, config.approvers, ['approvals', 'reviewers', 'any'], mistakes)
  }
  for (const [index, rule] of config.rules.entries()) {
    if (!rule.approvers) continue
    checkPeople(file, rule.approvers, ['policy', 'rules', index, 'approvers', 'any'], mistakes)
  }
}

function checkPeople(file: ConfigFile, { any }: Approvers, at: Path, mistakes: Mistakes): void {
  const people = Object.values(file.users).filter(user => !user.agent)
  for (const [index, { group, count }] of any.entries()) {
    const members = people.filter(user => user.groups?.includes(group)).length
    if (members >= count) continue
    const wanted = count === 1 ? 'a person' : `${count} people`
    const place =
      file.approvals?.reviewers || at[0] === 'policy' ? [...at, index, 'group'] : ['users']
    mistakes.add(
      place,
      `expected ${wanted} in the group "${group}", which approves; got ${members}`,
    )
  }
}
