/** The policy, masking and approvals sections, and the names that they share. */
import type { MaskingRule, MaskSpec } from '../../masking/rules.ts'
import { presetRules, requiredRules, reservedRuleNames } from '../policy/presets.ts'
import type { Approvers, Hours, PolicyConfig, Rule } from '../policy/rule.ts'
import type {
  ApproversSection,
  ConfigFile,
  Day,
  HoursSection,
  MaskingSection,
  MaskSection,
  RuleSection,
} from './file.ts'
import { type Mistakes, type Path, unknownWord } from './mistakes.ts'
import { timeMinutes } from './units.ts'

const days: readonly Day[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const defaultApprovers: Approvers = { any: [{ group: 'reviewers', count: 1 }] }

export function resolvePolicy(file: ConfigFile, mistakes: Mistakes): PolicyConfig {
  const section = file.policy ?? {}
  const rules = (section.rules ?? []).map((rule, index) =>
    resolveRule(rule, ['policy', 'rules', index], mistakes),
  )
  const config: PolicyConfig = {
    mode: section.mode ?? 'enforce',
    preset: section.preset ?? 'recommended',
    default: section.default ?? 'allow',
    rules,
    approvers: approversOf(file.approvals?.reviewers) ?? defaultApprovers,
  }
  checkNames(config, mistakes)
  checkApprovers(file, config, mistakes)
  return config
}

export function resolveMasking(file: ConfigFile, mistakes: Mistakes): readonly MaskingRule[] {
  const rules = file.masking?.rules ?? []
  checkUnique(
    rules.map(rule => rule.name),
    ['masking', 'rules'],
    mistakes,
  )
  return rules.map((rule, index) => resolveMaskingRule(rule, index, mistakes))
}

function resolveRule(section: RuleSection, at: Path, mistakes: Mistakes): Rule {
  if (section.action !== 'allow' && section.lifts) {
    mistakes.addKey(at, 'lifts', `only a rule with action: allow lifts others`)
  }
  if (section.action !== 'hold' && section.approvers) {
    mistakes.addKey(at, 'approvers', `only a rule with action: hold has approvers`)
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
    lifts: section.lifts,
    approvers: approversOf(section.approvers),
    risk: section.risk,
    reason: section.reason,
    hint: section.hint,
  }
}

function resolveHours(section: HoursSection, at: Path, mistakes: Mistakes): Hours {
  const timeZone = section.time_zone ?? 'UTC'
  if (!isTimeZone(timeZone)) {
    const message = `expected an IANA time zone such as Europe/Berlin, got "${timeZone}"`
    mistakes.add([...at, 'time_zone'], message)
  }
  const from = timeMinutes(section.from)
  const to = timeMinutes(section.to)
  if (from === to) mistakes.add([...at, 'to'], 'expected another time than in "from"')
  return {
    days: section.days?.map(day => days.indexOf(day)) ?? [0, 1, 2, 3, 4, 5, 6],
    from,
    to,
    timeZone,
    outside: section.outside ?? false,
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
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

function checkUnique(names: readonly string[], at: Path, mistakes: Mistakes): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue
    mistakes.add([...at, index, 'name'], `there is another rule with the name "${name}"`)
  }
}

/** A request that nobody can approve would only ever expire. */
function checkApprovers(file: ConfigFile, config: PolicyConfig, mistakes: Mistakes): void {
  const holdsByDefault =
    config.preset === 'recommended' ||
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

function resolveMaskingRule(
  section: MaskingSection,
  index: number,
  mistakes: Mistakes,
): MaskingRule {
  const { name, columns, databases, exempt } = section
  const at = ['masking', 'rules', index, 'mask']
  return {
    name,
    columns,
    mask: maskOf(section.mask, at, mistakes),
    ...(databases && { databases }),
    ...(exempt && {
      exempt: {
        ...(exempt.users && { users: exempt.users }),
        ...(exempt.groups && { groups: exempt.groups }),
      },
    }),
  }
}

function maskOf(section: MaskSection, at: Path, mistakes: Mistakes): MaskSpec {
  if (section === null) return { kind: 'null' }
  if (typeof section === 'string') return { kind: section }
  if ('partial' in section) {
    const { first = 0, last = 0, character } = section.partial
    return { kind: 'partial', first, last, ...(character !== undefined && { character }) }
  }
  const { to, bucket } = section.generalize
  if (to === undefined && bucket === undefined) {
    mistakes.add(at, 'expected "to" for dates or "bucket" for numbers, got neither')
  }
  return {
    kind: 'generalize',
    ...(to !== undefined && { to }),
    ...(bucket !== undefined && { bucket }),
  }
}
