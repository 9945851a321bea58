/**
 * What may be asked of masked columns without seeing them. Equality with whole values, joins, IS
 * NULL and counts tell no more than the asker brings along; everything else finds values out.
 */
import type { Analysis, ColumnName, ColumnPredicate, PredicateKind } from '../protocols/protocol.ts'
import type { ColumnPattern, CompiledRule } from './compiled-rule.ts'
import { remember } from './remember.ts'
import type { Masker } from './rules.ts'

/**
 * What a masking rule says to questions about its columns. `flag`: they pass and are recorded.
 * `hold`, `deny`: what is more than equality, orders and groups waits, or is refused. `equality`:
 * nothing but equality is answered. In the order of how much they forbid.
 */
export const predicateRules = ['flag', 'hold', 'deny', 'equality'] as const
export type PredicateRule = (typeof predicateRules)[number]

export interface MaskedPredicate extends ColumnPredicate {
  /** `pass`: it is a look-up, which is only counted. */
  readonly says: 'pass' | 'flag' | 'hold' | 'deny'
  /** The masking rule that hides the column. */
  readonly rule: string
}

const NONE: readonly MaskedPredicate[] = []

export class PredicateRules {
  readonly #rules: readonly {
    readonly rule: PredicateRule
    readonly columns: readonly ColumnPattern[]
  }[]
  readonly #byColumn = new WeakMap<ColumnName, PredicateRule>()
  readonly #byMasker = new WeakMap<Masker, WeakMap<Analysis, readonly MaskedPredicate[]>>()

  /** Where values were moved to is asked about by the rules of where they came from. */
  constructor(rules: readonly CompiledRule[]) {
    this.#rules = rules.flatMap(({ rule: { predicates }, columns }) =>
      predicates === undefined ? [] : { rule: predicates, columns },
    )
  }

  /** What the statement asks of columns that are masked for this identity. */
  asked(masker: Masker, analysis: Analysis): readonly MaskedPredicate[] {
    const { predicates } = analysis
    if (predicates === undefined || !masker.active) return NONE
    const byAnalysis = remember(
      this.#byMasker,
      masker,
      () => new WeakMap<Analysis, readonly MaskedPredicate[]>(),
    )
    return remember(byAnalysis, analysis, () =>
      predicates.flatMap(predicate => {
        const hit = masker.hit(predicate.column)
        if (hit === undefined) return []
        const says = answer(this.#ruleOf(predicate.column), predicate.kind)
        return { ...predicate, says, rule: hit.rule }
      }),
    )
  }

  /** Of all rules that name a masked column the one that forbids most, whomever it is for. */
  #ruleOf(column: ColumnName): PredicateRule {
    const known = this.#byColumn.get(column)
    if (known !== undefined) return known
    const { schema, table, column: name } = column
    const naming = this.#rules.filter(({ columns }) =>
      columns.some(({ matches }) => matches(schema, table, name)),
    )
    const strictest = Math.max(0, ...naming.map(({ rule }) => predicateRules.indexOf(rule)))
    const rule = predicateRules[strictest] ?? 'equality'
    this.#byColumn.set(column, rule)
    return rule
  }
}

function answer(rule: PredicateRule, kind: PredicateKind): MaskedPredicate['says'] {
  if (kind === 'equality') return 'pass'
  if (rule === 'equality') return 'deny'
  // That rows come in an order, or in groups, shows no value: pages are made so.
  return kind === 'order' || kind === 'group' ? 'flag' : rule
}
