/**
 * The clear part of a session's records: a JSON array of entries, without its brackets while it is
 * gathered. What the policy and the parser know is here, so that it can be searched without a key;
 * nothing of a statement's text, parameters or results is.
 *
 * Every segment can be read by itself: a session's first record in it begins with a `session` entry,
 * and a `shape` (what an analysis says, once) comes before the first statement that has it.
 */
import type {
  Analysis,
  ColumnName,
  Effect,
  ObjectName,
  PredicateKind,
  ResultMask,
  SessionEvent,
} from '../../../protocols/protocol.ts'
import type { ApprovalRecord, RecordedVerdict, SessionStart } from '../events.ts'

export type ClearEntry =
  | SessionEntry
  | ShapeEntry
  | MasksEntry
  | StatementEntry
  | StatementEndEntry
  | ApprovalEntry
  | GapEntry
  | RefusedEntry
  | SessionEndEntry

export interface SessionEntry {
  readonly type: 'session'
  readonly id: string
  /** It began here; otherwise it goes on from an earlier segment. */
  readonly begins: boolean
  readonly user: string
  readonly kind: 'person' | 'agent'
  readonly owner: string | null
  readonly purpose: string | null
  readonly groups: readonly string[]
  readonly database: string
  readonly environment: string
  readonly protocol: string
  readonly application: string | null
  readonly remoteAddress: string
  readonly tls: boolean
  readonly startedAt: string
  /** The segment whose `.keys` file holds the wrapped key. */
  readonly keys: number
  /** SHA-256 of the wrapped key, hex. */
  readonly wrapped: string
  /** See crypt.ts. */
  readonly commitment: string
}

export interface ShapeEntry {
  readonly type: 'shape'
  readonly shape: number
  readonly tag: string
  readonly effects: readonly string[]
  readonly tables: readonly string[]
  readonly columns: readonly string[]
  readonly normalized: string
  readonly unreadable: string | null
  /** What policies ask of it beside that. Absent: recorded before this was kept. */
  readonly does?: RecordedDeeds
}

/** As an Analysis has it; columns are `schema.table.column`. */
export interface RecordedDeeds {
  readonly effects: readonly Effect[]
  readonly moves: readonly { readonly from: string; readonly to: ObjectName }[]
  readonly asks: readonly {
    readonly column: string
    readonly kind: PredicateKind
    readonly constants: number
    readonly list?: true
  }[]
  /** How many results it has. */
  readonly results: number
}

/** What is hidden in one result of the statements of a shape, from here on. */
export interface MasksEntry {
  readonly type: 'masks'
  readonly at: number
  readonly shape: number
  /** Counts the results of the text from 0; `of`: all of which nothing is known, where it is that. */
  readonly result: number
  /** How many results the text has. */
  readonly of: number
  /** Rules, by the columns that they hide. */
  readonly rules: Readonly<Record<number, string>>
}

export interface StatementEntry {
  readonly type: 'statement'
  readonly statement: number
  /** Microseconds since the session's start, here and below. */
  readonly at: number
  readonly shape: number
  /** Absent: allowed, and no rule said anything. */
  readonly verdict?: RecordedVerdict
  /** Absent: no transaction was open. */
  readonly transaction?: 'open' | 'failed'
  readonly approval?: string
}

export interface StatementEndEntry {
  readonly type: 'statement.end'
  readonly statement: number
  readonly at: number
  readonly tag: string | null
  readonly rows: number
  readonly bytes: number
  readonly error: string | null
  /** Budgets that only observe, and what they would have done. */
  readonly observed?: readonly { readonly rule: string; readonly would: 'hold' | 'deny' }[]
}

export interface ApprovalEntry {
  readonly type: ApprovalRecord['type']
  readonly at: number
  readonly statement: number
  readonly approvalId: string
  readonly shortId?: string
  readonly decision?: 'approved' | 'denied'
  readonly by?: string
  readonly surface?: string
  readonly reason?: string
  readonly requesterReason?: string
  readonly rules?: readonly string[]
  readonly expiresAt?: string
}

export interface GapEntry {
  readonly type: 'gap'
  readonly at: number
  readonly reason: string
  readonly bytes: number
}

/** The statement was not run: its record did not reach the journal in time. */
export interface RefusedEntry {
  readonly type: 'refused'
  readonly at: number
  readonly statement: number
  readonly reason: string
}

export interface SessionEndEntry {
  readonly type: 'session.end'
  readonly at: number
  readonly reason: string
  readonly statements: number
}

/** Reads entries back. Empty when the bytes are not what we wrote: the chain says so elsewhere. */
export function readEntries(clear: Buffer): readonly ClearEntry[] {
  if (clear.length === 0) return []
  try {
    return JSON.parse(`[${clear.toString('utf8')}]`) as readonly ClearEntry[]
  } catch {
    return []
  }
}

export interface SessionKeyFacts {
  readonly keys: number
  readonly wrapped: string
  readonly commitment: string
}

/** Without `begins`, which differs from segment to segment. */
export function sessionEntry(start: SessionStart, key: SessionKeyFacts, begins: boolean): string {
  const { id, identity, database, environment, protocol, remoteAddress, tls } = start
  const entry: SessionEntry = {
    type: 'session',
    id,
    begins,
    user: identity.name,
    kind: identity.kind,
    owner: identity.owner ?? null,
    purpose: identity.purpose ?? null,
    groups: identity.groups,
    database,
    environment,
    protocol,
    application: start.application ?? null,
    remoteAddress,
    tls,
    startedAt: start.startedAt.toISOString(),
    ...key,
  }
  return JSON.stringify(entry)
}

const shapes = new WeakMap<Analysis, string>()

/** What an analysis says, cached by object: the entry is this behind `{"type":"shape","shape":n,`. */
export function shapeEntry(shape: number, analysis: Analysis): string {
  let fields = shapes.get(analysis)
  if (fields === undefined) {
    fields = shapeFields(analysis)
    shapes.set(analysis, fields)
  }
  return `{"type":"shape","shape":${shape},${fields}`
}

/** More than anybody searches for; `SELECT *` over a wide view stays below. */
const columnsMax = 2000

function shapeFields(analysis: Analysis): string {
  const fields: Omit<ShapeEntry, 'type' | 'shape'> = {
    tag: analysis.tag,
    effects: [...new Set(analysis.effects.map(effectName))],
    tables: [...new Set(analysis.relations.map(({ schema, name }) => `${schema}.${name}`))],
    columns: [
      ...new Set(
        analysis.reads
          .slice(0, columnsMax)
          .map(({ schema, table, column }) => `${schema}.${table}.${column}`),
      ),
    ],
    normalized: analysis.normalized,
    unreadable: analysis.unreadable ?? null,
    does: {
      effects: analysis.effects,
      moves: analysis.moves
        .slice(0, columnsMax)
        .map(({ from, to }) => ({ from: nameOf(from), to })),
      asks: (analysis.predicates ?? [])
        .slice(0, columnsMax)
        .map(({ column, kind, constants, list }) => ({
          ...{ column: nameOf(column), kind, constants },
          ...(list && { list }),
        })),
      results: analysis.results.length,
    },
  }
  return JSON.stringify(fields).slice(1)
}

function transactionField(transaction: 'open' | 'failed' | undefined): string {
  return transaction === undefined ? '' : `,"transaction":"${transaction}"`
}

function nameOf({ schema, table, column }: ColumnName): string {
  return `${schema}.${table}.${column}`
}

/** `delete public.customers (unfiltered)`, `setting search_path`, `unknown`. */
function effectName(effect: Analysis['effects'][number]): string {
  const { kind, object, detail } = effect
  const name =
    object === undefined ? '' : ` ${object.schema ? `${object.schema}.` : ''}${object.name}`
  const more = [effect.unfiltered === true ? 'unfiltered' : '', detail ?? ''].filter(Boolean)
  return `${kind}${name}${more.length === 0 ? '' : ` (${more.join(', ')})`}`
}

/** `{"0":"email"}`: the rules that hide something, by column. */
export function masksRules(mask: ResultMask | undefined): string {
  if (mask === undefined) return '{}'
  const rules: Record<number, string> = {}
  for (const [column, cell] of mask.entries()) if (cell !== undefined) rules[column] = cell.rule
  return JSON.stringify(rules)
}

/** `rules` as `masksRules` gave it. */
export function masksEntry(
  at: number,
  shape: number,
  result: number,
  of: number,
  rules: string,
): string {
  return (
    `{"type":"masks","at":${at},"shape":${shape},"result":${result},"of":${of},` +
    `"rules":${rules}}`
  )
}

const verdicts = new WeakMap<RecordedVerdict, string>()

/** Empty for a plain yes. Cached by object. */
function verdictField(verdict: RecordedVerdict): string {
  let field = verdicts.get(verdict)
  if (field === undefined) {
    const { kind, rules, reason, observed, rows } = verdict
    const plain =
      kind === 'allow' && rules.length === 0 && observed === undefined && rows === undefined
    field = plain ? '' : `,"verdict":${JSON.stringify({ kind, rules, reason, observed, rows })}`
    verdicts.set(verdict, field)
  }
  return field
}

export function statementEntry(
  statement: number,
  at: number,
  shape: number,
  verdict: RecordedVerdict,
  approvalId: string | undefined,
  transaction?: 'open' | 'failed',
): string {
  const approval = approvalId === undefined ? '' : `,"approval":${JSON.stringify(approvalId)}`
  return (
    `{"type":"statement","statement":${statement},"at":${at},"shape":${shape}` +
    `${verdictField(verdict)}${transactionField(transaction)}${approval}}`
  )
}

export function statementEndEntry(
  event: Extract<SessionEvent, { type: 'statement.end' }>,
  at: number,
): string {
  const { statement, tag, rows, bytes, error, observed } = event
  const over = observed === undefined ? '' : `,"observed":${JSON.stringify(observed)}`
  return (
    `{"type":"statement.end","statement":${statement},"at":${at},"tag":${quoted(tag)},` +
    `"rows":${rows},"bytes":${bytes},"error":${quoted(error)}${over}}`
  )
}

export function approvalEntry(record: ApprovalRecord, at: number): string {
  return JSON.stringify({ ...record, at })
}

export function gapEntry(at: number, reason: string, bytes: number): string {
  return JSON.stringify({ type: 'gap', at, reason, bytes } satisfies GapEntry)
}

export function refusedEntry(at: number, statement: number, reason: string): string {
  return JSON.stringify({ type: 'refused', at, statement, reason } satisfies RefusedEntry)
}

export function sessionEndEntry(at: number, reason: string, statements: number): string {
  return JSON.stringify({ type: 'session.end', at, reason, statements } satisfies SessionEndEntry)
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'null' : JSON.stringify(text)
}
