/**
 * What may be said of a function's result: made of its arguments alone, made by a SQL body that can
 * be read, or unknown.
 */
import { parseSync } from 'libpg-query'
import type { CatalogFunction } from '../../catalog.ts'
import { systemPath, withoutPath } from '../names.ts'
import { kindOf, type Node } from '../tree.ts'
import { readers, reviewed, reviewedExtensions } from './built-ins.ts'
import { unknownConditions, wholly } from './conditions.ts'
import { BODY_DEPTH_MAX, type Context } from './context.ts'
import { plpgsqlResult } from './plpgsql.ts'
import { parsed, resolveRange } from './relations.ts'
import { emptyScope } from './scope.ts'
import {
  anyOf,
  clean,
  derive,
  isConstant,
  type Rows,
  rowOf,
  unknownColumns,
  untraced,
  type Value,
} from './value.ts'

/**
 * `pure`: the result is made of the arguments. `body`: it is what its SQL says. `words`: of what
 * its PL/pgSQL names. `parts`: of what the functions give that it is made of.
 */
export type FunctionKind = 'pure' | 'body' | 'words' | 'parts' | 'untraced'

export function functionKind(called: CatalogFunction): FunctionKind {
  const { builtIn, name, language, volatility } = called
  if (called.runs !== undefined) return 'parts'
  if (readers.has(name)) return 'untraced'
  if (builtIn) return volatility === 'immutable' || reviewed.has(name) ? 'pure' : 'untraced'
  if (language === 'sql' && bodyText(called) !== undefined) return 'body'
  if (language === 'plpgsql') return 'words'
  // Only a superuser makes these, and immutable ones have no business with tables.
  if (language !== 'c' && language !== 'internal') return 'untraced'
  return volatility === 'immutable' || reviewedExtensions.has(name) ? 'pure' : 'untraced'
}

/** The result of one function that the call may mean, given the union of its arguments. */
export function functionResult(called: CatalogFunction, given: Value, context: Context): Value {
  const { defaults } = called
  const args = defaults === undefined ? given : derive([given, textValue(defaults, context)])
  switch (functionKind(called)) {
    case 'pure':
      return args
    case 'parts':
      return derive([args, ...partsOf(called, args, context)])
    case 'words': {
      const value = wordsResult(called, args, context)
      if (value === undefined) return opaqueResult(called, args, context)
      if (called.volatility === 'volatile' && !isConstant(value)) keep(called, value, context)
      if (called.volatility === 'immutable') context.planned.push(value)
      return value
    }
    case 'body': {
      const value = bodyResult(called, args, context)
      if (called.volatility === 'immutable') context.planned.push(value)
      return value
    }
    default:
      return opaqueResult(called, args, context)
  }
}

function opaqueResult(called: CatalogFunction, args: Value, context: Context): Value {
  context.callsUntraced = true
  if (called.volatility === 'volatile') keep(called, args, context)
  return untraced
}

/** It may keep what it is given, or reads. One that promises not to write cannot. */
function keep({ schema, name }: CatalogFunction, value: Value, context: Context): void {
  context.move(value, { type: 'function', schema, name })
}

/** State functions of an aggregate, the function of an operator. Extensions' code computes. */
function partsOf(called: CatalogFunction, args: Value, context: Context): Value[] {
  return (called.runs ?? []).map(oid => {
    const part = context.names.catalog.functionByOid(oid)
    if (part === undefined) return untraced
    const trusted = part.builtIn || (part.language === 'c' && part.volatility !== 'volatile')
    return trusted && !readers.has(part.name) ? args : functionResult(part, args, context)
  })
}

function wordsResult(called: CatalogFunction, args: Value, context: Context): Value | undefined {
  if (context.bodyDepth >= BODY_DEPTH_MAX) return undefined
  const inside = context.inside(withoutPath(context.names))
  const value = plpgsqlResult(called, derive([args]), inside, {
    relation: (schemaname, relname, within) =>
      resolveRange({ schemaname, relname, inh: true }, within).columns,
    called: (candidate, given, within) => functionResult(candidate, given, within),
  })
  context.absorb(inside)
  if (value === undefined) return undefined
  context.touch(value)
  return value.untraced ? undefined : value
}

/** An expression, or a list of them, as the catalog writes them. */
export function textValue(text: string, context: Context): Value {
  const node = parsed(`SELECT ${text}`)
  if (node === undefined || context.bodyDepth >= BODY_DEPTH_MAX) return untraced
  const inside = context.inside(withoutPath(context.names))
  const { columns } = inside.query(node, emptyScope)
  context.absorb(inside)
  return anyOf(columns)
}

function bodyResult(called: CatalogFunction, args: Value, context: Context): Value {
  const statements = bodyOf(called)
  if (statements === undefined || context.bodyDepth >= BODY_DEPTH_MAX) {
    context.callsUntraced = true
    return untraced
  }
  // A body's names are looked up with the path of its own SET clause or of the caller. Those of a
  // standard body were, when it was made, and what is unqualified in it is the server's.
  const names = standard.test(called.source ?? '') ? systemPath : withoutPath
  const inside = context.inside(names(context.names))
  const scope = { ...emptyScope, args: derive([args]) }
  let last: Rows | undefined
  for (const node of statements) {
    const known = queries.has(kindOf(node) ?? '')
    if (!known) context.callsUntraced = true
    last = known
      ? inside.query(node, scope)
      : { columns: unknownColumns, conditions: unknownConditions }
  }
  context.absorb(inside)
  return last === undefined ? clean : bodyValue(called, last, context)
}

const queries: ReadonlySet<string> = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
])

/** The rows of a relation's type have its columns; otherwise the columns' names are not known. */
function bodyValue(called: CatalogFunction, last: Rows, context: Context): Value {
  const { columns, conditions } = last
  // It is called for what it makes of its arguments, looking things up by them included.
  const decided = wholly(conditions)
  const value = derive([anyOf(columns), decided])
  const { catalog } = context.names
  const { returnsRelation } = called
  const relation =
    returnsRelation === undefined ? undefined : catalog.relationByOid(returnsRelation)
  if (relation === undefined) return value
  const sameWidth = columns.rest === undefined && columns.fields.length === relation.columns.length
  const fields = relation.columns.map(({ name }, i) => ({
    name,
    value: fieldValue(sameWidth ? columns.fields[i]?.value : undefined),
  }))
  return rowOf({ fields, rest: undefined })

  function fieldValue(field: Value | undefined): Value {
    if (field === undefined) return value
    return isConstant(decided) ? field : derive([field, decided])
  }
}

const bodies = new WeakMap<CatalogFunction, readonly Node[] | undefined>()

function bodyOf(called: CatalogFunction): readonly Node[] | undefined {
  if (bodies.has(called)) return bodies.get(called)
  const statements = parseBody(bodyText(called) ?? '')
  bodies.set(called, statements)
  return statements
}

function parseBody(text: string): readonly Node[] | undefined {
  try {
    return (parseSync(text).stmts ?? []).flatMap(({ stmt }) => stmt ?? [])
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

const standard = /^\s*(?:BEGIN\s+ATOMIC|RETURN)\b/i

/** As the catalog has it: a string, or in the SQL standard's form `BEGIN ATOMIC …`, `RETURN …`. */
function bodyText({ source }: CatalogFunction): string | undefined {
  if (source === undefined || source.trim() === '') return undefined
  const atomic = /^\s*BEGIN\s+ATOMIC\b([\s\S]*)\bEND\s*;?\s*$/i.exec(source)
  if (atomic !== null) return atomic[1]
  return source.replace(/^\s*RETURN\b/i, 'SELECT ')
}
