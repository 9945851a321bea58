/**
 * The policy and the masking rules as they stand. A new configuration replaces both at once; every
 * open session takes the new ones for its next statement, also for one that was prepared before.
 */
import type { DerivedColumn } from '../../masking/derived.ts'
import type { MaskedPredicate } from '../../masking/predicates.ts'
import type { Masker, MaskRules } from '../../masking/rules.ts'
import type { Analysis } from '../../protocols/protocol.ts'
import type { Identity } from '../identity/users.ts'
import type { Policy } from '../policy/policy.ts'
import type { Judgement } from './parts.ts'

export interface Rules {
  readonly policy: Policy
  readonly masking: MaskRules
}

export class RulesInForce {
  #current: Rules
  #derived: readonly DerivedColumn[] = []

  constructor(rules: Rules) {
    this.#current = rules
  }

  get current(): Rules {
    return this.#current
  }

  replace(rules: Rules): void {
    const { policy, masking } = rules
    this.#current = { policy, masking: masking.withDerived(this.#derived) }
  }

  /** Where masked values were moved to is masked, too, whatever the configuration becomes. */
  derive(derived: readonly DerivedColumn[]): void {
    this.#derived = derived
    this.replace(this.#current)
  }
}

/** What the rules mean for one session, until they change or an exemption ends. */
export class SessionRules {
  readonly #inForce: RulesInForce
  readonly #identity: Identity
  readonly #database: string
  #rules: Rules
  #masker: Masker
  #version = 0
  /** Verdicts that depend on nothing but the statement. */
  #judged = new WeakMap<Analysis, Judgement>()

  constructor(inForce: RulesInForce, identity: Identity, database: string) {
    this.#inForce = inForce
    this.#identity = identity
    this.#database = database
    this.#rules = inForce.current
    this.#masker = this.#rules.masking.masker(identity, database)
  }

  get policy(): Policy {
    return this.#rules.policy
  }

  get masker(): Masker {
    return this.#masker
  }

  /** What a statement asks of columns that are masked for this identity. */
  asked(analysis: Analysis): readonly MaskedPredicate[] {
    return this.#rules.masking.predicates.asked(this.#masker, analysis)
  }

  /** Grows whenever masks or verdicts may be others. */
  get version(): number {
    return this.#version
  }

  get judged(): WeakMap<Analysis, Judgement> {
    return this.#judged
  }

  /** For each statement, before anything is asked about it. */
  refresh(): void {
    if (this.#rules === this.#inForce.current && Date.now() < this.#masker.until) return
    this.#rules = this.#inForce.current
    this.#masker = this.#rules.masking.masker(this.#identity, this.#database)
    this.#judged = new WeakMap()
    this.#version += 1
  }
}
