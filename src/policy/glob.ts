/**
 * Globs over names and objects: `*` is any run of characters, `?` is one, all else is itself.
 * Case counts, but for objects that a rule forbids: some servers find them under any case.
 */
import type { ObjectName } from '../../protocols/protocol.ts'

export type NameTest = (name: string) => boolean

/** Undefined when there are no patterns: there is nothing to test. */
export function nameTest(
  patterns: readonly string[] | undefined,
  anyCase = false,
): NameTest | undefined {
  if (!patterns) return undefined
  if (anyCase) {
    const test = new RegExp(`^(?:${patterns.map(globSource).join('|')})$`, 'is')
    return name => test.test(name)
  }
  const exact = new Set(patterns.filter(pattern => !/[*?]/.test(pattern)))
  const globs = patterns.filter(pattern => /[*?]/.test(pattern))
  if (globs.length === 0) return name => exact.has(name)
  const expression = new RegExp(`^(?:${globs.map(globSource).join('|')})$`, 's')
  return name => exact.has(name) || expression.test(name)
}

/**
 * A detail is some words; a pattern matches one of them, or several that follow each other:
 * `file` and `large object` both match `file large object`.
 */
export function wordsTest(patterns: readonly string[] | undefined): NameTest | undefined {
  if (!patterns) return undefined
  const alternatives = patterns.map(globSource).join('|')
  const expression = new RegExp(`(?:^| )(?:${alternatives})(?: |$)`, 's')
  return words => expression.test(words)
}

export type ObjectTest = (object: ObjectName) => boolean

/**
 * `widely` decides about an object whose schema is not known: a rule that forbids takes it for
 * any schema, a rule that allows does not. The same goes for the case of names.
 */
export function objectTest(
  patterns: readonly string[] | undefined,
  widely: boolean,
): ObjectTest | undefined {
  if (!patterns) return undefined
  const tests = patterns.map(pattern => onePattern(pattern, widely))
  return object => tests.some(test => test(object))
}

/** SHOW ALL is about no table: a pattern without a type does not mean these. */
const sessionTypes: ReadonlySet<string> = new Set(['setting', 'role', 'session', 'channel'])

function onePattern(pattern: string, widely: boolean): ObjectTest {
  const colon = pattern.indexOf(':')
  const type = colon < 0 ? undefined : pattern.slice(0, colon)
  const name = pattern.slice(colon + 1)
  const dot = name.indexOf('.')
  const required = (part: string): NameTest => nameTest([part], widely) ?? (() => false)
  const whole = required(name)
  const schema = dot < 0 ? undefined : required(name.slice(0, dot))
  const local = dot < 0 ? whole : required(name.slice(dot + 1))
  return object => {
    if (type !== undefined && type !== object.type) return false
    // `*` stands for all objects of a schema, or for one that is not known: it may be this one.
    if (widely && object.name === '*' && (type !== undefined || !sessionTypes.has(object.type))) {
      return object.schema === undefined || schema === undefined || schema(object.schema)
    }
    // Without a schema the dot may be part of the name, as in the setting `pgaudit.log`.
    if (object.schema === undefined) return whole(object.name) || (widely && local(object.name))
    return (schema === undefined || schema(object.schema)) && local(object.name)
  }
}

function globSource(pattern: string): string {
  return pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.')
}
