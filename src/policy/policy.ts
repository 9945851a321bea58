/**
 * A statement and who asks → a verdict. Pure and synchronous.
 *
 * Each effect of the statement is judged alone: the rules that match it, less those that a
 * matching `allow` lifts by name; deny beats hold beats allow; what nothing matches gets the
 * default. The strictest effect decides for the statement, so an `allow` lets a statement with
 * several effects pass only when every one of them is allowed. Order does not matter.
 */
import { createHash } from 'node:crypto'
import type { Analysis, Effect, EffectKind } from '../../protocols/protocol.ts'
import { joinApprovers } from './approvers.ts'
import { budgetsOf, type CompiledBudget, compileBudget } from './budget.ts'
import { joinLeeway, noLeeway } from './leeway.ts'
import { compileRule, type Matcher } from './matcher.ts'
import { inferenceRules } from './presets/inference.ts'
import { requiredRules } from './presets/required.ts'
import { presetRules } from './presets.ts'
import { hintFor, reasonFor } from './reason.ts'
import type {
  Action,
  PolicyConfig,
  PolicyContext,
  PolicyIdentity,
  PolicyVerdict,
  Risk,
  Rule,
} from './rule.ts'

/** A rule of the answer with the effect that it is about. */
interface Finding {
  readonly rule: Rule
  readonly effect: Effect
}

/** The rules that concern one identity on one database, by the kind of effect they match. */
interface RuleSet {
  readonly byKind: Map<EffectKind, readonly Matcher[]>
  /** For each effect of a statement, those that may match it. */
  readonly possible: WeakMap<Analysis, readonly (readonly Matcher[])[]>
  readonly all: readonly Matcher[]
  readonly nothingMatched: PolicyVerdict
  readonly cacheable: boolean
  /** Some rule may ask how many rows there are. */
  readonly estimates: boolean
}

const strictness: Readonly<Record<Action, number>> = { allow: 0, hold: 1, deny: 2 }
const risks: readonly Risk[] = ['low', 'medium', 'high']

/** What stands for a statement that does nothing to anything: `SELECT 1`. */
const plainRead: Effect = { kind: 'read', object: undefined }

const unknown: Effect = { kind: 'unknown', object: undefined }

export class Policy {
  /** Changes when the configuration or the preset does. */
  readonly version: string
  readonly budgets: readonly CompiledBudget[]
  readonly #config: PolicyConfig
  readonly #rules: readonly Matcher[]
  readonly #required: ReadonlySet<string>
  readonly #fallbacks: Readonly<Record<'default' | 'unreadable', Rule>>
  readonly #sets = new WeakMap<PolicyIdentity, Map<string, RuleSet>>()

  constructor(config: PolicyConfig) {
    const own = [...requiredRules, ...inferenceRules, ...presetRules(config.preset)]
    const rules = [...own, ...config.rules]
    this.version = createHash('sha256')
      .update(JSON.stringify([config, rules]))
      .digest('hex')
      .slice(0, 16)
    this.#config = config
    this.#rules = rules.map(compileRule)
    this.budgets = budgetsOf(config.preset, config.budgets ?? []).map(compileBudget)
    this.#required = new Set(requiredRules.map(rule => rule.name))
    this.#fallbacks = {
      default: { name: 'default', action: config.default },
      unreadable: {
        name: 'unreadable',
        action: 'deny',
        risk: 'high',
        reason: 'The statement could not be understood: {why}.',
      },
    }
  }

  /** In mode `observe`. */
  get observes(): boolean {
    return this.#config.mode === 'observe'
  }

  /** A hold by something else than a rule. */
  get held(): PolicyVerdict {
    const { approvers } = this.#config
    return {
      ...{ kind: 'hold', rules: [], reason: '', hint: undefined, risk: 'medium', approvers },
      ...{ leeway: noLeeway, requiresReason: false, observed: undefined, cacheable: false },
    }
  }

  evaluate(analysis: Analysis, context: PolicyContext): PolicyVerdict {
    const set = this.#setFor(context)
    const findings = this.#findings(set, analysis, context)
    const verdict =
      findings.length === 0
        ? set.nothingMatched
        : this.#verdict(findings, set.cacheable, analysis, context)
    return set.estimates && context.rows === undefined && undecided(set, analysis, context)
      ? { ...verdict, needsRows: true }
      : verdict
  }

  #findings(set: RuleSet, analysis: Analysis, context: PolicyContext): readonly Finding[] {
    let findings: Finding[] | undefined
    const effects = effectsOf(analysis)
    const possible = possibleOf(set, effects, analysis, context)
    for (const [i, effect] of effects.entries()) {
      const matched = (possible[i] ?? []).filter(m => m.matches(effect, analysis, context))
      const judged = matched.length === 0 ? this.#fallback(effect) : this.#unlifted(matched)
      if (judged.length === 0) continue
      findings ??= []
      for (const rule of judged) findings.push({ rule, effect })
    }
    return findings ?? []
  }

  /** The matching rules, without those that another one lifts. */
  #unlifted(matched: readonly Matcher[]): readonly Rule[] {
    const kept = matched.filter(
      ({ rule }) =>
        this.#required.has(rule.name) || !matched.some(other => other.lifts.has(rule.name)),
    )
    return kept.map(({ rule }) => rule)
  }

  /** What cannot be read is denied when nobody has said anything about it. */
  #fallback(effect: Effect): readonly Rule[] {
    if (effect.kind === 'unknown') return [this.#fallbacks.unreadable]
    if (effect.kind === 'transaction' || this.#config.default === 'allow') return []
    return [this.#fallbacks.default]
  }

  #verdict(
    findings: readonly Finding[],
    cacheable: boolean,
    analysis: Analysis,
    context: PolicyContext,
  ): PolicyVerdict {
    const strictest = Math.max(...findings.map(({ rule }) => strictness[rule.action]))
    const deciding = findings
      .filter(({ rule }) => strictness[rule.action] === strictest)
      .sort((a, b) => riskOf(b.rule) - riskOf(a.rule))
    const { rule, effect } = deciding[0] ?? { rule: this.#fallbacks.default, effect: plainRead }
    const names = [...new Set(deciding.map(finding => finding.rule.name))]
    const said = rule.action === 'allow' ? '' : reasonFor(rule, effect, analysis, context)
    const answer = {
      kind: rule.action,
      rules: names,
      reason: said,
      hint: hintFor(rule, effect, analysis, context),
      risk: risks[riskOf(rule)] ?? 'high',
      approvers: this.#config.approvers,
      leeway: noLeeway,
      requiresReason: deciding.some(({ rule }) => rule.requireReason === true),
      observed: undefined,
      cacheable,
      durable: deciding.some(({ rule }) => rule.durability === 'fsync'),
    }
    const asked = answer.kind === 'hold' ? this.#withApprovers(answer, deciding) : answer
    return this.#observed(asked, deciding)
  }

  /** Rules that name approvers, or a leeway, speak before the configuration's default. */
  #withApprovers(verdict: PolicyVerdict, deciding: readonly Finding[]): PolicyVerdict {
    const rules = deciding.map(({ rule }) => rule)
    const leeway = joinLeeway([...new Set(rules)], this.#config.leeway ?? {})
    const named = rules.flatMap(rule => rule.approvers ?? [])
    if (named.length === 0) return { ...verdict, leeway }
    const approvers = joinApprovers(named)
    if (approvers.any.length > 0) return { ...verdict, approvers, leeway }
    const reason = `No group may approve for all of the rules ${verdict.rules.join(', ')}.`
    return { ...verdict, kind: 'deny', reason, hint: 'Run its parts one by one.' }
  }

  /** What the proxy itself depends on is not a matter of policy, so it is not only observed. */
  #observed(verdict: PolicyVerdict, deciding: readonly Finding[]): PolicyVerdict {
    if (this.#config.mode === 'enforce' || verdict.kind === 'allow') return verdict
    if (deciding.some(({ rule }) => this.#required.has(rule.name))) return verdict
    return { ...verdict, kind: 'allow', observed: verdict.kind }
  }

  #setFor(context: PolicyContext): RuleSet {
    let sets = this.#sets.get(context.identity)
    if (!sets) {
      sets = new Map()
      this.#sets.set(context.identity, sets)
    }
    const key = `${context.database}\0${context.environment}`
    let set = sets.get(key)
    if (!set) {
      set = this.#makeSet(context)
      sets.set(key, set)
    }
    return set
  }

  #makeSet(context: PolicyContext): RuleSet {
    const all = this.#rules.filter(matcher => matcher.concerns(context))
    const cacheable = !all.some(matcher => matcher.fickle)
    const nothingMatched: PolicyVerdict = {
      kind: 'allow',
      rules: [],
      reason: '',
      hint: undefined,
      risk: 'low',
      approvers: this.#config.approvers,
      leeway: noLeeway,
      requiresReason: false,
      observed: undefined,
      cacheable,
    }
    const estimates = all.some(matcher => matcher.estimates)
    return { byKind: new Map(), possible: new WeakMap(), all, nothingMatched, cacheable, estimates }
  }
}

function possibleOf(
  set: RuleSet,
  effects: readonly Effect[],
  analysis: Analysis,
  context: PolicyContext,
): readonly (readonly Matcher[])[] {
  let possible = set.possible.get(analysis)
  if (!possible) {
    possible = effects.map(effect =>
      matchersOf(set, effect.kind).filter(each => each.possible(effect, analysis, context)),
    )
    set.possible.set(analysis, possible)
  }
  return possible
}

function matchersOf(set: RuleSet, kind: EffectKind): readonly Matcher[] {
  let matchers = set.byKind.get(kind)
  if (!matchers) {
    matchers = set.all.filter(matcher => matcher.covers(kind))
    set.byKind.set(kind, matchers)
  }
  return matchers
}

/** What cannot be read has no plan, either. */
function undecided(set: RuleSet, analysis: Analysis, context: PolicyContext): boolean {
  if (analysis.unreadable !== undefined) return false
  return effectsOf(analysis).some(effect =>
    matchersOf(set, effect.kind).some(
      matcher => matcher.estimates && matcher.undecided(effect, analysis, context),
    ),
  )
}

/** An analysis that names no effect but has results reads something that has no name. */
function effectsOf({ effects, unreadable, results }: Analysis): readonly Effect[] {
  if (unreadable !== undefined && !effects.some(effect => effect.kind === 'unknown')) {
    return [...effects, unknown]
  }
  if (effects.length > 0) return effects
  return results.length > 0 ? [plainRead] : []
}

function riskOf(rule: Rule): number {
  if (rule.risk) return risks.indexOf(rule.risk)
  return rule.action === 'allow' ? 0 : 1
}
