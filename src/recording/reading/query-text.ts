/** What an auditor asks for, as it is typed: the same words on the command line, in a form, in a URL. */
import { placeOf, type SessionQuery } from './search.ts'

export const queryFields = [
  'user',
  'agent',
  'owner',
  'database',
  'environment',
  'since',
  'until',
  'table',
  'column',
  'effect',
  'verdict',
  'rule',
  'approver',
  'text',
  'rows',
  'bytes',
  'limit',
  'after',
] as const
export type QueryField = (typeof queryFields)[number]

/** What was expected, and what came. */
export class QueryMistake extends Error {
  override readonly name = 'QueryMistake'
  readonly field: QueryField

  constructor(field: QueryField, expected: string, got: string) {
    super(`expected "${field}" to be ${expected}, got ${JSON.stringify(got.slice(0, 100))}`)
    this.field = field
  }
}

export const pageMax = 500
export const pageDefault = 50

/** Fields that are empty ask nothing. Throws QueryMistake. */
export function parseQuery(
  fields: Readonly<Partial<Record<QueryField, string | undefined>>>,
  now: Date,
): SessionQuery {
  const said = (field: QueryField): string | undefined => fields[field]?.trim() || undefined
  const query: Record<string, unknown> = {
    limit: integer('limit', said('limit') ?? String(pageDefault), 1, pageMax),
  }
  for (const field of queryFields) {
    const text = said(field)
    if (text === undefined || field === 'limit') continue
    query[field] = fieldValue(field, text, now)
  }
  return query as unknown as SessionQuery
}

function fieldValue(field: QueryField, text: string, now: Date): unknown {
  switch (field) {
    case 'since':
    case 'until':
      return timeOf(field, text, now)
    case 'verdict':
      if (text === 'allow' || text === 'hold' || text === 'deny') return text
      throw new QueryMistake(field, 'allow, hold or deny', text)
    case 'effect':
      return text.toLowerCase()
    case 'rows':
      return integer(field, text, 0, Number.MAX_SAFE_INTEGER)
    case 'bytes':
      return bytesOf(text)
    case 'after':
      if (placeOf(text) !== undefined) return text
      throw new QueryMistake(field, 'the "next" of the page before', text)
    default:
      return text
  }
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A date, a date with a time, or how long ago. */
export function timeOf(field: 'since' | 'until', text: string, now: Date): Date {
  const [, digits = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const plain = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)
  const time =
    digits === ''
      ? new Date(plain ? text : Number.NaN)
      : new Date(now.getTime() - Number(digits) * (unitMs[unit] ?? 0))
  if (!Number.isNaN(time.getTime())) return time
  throw new QueryMistake(field, 'a date such as 2026-11-21, or how long ago: 30m, 12h, 7d', text)
}

const units: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

function bytesOf(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,15})(KiB|MiB|GiB|B|)$/.exec(text) ?? []
  if (digits === undefined) throw new QueryMistake('bytes', 'a size such as 10MiB', text)
  return Number(digits) * (units[unit] ?? 1)
}

function integer(field: QueryField, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d{1,16}$/.test(text) && value >= least && value <= most) return value
  throw new QueryMistake(field, `a number from ${least} to ${most}`, text)
}
