/**
 * From a column's name, type, comment and some of its values to what should be hidden in it, with
 * the evidence. No evidence holds a value.
 */
import type { ValueClass } from '../protocols/protocol.ts'
import { hintOf, isPersonsName, type PersonalKind, wordsOf } from './detect/column-names.ts'
import { nationalIds } from './detect/national-ids.ts'
import {
  isCard,
  isEmail,
  isIban,
  isInternationalPhone,
  isIp,
  isPhone,
  isRandom,
  isSecret,
  mentionsPerson,
} from './detect/values.ts'
import type { MaskSpec } from './rules.ts'

export interface SampledColumn {
  readonly table: string
  readonly name: string
  /** The server's name for it. */
  readonly type: string
  readonly class: ValueClass
  readonly comment: string | undefined
  /** As text; NULL is left out. */
  readonly values: readonly string[]
}

export interface Finding {
  readonly kind: PersonalKind
  readonly mask: MaskSpec
  /** 0 to 1. */
  readonly confidence: number
  /** `matches e-mail in 98 % of 500 sampled values`, `named like a phone number`. */
  readonly evidence: readonly string[]
}

const kindNames: Readonly<Record<PersonalKind, string>> = {
  email: 'an e-mail address',
  card: 'a payment card',
  iban: 'an IBAN',
  phone: 'a phone number',
  ip: 'an IP address',
  'national-id': 'a national id',
  secret: 'a secret',
  name: "a person's name",
  'birth-date': 'a date of birth',
  address: 'an address',
  salary: 'a salary',
  'free-text': 'free text about people',
}

/** Fewer different values than this prove nothing by a check digit. */
const distinctMin = 8

export function propose(column: SampledColumn): Finding | undefined {
  const hint = hintFor(column)
  const found = byValues(column, hint?.kind)
  if (found !== undefined) {
    const agrees = hint?.kind === found.kind
    return finding(
      column,
      found.kind,
      agrees ? Math.min(0.99, found.confidence + 0.04) : found.confidence,
      [...found.evidence, ...(agrees ? [hint.evidence] : [])],
    )
  }
  if (hint === undefined || !fits(hint.kind, column)) return undefined
  return finding(column, hint.kind, column.values.length === 0 ? 0.5 : 0.7, [hint.evidence])
}

function finding(
  column: SampledColumn,
  kind: PersonalKind,
  confidence: number,
  evidence: readonly string[],
): Finding {
  const rounded = Math.round(confidence * 100) / 100
  return { kind, mask: maskFor(kind, column.class), confidence: rounded, evidence }
}

/** Keeps what work needs of it; where nothing is needed, nothing. */
function maskFor(kind: PersonalKind, type: ValueClass): MaskSpec {
  if (kind === 'birth-date' && (type === 'date' || type.startsWith('timestamp')))
    return { kind: 'generalize', to: 'year' }
  if (type !== 'text') return { kind: 'redact' }
  if (kind === 'email') return { kind: 'email' }
  if (kind === 'card') return { kind: 'partial', first: 0, last: 4 }
  if (kind === 'iban') return { kind: 'partial', first: 2, last: 4 }
  if (kind === 'phone') return { kind: 'partial', first: 3, last: 2 }
  if (kind === 'name') return { kind: 'partial', first: 1, last: 0 }
  return { kind: 'redact' }
}

// ── By name and comment ─────────────────────────────────────────────────────────────────────────

interface Hint {
  readonly kind: PersonalKind
  readonly evidence: string
}

function hintFor({ table, name, comment }: SampledColumn): Hint | undefined {
  const named = hintOf(name) ?? (isPersonsName(table, name) ? 'name' : undefined)
  if (named !== undefined) return { kind: named, evidence: `named like ${kindNames[named]}` }
  if (comment === undefined) return undefined
  const commented = hintOf(comment)
  if (commented !== undefined)
    return { kind: commented, evidence: `its comment speaks of ${kindNames[commented]}` }
  return undefined
}

/** Whether a column that is only named so can hold it. */
function fits(kind: PersonalKind, { class: type, values }: SampledColumn): boolean {
  const text = type === 'text' || type === 'other'
  const digits = share(values, value => /\d/.test(value))
  switch (kind) {
    case 'birth-date':
      return text
        ? share(values, value => /\d{4}/.test(value)) > 0.5 || values.length === 0
        : isDay(type)
    case 'salary':
      return type === 'integer' || type === 'decimal' || type === 'float'
    case 'secret':
      return (text || type === 'bytes') && (values.length === 0 || share(values, isRandom) > 0.5)
    case 'name':
      return text && digits < 0.2 && average(values) < 60
    case 'address':
      return text && average(values) < 200
    case 'national-id':
      return (text || type === 'integer') && (values.length === 0 || digits > 0.8)
    default:
      // Its values would have shown it.
      return (text || type === 'integer') && values.length === 0
  }
}

function isDay(type: ValueClass): boolean {
  return type === 'date' || type === 'timestamp' || type === 'timestamptz'
}

// ── By values ───────────────────────────────────────────────────────────────────────────────────

interface Found {
  readonly kind: PersonalKind
  readonly confidence: number
  readonly evidence: readonly string[]
}

function byValues(column: SampledColumn, hint: PersonalKind | undefined): Found | undefined {
  const values = column.values.map(value => value.trim()).filter(value => value !== '')
  if (column.type === 'inet')
    return { kind: 'ip', confidence: 0.8, evidence: ['holds IP addresses by its type'] }
  if (values.length === 0 || isDay(column.class)) return undefined
  const distinct = new Set(values).size
  const matched = (kind: PersonalKind, what: string, part: number): Found => ({
    kind,
    confidence: 0.55 + 0.4 * part * Math.min(1, distinct / 20),
    evidence: [`matches ${what} in ${percent(part)} of ${counted(values.length)}`],
  })
  for (const { kind, what, test, least, distinct: needed } of detectors) {
    const part = share(values, test)
    const wanted = hint === kind ? Math.min(least, 0.5) : least
    if (part >= wanted && distinct >= (hint === kind ? 1 : needed)) return matched(kind, what, part)
  }
  // Any digits in a column that is called so; dates, amounts and codes are not called so.
  if (hint === 'phone' && share(values, isPhone) >= 0.6)
    return matched('phone', 'phone number', share(values, isPhone))
  for (const { name, matches } of nationalIds) {
    const part = share(values, matches)
    if (part >= (hint === 'national-id' ? 0.5 : 0.85) && distinct >= distinctMin)
      return matched('national-id', name, part)
  }
  return isProse(values) ? freeText(values) : undefined
}

interface Detector {
  readonly kind: PersonalKind
  readonly what: string
  readonly test: (value: string) => boolean
  /** The share of values, and how many different ones, without which it is nothing. */
  readonly least: number
  readonly distinct: number
}

const detectors: readonly Detector[] = [
  { kind: 'email', what: 'e-mail', test: isEmail, least: 0.6, distinct: 1 },
  { kind: 'iban', what: 'IBAN', test: isIban, least: 0.6, distinct: 1 },
  { kind: 'card', what: 'payment card (Luhn)', test: isCard, least: 0.8, distinct: distinctMin },
  { kind: 'secret', what: 'key or token', test: isSecret, least: 0.5, distinct: 1 },
  { kind: 'ip', what: 'IP address', test: isIp, least: 0.9, distinct: 3 },
  {
    kind: 'phone',
    what: 'phone number with country code',
    test: isInternationalPhone,
    least: 0.7,
    distinct: 3,
  },
]

/** Words in sentences: notes, messages, descriptions. */
function isProse(values: readonly string[]): boolean {
  return (
    average(values) >= 25 && share(values, value => /\p{L}+\s+\p{L}+\s+\p{L}+/u.test(value)) > 0.5
  )
}

function freeText(values: readonly string[]): Found | undefined {
  const mentions = values.filter(mentionsPerson).length
  const part = mentions / values.length
  if (mentions < 2 || part < 0.01) return undefined
  const what = 'text that mentions e-mail addresses, phone or card numbers'
  return {
    kind: 'free-text',
    confidence: Math.min(0.9, 0.5 + part),
    evidence: [`has ${what} in ${percent(part)} of ${counted(values.length)}`],
  }
}

function share(values: readonly string[], test: (value: string) => boolean): number {
  if (values.length === 0) return 0
  return values.filter(value => test(value)).length / values.length
}

function average(values: readonly string[]): number {
  if (values.length === 0) return 0
  return values.reduce((sum, value) => sum + value.length, 0) / values.length
}

function percent(part: number): string {
  return `${part > 0 && part < 0.01 ? '<1' : Math.floor(part * 100)} %`
}

function counted(count: number): string {
  return count === 1 ? '1 sampled value' : `${count} sampled values`
}

/** Whether a column looks personal by what the catalog alone says of it. */
export function looksPersonal(column: Omit<SampledColumn, 'values'>): Finding | undefined {
  return propose({ ...column, values: [] })
}

/** For names of rules: `discovered-email`. */
export function ruleNameOf(kind: PersonalKind): string {
  return `discovered-${wordsOf(kind).join('-')}`
}
