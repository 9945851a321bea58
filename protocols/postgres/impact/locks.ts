/**
 * Which locks on tables a statement takes, and whether it can be taken back, by what the grammar
 * made of it. https://www.postgresql.org/docs/current/explicit-locking.html
 */
import type { AlterTableStmt, RangeVar } from 'libpg-query'
import { isConsequence } from '../../cascades.ts'
import type { Effect, LockImpact } from '../../protocol.ts'
import { as, kindOf, type Node, type NodeKind, nameOf, qualified } from '../sql/tree.ts'

/** As written: the schema may be absent. */
interface Locked {
  readonly schema: string | undefined
  readonly name: string
  readonly mode: Mode
}

type Mode = keyof typeof blocked

const blocked = {
  'ROW EXCLUSIVE': 'rows',
  'SHARE UPDATE EXCLUSIVE': 'definitions',
  SHARE: 'writes',
  'SHARE ROW EXCLUSIVE': 'writes',
  EXCLUSIVE: 'writes',
  'ACCESS EXCLUSIVE': 'everything',
} as const satisfies Readonly<Record<string, LockImpact['blocks']>>

/** Of LOCK TABLE, by the number of its mode; the first two are not told. */
const modes: readonly (Mode | undefined)[] = [
  ...[undefined, undefined, undefined],
  ...(['ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'SHARE'] as const),
  ...(['SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'] as const),
]

/** Those that keep others from something; the strongest of each table. */
export function locksOf(nodes: readonly Node[], effects: readonly Effect[]): readonly LockImpact[] {
  const found = new Map<string, LockImpact>()
  const add = (table: string, mode: Mode): void => {
    const before = found.get(table)
    const strongest = before === undefined || strength(mode) > strength(before.mode as Mode)
    if (strongest) found.set(table, { table, mode, blocks: blocked[mode] })
  }
  for (const { kind, object } of effects)
    if (written.has(kind) && object?.type === 'table')
      add(`${object.schema}.${object.name}`, 'ROW EXCLUSIVE')
  for (const node of nodes)
    for (const { schema, name, mode } of lockedBy(node)) add(full(schema, name, effects), mode)
  return [...found.values()]
}

const written: ReadonlySet<string> = new Set(['insert', 'update', 'delete'])

function strength(mode: Mode): number {
  return Object.keys(blocked).indexOf(mode)
}

/** The name that the effects know it by. */
function full(schema: string | undefined, name: string, effects: readonly Effect[]): string {
  if (schema !== undefined) return `${schema}.${name}`
  const object = effects.find(each => each.object?.name === name)?.object
  return object?.schema === undefined ? name : `${object.schema}.${name}`
}

function lockedBy(node: Node): readonly Locked[] {
  const on = (range: RangeVar | undefined, mode: Mode): Locked[] =>
    range === undefined ? [] : [{ schema: range.schemaname, name: range.relname ?? '', mode }]
  const all = (nodes: readonly Node[] | undefined, mode: Mode): Locked[] =>
    (nodes ?? []).flatMap(each => on(as(each, 'RangeVar'), mode))
  const truncate = as(node, 'TruncateStmt')
  if (truncate) return all(truncate.relations, 'ACCESS EXCLUSIVE')
  const alter = as(node, 'AlterTableStmt')
  if (alter) return on(alter.relation, alterMode(alter))
  const rename = as(node, 'RenameStmt')
  if (rename) return on(rename.relation, 'ACCESS EXCLUSIVE')
  const drop = as(node, 'DropStmt')
  if (drop && tableTypes.has(drop.removeType ?? ''))
    return (drop.objects ?? []).map(each => ({
      ...qualified(nameOf(as(each, 'List')?.items)),
      mode: 'ACCESS EXCLUSIVE',
    }))
  const index = as(node, 'IndexStmt')
  if (index) return on(index.relation, index.concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE')
  const vacuum = as(node, 'VacuumStmt')
  if (vacuum) {
    const fully = vacuum.options?.some(each => as(each, 'DefElem')?.defname === 'full')
    const mode = fully ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE'
    return (vacuum.rels ?? []).flatMap(each => on(as(each, 'VacuumRelation')?.relation, mode))
  }
  const cluster = as(node, 'ClusterStmt')
  if (cluster) return on(cluster.relation, 'ACCESS EXCLUSIVE')
  const refresh = as(node, 'RefreshMatViewStmt')
  if (refresh) return on(refresh.relation, refresh.concurrent ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE')
  const trigger = as(node, 'CreateTrigStmt')
  if (trigger) return on(trigger.relation, 'SHARE ROW EXCLUSIVE')
  const lock = as(node, 'LockStmt')
  const mode = modes[lock?.mode ?? 0]
  return lock && mode ? all(lock.relations, mode) : []
}

const tableTypes: ReadonlySet<string> = new Set([
  ...['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_FOREIGN_TABLE', 'OBJECT_SEQUENCE'],
])

/** The strongest that any of its parts wants. https://www.postgresql.org/docs/current/sql-altertable.html */
function alterMode({ cmds = [] }: AlterTableStmt): Mode {
  const wanted = cmds.map((each): Mode => {
    const command = as(each, 'AlterTableCmd')
    const added = as(command?.def, 'Constraint')
    if (command?.subtype === 'AT_AddConstraint' && added?.contype === 'CONSTR_FOREIGN')
      return 'SHARE ROW EXCLUSIVE'
    return light.has(command?.subtype ?? '') ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'
  })
  return wanted.sort((a, b) => strength(b) - strength(a))[0] ?? 'ACCESS EXCLUSIVE'
}

const light: ReadonlySet<string> = new Set([
  ...['AT_SetStatistics', 'AT_ValidateConstraint', 'AT_ClusterOn', 'AT_DropCluster'],
  ...['AT_SetOptions', 'AT_ResetOptions', 'AT_AttachPartition'],
])

/** What does not end with the transaction that it runs in. */
const lasting: ReadonlySet<NodeKind> = new Set([
  ...(['CreatedbStmt', 'DropdbStmt', 'AlterSystemStmt', 'VacuumStmt'] as const),
  ...(['CreateTableSpaceStmt', 'DropTableSpaceStmt', 'CallStmt', 'DoStmt'] as const),
])

const harmless: ReadonlySet<string> = new Set(['read', 'transaction', 'lock', 'setting'])

export function undoOf(
  nodes: readonly Node[],
  effects: readonly Effect[],
): 'nothing' | 'rollback' | 'never' {
  if (nodes.some(node => lasting.has(kindOf(node) ?? 'A_Const') || isConcurrent(node)))
    return 'never'
  // What code does, or what leaves the database, no ROLLBACK is certain to take back.
  if (effects.some(isOutside)) return 'never'
  return effects.every(({ kind }) => harmless.has(kind)) ? 'nothing' : 'rollback'
}

function isOutside(effect: Effect): boolean {
  const { kind, detail = '' } = effect
  if (kind === 'unknown' || kind === 'export') return true
  return kind === 'execute' && !isConsequence(effect) && isDoubtful(detail)
}

/** Nobody read it, or it is known for more than rows. */
function isDoubtful(detail: string): boolean {
  return (
    /\b(?:opaque|dblink|unknown|dynamic)\b/.test(detail) ||
    !/\b(?:volatile|stable|immutable)\b/.test(detail)
  )
}

function isConcurrent(node: Node): boolean {
  if (as(node, 'IndexStmt')?.concurrent === true) return true
  if (as(node, 'DropStmt')?.concurrent === true) return true
  const reindex = as(node, 'ReindexStmt')
  return reindex?.params?.some(each => as(each, 'DefElem')?.defname === 'concurrently') ?? false
}
