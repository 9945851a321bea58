/** Statements that keep the server and its storage in order, and explicit locks. */
import { as } from '../tree.ts'
import type { Handlers } from './handlers.ts'
import { words } from './objects.ts'

export const upkeepStatements: Handlers<
  | 'VacuumStmt'
  | 'ClusterStmt'
  | 'ReindexStmt'
  | 'RefreshMatViewStmt'
  | 'CheckPointStmt'
  | 'LoadStmt'
  | 'LockStmt'
  | 'TruncateStmt'
  | 'AlterSystemStmt'
> = {
  VacuumStmt: ({ rels, is_vacuumcmd, options }, out) => {
    const full = (options ?? []).some(node => as(node, 'DefElem')?.defname === 'full')
    const detail = words(is_vacuumcmd === true ? 'vacuum' : 'analyze', full ? 'full' : undefined)
    if (rels === undefined) out.add('maintain', everything, { detail })
    for (const node of rels ?? [])
      out.relation('maintain', as(node, 'VacuumRelation')?.relation, { detail })
  },
  ClusterStmt: ({ relation }, out) => {
    if (relation === undefined) out.add('maintain', everything, { detail: 'cluster' })
    else out.relation('maintain', relation, { detail: 'cluster' })
  },
  ReindexStmt: ({ kind, relation, name }, out) => {
    const type = (kind ?? '').replace('REINDEX_OBJECT_', '').toLowerCase()
    if (relation !== undefined)
      out.named(
        'maintain',
        relation.schemaname,
        relation.relname ?? '',
        { detail: 'reindex' },
        type === 'index' ? 'index' : 'table',
      )
    else out.add('maintain', { type, schema: undefined, name: name ?? '*' }, { detail: 'reindex' })
  },
  RefreshMatViewStmt: ({ relation }, out) => {
    out.relation('maintain', relation, { detail: 'refresh' })
    out.evaluated({ RangeVar: relation })
  },
  CheckPointStmt: (_fields, out) => out.add('maintain', everything, { detail: 'checkpoint' }),
  LoadStmt: ({ filename = '' }, out) =>
    out.add(
      'execute',
      { type: 'library', schema: undefined, name: filename },
      { detail: 'file load' },
    ),
  LockStmt: ({ relations }, out) => {
    for (const node of relations ?? [])
      out.relation('lock', as(node, 'RangeVar'), { detail: 'table' })
  },
  TruncateStmt: ({ relations, behavior }, out) => {
    const detail = behavior === 'DROP_CASCADE' ? 'cascade' : undefined
    for (const node of relations ?? [])
      for (const relation of out.relation('truncate', as(node, 'RangeVar'), { detail }))
        out.consequences(relation, detail === undefined ? 'truncate' : 'truncate cascade')
  },
  AlterSystemStmt: ({ setstmt }, out) =>
    out.add(
      'setting',
      { type: 'setting', schema: undefined, name: setstmt?.name?.toLowerCase() ?? '*' },
      { detail: words('system', setstmt?.kind?.startsWith('VAR_RESET') ? 'reset' : undefined) },
    ),
}

const everything = { type: 'database', schema: undefined, name: '*' } as const
