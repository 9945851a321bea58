/**
 * ALTER, DROP, RENAME and the like. The detail says what is altered; `lossy` stands in it when
 * data, or what protects it, may be gone afterwards.
 */
import { as, type Node, nameOf, qualified } from '../tree.ts'
import type { Collector } from './collector.ts'
import type { Handler, Handlers } from './handlers.ts'
import {
  createdObject,
  objectType,
  onObject,
  publicationObjects,
  relationTypes,
  words,
} from './objects.ts'

type AlterKinds =
  | 'AlterTableStmt'
  | 'AlterTableMoveAllStmt'
  | 'RenameStmt'
  | 'AlterObjectSchemaStmt'
  | 'AlterOwnerStmt'
  | 'AlterObjectDependsStmt'
  | 'DropStmt'
  | 'DropdbStmt'
  | 'DropTableSpaceStmt'
  | 'DropSubscriptionStmt'
  | 'DropUserMappingStmt'
  | 'DropOwnedStmt'
  | 'AlterSeqStmt'
  | 'AlterDomainStmt'
  | 'AlterEnumStmt'
  | 'AlterTypeStmt'
  | 'AlterFunctionStmt'
  | 'AlterExtensionStmt'
  | 'AlterExtensionContentsStmt'
  | 'AlterFdwStmt'
  | 'AlterForeignServerStmt'
  | 'AlterUserMappingStmt'
  | 'AlterPolicyStmt'
  | 'AlterPublicationStmt'
  | 'AlterSubscriptionStmt'
  | 'AlterEventTrigStmt'
  | 'AlterCollationStmt'
  | 'AlterStatsStmt'
  | 'AlterOperatorStmt'
  | 'AlterOpFamilyStmt'
  | 'AlterTSConfigurationStmt'
  | 'AlterTSDictionaryStmt'
  | 'AlterTableSpaceOptionsStmt'
  | 'AlterDatabaseStmt'
  | 'AlterDatabaseRefreshCollStmt'
  | 'CommentStmt'
  | 'SecLabelStmt'

/** Subcommands of ALTER TABLE after which data, or a protection of it, may be gone. */
const lossy: ReadonlySet<string> = new Set([
  'AT_DropColumn',
  'AT_AlterColumnType',
  'AT_DropConstraint',
  'AT_DropNotNull',
  'AT_DropExpression',
  'AT_SetExpression',
  'AT_DropIdentity',
  'AT_DropInherit',
  'AT_DetachPartition',
  'AT_DetachPartitionFinalize',
  'AT_DisableTrig',
  'AT_DisableTrigAll',
  'AT_DisableTrigUser',
  'AT_DisableRule',
  'AT_DisableRowSecurity',
  'AT_NoForceRowSecurity',
  'AT_SetUnLogged',
])

/** Subcommands whose name does not say it. */
const commandWords: Readonly<Record<string, string>> = {
  AT_AlterColumnType: 'type',
  AT_ColumnDefault: 'default',
  AT_ChangeOwner: 'owner',
  AT_DisableTrig: 'disable trigger',
  AT_DisableTrigAll: 'disable trigger',
  AT_DisableTrigUser: 'disable trigger',
  AT_EnableTrig: 'enable trigger',
  AT_EnableTrigAll: 'enable trigger',
  AT_EnableTrigUser: 'enable trigger',
  AT_EnableAlwaysTrig: 'enable trigger',
  AT_EnableReplicaTrig: 'enable trigger',
  AT_SetUnLogged: 'unlogged',
  AT_SetLogged: 'logged',
}

/** AT_DropColumn → `drop column`. */
function commandDetail(subtype: string, type: string): string {
  // A view's options say whose rights its readers have, and in what order conditions are tried.
  if (type === 'view' && subtype.endsWith('RelOptions')) return 'view options lossy'
  const name = subtype.replace('AT_', '')
  const split = commandWords[subtype] ?? name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
  return lossy.has(subtype) ? `${split} lossy` : split
}

/** Things that belong to a table: DROP names them after it. */
const ofTables: ReadonlySet<string> = new Set(['trigger', 'policy', 'rule'])

function dropFromTable(type: string, node: Node, detail: string | undefined, out: Collector): void {
  const parts = nameOf(as(node, 'List')?.items)
  const { schema, name } = qualified(parts.slice(0, -1))
  out.add('drop', { type, schema: undefined, name: parts.at(-1) ?? '*' }, { detail })
  out.named('alter', schema, name, { detail: `drop ${type} lossy` })
}

/** ALTER of something that has a plain name. */
function alter<Fields>(
  type: string,
  name: (fields: Fields) => string | undefined,
  detail?: string,
) {
  const handler: Handler<Fields> = (fields, out) =>
    out.add('alter', { type, schema: undefined, name: name(fields) ?? '*' }, { detail })
  return handler
}

/** The database that the session is in cannot be known from the text. */
const drop = (type: string, name: string | undefined) =>
  ({ type, schema: undefined, name: name ?? '*' }) as const

export const alterStatements: Handlers<AlterKinds> = {
  AlterTableStmt: ({ relation, cmds, objtype }, out) => {
    const type = objectType(objtype)
    for (const node of cmds ?? []) {
      const command = as(node, 'AlterTableCmd')
      const detail = words(
        commandDetail(command?.subtype ?? 'AT_Unknown', type),
        command?.behavior === 'DROP_CASCADE' ? 'cascade' : undefined,
      )
      if (relationTypes.has(type))
        out.named('alter', relation?.schemaname, relation?.relname ?? '', { detail }, type)
      else out.add('alter', createdObject(type, relation), { detail })
      if (command?.subtype === 'AT_ChangeOwner')
        out.named('grant', relation?.schemaname, relation?.relname ?? '', { detail: 'owner' }, type)
      const partition = as(command?.def, 'PartitionCmd')
      if (partition?.name !== undefined) out.relation('alter', partition.name, { detail })
      const parent = as(command?.def, 'RangeVar')
      if (parent !== undefined) out.relation('alter', parent, { detail })
      // USING of a new type, defaults and checks are evaluated.
      else if (partition === undefined) out.evaluated(command?.def)
    }
  },
  AlterTableMoveAllStmt: ({ objtype, orig_tablespacename: name }, out) =>
    out.add(
      'alter',
      { type: objectType(objtype), schema: undefined, name: '*' },
      {
        detail: `tablespace ${name === undefined ? '' : 'all'}`.trim(),
      },
    ),
  RenameStmt: ({ renameType, relationType, relation, object, subname }, out) => {
    const type = objectType(renameType)
    if (relation !== undefined) {
      const of = relationType === undefined ? type : objectType(relationType)
      const on = relationTypes.has(type) ? type : relationTypes.has(of) ? of : 'table'
      const detail = type === on ? 'rename' : `rename ${type}`
      if (type === 'index') out.add('alter', createdObject(type, relation), { detail })
      else out.named('alter', relation.schemaname, relation.relname ?? '', { detail }, on)
    } else if (object !== undefined) onObject('alter', type, object, 'rename', out)
    else out.add('alter', drop(type, subname), { detail: 'rename' })
    if (type === 'role') out.add('role', drop('role', subname), { detail: 'rename' })
  },
  AlterObjectSchemaStmt: ({ objectType: kind, relation, object, newschema }, out) => {
    const type = objectType(kind)
    const detail = `schema ${newschema === undefined ? '' : 'move'}`.trim()
    if (relation === undefined) onObject('alter', type, object, detail, out)
    else out.named('alter', relation.schemaname, relation.relname ?? '', { detail }, type)
  },
  AlterOwnerStmt: ({ objectType: kind, relation, object }, out) => {
    const type = objectType(kind)
    if (relation === undefined) onObject('alter', type, object, 'owner', out)
    else out.named('alter', relation.schemaname, relation.relname ?? '', { detail: 'owner' }, type)
    if (relation !== undefined)
      out.named('grant', relation.schemaname, relation.relname ?? '', { detail: 'owner' }, type)
    else onObject('grant', type, object, 'owner', out)
  },
  AlterObjectDependsStmt: ({ objectType: kind, object }, out) =>
    onObject('alter', objectType(kind), object, 'depends', out),
  DropStmt: ({ objects, removeType, behavior }, out) => {
    const type = objectType(removeType)
    const detail = behavior === 'DROP_CASCADE' ? 'cascade' : undefined
    for (const node of objects ?? []) {
      if (ofTables.has(type)) dropFromTable(type, node, detail, out)
      else onObject('drop', type, node, detail, out)
    }
  },
  DropdbStmt: ({ dbname }, out) => out.add('drop', drop('database', dbname)),
  DropTableSpaceStmt: ({ tablespacename }, out) =>
    out.add('drop', drop('tablespace', tablespacename)),
  DropSubscriptionStmt: ({ subname }, out) =>
    out.add('drop', drop('subscription', subname), { detail: 'replication' }),
  DropUserMappingStmt: ({ user }, out) =>
    out.add('drop', drop('user mapping', user?.rolename ?? user?.roletype?.toLowerCase())),
  DropOwnedStmt: ({ roles, behavior }, out) => {
    const detail = words('owned', behavior === 'DROP_CASCADE' ? 'cascade' : undefined)
    for (const node of roles ?? []) {
      const role = as(node, 'RoleSpec')?.rolename
      out.add('drop', drop('role', role), { detail })
      out.add('grant', drop('role', role), { detail: 'revoke owned' })
    }
  },
  AlterSeqStmt: ({ sequence, options }, out) => {
    const restarts = (options ?? []).some(node => as(node, 'DefElem')?.defname === 'restart')
    out.named(
      'alter',
      sequence?.schemaname,
      sequence?.relname ?? '',
      { detail: restarts ? 'restart' : undefined },
      'sequence',
    )
  },
  AlterDomainStmt: ({ typeName, subtype, def }, out) => {
    // X: a constraint is dropped; O: NOT NULL is.
    const losing = subtype === 'X' || subtype === 'O'
    out.add(
      'alter',
      { type: 'domain', ...qualified(nameOf(typeName)) },
      {
        detail: losing ? 'drop constraint lossy' : undefined,
      },
    )
    out.evaluated(def)
  },
  AlterEnumStmt: ({ typeName, oldVal }, out) =>
    out.add(
      'alter',
      { type: 'type', ...qualified(nameOf(typeName)) },
      {
        detail: oldVal === undefined ? 'value' : 'rename value',
      },
    ),
  AlterTypeStmt: ({ typeName }, out) =>
    out.add('alter', { type: 'type', ...qualified(nameOf(typeName)) }),
  AlterFunctionStmt: ({ objtype, func, actions }, out) => {
    let detail = ''
    for (const node of actions ?? []) {
      const action = as(node, 'DefElem')
      if (action?.defname === 'security' && as(action.arg, 'Boolean')?.boolval === true)
        detail = words(detail, 'definer')
      else detail = words(detail, action?.defname)
    }
    const object = func === undefined ? undefined : { ObjectWithArgs: func }
    onObject('alter', objectType(objtype), object, detail, out)
  },
  AlterExtensionStmt: alter('extension', fields => fields.extname, 'code'),
  AlterExtensionContentsStmt: alter('extension', fields => fields.extname),
  AlterFdwStmt: alter('foreign data wrapper', fields => fields.fdwname, 'code'),
  AlterForeignServerStmt: alter('server', fields => fields.servername, 'foreign'),
  AlterUserMappingStmt: alter('user mapping', fields => fields.user?.rolename, 'foreign'),
  AlterPolicyStmt: ({ policy_name, table, qual, with_check }, out) => {
    out.add('alter', drop('policy', policy_name))
    out.relation('alter', table, { detail: 'policy lossy' })
    out.evaluated([qual, with_check])
  },
  AlterPublicationStmt: ({ pubname, pubobjects, for_all_tables, action }, out) => {
    out.add('alter', drop('publication', pubname), { detail: 'replication' })
    if (action !== 'AP_DropObjects') publicationObjects(pubobjects, for_all_tables === true, out)
  },
  AlterSubscriptionStmt: alter('subscription', fields => fields.subname, 'replication'),
  AlterEventTrigStmt: alter('event trigger', fields => fields.trigname, 'lossy'),
  AlterCollationStmt: alter('collation', fields => nameOf(fields.collname).at(-1)),
  AlterStatsStmt: alter('statistics', fields => nameOf(fields.defnames).at(-1)),
  AlterOperatorStmt: alter('operator', fields => nameOf(fields.opername?.objname).at(-1)),
  AlterOpFamilyStmt: alter('operator family', fields => nameOf(fields.opfamilyname).at(-1)),
  AlterTSConfigurationStmt: alter('text search configuration', fields =>
    nameOf(fields.cfgname).at(-1),
  ),
  AlterTSDictionaryStmt: alter('text search dictionary', fields => nameOf(fields.dictname).at(-1)),
  AlterTableSpaceOptionsStmt: alter('tablespace', fields => fields.tablespacename),
  AlterDatabaseStmt: alter('database', fields => fields.dbname),
  AlterDatabaseRefreshCollStmt: alter('database', fields => fields.dbname, 'collation'),
  CommentStmt: ({ objtype, object }, out) =>
    onObject('alter', objectType(objtype), object, 'comment', out),
  SecLabelStmt: ({ objtype, object }, out) => {
    onObject('alter', objectType(objtype), object, 'security label', out)
    out.add('grant', undefined, { detail: 'security label' })
  },
}
