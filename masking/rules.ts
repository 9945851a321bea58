/**
 * Masking rules: which base columns are hidden from whom, and how. Compiled once for a
 * configuration; then a look-up by the identity of the catalog's column objects.
 */
import { createHmac } from 'node:crypto'
import type { Analysis, CellMask, ColumnName, ValueType } from '../protocols/protocol.ts'
import { type CompiledRule, compileRule, hitsOf, strictest } from './compiled-rule.ts'
import { type DerivedColumn, derivedColumns, derivedKey } from './derived.ts'
import type { JsonPath } from './json-path.ts'
import { deriveKey } from './keyed.ts'
import { CellMasks } from './mask.ts'
import { type PredicateRule, PredicateRules } from './predicates.ts'
import { remember } from './remember.ts'

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
  /** What the statement would make masked that is not yet, whoever runs it. Mostly nothing. */
  derived(analysis: Analysis, database: string): readonly DerivedColumn[]
  /** The same rules, with other places where values were moved to. */
  withDerived(derived: readonly DerivedColumn[]): MaskRules
  /** Changes whenever a rule or the key does. */
  readonly version: string
}

/**
 * `key` is at least 32 secret bytes; every purpose gets a key derived from it. `derived`: where
 * values were moved to; under a rule that is gone they are hidden from everybody. Throws RangeError
 * for a column glob that is not `schema.table.column`.
 */
export function compileRules(
  rules: readonly MaskingRule[],
  key: Buffer,
  derived: readonly DerivedColumn[] = [],
): MaskRules {
  if (key.length < 32) throw new RangeError(`expected a key of 32 bytes, got ${key.length}`)
  const compiled = [...rules, ...goneRules(rules, derived)].map(rule =>
    compileRule(
      rule,
      derived.filter(each => each.rule === rule.name),
    ),
  )
  return new CompiledRules(
    compiled,
    version(rules, key, derived),
    new CellMasks(key),
    new PredicateRules(compiled),
    others => compileRules(rules, key, others),
  )
}

function goneRules(
  rules: readonly MaskingRule[],
  derived: readonly DerivedColumn[],
): readonly MaskingRule[] {
  const known = new Set(rules.map(({ name }) => name))
  const gone = new Set(derived.map(({ rule }) => rule).filter(name => !known.has(name)))
  return [...gone].map(name => ({ name, columns: [], mask: { kind: 'redact' } }))
}

/** Names of users and databases are bounded by the configuration; this holds if they are not. */
const MASKERS_MAX = 1024

class CompiledRules implements MaskRules {
  readonly version: string
  readonly predicates: PredicateRules
  readonly withDerived: MaskRules['withDerived']
  readonly #rules: readonly CompiledRule[]
  readonly #masks: CellMasks
  readonly #maskers = new Map<string, Masker>()
  readonly #derived = new WeakMap<Analysis, Map<string, readonly DerivedColumn[]>>()

  constructor(
    rules: readonly CompiledRule[],
    version: string,
    masks: CellMasks,
    predicates: PredicateRules,
    withDerived: MaskRules['withDerived'],
  ) {
    this.withDerived = withDerived
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
    const hiding = answers
      .filter(({ hides }) => hides)
      .map(({ rule }) => rule)
      .map(rule => ofDatabase(rule, database))
    const until = Math.min(Number.POSITIVE_INFINITY, ...answers.map(answer => answer.until))
    const masker = new RulesMasker(hiding, this.#masks, until)
    this.#maskers.set(key, masker)
    return masker
  }

  derived(analysis: Analysis, database: string): readonly DerivedColumn[] {
    if (analysis.moves.length === 0) return nothing
    const byDatabase = remember(this.#derived, analysis, () => new Map())
    return remember(byDatabase, database, () => derivedColumns(this.#rules, analysis, database))
  }
}

const nothing: readonly DerivedColumn[] = []

/** Without what was moved in other databases. */
function ofDatabase(rule: CompiledRule, database: string): CompiledRule {
  const columns = rule.columns.filter(each => (each.database ?? database) === database)
  return columns.length === rule.columns.length ? rule : { ...rule, columns }
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
function version(
  rules: readonly MaskingRule[],
  key: Buffer,
  derived: readonly DerivedColumn[],
): string {
  const texts = [...rules.map(rule => JSON.stringify(rule)), ...derived.map(derivedKey)].sort()
  return createHmac('sha256', deriveKey(key, 'version'))
    .update(JSON.stringify(texts))
    .digest('hex')
    .slice(0, 16)
}
