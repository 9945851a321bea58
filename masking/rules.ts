/**
 * Masking rules: which base columns are hidden from whom, and how. Compiled once for a
 * configuration; then a look-up by the identity of the catalog's column objects.
 */
import { createHmac } from 'node:crypto'
import type { CellMask, ColumnName, ValueType } from '../protocols/protocol.ts'
import { columnGlob, nameGlob } from './glob.ts'
import { deriveKey } from './keyed.ts'
import { CellMasks } from './mask.ts'
import { compareStrictness } from './strictness.ts'

export interface MaskingRule {
  readonly name: string
  /** Globs over schema.table.column: `public.customers.email`, `*.*.ssn`. */
  readonly columns: readonly string[]
  readonly mask: MaskSpec
  /** Globs; absent means all. */
  readonly databases?: readonly string[]
  /** Who sees raw values. Exact names. */
  readonly exempt?: { readonly users?: readonly string[]; readonly groups?: readonly string[] }
}

export type MaskSpec =
  | { readonly kind: 'redact' }
  | {
      readonly kind: 'partial'
      readonly first: number
      readonly last: number
      readonly character?: string
    }
  | { readonly kind: 'email' }
  | { readonly kind: 'hash' }
  | { readonly kind: 'tokenize' }
  | {
      readonly kind: 'generalize'
      readonly to?: 'year' | 'month' | 'decade'
      readonly bucket?: number
    }
  | { readonly kind: 'null' }

export interface MaskIdentity {
  readonly name: string
  readonly groups: readonly string[]
}

/** The rules as they stand for one identity on one database. */
export interface Masker {
  /** False: no rule applies to this identity at all. */
  readonly active: boolean
  /** The strictest rule on a base column; undefined when it may be seen. */
  hit(column: ColumnName): MaskHit | undefined
  /** The mask of a hit, for a value that is the column's and nothing else. */
  mask(hit: MaskHit, type: ValueType): CellMask
  /** The constant of a hit, for a value that depends on the column in any other way. */
  redaction(hit: MaskHit, type: ValueType): CellMask
}

export interface MaskHit {
  readonly rule: string
  readonly mask: MaskSpec
}

export interface MaskRules {
  masker(identity: MaskIdentity, database: string): Masker
  /** Changes whenever a rule or the key does. */
  readonly version: string
}

/**
 * `key` is at least 32 secret bytes; every purpose gets a key derived from it. Throws RangeError
 * for a column glob that is not `schema.table.column`.
 */
export function compileRules(rules: readonly MaskingRule[], key: Buffer): MaskRules {
  if (key.length < 32) throw new RangeError(`expected a key of 32 bytes, got ${key.length}`)
  return new CompiledRules(rules.map(compileRule), version(rules, key), new CellMasks(key))
}

interface CompiledRule {
  readonly rule: MaskingRule
  /** The same object for every column, so that what is made for it can be remembered by it. */
  readonly hit: MaskHit
  readonly columns: readonly ReturnType<typeof columnGlob>[]
  readonly databases: readonly ReturnType<typeof nameGlob>[] | undefined
}

function compileRule(rule: MaskingRule): CompiledRule {
  return {
    rule,
    hit: { rule: rule.name, mask: rule.mask },
    columns: rule.columns.map(columnGlob),
    databases: rule.databases?.map(nameGlob),
  }
}

/** Names of users and databases are bounded by the configuration; this holds if they are not. */
const MASKERS_MAX = 1024

class CompiledRules implements MaskRules {
  readonly version: string
  readonly #rules: readonly CompiledRule[]
  readonly #masks: CellMasks
  readonly #maskers = new Map<string, Masker>()

  constructor(rules: readonly CompiledRule[], version: string, masks: CellMasks) {
    this.#rules = rules
    this.version = version
    this.#masks = masks
  }

  masker(identity: MaskIdentity, database: string): Masker {
    const key = JSON.stringify([identity.name, [...identity.groups].sort(), database])
    const known = this.#maskers.get(key)
    if (known !== undefined) return known
    if (this.#maskers.size >= MASKERS_MAX) this.#maskers.clear()
    const rules = this.#rules.filter(
      ({ rule, databases }) =>
        !isExempt(rule, identity) && (databases?.some(matches => matches(database)) ?? true),
    )
    const masker = new RulesMasker(rules, this.#masks)
    this.#maskers.set(key, masker)
    return masker
  }
}

class RulesMasker implements Masker {
  readonly active: boolean
  readonly #rules: readonly CompiledRule[]
  readonly #masks: CellMasks
  /** Null: looked up before, and may be seen. */
  readonly #hits = new WeakMap<ColumnName, MaskHit | null>()

  constructor(rules: readonly CompiledRule[], masks: CellMasks) {
    this.active = rules.length > 0
    this.#rules = rules
    this.#masks = masks
  }

  hit(column: ColumnName): MaskHit | undefined {
    const known = this.#hits.get(column)
    if (known !== undefined) return known ?? undefined
    const hit = strictest(this.#rules.filter(rule => names(rule, column)).map(({ hit }) => hit))
    this.#hits.set(column, hit ?? null)
    return hit
  }

  mask(hit: MaskHit, type: ValueType): CellMask {
    return this.#masks.mask(hit, type)
  }

  redaction(hit: MaskHit, type: ValueType): CellMask {
    return this.#masks.redaction(hit, type)
  }
}

/** By name when two hide the same, so that the order in the file never matters. */
export function strictest(hits: readonly MaskHit[]): MaskHit | undefined {
  const byStrictness = (a: MaskHit, b: MaskHit) =>
    compareStrictness(b.mask, a.mask) || (a.rule < b.rule ? -1 : Number(a.rule > b.rule))
  return [...hits].sort(byStrictness)[0]
}

function names({ columns }: CompiledRule, { schema, table, column }: ColumnName): boolean {
  return columns.some(matches => matches(schema, table, column))
}

function isExempt({ exempt }: MaskingRule, { name, groups }: MaskIdentity): boolean {
  return (
    (exempt?.users?.includes(name) ?? false) ||
    (exempt?.groups?.some(group => groups.includes(group)) ?? false)
  )
}

/** Keyed, so that the version can be shown without saying anything about the key. */
function version(rules: readonly MaskingRule[], key: Buffer): string {
  const texts = rules.map(rule => JSON.stringify(rule)).sort()
  return createHmac('sha256', deriveKey(key, 'version'))
    .update(JSON.stringify(texts))
    .digest('hex')
    .slice(0, 16)
}
