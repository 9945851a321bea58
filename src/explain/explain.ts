/** What would happen to a statement, without running it: for the command and for the console. */
import { maskedMoves, maskedReads } from '../../masking/lineage-to-mask.ts'
import type { MaskRules } from '../../masking/rules.ts'
import type {
  Analysis,
  ColumnName,
  Impact,
  Statement,
  StatementContext,
} from '../../protocols/protocol.ts'
import type { DatabaseConfig } from '../config/config.ts'
import type { UserConfig } from '../identity/users.ts'
import type { Policy } from '../policy/policy.ts'
import { whyUnplanned } from '../session/impact.ts'
import { type Explanation, explainResult } from './explanation.ts'

export interface ExplainContext {
  readonly policy: Policy
  readonly masking: MaskRules
  readonly database: DatabaseConfig
  readonly user: UserConfig
  readonly application: string | undefined
  readonly transaction: StatementContext['transaction']
  /** From StatementReader. */
  readonly impact: Impact
}

/** Why the statement must not be planned for that user, or undefined. */
export function unplannedFor(
  analysis: Analysis,
  masking: MaskRules,
  user: UserConfig,
  database: string,
): string | undefined {
  return whyUnplanned(masking.predicates.asked(masking.masker(user, database), analysis), false)
}

export function explainStatement(
  { text, analysis }: Statement,
  { policy, masking, database, user, application, transaction, impact }: ExplainContext,
): Explanation {
  const masker = masking.masker(user, database.name)
  const reads = maskedReads(masker, analysis)
  const moves = maskedMoves(masker, analysis)
  const asked = masking.predicates.asked(masker, analysis)
  const {
    cacheable: _,
    needsRows: __,
    ...verdict
  } = policy.evaluate(analysis, {
    identity: { ...user, owner: user.owner },
    database: database.name,
    environment: database.environment,
    application,
    transaction,
    maskedReads: reads,
    maskedMoves: moves,
    maskedPredicates: asked,
    rows: impact.rows ?? 'unknown',
    maskingRule: column => masker.hit(column)?.rule,
    now: new Date(),
  })
  return {
    text,
    database: database.name,
    user: user.name,
    verdict,
    tag: analysis.tag,
    unreadable: analysis.unreadable,
    effects: analysis.effects,
    impact,
    results: analysis.results.map(lineage => explainResult(lineage, masker)),
    reads: analysis.reads.map(nameOf),
    maskedReads: reads.map(nameOf),
    maskedMoves: moves.map(({ from, to }) => ({
      from: nameOf(from),
      to: to.schema === undefined ? to.name : `${to.schema}.${to.name}`,
    })),
    asked: asked.map(({ column, kind, says, rule }) => ({
      ...{ column: nameOf(column), kind, says, rule },
    })),
  }
}

function nameOf({ schema, table, column }: ColumnName): string {
  return `${schema}.${table}.${column}`
}
