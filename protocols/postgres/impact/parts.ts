/**
 * A text, statement by statement: what of each the server can plan without running it, and for what
 * it cannot plan, whether the size of its tables says as much.
 */
import type { CopyStmt } from 'libpg-query'
import { isConsequence } from '../../cascades.ts'
import type { Effect } from '../../protocol.ts'
import { parse, type RawStatement } from '../sql/parse.ts'
import { pieces } from '../sql/pieces.ts'
import { as, kindOf, type Node, type NodeKind } from '../sql/tree.ts'

export type Part =
  /** One statement that EXPLAIN takes. */
  | { readonly kind: 'planned'; readonly node: Node; readonly text: string }
  /** It is about whole tables. */
  | { readonly kind: 'tables'; readonly node: Node }
  /** It neither writes nor shows rows. */
  | { readonly kind: 'nothing'; readonly node: Node }
  | { readonly kind: 'unknown'; readonly node: Node; readonly why: string }

const bytesMax = 1024 * 1024
const partsMax = 20

/** Undefined: it cannot be read. */
export function partsOf(text: string): readonly Part[] | undefined {
  const parsed = parse(text, bytesMax)
  if (!parsed.ok || parsed.statements.length > partsMax) return undefined
  return parsed.statements.map(partOf)
}

const plannable: ReadonlySet<NodeKind> = new Set([
  ...(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const),
  ...(['CreateTableAsStmt', 'DeclareCursorStmt'] as const),
])

const aboutTables: ReadonlySet<NodeKind> = new Set([
  ...(['TruncateStmt', 'DropStmt', 'AlterTableStmt', 'IndexStmt', 'VacuumStmt'] as const),
  ...(['ClusterStmt', 'ReindexStmt', 'RefreshMatViewStmt'] as const),
])

const unknowable: Partial<Readonly<Record<NodeKind, string>>> = {
  CallStmt: 'it runs a procedure',
  DoStmt: 'it runs code',
  ExecuteStmt: 'it runs what was prepared before',
  FetchStmt: 'it reads on from a cursor',
}

function partOf({ node, text }: RawStatement): Part {
  const kind = kindOf(node)
  const why = kind === undefined ? 'it is not known' : unknowable[kind]
  if (kind === undefined || why !== undefined) return unknown(node, why ?? 'it is not known')
  if (plannable.has(kind)) {
    if (as(as(node, 'CreateTableAsStmt')?.query, 'ExecuteStmt') !== undefined)
      return unknown(node, 'it runs what was prepared before')
    // A plan counts the rows before their ties.
    return /\bties\b/i.test(text)
      ? unknown(node, 'WITH TIES gives as many rows as are alike')
      : { kind: 'planned', node, text }
  }
  const copy = as(node, 'CopyStmt')
  if (copy !== undefined) return copied(node, copy, text)
  const explained = as(node, 'ExplainStmt')
  if (explained !== undefined) {
    const runs = explained.options?.some(each => as(each, 'DefElem')?.defname === 'analyze')
    return runs === true ? within(node, text) : { kind: 'nothing', node }
  }
  return aboutTables.has(kind) ? { kind: 'tables', node } : { kind: 'nothing', node }
}

function unknown(node: Node, why: string): Part {
  return { kind: 'unknown', node, why }
}

function copied(node: Node, { query, relation, is_from }: CopyStmt, text: string): Part {
  if (is_from === true) return unknown(node, 'the rows are yet to come')
  if (query !== undefined) return parenthesized(node, text)
  if (relation === undefined) return unknown(node, 'it is not known')
  const { schemaname, relname = '' } = relation
  const name = [schemaname, relname].flatMap(part => (part ? [quoted(part)] : [])).join('.')
  // COPY leaves out those that inherit from it.
  return { kind: 'planned', node, text: `SELECT * FROM ONLY ${name}` }
}

/** What stands in the first parentheses of COPY. */
function parenthesized(node: Node, text: string): Part {
  let depth = 0
  let from = 0
  for (const { kind, start, end } of pieces(text)) {
    const symbol = kind === 'other' ? text.slice(start, end) : ''
    if (symbol === '(' && depth++ === 0) from = end
    if (symbol === ')' && --depth === 0) return alone(node, text.slice(from, start))
  }
  return unknown(node, 'its query cannot be told apart')
}

const wordsMax = 60

/** The statement within EXPLAIN: where the rest of the text is one. */
function within(node: Node, text: string): Part {
  let words = 0
  for (const { kind, start } of pieces(text)) {
    if (kind !== 'other' || start === 0 || words++ > wordsMax) continue
    const part = alone(node, text.slice(start))
    if (part.kind === 'planned') return part
  }
  return unknown(node, 'its statement cannot be told apart')
}

function alone(node: Node, text: string): Part {
  const parsed = parse(text, bytesMax)
  const [only, ...more] = parsed.ok ? parsed.statements : []
  const kind = only === undefined ? undefined : kindOf(only.node)
  return kind !== undefined && more.length === 0 && plannable.has(kind) && !/\bties\b/i.test(text)
    ? { kind: 'planned', node, text }
    : unknown(node, 'its query cannot be told apart')
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * Why planning it might do something, or undefined. The planner runs functions that are immutable
 * or stable to see what they give, and no volatile one; it asks other servers about their tables.
 */
export function obstacle(effects: readonly Effect[]): string | undefined {
  const writes = effects.some(each => changes.has(each.kind) && !isConsequence(each))
  for (const effect of effects) {
    const { kind, object, detail = '' } = effect
    const name = object === undefined ? 'something' : object.name
    if (isConsequence(effect)) continue
    if (kind === 'unknown') return 'what it does is not known'
    if (isOfSession(object)) return `${name} is of the session, and nobody else can plan it`
    if (kind === 'execute' && writes && /\bvolatile\b/.test(detail))
      return `it calls ${name}, and no plan tells what that writes`
    if (object?.type === 'foreign table') return `${name} is a table of another server`
    if (kind === 'execute' && !runsNothing(detail))
      return `it calls ${name}, which may do something when it is planned`
    if (kind === 'role' || kind === 'setting') return 'it changes how it would be planned'
  }
  return undefined
}

const changes: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'truncate'])

/** Without a schema: made in the session, in one that only the server knows. */
function isOfSession(object: Effect['object']): boolean {
  if (object === undefined) return false
  const { type, schema = '' } = object
  const relation = /table$|view$/.test(type)
  return relation && (schema === '' || /^pg_temp/.test(schema) || type.startsWith('temporary'))
}

/** Its body was read, or the planner leaves it alone. */
function runsNothing(detail: string): boolean {
  if (/\bvolatile\b/.test(detail)) return true
  return /\b(?:immutable|stable)\b/.test(detail) && !/\b(?:opaque|dblink|unknown)\b/.test(detail)
}
