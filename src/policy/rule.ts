/**
 * What a policy is made of: rules as the configuration or the preset states them, and the
 * answer they give. Types and no code; matching is in matcher.ts.
 */
import type {
  ColumnMove,
  ColumnName,
  ColumnPredicate,
  EffectKind,
  PredicateKind,
  StatementContext,
} from '../../protocols/protocol.ts'
import type { Budget } from './budget.ts'
import type { Leeway, LeewayTerms } from './leeway.ts'
import type { PresetName } from './presets.ts'

export type Action = 'allow' | 'hold' | 'deny'

export type Risk = 'low' | 'medium' | 'high'

/** Who may approve: any one of the entries suffices, with `count` distinct people of `group`. */
export interface Approvers {
  readonly any: readonly { readonly group: string; readonly count: number }[]
}

/**
 * One rule. Every condition that is stated must hold; within a list any entry suffices. Strings
 * are globs (`*` any run of characters, `?` one) where it says so.
 *
 * A rule speaks about single effects of a statement. `hold` and `deny` apply to the statement as
 * soon as they match one of its effects. `allow` covers the effects that it matches and says
 * nothing about the others.
 */
export interface Rule extends LeewayTerms {
  readonly name: string
  readonly action: Action
  /** Absent: every effect but `transaction` and, for `allow`, `unknown`; those must be named. */
  readonly effects?: readonly EffectKind[] | undefined
  /** Globs over `schema.name`; without a dot: that name in any schema. `type:` may precede. */
  readonly objects?: readonly string[] | undefined
  /** Objects that the rule leaves out; globs as above. */
  readonly exceptObjects?: readonly string[] | undefined
  /** Globs over words of `Effect.detail`, or several that follow each other. */
  readonly details?: readonly string[] | undefined
  readonly exceptDetails?: readonly string[] | undefined
  /** An UPDATE or DELETE that nothing narrows, or one that is narrowed. */
  readonly unfiltered?: boolean | undefined
  /** The statement depends on a column that is masked for this identity, or does not. */
  readonly readsMasked?: boolean | undefined
  /** The statement puts values of such a column somewhere else than to the client. */
  readonly movesMasked?: boolean | undefined
  /** The statement asks something of this kind of such a column. */
  readonly predicatesMasked?: readonly PredicateKind[] | undefined
  /** `hold` and `deny`: the plan expects more rows than that to be written or shown, or says nothing. */
  readonly rowsOver?: number | undefined
  /** Rules of the program: the column's masking rule says this to what is asked of it. */
  readonly predicatesSay?: 'hold' | 'deny' | undefined
  /** Rules of the program: more was asked of such a column than its limit lets pass. */
  readonly overLimit?: 'hold' | 'deny' | undefined
  /** Globs over names. */
  readonly users?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly exceptUsers?: readonly string[] | undefined
  readonly exceptGroups?: readonly string[] | undefined
  readonly kind?: 'person' | 'agent' | undefined
  readonly databases?: readonly string[] | undefined
  readonly environments?: readonly string[] | undefined
  readonly applications?: readonly string[] | undefined
  readonly hours?: Hours | undefined
  readonly transaction?: readonly StatementContext['transaction'][] | undefined
  /** What the others cannot say, in CEL: see expression.ts. */
  readonly expr?: string | undefined
  /** `allow` only: names of rules that do not apply to the effects which this one covers. */
  readonly lifts?: readonly string[] | undefined
  /** `hold` only; absent: the configuration's. */
  readonly approvers?: Approvers | undefined
  /** `hold` only: whoever asks has to say why. */
  readonly requireReason?: boolean | undefined
  readonly risk?: Risk | undefined
  /** `allow` only: what it covers runs once its record has reached the disk. */
  readonly durability?: 'fsync' | undefined
  /** One sentence for people; absent: written from the effect. */
  readonly reason?: string | undefined
  /** What would pass. */
  readonly hint?: string | undefined
}

/** A window of the week. `from` after `to` reaches over midnight. */
export interface Hours {
  /** 0 is Sunday. */
  readonly days: readonly number[]
  /** Minutes since midnight; `to` is not included. */
  readonly from: number
  readonly to: number
  /** IANA name. */
  readonly timeZone: string
  /** The rule applies outside of the window. */
  readonly outside: boolean
}

export interface PolicyConfig {
  readonly mode: 'enforce' | 'observe'
  readonly preset: PresetName
  /** For effects that no rule matches. */
  readonly default: Action
  readonly rules: readonly Rule[]
  /** Beside those of the preset, or in place of those of the same name. */
  readonly budgets?: readonly Budget[]
  /** Who approves what a rule without approvers of its own holds. */
  readonly approvers: Approvers
  /** What rules permit that do not say it themselves. */
  readonly leeway?: LeewayTerms | undefined
}

export interface PolicyIdentity {
  readonly name: string
  readonly kind: 'person' | 'agent'
  readonly groups: readonly string[]
  readonly owner: string | undefined
}

export interface PolicyContext {
  /** Best the same object for all statements of a session: what applies to it is memoised. */
  readonly identity: PolicyIdentity
  readonly database: string
  readonly environment: string
  readonly application: string | undefined
  readonly transaction: StatementContext['transaction']
  readonly maskedReads: readonly ColumnName[]
  readonly maskedMoves: readonly ColumnMove[]
  /** What is asked of masked columns. Absent: nothing. */
  readonly maskedPredicates?: readonly MaskedPredicate[]
  /** What its plan expects to be written or shown. `unknown`: it does not say. Absent: not asked yet. */
  readonly rows?: number | 'unknown' | undefined
  /** What the limit on questions says now; absent: they are not too many. */
  readonly overLimit?: 'hold' | 'deny' | undefined
  /** The masking rule that hides a column. */
  maskingRule?(column: ColumnName): string | undefined
  readonly now: Date
}

/** As masking/predicates.ts has it. */
export interface MaskedPredicate extends ColumnPredicate {
  readonly says: 'pass' | 'flag' | 'hold' | 'deny'
  readonly rule: string
}

export interface PolicyVerdict {
  readonly kind: Action
  /** Names of the rules that said it; empty when nothing matched. */
  readonly rules: readonly string[]
  /** One sentence for people; empty when allowed because nothing matched. */
  readonly reason: string
  /** What would pass. */
  readonly hint: string | undefined
  readonly risk: Risk
  readonly approvers: Approvers
  /** Of a hold: what may be done beside asking each time. */
  readonly leeway: Leeway
  /** Of a hold: nobody is asked before the requester has said why. */
  readonly requiresReason: boolean
  /** In mode `observe`: what it would have been, if not allowed. */
  readonly observed: 'hold' | 'deny' | undefined
  /** It may be another once it is known how many rows the plan expects. */
  readonly needsRows?: true
  /** Depends on nothing but analysis, identity, database, environment and the masked columns. */
  readonly cacheable: boolean
  /** A rule wants its record on the disk before it runs. */
  readonly durable?: boolean
}
