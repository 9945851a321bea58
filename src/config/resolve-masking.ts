/** The masking section. */
import { columnPattern } from '../../masking/compiled-rule.ts'
import type { Exemption, MaskingRule, MaskSpec } from '../../masking/rules.ts'
import type { ConfigFile, ExemptionSection, MaskingSection, MaskSection } from './file.ts'
import type { Mistakes, Path } from './mistakes.ts'
import { checkUnique } from './resolve-policy.ts'

export function resolveMasking(file: ConfigFile, mistakes: Mistakes): readonly MaskingRule[] {
  const rules = file.masking?.rules ?? []
  const at = ['masking', 'rules']
  checkUnique(
    rules.map(rule => rule.name),
    at,
    mistakes,
  )
  return rules.map((rule, index) => resolveRule(rule, [...at, index], mistakes))
}

function resolveRule(section: MaskingSection, at: Path, mistakes: Mistakes): MaskingRule {
  const { name, columns, mask, predicates, databases, users, groups, kind, purpose, exempt } =
    section
  for (const [index, column] of columns.entries())
    checkColumn(column, [...at, 'columns', index], mistakes)
  return {
    name,
    columns,
    mask: maskOf(mask, [...at, 'mask'], mistakes),
    ...(predicates && { predicates }),
    ...(databases && { databases }),
    ...(users && { users }),
    ...(groups && { groups }),
    ...(kind && { kind }),
    ...(purpose && { purpose }),
    ...(exempt && { exempt: exemptionsOf(exempt, [...at, 'exempt'], mistakes) }),
  }
}

function checkColumn(column: string, at: Path, mistakes: Mistakes): void {
  try {
    columnPattern(column)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    mistakes.add(at, error.message)
  }
}

function exemptionsOf(
  section: NonNullable<MaskingSection['exempt']>,
  at: Path,
  mistakes: Mistakes,
): readonly Exemption[] {
  if (!isList(section)) return [exemptionOf(section, at, mistakes)]
  return section.map((each, index) => exemptionOf(each, [...at, index], mistakes))
}

function isList(
  section: NonNullable<MaskingSection['exempt']>,
): section is readonly ExemptionSection[] {
  return Array.isArray(section)
}

function exemptionOf(
  { users, groups, until, approved_by, reason }: ExemptionSection,
  at: Path,
  mistakes: Mistakes,
): Exemption {
  const end = until === undefined ? undefined : new Date(until)
  if (end !== undefined && Number.isNaN(end.getTime()))
    mistakes.add([...at, 'until'], `expected a day that there is, got "${until}"`)
  return {
    ...(users && { users }),
    ...(groups && { groups }),
    ...(end && { until: end }),
    ...(approved_by !== undefined && { approvedBy: approved_by }),
    ...(reason !== undefined && { reason }),
  }
}

function maskOf(section: MaskSection, at: Path, mistakes: Mistakes): MaskSpec {
  if (section === null) return { kind: 'null' }
  if (typeof section === 'string') return { kind: section }
  if ('partial' in section) {
    const { first = 0, last = 0, character } = section.partial
    return { kind: 'partial', first, last, ...(character !== undefined && { character }) }
  }
  if ('email' in section)
    return { kind: 'email', ...(section.email.keep_domain && { keepDomain: true }) }
  if ('card' in section) return { kind: 'card', ...(section.card.last === 4 && { last: 4 }) }
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
