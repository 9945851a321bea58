/**
 * What may fail, and is not evaluated at all where a condition says so: whether the statement fails
 * then tells what the condition found.
 * https://www.postgresql.org/docs/current/functions-conditional.html, sql-expressions.html
 */
import { as, constantOf, type FieldsOf, type Node, nameOf, walk } from '../tree.ts'
import type { Context } from './context.ts'
import type { Scope } from './scope.ts'
import { derive, type Value } from './value.ts'

/** Parts of one expression that are looked through one by one. */
const CHOICES_MAX = 50

/** Keeps what decides whether anything in the expression that may fail is evaluated. */
export function keepChosen(root: Node, value: Value, scope: Scope, context: Context): void {
  if (!mayFail(root)) return
  let choices = 0
  const pending: unknown[] = [root]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next !== 'object' || next === null) continue
    for (const [key, under] of Object.entries(next)) {
      // A subquery has names of its own, and its outputs are looked at where it is traced.
      if (key === 'SubLink' || typeof under !== 'object') continue
      pending.push(under)
      const choice = choiceOf(key, under)
      if (choice.parts.length > 1 && ++choices > CHOICES_MAX) {
        context.predicates.add(value.sources, 'effect')
        return
      }
      keepDeciding(choice, scope, context)
    }
  }
}

function keepDeciding({ parts, deciding }: Choice, scope: Scope, context: Context): void {
  const failing = parts.filter(mayFail)
  if (failing.length === 0) return
  const others = deciding.filter(part => failing.length > 1 || part !== failing[0])
  context.predicates.add(derive(context.values(others, scope)).sources, 'effect')
}

interface Choice {
  readonly parts: readonly Node[]
  /** Those on which it depends whether others are evaluated. */
  readonly deciding: readonly Node[]
}

function choiceOf(kind: string, fields: object): Choice {
  if (kind === 'CaseExpr') {
    const { arg, args = [], defresult } = fields as FieldsOf<'CaseExpr'>
    const branches = args.map(each => as(each, 'CaseWhen'))
    const tests = given([arg, ...branches.map(branch => branch?.expr)])
    const results = given([...branches.map(branch => branch?.result), defresult])
    return { parts: [...tests, ...results], deciding: tests }
  }
  if (kind !== 'BoolExpr' && kind !== 'CoalesceExpr') return { parts: [], deciding: [] }
  const { args = [] } = fields as FieldsOf<'BoolExpr' | 'CoalesceExpr'>
  return { parts: args, deciding: args }
}

function given(nodes: readonly (Node | undefined)[]): readonly Node[] {
  return nodes.filter(node => node !== undefined)
}

function mayFail(part: Node): boolean {
  let found = false
  walk(part, (kind, fields) => {
    if (kind === 'SubLink') found ||= failsOverRows(fields as FieldsOf<'SubLink'>)
    else if (kind === 'A_Expr') found ||= divisorOf(fields as FieldsOf<'A_Expr'>) !== undefined
    else if (kind === 'TypeCast') found ||= failsToCast(fields as FieldsOf<'TypeCast'>)
  })
  return found
}

/** What is divided by, where it may be zero. */
export function divisorOf({ kind, name, rexpr }: FieldsOf<'A_Expr'>): Node | undefined {
  const operator = nameOf(name).at(-1)
  if (kind !== 'AEXPR_OP' || (operator !== '/' && operator !== '%')) return undefined
  const constant = constantOf(rexpr)
  // x / NULLIF(y, 0) never fails, and x / 0 does whatever is decided.
  return constant !== undefined || as(rexpr, 'A_Expr')?.kind === 'AEXPR_NULLIF' ? undefined : rexpr
}

const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar'])

export function isTextCast({ typeName }: FieldsOf<'TypeCast'>): boolean {
  return texts.has(nameOf(typeName?.names).at(-1) ?? '')
}

function failsToCast(cast: FieldsOf<'TypeCast'>): boolean {
  return as(cast.arg, 'A_Const') === undefined && !isTextCast(cast)
}

/** A scalar subquery may have one row at most. */
function failsOverRows({ subLinkType, subselect }: FieldsOf<'SubLink'>): boolean {
  const select = as(subselect, 'SelectStmt')
  return subLinkType === 'EXPR_SUBLINK' && (select === undefined || !isSingle(select))
}

function isSingle(select: FieldsOf<'SelectStmt'>): boolean {
  const { op = 'SETOP_NONE', valuesLists, groupClause, limitCount } = select
  if (Number(constantOf(limitCount) ?? 2) <= 1) return true
  if (valuesLists !== undefined) return valuesLists.length <= 1
  if (op !== 'SETOP_NONE' || groupClause !== undefined) return false
  const outputs = (select.targetList ?? []).map(node => as(node, 'ResTarget')?.val)
  if (outputs.some(isAggregate)) return true
  // Any other function may give a set.
  return select.fromClause === undefined && !outputs.some(output => as(output, 'FuncCall'))
}

/** Without GROUP BY one aggregate makes all rows one. */
function isAggregate(node: Node | undefined): boolean {
  const call = as(node, 'FuncCall')
  if (call === undefined || call.over !== undefined) return false
  return aggregates.has(nameOf(call.funcname).join('.').replace('pg_catalog.', ''))
}

const aggregates: ReadonlySet<string> = new Set([
  ...['array_agg', 'avg', 'bool_and', 'bool_or', 'count', 'every', 'json_agg', 'jsonb_agg'],
  ...['json_object_agg', 'jsonb_object_agg', 'max', 'min', 'string_agg', 'sum'],
])
