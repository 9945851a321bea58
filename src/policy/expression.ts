/**
 * `expr` of a rule: what its other conditions cannot say, in CEL. The names that an expression may
 * use are those of `bindings` below; docs/security-team.md explains them.
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
import { type CelInput, celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { Analysis, ColumnName, Effect } from '../../protocols/protocol.ts'
import type { PolicyContext } from './rule.ts'

/** May differ between two runs of one statement in one session. */
const fickleNames: readonly string[] = ['application', 'transaction', 'now']

const steadyNames: ReadonlySet<string> = new Set([
  ...['effect', 'statement', 'user', 'database', 'environment'],
])

/** These decide which of their arguments count, so one that fails may be none of them. */
const choosing: ReadonlySet<string> = new Set(['_&&_', '_||_', '_?_:_'])

const environment = celEnv({ funcs: strings })

type Expr = ReturnType<typeof parse>['expr']
type Bindings = Record<string, CelInput>

/** Undefined: it cannot be said, as when something is divided by zero. */
type ExpressionTest = (
  effect: Effect,
  analysis: Analysis,
  context: PolicyContext,
) => boolean | undefined

export interface Expression {
  readonly test: ExpressionTest
  readonly fickle: boolean
  /** The same for every run of one statement by one identity on one database. */
  readonly steady: boolean
  /** It asks how many rows the plan expects. */
  readonly estimates: boolean
}

/** Throws ExpressionError, with a message for the writer of the expression. */
export function compileExpression(source: string): Expression {
  const parsed = attempt(() => parse(source))
  const used = new Set<string>()
  check(parsed.expr, used)
  const run = plan(environment, parsed)
  const tried = run(example)
  if (isCelError(tried)) throw new ExpressionError(tried.message)
  if (typeof tried !== 'boolean')
    throw new ExpressionError(`it gives ${celTypeName(tried)}, not true or false`)
  return {
    fickle: fickleNames.some(name => used.has(name)),
    steady: [...used].every(name => steadyNames.has(name)),
    estimates: used.has('rows'),
    test: (effect, analysis, context) => {
      const result = run(bindingsFor(effect, analysis, context))
      return typeof result === 'boolean' ? result : undefined
    },
  }
}

export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

function attempt<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new ExpressionError(message.replace(/^<input>:/, ''), { cause })
  }
}

/**
 * Collects the names, and tries each part on the example, because CEL swallows the mistakes of
 * those that do not count: `false && 1 + 'a'` is false. What a macro binds has no value here.
 */
function check(expr: Expr | undefined, used: Set<string>, bound: readonly string[] = []): void {
  const within = (part: Expr | undefined): void => check(part, used, bound)
  const kind = expr?.exprKind
  switch (kind?.case) {
    case 'identExpr':
      checkName(kind.value.name, used, bound)
      return
    case 'selectExpr':
      within(kind.value.operand)
      break
    case 'callExpr':
      within(kind.value.target)
      kind.value.args.forEach(within)
      if (choosing.has(kind.value.function)) return
      break
    case 'listExpr':
      kind.value.elements.forEach(within)
      break
    case 'comprehensionExpr': {
      const { iterVar, iterVar2, accuVar, iterRange, accuInit } = kind.value
      within(iterRange)
      within(accuInit)
      const inside = [...bound, iterVar, iterVar2, accuVar]
      const { loopCondition, loopStep, result } = kind.value
      for (const part of [loopCondition, loopStep, result]) check(part, used, inside)
      break
    }
    default:
      return
  }
  if (bound.length > 0 || expr === undefined) return
  const tried = plan(environment, expr)(example)
  if (isCelError(tried)) throw new ExpressionError(tried.message)
}

function checkName(name: string, used: Set<string>, bound: readonly string[]): void {
  if (bound.includes(name)) return
  if (!Object.hasOwn(example, name)) {
    const known = Object.keys(example).join(', ')
    throw new ExpressionError(`there is no ${name}; there are ${known}`)
  }
  used.add(name)
}

/** Rules are asked one after the other about the same. */
let latest:
  | { effect: Effect; analysis: Analysis; context: PolicyContext; bindings: Bindings }
  | undefined

function bindingsFor(effect: Effect, analysis: Analysis, context: PolicyContext): Bindings {
  const same =
    latest?.effect === effect && latest.analysis === analysis && latest.context === context
  if (!same || latest === undefined)
    latest = { effect, analysis, context, bindings: bindings(effect, analysis, context) }
  return latest.bindings
}

function bindings(effect: Effect, analysis: Analysis, context: PolicyContext): Bindings {
  const { identity, maskedReads, maskedMoves } = context
  return {
    effect: effectMap(effect),
    statement: new Map<string, CelInput>([
      ['tag', analysis.tag],
      ['normalized', analysis.normalized],
      ['effects', analysis.effects.map(effectMap)],
    ]),
    user: new Map<string, CelInput>([
      ['name', identity.name],
      ['kind', identity.kind],
      ['groups', [...identity.groups]],
      ['owner', identity.owner ?? ''],
    ]),
    masked: new Map<string, CelInput>([
      ['reads', maskedReads.map(columnText)],
      ['moves', maskedMoves.map(move => columnText(move.from))],
    ]),
    database: context.database,
    environment: context.environment,
    application: context.application ?? '',
    transaction: context.transaction,
    now: timestampFromDate(context.now),
    // Without a value whatever depends on it cannot be said.
    ...(typeof context.rows === 'number' && { rows: BigInt(Math.round(context.rows)) }),
  }
}

/** What is not known is ''. */
function effectMap({ kind, object, detail, unfiltered }: Effect): Map<string, CelInput> {
  return new Map<string, CelInput>([
    ['kind', kind],
    ['schema', object?.schema ?? ''],
    ['name', object?.name ?? ''],
    ['type', object?.type ?? ''],
    ['detail', detail ?? ''],
    ['unfiltered', unfiltered ?? false],
  ])
}

function columnText({ schema, table, column }: ColumnName): string {
  return `${schema}.${table}.${column}`
}

function celTypeName(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'number') return 'a number'
  if (typeof value === 'string') return 'a text'
  return 'a list, a map or nothing'
}

/** One of each: what an expression may name, and of which type it is. */
const example = exampleBindings()

function exampleBindings(): Bindings {
  const object = { schema: 'public', name: 'payments', type: 'table' } as const
  const effect: Effect = { kind: 'delete', object, detail: 'example', unfiltered: true }
  const column = { schema: 'public', table: 'payments', column: 'card' }
  const analysis: Analysis = {
    tag: 'DELETE',
    effects: [effect],
    results: ['none'],
    ...{ reads: [column], moves: [], relations: [] },
    normalized: 'DELETE FROM payments',
    unreadable: undefined,
  }
  return bindings(effect, analysis, {
    identity: { name: 'ana', kind: 'person', groups: ['analysts'], owner: undefined },
    database: 'shop',
    environment: 'production',
    application: 'psql',
    transaction: 'idle',
    maskedReads: [column],
    maskedMoves: [],
    rows: 1000,
    now: new Date(),
  })
}
