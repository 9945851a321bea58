/** Objects as statements name them, and the words for their types. */
import type { RangeVar } from 'libpg-query'
import type { EffectKind } from '../../../protocol.ts'
import { resolveFunctions } from '../names.ts'
import { as, kindOf, type Node, nameOf, qualified } from '../tree.ts'
import type { Collector } from './collector.ts'

export function words(...each: readonly (string | undefined)[]): string {
  return each.filter(word => word !== undefined && word !== '').join(' ')
}

/** A relation about to be made: no lookup, since it is not there yet. */
export function createdObject(
  type: string,
  range: RangeVar | undefined,
): { type: string; schema: string | undefined; name: string } {
  const temporary = range?.relpersistence === 't'
  return {
    type,
    schema: temporary ? 'pg_temp' : range?.schemaname,
    name: range?.relname ?? '',
  }
}

/** The relations in a FROM itself, joins opened, subqueries not. */
export function rangesOf(nodes: readonly Node[]): RangeVar[] {
  const found: RangeVar[] = []
  for (const node of nodes) {
    const range = as(node, 'RangeVar')
    if (range !== undefined) found.push(range)
    const join = as(node, 'JoinExpr')
    if (join === undefined) continue
    if (join.larg !== undefined) found.push(...rangesOf([join.larg]))
    if (join.rarg !== undefined) found.push(...rangesOf([join.rarg]))
  }
  return found
}

export function server(name: string | undefined): {
  type: string
  schema: undefined
  name: string
} {
  return { type: 'server', schema: undefined, name: name ?? '*' }
}

/** What a publication gives away goes to whoever subscribes. */
export function publicationObjects(
  objects: readonly Node[] | undefined,
  all: boolean,
  out: Collector,
): void {
  if (all)
    out.add('export', { type: 'database', schema: undefined, name: '*' }, { detail: 'replication' })
  for (const node of objects ?? []) {
    const object = as(node, 'PublicationObjSpec')
    const range = object?.pubtable?.relation
    if (range !== undefined) out.relation('export', range, { detail: 'replication' })
    else
      out.add(
        'export',
        { type: 'schema', schema: undefined, name: object?.name ?? '*' },
        { detail: 'replication' },
      )
  }
}

/** Names of objects as DROP, COMMENT, GRANT and their like list them. */
export function objectNames(node: Node): { schema: string | undefined; name: string } | undefined {
  const kind = kindOf(node)
  if (kind === 'List') {
    const items = as(node, 'List')?.items ?? []
    // A cast is named by its types.
    const type = as(items.at(-1), 'TypeName')
    return qualified(nameOf(type?.names ?? items))
  }
  // A large object is named by its number.
  if (kind === 'Integer') return { schema: undefined, name: String(as(node, 'Integer')?.ival ?? 0) }
  if (kind === 'Float') return { schema: undefined, name: as(node, 'Float')?.fval ?? '*' }
  if (kind === 'String') return { schema: undefined, name: as(node, 'String')?.sval ?? '' }
  if (kind === 'TypeName') return qualified(nameOf(as(node, 'TypeName')?.names))
  if (kind === 'ObjectWithArgs') return qualified(nameOf(as(node, 'ObjectWithArgs')?.objname))
  const range = as(node, 'RangeVar')
  return range === undefined ? undefined : { schema: range.schemaname, name: range.relname ?? '' }
}

/** OBJECT_MATVIEW → `materialized view`. */
export function objectType(type: string | undefined): string {
  const word = (type ?? 'object').replace('OBJECT_', '').toLowerCase()
  return objectTypes[word] ?? word.replaceAll('_', ' ')
}

const objectTypes: Readonly<Record<string, string>> = {
  matview: 'materialized view',
  fdw: 'foreign data wrapper',
  tabconstraint: 'constraint',
  domconstraint: 'constraint',
  opclass: 'operator class',
  opfamily: 'operator family',
  statistic_ext: 'statistics',
  largeobject: 'large object',
  tsconfiguration: 'text search configuration',
  tsdictionary: 'text search dictionary',
  tsparser: 'text search parser',
  tstemplate: 'text search template',
  parameter_acl: 'setting',
}

/** Types of objects that are found by the name of a relation. */
export const relationTypes: ReadonlySet<string> = new Set([
  'table',
  'view',
  'materialized view',
  'sequence',
  'foreign table',
])

const routines: ReadonlySet<string> = new Set(['function', 'procedure', 'aggregate', 'routine'])

/** Overloads are not told apart: every function of that name that the path shows. */
function onRoutine(
  kind: EffectKind,
  type: string,
  { schema, name }: { schema: string | undefined; name: string },
  detail: string | undefined,
  out: Collector,
): void {
  const found = resolveFunctions(out.names, schema, name)
  if (found.length === 0) out.add(kind, { type, schema, name }, { detail })
  for (const each of found) out.add(kind, { type, schema: each.schema, name }, { detail })
}

/** One effect for each relation that the name may mean, or for the object as it was written. */
export function onObject(
  kind: 'create' | 'alter' | 'drop' | 'grant',
  type: string,
  node: Node | undefined,
  detail: string | undefined,
  out: Collector,
): void {
  const name = node === undefined ? undefined : objectNames(node)
  if (name === undefined) out.add(kind, { type, schema: undefined, name: '*' }, { detail })
  else if (routines.has(type)) onRoutine(kind, type, name, detail, out)
  else if (relationTypes.has(type)) out.named(kind, name.schema, name.name, { detail }, type)
  else out.add(kind, { type, ...name }, { detail })
}
