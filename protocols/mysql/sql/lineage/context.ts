/**
 * What one trace gathers while it walks a statement, and the limits it keeps. The files that trace
 * expressions and queries call each other through it, so that none has to import another.
 */
import { ColumnPredicates } from '../../../column-predicates.ts'
import type { Steps } from '../../../origins.ts'
import type { ColumnMove, ColumnName, ObjectName, RelationName } from '../../../protocol.ts'
import type { Relation, Routine, Trigger } from '../../catalog.ts'
import type { Expression, Query } from '../ast.ts'
import { folded, type Names } from '../names.ts'
import type { Namespace, Scope } from './scope.ts'
import { anyOf, clean, derive, isCopy, isPlain, type Rows, type Value } from './value.ts'

/** Nested expressions and queries; deeper ones would exhaust the stack. */
const DEPTH_MAX = 800
/** Places in one expression where something is kept. */
const KEPT_MAX = 200
/** Queries walked for one statement, views, bodies and fixpoints included. */
const QUERIES_MAX = 5000
/** Views and bodies of functions inside one another. */
export const BODY_DEPTH_MAX = 24

/** A statement too deep or too wide to be followed. */
export class TraceLimit extends Error {
  readonly code = 'COUNTERSIGN_TRACE_LIMIT'

  constructor(limit: string) {
    super(`the statement is nested or referenced beyond the limit of ${limit}`)
    this.name = 'TraceLimit'
  }
}

/** One function call, as written and as it may resolve. */
export interface CalledFunction {
  readonly schema: string | undefined
  /** Lower case. */
  readonly name: string
  /** It may be one of the server's own. */
  readonly builtIn: boolean
  /** Stored functions, or procedures of a CALL, that the name may mean. */
  readonly candidates: readonly Routine[]
  readonly args: readonly Expression[]
}

/** The mutually recursive parts. */
export interface Tracers {
  value(node: Expression, scope: Scope, context: Context): Value
  query(node: Query, scope: Scope, context: Context): Rows
  trigger(trigger: Trigger, rows: Namespace, context: Context): ReadonlyMap<string, Value>
}

interface Budget {
  depth: number
  queries: number
  /** Views that were met inside themselves. */
  cycles: number
}

export class Context {
  readonly names: Names
  readonly tracers: Tracers
  /** The text that the tree's ranges point into, where it is at hand. */
  readonly text: string | undefined
  readonly reads: Set<ColumnName> = new Set()
  readonly relations: Map<object, RelationName> = new Map()
  readonly functions: Map<string, CalledFunction> = new Map()
  readonly moves: Map<string, ColumnMove> = new Map()
  readonly predicates: ColumnPredicates = new ColumnPredicates()
  /** What this statement puts into variables, `@name` and `@@name`; shared with inner contexts. */
  readonly assigned: Map<string, Value>
  /** What `?` may stand for: the client's own values, or those of the variables of an EXECUTE. */
  parameters: Value
  /** A value of unknown origin was written somewhere. */
  movesUntraced = false
  /** A routine was called of which nobody can tell what it does; or a plan quotes such values. */
  callsUntraced = false
  /** For its plan, which quotes rows of tables that have one: also columns that nobody takes. */
  plans: boolean
  /**
   * Where values went so far, also constants: what an expression around them depends on may have
   * decided whether, or which. Shared with inner contexts.
   */
  readonly kept: { readonly to: ObjectName; readonly depth: number }[]
  /** In a trace for people; views and bodies are steps themselves, and have none within. */
  readonly steps: Steps | undefined
  /** Views on the way, so that one that names itself ends. */
  readonly following: Set<Relation>
  /** Routines on the way. */
  readonly routines: Set<Routine>
  /** Triggers on the way. */
  readonly triggers: Set<Trigger>
  /** How many views and bodies this one is inside of. */
  readonly bodyDepth: number
  readonly #budget: Budget
  readonly #keptBefore: number

  constructor(
    names: Names,
    tracers: Tracers,
    text: string | undefined,
    parent: Context | Map<string, Value>,
    steps?: Steps,
  ) {
    const outer = parent instanceof Context ? parent : undefined
    this.names = names
    this.tracers = tracers
    this.text = text
    this.steps = steps
    this.assigned = parent instanceof Context ? parent.assigned : parent
    this.following = outer?.following ?? new Set()
    this.routines = outer?.routines ?? new Set()
    this.triggers = outer?.triggers ?? new Set()
    this.bodyDepth = outer === undefined ? 0 : outer.bodyDepth + 1
    this.parameters = outer?.parameters ?? clean
    this.plans = outer?.plans ?? false
    this.kept = outer?.kept ?? []
    this.#keptBefore = this.kept.length
    this.#budget = outer?.budget ?? { depth: 0, queries: 0, cycles: 0 }
  }

  get budget(): Budget {
    return this.#budget
  }

  value(node: Expression, scope: Scope): Value {
    if (++this.#budget.depth > DEPTH_MAX) throw new TraceLimit(`${DEPTH_MAX} levels`)
    const before = this.kept.length
    const value = this.tracers.value(node, scope, this)
    this.#budget.depth--
    if (this.kept.length > before) this.#decides(value, before)
    return value
  }

  values(nodes: readonly (Expression | undefined)[], scope: Scope): Value[] {
    const values: Value[] = []
    for (const node of nodes) if (node !== undefined) values.push(this.value(node, scope))
    return values
  }

  query(node: Query, scope: Scope): Rows {
    if (++this.#budget.queries > QUERIES_MAX) throw new TraceLimit(`${QUERIES_MAX} queries`)
    if (++this.#budget.depth > DEPTH_MAX) throw new TraceLimit(`${DEPTH_MAX} levels`)
    const rows = this.tracers.query(node, scope, this)
    this.#budget.depth--
    if (this.plans) this.#quoted(anyOf(rows.columns))
    return rows
  }

  /** `CASE WHEN email LIKE 'a%' THEN @x := 1`: what was kept tells what was found. */
  #decides(value: Value, before: number): void {
    const { length } = this.kept
    if (length - before > KEPT_MAX) throw new TraceLimit(`${KEPT_MAX} values that are kept`)
    const all = derive([value])
    for (const { to, depth } of this.kept.slice(before)) {
      // What an expression keeps itself was said where it did.
      if (depth <= this.#budget.depth + 1) continue
      const sources = all.sources.filter(from => !this.#goes(from, to))
      if (sources.length > 0) this.#keep({ ...all, sources }, to)
    }
    // They stand there once.
    this.kept.length = length
  }

  #keep(value: Value, to: ObjectName): void {
    if (to.type === 'variable') this.assign(to.name, value)
    else if (to.type === 'setting') this.assign(`@@${to.name}`, value)
    else this.move(value, to)
  }

  #quoted(value: Value): void {
    this.touch(value)
    this.callsUntraced ||= value.untraced
  }

  #goes(from: ColumnName, { type, schema, name }: ObjectName): boolean {
    for (const { from: source, to } of this.moves.values())
      if (source === from && to.type === type && to.schema === schema && to.name === name)
        return true
    return false
  }

  /** The value decides something, or is counted, without being shown. */
  touch(value: Value): void {
    for (const source of value.sources) this.reads.add(source)
  }

  /**
   * Counted or tested for NULL: of a column that tells no more than where it is NULL, of anything
   * computed it may tell whatever the computation asked.
   */
  drop(value: Value): Value {
    if (!isCopy(value) || value.untraced) return derive([value])
    this.touch(value)
    return clean
  }

  /**
   * The value goes somewhere else than to the client. `column` is where, when it is a column; the
   * name of one that is being made.
   */
  move(value: Value, to: ObjectName, column?: Value | string): void {
    this.kept.push({ to, depth: this.#budget.depth })
    this.touch(value)
    this.movesUntraced ||= value.untraced
    const known = typeof column === 'object' ? column.sources : undefined
    const into = typeof column === 'string' ? [newColumn(to, column)] : this.#holding(to, known)
    const copy = isPlain(value)
    const more = { ...(into !== undefined && { into }), ...(copy && { copy }) }
    for (const from of value.sources) {
      if (known?.includes(from) !== true) this.addMove({ from, to, ...more })
      else if (!isCopy(value)) this.addMove({ from, to, itself: true })
    }
  }

  /** Of a relation that the session made the columns are also those that it was made from. */
  #holding(
    to: ObjectName,
    columns: readonly ColumnName[] | undefined,
  ): readonly ColumnName[] | undefined {
    if (columns === undefined || this.names.session.relations(to.schema, to.name).length === 0)
      return columns
    return columns.filter(({ table }) => table === to.name)
  }

  /** So many rows are given: the client may count them. */
  counted(value: Value): void {
    const to = { type: 'row count', schema: undefined, name: 'rows' }
    for (const from of value.sources) this.addMove({ from, to })
  }

  addMove(move: ColumnMove): void {
    const { from, to, into, copy = false, itself = false } = move
    const parts = [from.schema, from.table, from.column, to.type, to.schema, to.name, itself, copy]
    const where = into?.map(({ schema, table, column }) => `${schema}.${table}.${column}`)
    const key = [...parts, ...(from.path ?? []), '>', ...(where ?? ['*'])].join('\0')
    if (!this.moves.has(key)) this.moves.set(key, move)
  }

  /** `@name`, or `@@name`, is given the value; whatever reads it in any row may see it. */
  assign(name: string, value: Value): void {
    const at = folded(name)
    this.assigned.set(at, derive([value, this.assigned.get(at) ?? clean]))
    const system = at.startsWith('@@')
    const type = system ? 'setting' : 'variable'
    this.move(value, { type, schema: undefined, name: system ? at.slice(2) : at })
  }

  /**
   * Settings act: the clock, random numbers, limits and time zones tell of what is in them under
   * other names than their own.
   */
  assignSetting(name: string, value: Value): void {
    this.assign(`@@${name}`, value)
    this.movesUntraced ||= value.sources.length > 0
  }

  /** What `@name` or `@@name` may hold. */
  variable(name: string): Value {
    const before = this.names.session.variable(name)
    const now = this.assigned.get(folded(name)) ?? clean
    return before === undefined ? now : derive([{ ...clean, ...before }, now])
  }

  call(called: CalledFunction): void {
    const key = `${called.schema ?? ''}\0${called.name}`
    const before = this.functions.get(key)
    // Calls of one name are told apart by nothing but their constant arguments: keep them all.
    if (before === undefined) this.functions.set(key, called)
    else if (called.args.length > 0) {
      this.functions.set(key, { ...called, args: [...before.args, ...called.args] })
    }
  }

  /** A context for a body that is read with other names: a view, a function. */
  inside(names: Names, text?: string): Context {
    if (++this.#budget.queries > QUERIES_MAX) throw new TraceLimit(`${QUERIES_MAX} queries`)
    return new Context(names, this.tracers, text, this)
  }

  /**
   * `moves`: what it would write is written when this runs. `asks`: what it asks, the statement's
   * author asks; a view's author asked for everybody.
   */
  absorb(inner: Context, moves: boolean = true, asks: boolean = true): void {
    for (const read of inner.reads) this.reads.add(read)
    if (asks) this.predicates.addAll(inner.predicates.all())
    for (const [key, relation] of inner.relations) this.relations.set(key, relation)
    for (const [key, called] of inner.functions) {
      if (!this.functions.has(key)) this.functions.set(key, called)
    }
    this.callsUntraced ||= inner.callsUntraced
    const kept = this.kept.splice(inner.#keptBefore)
    if (!moves) return
    // What a body keeps, its call keeps.
    for (const { to } of kept) this.kept.push({ to, depth: this.#budget.depth })
    for (const [key, move] of inner.moves) this.moves.set(key, move)
    this.movesUntraced ||= inner.movesUntraced
  }
}

/** Without a schema it may come to stand in any. */
function newColumn({ schema = '', name }: ObjectName, column: string): ColumnName {
  return { schema, table: name, column }
}
