/** What `explain` answers, as data and as text. */
import { outputHit } from '../../masking/lineage-to-mask.ts'
import type { Masker } from '../../masking/rules.ts'
import type {
  ColumnName,
  Effect,
  Impact,
  Origin,
  OutputColumn,
  PredicateKind,
  ResultLineage,
} from '../../protocols/protocol.ts'
import { impactFacts } from '../approvals/impact-text.ts'
import type { PolicyVerdict } from '../policy/rule.ts'

export interface Explanation {
  readonly text: string
  readonly database: string
  readonly user: string
  readonly verdict: Omit<PolicyVerdict, 'cacheable' | 'needsRows'>
  readonly tag: string
  readonly unreadable: string | undefined
  readonly effects: readonly Effect[]
  readonly impact: Impact
  /** One for each SQL statement of the text. */
  readonly results: readonly ExplainedResult[]
  /** `schema.table.column` */
  readonly reads: readonly string[]
  readonly maskedReads: readonly string[]
  readonly maskedMoves: readonly { readonly from: string; readonly to: string }[]
  /** What is asked of masked columns without showing them. */
  readonly asked: readonly ExplainedQuestion[]
}

export interface ExplainedQuestion {
  readonly column: string
  readonly kind: PredicateKind
  /** What the masking rule says to that. */
  readonly says: 'pass' | 'flag' | 'hold' | 'deny'
  readonly rule: string
}

/** `hidden`: nothing is known about the rows, and all of them are redacted. */
export type ExplainedResult =
  | 'no rows'
  | 'hidden'
  | 'as it is'
  | { readonly outputs: readonly ExplainedOutput[] }

export interface ExplainedOutput {
  readonly name: string
  /** The value of its one source, unchanged. */
  readonly plain: boolean
  /** How the client sees it; absent: as it is. */
  readonly mask?: string
  /** Everything that can influence it. */
  readonly sources: readonly ExplainedSource[]
  /** The same, with what they came through on the way: the nearest first. */
  readonly origins: readonly ExplainedOrigin[]
}

export interface ExplainedSource {
  readonly column: string
  /** The masking rule that hits the column; absent: it may be seen. */
  readonly rule?: string
  readonly mask?: string
}

export interface ExplainedOrigin {
  readonly kind: Origin['kind']
  readonly name: string
  readonly rule?: string
  readonly mask?: string
  readonly behind: readonly ExplainedOrigin[]
  /** What is behind it stands further up. */
  readonly again?: true
}

export function explainResult(lineage: ResultLineage, masker: Masker): ExplainedResult {
  if (lineage === 'none') return 'no rows'
  if (lineage === 'untraced') return masker.active ? 'hidden' : 'as it is'
  return { outputs: lineage.map(output => explainOutput(output, masker)) }
}

function explainOutput(output: OutputColumn, masker: Masker): ExplainedOutput {
  const { name, plain, sources, origins = sources.map(originOf) } = output
  const found = outputHit(masker, output)
  const mask = found?.whole === false ? 'redact' : found?.hit.mask.kind
  return {
    ...{ name, plain },
    sources: sources.map(source => ({ column: columnText(source), ...hitOf(source, masker) })),
    origins: origins.map(origin => explainOrigin(origin, masker)),
    ...(mask !== undefined && { mask }),
  }
}

function explainOrigin(origin: Origin, masker: Masker): ExplainedOrigin {
  const { kind, name, column, behind, again } = origin
  return {
    ...{ kind, name },
    ...(column !== undefined && hitOf(column, masker)),
    behind: behind.map(each => explainOrigin(each, masker)),
    ...(again && { again }),
  }
}

function hitOf(column: ColumnName, masker: Masker): { rule?: string; mask?: string } {
  const hit = masker.hit(column)
  return hit === undefined ? {} : { rule: hit.rule, mask: hit.mask.kind }
}

function originOf(column: ColumnName): Origin {
  return { kind: 'column', name: columnText(column), column, behind: [] }
}

function columnText({ schema, table, column, path }: ColumnName): string {
  const name = `${schema}.${table}.${column}`
  return path === undefined ? name : `${name} $.${path.join('.')}`
}

export function explanationText(explanation: Explanation): string {
  const { verdict, effects, results, maskedMoves, asked } = explanation
  const observed = verdict.observed ? ` (observed only; would be ${verdict.observed})` : ''
  const lines = [
    `${explanation.tag || 'nothing'} by ${explanation.user} on ${explanation.database}`,
    '',
    field('verdict', `${verdict.kind}${observed}, risk ${verdict.risk}`),
    field('rules', verdict.rules.join(', ') || 'none matched'),
    ...(verdict.reason ? [field('reason', verdict.reason)] : []),
    ...(verdict.hint ? [field('would pass', verdict.hint)] : []),
    ...(verdict.kind === 'hold' ? [field('approved by', approverList(verdict))] : []),
    '',
    'effects',
    ...(effects.length === 0 ? ['  none'] : effects.map(effect => `  ${effectLine(effect)}`)),
    '',
    'impact',
    ...impactFacts(explanation.impact).map(([name, text]) => `  ${name.padEnd(16)} ${text}`),
    ...results.flatMap((result, index) => [
      '',
      results.length === 1 ? 'result' : `result ${index + 1}`,
      ...resultLines(result),
    ]),
    ...(maskedMoves.length > 0 ? ['', 'masked values that would go elsewhere'] : []),
    ...maskedMoves.map(({ from, to }) => `  ${from} → ${to}`),
    ...(asked.length > 0 ? ['', 'asked of masked columns'] : []),
    ...asked.map(({ column, kind, says, rule }) => `  ${column} ← ${kind}: ${says} (rule ${rule})`),
  ]
  return lines.join('\n')
}

function field(name: string, value: string): string {
  return `${`${name}:`.padEnd(13)}${value}`
}

function approverList({ approvers }: Pick<PolicyVerdict, 'approvers'>): string {
  return approvers.any.map(({ group, count }) => `${count} of ${group}`).join(', or ')
}

function effectLine({ kind, object, unfiltered, detail }: Effect): string {
  const schema = object?.schema === undefined ? '' : `${object.schema}.`
  const target = object ? `${object.type} ${schema}${object.name}` : ''
  const more = [unfiltered ? 'unfiltered' : '', detail ?? ''].filter(word => word !== '')
  return `${kind.padEnd(11)} ${target}${more.length > 0 ? ` (${more.join(', ')})` : ''}`.trimEnd()
}

function resultLines(result: ExplainedResult): string[] {
  if (result === 'no rows') return ['  no rows']
  if (result === 'as it is') return ['  not traced; nothing is masked for this user']
  if (result === 'hidden') return ['  cannot be traced: every column is redacted']
  const width = Math.max(0, ...result.outputs.map(({ name }) => name.length))
  return result.outputs.flatMap(output => outputLines(output, width))
}

function outputLines({ name, plain, mask, origins }: ExplainedOutput, width: number): string[] {
  const how = plain || origins.length === 0 ? '' : 'computed from '
  const seen = mask === undefined ? '' : `   [${mask}]`
  const [only, ...others] = origins
  const indent = ' '.repeat(width + 5)
  if (only === undefined) return [`  ${name}${seen}`]
  if (others.length === 0) {
    const first = `  ${name.padEnd(width)} ← ${how}${originText(only)}${seen}`
    return [first, ...branches(only.behind).map(line => indent + line)]
  }
  return [
    `  ${name.padEnd(width)} ← computed from${seen}`,
    ...branches(origins).map(line => indent + line),
  ]
}

function branches(origins: readonly ExplainedOrigin[]): string[] {
  return origins.flatMap((origin, index) => {
    const last = index === origins.length - 1
    const under = branches(origin.behind).map(line => `${last ? '   ' : '│  '}${line}`)
    return [`${last ? '└─' : '├─'} ${originText(origin)}`, ...under]
  })
}

function originText({ kind, name, rule, mask, again }: ExplainedOrigin): string {
  const what = kind === 'column' ? name : `${kind} ${name}`
  return `${what}${rule === undefined ? '' : ` (rule ${rule}: ${mask})`}${again ? ' (as above)' : ''}`
}
