/**
 * Expressions in CREATE and ALTER whose values are stored: defaults, generated columns, USING of a
 * changed type, bounds of partitions. Whatever they read goes into the table.
 */
import { as, type FieldsOf, type Node } from '../tree.ts'
import type { Context } from './context.ts'
import { targetRelation } from './from.ts'
import { emptyNamespace, emptyScope, level, type Scope } from './scope.ts'
import { type Columns, clean, derive, fieldNamed } from './value.ts'

export function createTable(create: FieldsOf<'CreateStmt'>, context: Context): void {
  const elements = (create.tableElts ?? []).map(node => as(node, 'ColumnDef'))
  const fields = elements.map(column => ({ name: column?.colname ?? '', value: clean }))
  const columns: Columns = { fields, rest: undefined }
  const scope = level(emptyScope, { ...emptyNamespace, columns })
  const stored = [...elements.flatMap(definedBy), ...boundsOf(create.partbound)]
  store(stored, create.relation, scope, undefined, context)
}

export function alterTable(alter: FieldsOf<'AlterTableStmt'>, context: Context): void {
  const { relation } = alter
  if (relation === undefined) return
  const target = targetRelation(relation, context)
  const scope = level(emptyScope, target)
  for (const node of alter.cmds ?? []) {
    const command = as(node, 'AlterTableCmd')
    const { def, name } = command ?? {}
    if (def === undefined) continue
    const column = as(def, 'ColumnDef')
    const bounds = boundsOf(as(def, 'PartitionCmd')?.bound)
    const expression = expressions.has(command?.subtype ?? '') ? [def] : []
    const own = name === undefined ? undefined : fieldNamed(target.columns, name)
    const to = own ?? column?.colname
    store([...definedBy(column), ...bounds, ...expression], relation, scope, to, context)
  }
}

export function createDomain(domain: FieldsOf<'CreateDomainStmt'>, context: Context): void {
  const to = { type: 'domain', schema: undefined, name: domain.domainname?.map(sval).at(-1) ?? '' }
  const values = context.values(constraintValues(domain.constraints), emptyScope)
  context.move(derive(values), to)
}

/** Commands whose definition is the expression itself. */
const expressions: ReadonlySet<string> = new Set(['AT_ColumnDefault', 'AT_SetExpression'])

function definedBy(column: FieldsOf<'ColumnDef'> | undefined): Node[] {
  if (column === undefined) return []
  const { raw_default: using, constraints } = column
  return [...(using === undefined ? [] : [using]), ...constraintValues(constraints)]
}

function constraintValues(constraints: readonly Node[] | undefined): Node[] {
  return (constraints ?? []).flatMap(node => {
    const constraint = as(node, 'Constraint')
    const stores =
      constraint?.contype === 'CONSTR_DEFAULT' || constraint?.contype === 'CONSTR_GENERATED'
    return stores && constraint.raw_expr !== undefined ? [constraint.raw_expr] : []
  })
}

/** MINVALUE and MAXVALUE come as names of columns, and are none. */
function boundsOf(bound: FieldsOf<'PartitionBoundSpec'> | undefined): Node[] {
  const { listdatums = [], lowerdatums = [], upperdatums = [] } = bound ?? {}
  const datums = [...listdatums, ...lowerdatums, ...upperdatums]
  return datums.filter(node => as(node, 'ColumnRef') === undefined)
}

function store(
  stored: readonly Node[],
  range: FieldsOf<'RangeVar'> | undefined,
  scope: Scope,
  column: Parameters<Context['move']>[2],
  context: Context,
): void {
  const to = { type: 'table', schema: range?.schemaname, name: range?.relname ?? '' }
  for (const node of stored) context.move(context.value(node, scope), to, column)
}

function sval(node: Node): string {
  return as(node, 'String')?.sval ?? ''
}
