/**
 * A rule made ready for matching. What depends on who and where is asked once for a session
 * (`concerns`), what depends on the statement once for each effect (`matches`).
 */
import type { Analysis, Effect, EffectKind } from '../../protocols/protocol.ts'
import { compileExpression } from './expression.ts'
import { nameTest, objectTest, wordsTest } from './glob.ts'
import { hoursTest } from './hours.ts'
import type { MaskedPredicate, PolicyContext, Rule } from './rule.ts'

export interface Matcher {
  readonly rule: Rule
  readonly lifts: ReadonlySet<string>
  /** Whether the answer may change between two runs of one statement in one session. */
  readonly fickle: boolean
  /** It may ask how many rows there are. Where that is not known, a rule that forbids holds. */
  readonly estimates: boolean
  /** The kinds of effects that the rule may match. */
  covers(kind: EffectKind): boolean
  concerns(context: Who): boolean
  matches(effect: Effect, analysis: Analysis, context: PolicyContext): boolean
  /**
   * Whether it may match at all, by what is the same for every run of the statement by one identity
   * on one database.
   */
  possible(effect: Effect, analysis: Analysis, context: PolicyContext): boolean
  /** Whether it would match for some number of rows, and for another would not. */
  undecided(effect: Effect, analysis: Analysis, context: PolicyContext): boolean
}

export type Who = Pick<PolicyContext, 'identity' | 'database' | 'environment'>

type EffectTest = (effect: Effect) => boolean
type ContextTest = (context: PolicyContext) => boolean

export function compileRule(rule: Rule): Matcher {
  const whoTests = whoTestsOf(rule)
  const effectTests = effectTestsOf(rule)
  const contextTests = contextTestsOf(rule)
  const expression = rule.expr === undefined ? undefined : compileExpression(rule.expr)
  // Where it cannot be said whether it holds, a rule that forbids does.
  const unsaid = rule.action !== 'allow'
  const { rowsOver } = rule
  const meets = (effect: Effect, context: PolicyContext): boolean =>
    effectTests.every(test => test(effect)) && contextTests.every(test => test(context))
  const isOver = ({ rows }: PolicyContext): boolean =>
    rowsOver === undefined || typeof rows !== 'number' || rows > rowsOver
  return {
    rule,
    lifts: new Set(rule.lifts),
    fickle: Boolean(rule.applications || rule.hours || rule.transaction || expression?.fickle),
    estimates: rowsOver !== undefined || expression?.estimates === true,
    covers: kind => coversKind(rule, kind),
    concerns: who => whoTests.every(test => test(who)),
    matches: (effect, analysis, context) =>
      meets(effect, context) &&
      isOver(context) &&
      (expression === undefined || (expression.test(effect, analysis, context) ?? unsaid)),
    possible: (effect, analysis, context) =>
      effectTests.every(test => test(effect)) &&
      (expression?.steady !== true || (expression.test(effect, analysis, context) ?? unsaid)),
    undecided: (effect, analysis, context) => {
      if (!meets(effect, context)) return false
      const said = expression === undefined || expression.test(effect, analysis, context)
      return said === undefined || (said && rowsOver !== undefined)
    },
  }
}

/**
 * BEGIN and COMMIT must not wait because somebody wrote a rule about everything, and what could
 * not be read must not pass because of one.
 */
function coversKind(rule: Rule, kind: EffectKind): boolean {
  if (rule.effects) return rule.effects.includes(kind)
  if (kind === 'transaction') return false
  return kind !== 'unknown' || rule.action !== 'allow'
}

function whoTestsOf(rule: Rule): ((who: Who) => boolean)[] {
  const users = nameTest(rule.users)
  const groups = nameTest(rule.groups)
  const exceptUsers = nameTest(rule.exceptUsers)
  const exceptGroups = nameTest(rule.exceptGroups)
  const databases = nameTest(rule.databases)
  const environments = nameTest(rule.environments)
  const tests: ((who: Who) => boolean)[] = []
  if (users) tests.push(who => users(who.identity.name))
  if (groups) tests.push(who => who.identity.groups.some(groups))
  if (exceptUsers) tests.push(who => !exceptUsers(who.identity.name))
  if (exceptGroups) tests.push(who => !who.identity.groups.some(exceptGroups))
  if (rule.kind) tests.push(who => who.identity.kind === rule.kind)
  if (databases) tests.push(who => databases(who.database))
  if (environments) tests.push(who => environments(who.environment))
  return tests
}

function effectTestsOf(rule: Rule): EffectTest[] {
  const forbids = rule.action !== 'allow'
  const objects = objectTest(rule.objects, forbids)
  const exceptObjects = objectTest(rule.exceptObjects, !forbids)
  const details = wordsTest(rule.details)
  const exceptDetails = wordsTest(rule.exceptDetails)
  const tests: EffectTest[] = []
  // VACUUM without a table is on this one too; SELECT 1 reads nothing that has a name.
  if (objects) {
    tests.push(({ kind, object }) => (object ? objects(object) : forbids && kind !== 'read'))
  }
  if (exceptObjects) tests.push(({ object }) => !(object ? exceptObjects(object) : !forbids))
  if (details) tests.push(({ detail }) => detail !== undefined && details(detail))
  if (exceptDetails) tests.push(({ detail }) => !(detail !== undefined && exceptDetails(detail)))
  if (rule.unfiltered !== undefined) {
    tests.push(effect => (effect.unfiltered ?? false) === rule.unfiltered)
  }
  return tests
}

function asks(test: (predicate: MaskedPredicate) => boolean): ContextTest {
  return ({ maskedPredicates }) => maskedPredicates?.some(test) ?? false
}

function contextTestsOf(rule: Rule): ContextTest[] {
  const { readsMasked, movesMasked, transaction, predicatesMasked, predicatesSay } = rule
  const applications = nameTest(rule.applications)
  const hours = rule.hours && hoursTest(rule.hours)
  const tests: ContextTest[] = []
  if (readsMasked !== undefined) tests.push(c => c.maskedReads.length > 0 === readsMasked)
  if (movesMasked !== undefined) tests.push(c => c.maskedMoves.length > 0 === movesMasked)
  if (predicatesMasked) tests.push(asks(({ kind }) => predicatesMasked.includes(kind)))
  if (predicatesSay) tests.push(asks(({ says }) => says === predicatesSay))
  if (rule.overLimit) tests.push(c => c.overLimit === rule.overLimit)
  if (applications) tests.push(c => c.application !== undefined && applications(c.application))
  if (transaction) tests.push(c => transaction.includes(c.transaction))
  if (hours) tests.push(c => hours(c.now))
  return tests
}
