/**
 * Expressions in CREATE and ALTER. Some are stored: defaults, generated columns, USING of a changed
 * type, bounds of partitions; whatever they read goes into the table. Of others the rows that are
 * there have to hold, or the statement fails: that is a question about them.
 * https://www.postgresql.org/docs/current/sql-altertable.html, sql-createindex.html, sql-cluster.html
 */
import { as, type FieldsOf, type Node, nameOf, qualified } from '../tree.ts'
import { keepSorted, operatorKind } from './asked.ts'
import { predicate } from './conditions.ts'
import type { Context } from './context.ts'
import { targetRelation } from './from.ts'
import { columnValue } from './relations.ts'
import { emptyNamespace, emptyScope, level, type Namespace, type Scope } from './scope.ts'
import { anyOf, type Columns, clean, derive, fieldNamed, isCopy, type Value } from './value.ts'

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
    const { def, name, subtype } = command ?? {}
    // What a constraint or an index is made of, its name does not say.
    if (subtype === 'AT_ClusterOn') sorted(target, context)
    const altered = as(def, 'ATAlterConstraint')
    const enforces = altered?.alterEnforceability === true && altered.is_enforced === true
    if (enforces || subtype === 'AT_ValidateConstraint') validated(target, context)
    if (def === undefined) continue
    const column = as(def, 'ColumnDef')
    const bounds = boundsOf(as(def, 'PartitionCmd')?.bound)
    const expression = expressions.has(command?.subtype ?? '') ? [def] : []
    const own = name === undefined ? undefined : fieldNamed(target.columns, name)
    const to = own ?? column?.colname
    store([...definedBy(column), ...bounds, ...expression], relation, scope, to, context)
    const constraint = as(def, 'Constraint')
    const constraints = constraint === undefined ? column?.constraints : [def]
    for (const each of constraints ?? []) checked(as(each, 'Constraint'), name, scope, context)
    // Values may not fit into the new type, nor into the bounds.
    if (command?.subtype === 'AT_AlterColumnType' && own !== undefined)
      context.predicates.add(own.sources, 'effect')
    const attached = as(def, 'PartitionCmd')
    if (command?.subtype === 'AT_AttachPartition' && attached?.name !== undefined)
      context.predicates.add(anyOf(targetRelation(attached.name, context).columns).sources, 'range')
  }
}

/** A column's own constraint names no columns: it is of `column`. */
function checked(
  constraint: FieldsOf<'Constraint'> | undefined,
  column: string | undefined,
  scope: Scope,
  context: Context,
): void {
  const { contype, raw_expr: expression, where_clause: where } = constraint ?? {}
  if (contype === 'CONSTR_CHECK') predicate(expression, scope, context)
  predicate(where, scope, context)
  const names = [...nameOf(constraint?.keys), ...nameOf(constraint?.fk_attrs)]
  const own = names.length === 0 && column !== undefined ? [column] : names
  const keys = own.map(name => fieldNamed(scope.namespace.columns, name) ?? clean)
  if (contype === 'CONSTR_UNIQUE' || contype === 'CONSTR_PRIMARY')
    keepSorted('group', keys, context)
  if (contype === 'CONSTR_FOREIGN')
    for (const { sources } of [...keys, ...referenced(constraint, context)])
      context.predicates.add(sources, 'equality')
  for (const exclusion of constraint?.exclusions ?? []) {
    const [element, operator] = as(exclusion, 'List')?.items ?? []
    const kind = operatorKind(nameOf(as(operator, 'List')?.items).at(-1))
    for (const value of indexed(element === undefined ? [] : [element], scope, context))
      context.predicates.add(value.sources, kind === 'equality' ? 'group' : 'comparison')
  }
}

/** Of the other table whether it has the values of this one. */
function referenced(
  constraint: FieldsOf<'Constraint'> | undefined,
  context: Context,
): readonly Value[] {
  if (constraint?.pktable === undefined) return []
  const { columns } = targetRelation(constraint.pktable, context)
  return nameOf(constraint.pk_attrs).map(name => fieldNamed(columns, name) ?? clean)
}

/** A unique index says whether values are, one of an expression whether it fails for any. */
export function createIndex(index: FieldsOf<'IndexStmt'>, context: Context): void {
  if (index.relation === undefined) return
  const scope = level(emptyScope, targetRelation(index.relation, context))
  const keys = indexed(index.indexParams, scope, context)
  const made = keys.filter(value => !isCopy(value))
  keepSorted('group', index.unique === true ? keys : made, context)
  predicate(index.whereClause, scope, context)
}

function indexed(elements: readonly Node[] | undefined, scope: Scope, context: Context): Value[] {
  const values = (elements ?? []).flatMap(node => {
    const element = as(node, 'IndexElem')
    if (element?.name !== undefined) return fieldNamed(scope.namespace.columns, element.name) ?? []
    return context.values([element?.expr], scope)
  })
  context.touch(derive(values))
  return values
}

/** Statistics over expressions: ANALYZE fails where one of them does. */
export function createStatistics(stats: FieldsOf<'CreateStatsStmt'>, context: Context): void {
  for (const node of stats.relations ?? []) {
    const range = as(node, 'RangeVar')
    if (range === undefined) continue
    const scope = level(emptyScope, targetRelation(range, context))
    const expressions = (stats.exprs ?? []).map(each => as(each, 'StatsElem')?.expr)
    keepSorted(
      'group',
      context.values(expressions, scope).filter(value => !isCopy(value)),
      context,
    )
  }
}

/** Rows come in the order of the index from then on. Without a table: of those clustered before. */
export function cluster(range: FieldsOf<'RangeVar'> | undefined, context: Context): void {
  if (range !== undefined) sorted(targetRelation(range, context), context)
}

function sorted({ columns }: Namespace, context: Context): void {
  context.predicates.add(anyOf(columns).sources, 'order')
}

function validated({ columns }: Namespace, context: Context): void {
  context.predicates.add(anyOf(columns).sources, 'computed')
}

/** Which rows anybody sees from then on. */
export function rowPolicy(
  policy: Pick<FieldsOf<'CreatePolicyStmt'>, 'table' | 'qual' | 'with_check'>,
  context: Context,
): void {
  if (policy.table === undefined) return
  const scope = level(emptyScope, targetRelation(policy.table, context))
  predicate(policy.qual, scope, context)
  predicate(policy.with_check, scope, context)
}

export function createDomain(domain: FieldsOf<'CreateDomainStmt'>, context: Context): void {
  const to = { type: 'domain', schema: undefined, name: domain.domainname?.map(sval).at(-1) ?? '' }
  const values = context.values(constraintValues(domain.constraints), emptyScope)
  context.move(derive(values), to)
}

/** Every column of the domain has to hold what is added to it, and what is validated. */
export function alterDomain(domain: FieldsOf<'AlterDomainStmt'>, context: Context): void {
  const { subtype, typeName, def } = domain
  const { name } = qualified(nameOf(typeName))
  const constraint = as(def, 'Constraint')
  for (const { relation, column } of context.names.catalog.domainColumns(name)) {
    const value = columnValue(relation, column, context)
    const columns = { fields: [{ name: 'value', value }], rest: undefined }
    if (constraint?.contype === 'CONSTR_CHECK')
      predicate(constraint.raw_expr, level(emptyScope, { ...emptyNamespace, columns }), context)
    else if (subtype === 'V') {
      context.touch(value)
      context.predicates.add(value.sources, 'computed')
    }
  }
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
