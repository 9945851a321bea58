/** GRANT, REVOKE, roles, owners, and settings that are kept for roles and databases. */
import type { GrantStmt, RoleSpec } from 'libpg-query'
import { as, type Node } from '../tree.ts'
import type { Collector } from './collector.ts'
import type { Handlers } from './handlers.ts'
import { objectNames, objectType, onObject, words } from './objects.ts'

function role(name: string | undefined): { type: string; schema: undefined; name: string } {
  return { type: 'role', schema: undefined, name: name ?? '*' }
}

/** CURRENT_USER and PUBLIC have no name of their own. */
function roleName(spec: RoleSpec | undefined): string | undefined {
  return spec?.rolename ?? spec?.roletype?.replace('ROLESPEC_', '').toLowerCase()
}

function grant(
  { objtype, objects, targtype, is_grant, grantees }: GrantStmt,
  out: Collector,
): void {
  const toPublic = (grantees ?? []).some(
    node => as(node, 'RoleSpec')?.roletype === 'ROLESPEC_PUBLIC',
  )
  const detail = words(is_grant === true ? 'grant' : 'revoke', toPublic ? 'public' : undefined)
  const all = targtype === 'ACL_TARGET_ALL_IN_SCHEMA'
  if (targtype === 'ACL_TARGET_DEFAULTS') {
    out.add('grant', undefined, { detail: words(detail, 'default privileges') })
    return
  }
  for (const node of objects ?? []) {
    const type = objectType(objtype)
    if (all) {
      const schema = objectNames(node)?.name
      out.add('grant', { type, schema, name: '*' }, { detail })
    } else onObject('grant', type, node, detail, out)
  }
}

/** Attributes of a role that matter to a reader: what it may do, and its password. */
const attributes: Readonly<Record<string, string>> = {
  superuser: 'superuser',
  createrole: 'createrole',
  createdb: 'createdb',
  isreplication: 'replication',
  bypassrls: 'bypassrls',
  canlogin: 'login',
}

function attributeDetail(options: readonly Node[] | undefined): string {
  const found: (string | undefined)[] = []
  for (const node of options ?? []) {
    const option = as(node, 'DefElem')
    const name = option?.defname ?? ''
    if (name === 'password') found.push('password')
    else if (name === 'addroleto' || name === 'rolemembers' || name === 'adminmembers')
      found.push('member')
    else if (as(option?.arg, 'Boolean')?.boolval === true) found.push(attributes[name])
  }
  return words(...found)
}

export const accessStatements: Handlers<
  | 'GrantStmt'
  | 'GrantRoleStmt'
  | 'AlterDefaultPrivilegesStmt'
  | 'ReassignOwnedStmt'
  | 'CreateRoleStmt'
  | 'AlterRoleStmt'
  | 'AlterRoleSetStmt'
  | 'DropRoleStmt'
  | 'AlterDatabaseSetStmt'
> = {
  GrantStmt: grant,
  GrantRoleStmt: ({ granted_roles, is_grant }, out) => {
    const detail = is_grant === true ? 'grant member' : 'revoke member'
    for (const node of granted_roles ?? []) {
      const name = as(node, 'AccessPriv')?.priv_name
      out.add('grant', role(name), { detail })
      out.add('role', role(name), { detail })
    }
  },
  AlterDefaultPrivilegesStmt: ({ action }, out) => {
    if (action !== undefined) grant({ ...action, targtype: 'ACL_TARGET_DEFAULTS' }, out)
  },
  ReassignOwnedStmt: ({ roles }, out) => {
    for (const node of roles ?? [])
      out.add('grant', role(roleName(as(node, 'RoleSpec'))), { detail: 'owner reassign' })
  },
  CreateRoleStmt: ({ role: name, options }, out) =>
    out.add('role', role(name), { detail: words('create', attributeDetail(options)) }),
  AlterRoleStmt: ({ role: spec, options }, out) =>
    out.add('role', role(roleName(spec)), { detail: words('alter', attributeDetail(options)) }),
  AlterRoleSetStmt: ({ role: spec, setstmt }, out) => {
    out.add('role', role(roleName(spec)), { detail: 'alter setting' })
    const name = setstmt?.name?.toLowerCase() ?? '*'
    out.add('setting', { type: 'setting', schema: undefined, name }, { detail: 'kept' })
  },
  DropRoleStmt: ({ roles }, out) => {
    for (const node of roles ?? [])
      out.add('role', role(roleName(as(node, 'RoleSpec'))), { detail: 'drop' })
  },
  AlterDatabaseSetStmt: ({ dbname = '*', setstmt }, out) => {
    out.add('alter', { type: 'database', schema: undefined, name: dbname }, { detail: 'setting' })
    const name = setstmt?.name?.toLowerCase() ?? '*'
    out.add('setting', { type: 'setting', schema: undefined, name }, { detail: 'kept' })
  },
}
