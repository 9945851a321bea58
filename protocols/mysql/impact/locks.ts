/**
 * Which locks on tables a statement takes, and whether it can be taken back. Metadata locks are
 * those that make others wait; rows are InnoDB's own business.
 * https://dev.mysql.com/doc/refman/9.7/en/metadata-locking.html, .../implicit-commit.html
 */
import { isConsequence } from '../../cascades.ts'
import type { Effect, LockImpact } from '../../protocol.ts'
import type { Statement } from '../sql/ast.ts'

const rowKinds: ReadonlySet<string> = new Set(['insert', 'update', 'delete'])
const definitionKinds: ReadonlySet<string> = new Set(['truncate', 'drop', 'alter'])

export function locksOf(effects: readonly Effect[]): readonly LockImpact[] {
  const found = new Map<string, LockImpact>()
  for (const { kind, object } of effects) {
    if (object?.type !== 'table' || object.schema === undefined) continue
    const table = `${object.schema}.${object.name}`
    if (definitionKinds.has(kind))
      found.set(table, { table, mode: 'exclusive', blocks: 'everything' })
    else if (rowKinds.has(kind) && !found.has(table))
      found.set(table, { table, mode: 'row locks', blocks: 'rows' })
    else if (kind === 'lock' && !found.has(table))
      found.set(table, { table, mode: 'table lock', blocks: 'writes' })
  }
  return [...found.values()]
}

/** `engines`: of the tables that are written. Those without transactions keep what was done. */
export function undoOf(
  effects: readonly Effect[],
  nodes: readonly Statement[],
  engines: ReadonlySet<string>,
): 'nothing' | 'rollback' | 'never' {
  const writes = effects.filter(({ kind }) => !harmless.has(kind))
  if (writes.length === 0) return 'nothing'
  if (commitsAtOnce(nodes)) return 'never'
  // What a trigger does beside writing rows ends with the transaction, too.
  if (!writes.every(each => rowKinds.has(each.kind) || isConsequence(each))) return 'never'
  return [...engines].every(engine => transactional.has(engine)) ? 'rollback' : 'never'
}

const harmless: ReadonlySet<string> = new Set(['read', 'transaction', 'lock', 'setting'])
const transactional: ReadonlySet<string> = new Set(['innodb', 'ndbcluster', 'rocksdb', 'tokudb'])

/** It ends the open transaction before it begins. */
export function commitsAtOnce(nodes: readonly Statement[]): boolean {
  return nodes.some(node => {
    if (node.kind === 'createTable') return !node.temporary
    if (node.kind === 'drop') return node.type !== 'temporary table' && !/^prepare/.test(node.type)
    if (node.kind === 'other')
      return /^(?:create|alter|drop|grant|revoke|analyze|optimize|repair|install|uninstall|rename|flush)/.test(
        node.keyword,
      )
    return implicit.has(node.kind)
  })
}

const implicit: ReadonlySet<Statement['kind']> = new Set([
  ...(['truncate', 'alterTable', 'rename', 'createView', 'createRoutine', 'lockTables'] as const),
])
