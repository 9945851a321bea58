/**
 * To whom a rule applies: its own conditions, less those who are exempt for now. An exemption has
 * an end perhaps; what is decided here holds until the next of them ends.
 */
import { nameGlob } from './glob.ts'
import type { Exemption, MaskIdentity, MaskingRule } from './rules.ts'

export interface Applies {
  readonly hides: boolean
  /** Milliseconds since 1970: until then the answer stays as it is. */
  readonly until: number
}

/** Always the same answer for the same identity, database and time. */
export type Applicability = (identity: MaskIdentity, database: string, now: number) => Applies

export function applicability(rule: MaskingRule): Applicability {
  const users = anyGlob(rule.users)
  const groups = rule.groups?.map(nameGlob)
  const purpose = anyGlob(rule.purpose)
  const databases = anyGlob(rule.databases)
  return (identity, database, now) => {
    const concerned =
      databases(database) &&
      users(identity.name) &&
      purpose(identity.purpose ?? '') &&
      (groups?.some(matches => identity.groups.some(matches)) ?? true) &&
      (rule.kind === undefined || rule.kind === (identity.kind ?? 'person'))
    if (!concerned) return { hides: false, until: Number.POSITIVE_INFINITY }
    const ends = (rule.exempt ?? [])
      .filter(exemption => names(exemption, identity))
      .map(({ until }) => until?.getTime() ?? Number.POSITIVE_INFINITY)
      .filter(end => end > now)
    // The last of them to end decides; not yet begun is what none of them can be.
    if (ends.length > 0) return { hides: false, until: Math.max(...ends) }
    return { hides: true, until: Number.POSITIVE_INFINITY }
  }
}

function anyGlob(globs: readonly string[] | undefined): (name: string) => boolean {
  const matchers = globs?.map(nameGlob)
  return name => matchers?.some(matches => matches(name)) ?? true
}

function names({ users, groups }: Exemption, identity: MaskIdentity): boolean {
  return (
    (users?.includes(identity.name) ?? false) ||
    (groups?.some(group => identity.groups.includes(group)) ?? false)
  )
}
