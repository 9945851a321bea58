/**
 * Masking rules: which base columns are hidden from whom, and how. Compiled once for a
 * configuration; then a look-up by the identity of the catalog's column objects.
 */
import { createHmac } from 'node:crypto'
import type { CellMask, ColumnName, ValueType } from '../protocols/protocol.ts'
import { type CompiledRule, compileRule, hitsOf, strictest } from './compiled-rule.ts'
import type { JsonPath } from './json-path.ts'
import { deriveKey } from './keyed.ts'
import { CellMasks } from './mask.ts'
import { type PredicateRule, PredicateRules } from './predicates.ts'

export interface MaskingRule {
  readonly name: string
  /**
   * Globs over schema.table.column: `public.customers.email`, `*.*.ssn`. With a path behind it only
   * that part of a JSON document: `public.customers.prefs $.phone`.
   */
  readonly columns: readonly string[]
  readonly mask: MaskSpec
  /** What may be asked of its columns; absent: `flag`. */
  readonly predicates?: PredicateRule
  // To whom the rule applies: all of these hold. Lists are globs, of which one suffices; absent
  // means all.
  readonly databases?: readonly string[]
  readonly users?: readonly string[]
  readonly groups?: readonly string[]
  readonly kind?: MaskIdentity['kind']
  /** Over what an identity is for; one that says nothing has the empty text. */
  readonly purpose?: readonly string[]
  readonly exempt?: readonly Exemption[]
}

/** Who sees raw values. Exact names. */
export interface Exemption {
  readonly users?: readonly string[]
  readonly groups?: readonly string[]
  /** From then on it is none. */
  readonly until?: Date
  readonly approvedBy?: string
  readonly reason?: string
}

export type MaskSpec =
  | { readonly kind: 'redact' }
  | {
      readonly kind: 'partial'
      readonly first: number
      readonly last: number
      readonly character?: string
    }
  /** The first letter and the domain; `keepDomain`: the domain, behind a keyed name. */
  | { readonly kind: 'email'; readonly keepDomain?: true }
  | { readonly kind: 'card'; readonly last?: 4 }
  | { readonly kind: 'phone' }
  | { readonly kind: 'iban' }
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
  /** Absent: a person. */
  readonly kind?: 'person' | 'agent'
  readonly purpose?: string | undefined
}

/** The rules as they stand for one identity on one database. */
export interface Masker {
  /** False: no rule applies to this identity at all. */
  readonly active: boolean
  /** Milliseconds since 1970: from then on another masker stands for the identity. */
  readonly until: number
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
  /** Only these parts of the JSON document that the value is; the strictest first. */
  readonly parts?: readonly MaskedPart[]
}

export interface MaskedPart {
  /** Empty: all of the value. */
  readonly path: JsonPath
  readonly hit: MaskHit
}

export interface MaskRules {
  /** `now` is in milliseconds since 1970; the masker holds until its `until`. */
  masker(identity: MaskIdentity, database: string, now?: number): Masker
  readonly predicates: PredicateRules
  /** Changes whenever a rule or the key does. */
  readonly version: string
}

/**
 * `key` is at least 32 secret bytes; every purpose gets a key derived from it. Throws RangeError
 * for a column glob that is not `schema.table.column`.
 */
export function compileRules(rules: readonly MaskingRule[], key: Buffer): MaskRules {
  if (key.length < 32) throw new RangeError(`expected a key of 32 bytes, got ${key.length}`)
  return new CompiledRules(
    rules.map(compileRule),
    version(rules, key),
    new CellMasks(key),
    new PredicateRules(rules),
  )
}

/** Names of users and databases are bounded by the configuration; this holds if they are not. */
const MASKERS_MAX = 1024

class CompiledRules implements MaskRules {
  readonly version: string
  readonly predicates: PredicateRules
  readonly #rules: readonly CompiledRule[]
  readonly #masks: CellMasks
  readonly #maskers = new Map<string, Masker>()

  constructor(
    rules: readonly CompiledRule[],
    version: string,
    masks: CellMasks,
    predicates: PredicateRules,
  ) {
    this.predicates = predicates
    this.#rules = rules
    this.version = version
    this.#masks = masks
  }

  masker(identity: MaskIdentity, database: string, now: number = Date.now()): Masker {
    const { name, groups, kind, purpose } = identity
    const key = JSON.stringify([name, [...groups].sort(), kind, purpose, database])
    const known = this.#maskers.get(key)
    if (known !== undefined && now < known.until) return known
    if (this.#maskers.size >= MASKERS_MAX) this.#maskers.clear()
    const answers = this.#rules.map(rule => ({ rule, ...rule.applies(identity, database, now) }))
    const hiding = answers.filter(({ hides }) => hides).map(({ rule }) => rule)
    const until = Math.min(Number.POSITIVE_INFINITY, ...answers.map(answer => answer.until))
    const masker = new RulesMasker(hiding, this.#masks, until)
    this.#maskers.set(key, masker)
    return masker
  }
}

class RulesMasker implements Masker {
  readonly active: boolean
  readonly until: number
  readonly #rules: readonly CompiledRule[]
  readonly #masks: CellMasks
  /** Null: looked up before, and may be seen. */
  readonly #hits = new WeakMap<ColumnName, MaskHit | null>()

  constructor(rules: readonly CompiledRule[], masks: CellMasks, until: number) {
    this.active = rules.length > 0
    this.until = until
    this.#rules = rules
    this.#masks = masks
  }

  hit(column: ColumnName): MaskHit | undefined {
    const known = this.#hits.get(column)
    if (known !== undefined) return known ?? undefined
    const hit = strictest(this.#rules.flatMap(rule => hitsOf(rule, column)))
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

/** Keyed, so that the version can be shown without saying anything about the key. */
function version(rules: readonly MaskingRule[], key: Buffer): string {
  const texts = rules.map(rule => JSON.stringify(rule)).sort()
  return createHmac('sha256', deriveKey(key, 'version'))
    .update(JSON.stringify(texts))
    .digest('hex')
    .slice(0, 16)
}
