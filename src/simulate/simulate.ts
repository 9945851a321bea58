/**
 * What another policy would have said of statements that were recorded: judged by what the analysis
 * said of them then. Pure; nothing is asked of a database.
 */
import { maskedMoves, maskedReads } from '../../masking/lineage-to-mask.ts'
import type { MaskRules } from '../../masking/rules.ts'
import type { Analysis, ColumnName } from '../../protocols/protocol.ts'
import type { Policy } from '../policy/policy.ts'
import type { Action, PolicyContext, PolicyVerdict } from '../policy/rule.ts'
import type { RecordedVerdict } from '../recording/events.ts'
import type { RecordedDeeds, SessionEntry, ShapeEntry } from '../recording/journal/clear.ts'
import type { RecordedOne } from '../recording/reading/recorded-statements.ts'

/** Who people are by the new configuration. */
export interface Known {
  readonly policy: Policy
  readonly masking: MaskRules
  user(name: string): Pick<SimulatedIdentity, 'groups' | 'owner' | 'kind' | 'purpose'> | undefined
  environment(database: string): string | undefined
}

interface SimulatedIdentity {
  readonly name: string
  readonly kind: 'person' | 'agent'
  readonly groups: readonly string[]
  readonly owner: string | undefined
  readonly purpose: string | undefined
}

export type Outcome =
  | { readonly kind: 'same'; readonly said: Action }
  | {
      readonly kind: 'changed'
      readonly before: Action
      readonly after: Action
      /** Of the new policy; of the old one where the new one allows it. */
      readonly rules: readonly string[]
      readonly reason: string
    }
  | { readonly kind: 'cannot tell'; readonly why: string }

const allowed: RecordedVerdict = { kind: 'allow', rules: [], reason: '', observed: undefined }
const limited: ReadonlySet<string> = new Set(['masked-probing', 'masked-probing-refused'])

export class Simulation {
  readonly #known: Known
  /** The policy remembers what applies to an identity by its object. */
  readonly #identities = new Map<string, SimulatedIdentity>()
  readonly #analyses = new WeakMap<ShapeEntry, Analysis>()

  constructor(known: Known) {
    this.#known = known
  }

  judge({ session, entry, shape, at }: RecordedOne): Outcome {
    const { verdict = allowed } = entry
    const before = verdict.observed ?? verdict.kind
    const { does } = shape
    if (does === undefined)
      return { kind: 'cannot tell', why: 'recorded before effects were kept with statements' }
    if (verdict.rules.some(rule => limited.has(rule)))
      return {
        kind: 'cannot tell',
        why: 'it depends on how much was asked of masked columns before',
      }
    const analysis = this.#analysis(shape, does)
    const context = this.#context(session, entry.transaction ?? 'idle', analysis, at)
    const answer = this.#answer(analysis, context, verdict.rows)
    if (answer === undefined)
      return {
        kind: 'cannot tell',
        why: 'a rule about rows needs an estimate, and none was recorded',
      }
    const after = answer.observed ?? answer.kind
    // A hold that wants a reason is a refusal to whoever gives none.
    if (answer.requiresReason && before !== 'allow' && after === 'hold')
      return { kind: 'same', said: before }
    if (after === before) return { kind: 'same', said: after }
    const { rules, reason } = after === 'allow' ? verdict : answer
    return { kind: 'changed', before, after, rules, reason }
  }

  /** Undefined: it depends on an estimate that nobody has. */
  #answer(
    analysis: Analysis,
    context: PolicyContext,
    rows: number | 'unknown' | undefined,
  ): PolicyVerdict | undefined {
    const said = this.#evaluate(analysis, { ...context, rows })
    if (said.needsRows !== true) return said
    const few = this.#evaluate(analysis, { ...context, rows: 0 })
    const many = this.#evaluate(analysis, { ...context, rows: 'unknown' })
    return (few.observed ?? few.kind) === (many.observed ?? many.kind) ? many : undefined
  }

  /** As a session has it: what the parser rejects nobody is asked about. */
  #evaluate(analysis: Analysis, context: PolicyContext): PolicyVerdict {
    const verdict = this.#known.policy.evaluate(analysis, context)
    return analysis.unreadable !== undefined && verdict.kind === 'hold'
      ? { ...verdict, kind: 'deny' }
      : verdict
  }

  #context(
    session: SessionEntry,
    transaction: PolicyContext['transaction'],
    analysis: Analysis,
    now: Date,
  ): PolicyContext {
    const { masking } = this.#known
    const identity = this.#identity(session)
    const masker = masking.masker(identity, session.database)
    return {
      ...{ identity, database: session.database, transaction, now },
      environment: this.#known.environment(session.database) ?? session.environment,
      application: session.application ?? undefined,
      maskedReads: maskedReads(masker, analysis),
      maskedMoves: maskedMoves(masker, analysis),
      maskedPredicates: masking.predicates.asked(masker, analysis),
    }
  }

  /** In the groups of the new configuration; somebody who is not in it, in those of then. */
  #identity({ user, kind, groups, owner, purpose }: SessionEntry): SimulatedIdentity {
    const known = this.#known.user(user)
    const key = known === undefined ? `${user}\0${groups.join('\0')}` : user
    let identity = this.#identities.get(key)
    if (identity === undefined) {
      const then = { kind, groups, owner: owner ?? undefined, purpose: purpose ?? undefined }
      const { kind: is, groups: of, owner: whose, purpose: why } = known ?? then
      identity = { name: user, kind: is, groups: of, owner: whose, purpose: why }
      this.#identities.set(key, identity)
    }
    return identity
  }

  #analysis(shape: ShapeEntry, does: RecordedDeeds): Analysis {
    let analysis = this.#analyses.get(shape)
    if (analysis === undefined) {
      analysis = {
        ...{ tag: shape.tag, normalized: shape.normalized, effects: does.effects },
        results: Array.from({ length: does.results }, () => 'untraced' as const),
        reads: shape.columns.map(columnOf),
        moves: does.moves.map(({ from, to }) => ({ from: columnOf(from), to })),
        predicates: does.asks.map(({ column, ...more }) => ({ column: columnOf(column), ...more })),
        relations: [],
        unreadable: shape.unreadable ?? undefined,
      }
      this.#analyses.set(shape, analysis)
    }
    return analysis
  }
}

/** Schemas have no dots that anybody would miss; columns may. */
function columnOf(text: string): ColumnName {
  const [schema = '', table = '', ...column] = text.split('.')
  return { schema, table, column: column.join('.') }
}
