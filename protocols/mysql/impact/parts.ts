/**
 * A text, statement by statement: what of each the server can plan without running it, and what the
 * plan does not say of how many rows come out: LIMIT, and aggregates without groups.
 */
import { isConsequence } from '../../cascades.ts'
import type { Effect } from '../../protocol.ts'
import type { Query, Ranged, Statement } from '../sql/ast.ts'
import type { LexerOptions } from '../sql/lexer/options.ts'
import { TokenType } from '../sql/lexer/token.ts'
import { type ParsedStatement, parse } from '../sql/parse.ts'

export type Part = { readonly node: Statement } & (
  | {
      readonly kind: 'planned'
      readonly text: string
      /** By position in the whole text. */
      readonly parameters: { readonly from: number; readonly to: number }
      /** No more than that come out; a parameter by its position. */
      readonly limit: number | { readonly parameter: number } | undefined
    }
  | { readonly kind: 'counted'; readonly rows: number }
  /** It is about whole tables. */
  | { readonly kind: 'tables' }
  | { readonly kind: 'unknown'; readonly why: string }
)

const partsMax = 20

/** Undefined: it cannot be read. */
export function partsOf(text: string, lexer: LexerOptions): readonly Part[] | undefined {
  const parsed = parse(text, lexer)
  if (!parsed.ok || parsed.statements.length > partsMax) return undefined
  let before = 0
  return parsed.statements.map(each => {
    const part = partOf(text, each, before)
    before += each.parameters
    return part
  })
}

const unknowable: Partial<Readonly<Record<Statement['kind'], string>>> = {
  call: 'it runs a procedure',
  compound: 'it runs code',
  execute: 'it runs what was prepared before',
  executeImmediate: 'it runs what was prepared before',
  handler: 'it reads on from a cursor',
  load: 'the rows are yet to come',
}

const aboutTables: ReadonlySet<Statement['kind']> = new Set(['truncate', 'drop', 'alterTable'])

function partOf(text: string, statement: ParsedStatement, before: number): Part {
  const { node } = statement
  const planned = (range: Ranged, without?: Ranged): Part =>
    asksSession(text, statement)
      ? { node, kind: 'unknown', why: 'it asks for something of the session that only that has' }
      : plannedPart(text, statement, before, range, without)
  switch (node.kind) {
    case 'query':
      return planned(node, node.into)
    case 'insert':
      return node.source.kind === 'values'
        ? { node, kind: 'counted', rows: node.source.rows.length }
        : planned(node)
    case 'update':
    case 'delete':
      return planned(node)
    case 'createTable':
      return node.query === undefined ? { node, kind: 'counted', rows: 0 } : planned(node.query)
    case 'explain':
      if (!node.analyze) return { node, kind: 'counted', rows: 0 }
      return node.statement === undefined || !plannable.has(node.statement.kind)
        ? { node, kind: 'unknown', why: 'its statement cannot be told apart' }
        : planned(node.statement)
    case 'set':
      return node.statement === undefined
        ? { node, kind: 'counted', rows: 0 }
        : { node, kind: 'unknown', why: 'it changes how it would be planned' }
    default: {
      const why = unknowable[node.kind]
      if (why !== undefined) return { node, kind: 'unknown', why }
      return aboutTables.has(node.kind) ||
        (node.kind === 'other' && /^(?:create (?:\w+ )?index|optimize|repair)/.test(node.keyword))
        ? { node, kind: 'tables' }
        : { node, kind: 'counted', rows: 0 }
    }
  }
}

const plannable: ReadonlySet<Statement['kind']> = new Set(['query', 'insert', 'update', 'delete'])

const sessions =
  /^(?:last_insert_id|found_rows|row_count|connection_id|current_role|is_used_lock|lastval|previous)$/i

function asksSession(text: string, { tokens }: ParsedStatement): boolean {
  return tokens.some(
    ({ type, start, end }) =>
      type === TokenType.UserVariable ||
      type === TokenType.SystemVariable ||
      ((type === TokenType.Word || type === TokenType.Name) &&
        sessions.test(text.slice(start, end))),
  )
}

/** INTO is left out: a plan must not make a file. */
function plannedPart(
  text: string,
  { node, tokens }: ParsedStatement,
  before: number,
  range: Ranged,
  without: Ranged | undefined,
): Part {
  const marks = tokens.filter(({ type }) => type === TokenType.Parameter)
  const count = (to: number): number => before + marks.filter(({ start }) => start < to).length
  const own = 'kind' in range ? (range as Statement) : node
  return {
    node,
    kind: 'planned',
    text:
      without === undefined
        ? text.slice(range.start, range.end)
        : `${text.slice(range.start, without.start)} ${text.slice(without.end, range.end)}`,
    parameters: { from: count(range.start), to: count(range.end) },
    limit: limitOf(own, text, count),
  }
}

function limitOf(
  node: Statement,
  text: string,
  count: (to: number) => number,
): number | { readonly parameter: number } | undefined {
  if (node.kind === 'query' && isOneRow(node, text)) return 1
  const limit =
    node.kind === 'query'
      ? node.limit?.count
      : node.kind === 'update' || node.kind === 'delete'
        ? node.limit
        : undefined
  if (limit === undefined) return undefined
  if (
    node.kind === 'query' &&
    node.limit &&
    /\bties\b/i.test(text.slice(node.limit.start, node.limit.end))
  )
    return undefined
  const written = text.slice(limit.start, limit.end).trim()
  if (written === '?') return { parameter: count(limit.start) }
  return /^\d+$/.test(written) ? Number(written) : undefined
}

const aggregates =
  /\b(?:count|sum|avg|min|max|group_concat|std|stddev\w*|var_\w+|variance|bit_and|bit_or|bit_xor|json_arrayagg|json_objectagg)\s*\(/i

/** Aggregates of everything, and no window among them. */
function isOneRow({ body }: Query, text: string): boolean {
  if (body.kind !== 'select' || body.groupBy.length > 0) return false
  return body.items.some(({ start, end }) => {
    const item = text.slice(start, end)
    // Within quotes or a comment it would be no call.
    return aggregates.test(item) && !/\bover\b|\bselect\b|['"`#]|--|\/\*/i.test(item)
  })
}

/**
 * Why planning it might do something, or undefined: the optimizer runs what is constant to see what
 * it gives, stored functions among it. Triggers are not run by a plan.
 */
export function obstacle(effects: readonly Effect[]): string | undefined {
  for (const effect of effects) {
    const { kind, object, detail = '' } = effect
    const name = object === undefined ? 'something' : object.name
    if (isConsequence(effect)) continue
    if (kind === 'unknown') return 'what it does is not known'
    if (object?.type.startsWith('temporary') === true)
      return `${name} is of the session, and nobody else can plan it`
    if (kind === 'execute') return `it calls ${name}, which may do something when it is planned`
    if (kind === 'role' || kind === 'setting') return 'it changes how it would be planned'
    if (kind === 'read' && /\bfile\b/.test(detail)) return 'it reads a file'
    if (kind === 'lock' && object?.type !== 'table')
      return 'it takes a lock that a plan might take, too'
  }
  return undefined
}
