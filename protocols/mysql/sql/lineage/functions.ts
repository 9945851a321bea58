/**
 * What may be said of a stored function's result, and of what a procedure shows: what their bodies
 * say, whatever the order in which they do it.
 * https://dev.mysql.com/doc/refman/9.7/en/stored-routines.html
 */
import type { Routine, Trigger } from '../../catalog.ts'
import type { Expression, Program, Query, SetItem, Statement } from '../ast.ts'
import type { LexerOptions } from '../lexer/options.ts'
import { folded, inDatabase, type Names } from '../names.ts'
import { parse } from '../parse.ts'
import { wholly } from './conditions.ts'
import { BODY_DEPTH_MAX, type Context } from './context.ts'
import { emptyScope, level, type Namespace, type Scope } from './scope.ts'
import {
  anyOf,
  type Columns,
  clean,
  derive,
  isConstant,
  untraced,
  type Value,
  zipped,
} from './value.ts'
import { traceDelete, traceInsert, traceUpdate } from './writes.ts'

/** The result of one function that the call may mean. */
export function functionResult(called: Routine, args: readonly Value[], context: Context): Value {
  const body = ran(called, args, context)
  return body === undefined ? unknownRoutine(called, args, context) : body.returned
}

export interface ProcedureRun {
  /** undefined: it shows nothing. */
  readonly shown: Columns | undefined
  /** What its OUT arguments may hold. */
  readonly out: Value
}

export function procedureRun(
  called: Routine,
  args: readonly Value[],
  context: Context,
): ProcedureRun | undefined {
  const body = ran(called, args, context)
  if (body === undefined) unknownRoutine(called, args, context)
  return body
}

/**
 * What a trigger puts into the columns of NEW, by their lower-case names; what it writes elsewhere
 * is moved. `rows` are NEW and OLD.
 */
export function triggerRun(
  trigger: Trigger,
  rows: Namespace,
  context: Context,
): ReadonlyMap<string, Value> {
  const program = triggerProgram(trigger)
  if (program === undefined || context.triggers.has(trigger)) return new Map()
  const inside = context.inside(routineNames(trigger, context.names))
  context.triggers.add(trigger)
  const scope = level(emptyScope, rows)
  const body = new Body({ kind: 'procedure', parameters: [] }, program, inside, scope)
  body.run([])
  context.triggers.delete(trigger)
  // Who made it asked what it asks.
  context.absorb(inside, true, false)
  return body.given
}

const triggerPrograms = new WeakMap<Trigger, Program | undefined>()

function triggerProgram(trigger: Trigger): Program | undefined {
  if (triggerPrograms.has(trigger)) return triggerPrograms.get(trigger)
  const { source, lexer } = trigger
  const head = 'CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW'
  const program = source === undefined ? undefined : programIn(`${head} ${source}`, lexer)
  triggerPrograms.set(trigger, program)
  return program
}

/** It may keep what it is given, whatever it says of itself. */
function unknownRoutine(called: Routine, args: readonly Value[], context: Context): Value {
  context.callsUntraced = true
  const { schema, name, kind } = called
  context.move(derive(args), { type: kind === 'procedure' ? kind : 'function', schema, name })
  return untraced
}

interface Ran extends ProcedureRun {
  readonly returned: Value
}

/** undefined: nobody can say what it does. */
function ran(called: Routine, args: readonly Value[], context: Context): Ran | undefined {
  const program = called.language === 'sql' ? programOf(called) : undefined
  const recursive = context.routines.has(called)
  if (program === undefined || recursive || context.bodyDepth >= BODY_DEPTH_MAX) return undefined
  const inside = context.inside(routineNames(called, context.names))
  context.routines.add(called)
  const body = new Body(called, program, inside).run(args)
  context.routines.delete(called)
  if (body !== undefined) context.absorb(inside)
  return body
}

/** Variables and temporary tables are the session's; what is prepared, no function can run. */
function routineNames({ schema, lexer }: Pick<Routine, 'schema' | 'lexer'>, names: Names): Names {
  const { session } = names
  const inner = inDatabase(names, schema, lexer)
  return {
    ...inner,
    session: {
      relations: (where, name) => session.relations(where, name),
      prepared: () => [],
      variable: name => session.variable(name),
      variables: of => session.variables(of),
      handlers: () => [],
    },
  }
}

const programs = new WeakMap<Routine, Program | undefined>()

function programOf(called: Routine): Program | undefined {
  if (programs.has(called)) return programs.get(called)
  const { source, kind, lexer } = called
  const head = kind === 'procedure' ? 'CREATE PROCEDURE p()' : 'CREATE FUNCTION f() RETURNS INT'
  const program = source === undefined ? undefined : programIn(`${head} ${source}`, lexer)
  programs.set(called, program)
  return program
}

function programIn(text: string, lexer: LexerOptions): Program | undefined {
  const parsed = parse(text, lexer)
  const [statement, more] = parsed.ok ? parsed.statements : []
  const node = statement?.node
  return node?.kind === 'createRoutine' && more === undefined ? node.program : undefined
}

/**
 * One value stands for all variables of the body, and for all that decides what it does: whatever
 * its statements read and its expressions make, until nothing is added.
 */
class Body {
  readonly #called: Pick<Routine, 'kind' | 'parameters'>
  readonly #program: Program
  readonly #context: Context
  readonly #locals: ReadonlySet<string>
  /** Of a trigger: the rows that it is given. */
  readonly #outer: Scope
  /** What is put into NEW. */
  readonly given: Map<string, Value> = new Map()
  #pool: Value = clean
  #shown: Columns[] = []
  #understood = true

  constructor(
    called: Pick<Routine, 'kind' | 'parameters'>,
    program: Program,
    context: Context,
    outer: Scope = emptyScope,
  ) {
    this.#called = called
    this.#outer = outer
    this.#program = program
    this.#context = context
    const parameters = called.parameters.map(({ name }) => name)
    this.#locals = new Set([...parameters, ...program.variables].map(folded))
  }

  run(args: readonly Value[]): Ran | undefined {
    const { statements, expressions } = this.#program
    const [only, ...others] = expressions
    const isFormula = statements.length === 0 && others.length === 0 && only !== undefined
    if (isFormula && this.#called.kind === 'function') return this.#formula(only, args)
    this.#pool = derive(args)
    for (let round = 0; ; round++) {
      const before = this.#pool
      this.#shown = []
      const control = derive(this.#values(expressions))
      for (const statement of statements) this.#statement(statement)
      if (!this.#understood || round > roundsMax) return undefined
      if (isSame(before, this.#pool)) return { ...this.#outcome(control), returned: this.#pool }
    }
  }

  /** `RETURN expression`: of each parameter its own argument. */
  #formula(expression: Expression, args: readonly Value[]): Ran {
    const values = new Map(
      this.#called.parameters.map(({ name }, i): [string, Value] => [
        folded(name),
        derive(args.slice(i, i + 1)),
      ]),
    )
    const scope: Scope = { ...emptyScope, locals: name => values.get(folded(name)) }
    const returned = derive([this.#context.value(expression, scope)])
    return { returned, shown: undefined, out: clean }
  }

  /** Where there are several results, which of them comes is decided by conditions. */
  #outcome(control: Value): ProcedureRun {
    const out = this.#pool
    if (this.#shown.length === 0) return { shown: undefined, out }
    const columns = zipped(this.#shown)
    if (isConstant(control)) return { shown: columns, out }
    const several = this.#shown.length > 1
    const fields = columns.fields.map(field =>
      several || isConstant(field.value)
        ? { ...field, value: derive([field.value, control]) }
        : field,
    )
    return { shown: { fields, rest: columns.rest }, out }
  }

  #scope(): Scope {
    return {
      ...this.#outer,
      locals: name => (this.#locals.has(folded(name)) ? this.#pool : undefined),
    }
  }

  #values(nodes: readonly Expression[]): Value[] {
    const values = this.#context.values(nodes, this.#scope())
    this.#add(...values)
    return values
  }

  #add(...values: readonly Value[]): void {
    this.#pool = derive([this.#pool, ...values])
  }

  #statement(node: Statement): void {
    const context = this.#context
    const scope = this.#scope()
    switch (node.kind) {
      case 'query':
        this.#query(node)
        break
      case 'insert':
        this.#returning(node.returning !== undefined, traceInsert(node, context, scope).columns)
        break
      case 'update':
        traceUpdate(node, context, scope)
        break
      case 'delete':
        this.#returning(node.returning !== undefined, traceDelete(node, context, scope).columns)
        break
      case 'set':
        for (const item of node.items) this.#set(item)
        if (node.statement !== undefined) this.#understood = false
        break
      case 'do':
        this.#values(node.expressions)
        break
      case 'transaction':
        break
      default:
        // What it shows, or makes for later, is not followed.
        this.#understood = false
    }
  }

  #query(node: Query): void {
    const { columns, conditions } = this.#context.query(node, this.#scope())
    const whole = derive([anyOf(columns), wholly(conditions)])
    if (node.into === undefined) {
      this.#shown.push(columns)
      // That of a cursor is not shown, and what is fetched from it is in a variable.
      this.#add(whole)
      return
    }
    this.#add(whole)
    if (node.into.kind !== 'variables') {
      const { file } = node.into
      this.#context.move(anyOf(columns), { type: 'file', schema: undefined, name: file })
      return
    }
    for (const target of node.into.targets)
      if (typeof target !== 'string') this.#context.assign(target.name, whole)
  }

  #returning(shown: boolean, columns: Columns): void {
    if (shown) this.#shown.push(columns)
  }

  #set(item: SetItem): void {
    switch (item.kind) {
      case 'local': {
        const [row = '', column] = item.name.map(folded)
        const value = derive(this.#values([item.value]))
        if (row === 'new' && column !== undefined)
          this.given.set(column, derive([value, this.given.get(column) ?? clean]))
        break
      }
      case 'userVariable':
        this.#context.assign(item.target.name, derive(this.#values([item.value])))
        break
      case 'systemVariable': {
        const value = derive(this.#values([item.value]))
        const { name } = item.target
        if (!this.#locals.has(folded(name))) this.#context.assignSetting(name, value)
        break
      }
      default:
        this.#understood = false
    }
  }
}

const roundsMax = 20

function isSame(a: Value, b: Value): boolean {
  return a.sources.length === b.sources.length && a.untraced === b.untraced
}
