/**
 * GRANT, REVOKE, users and roles.
 * https://dev.mysql.com/doc/refman/en/account-management-statements.html
 */
import type { ObjectName } from '../../../protocol.ts'
import { type Collector, words } from './collector.ts'
import type { Scan } from './scan.ts'
import { role } from './session.ts'

/** Privileges with which one may do anything, or act on the server itself. */
const mighty =
  /\b(?:ALL|SUPER|FILE|PROCESS|RELOAD|SHUTDOWN|REPLICATION|BINLOG|CREATE USER|GRANT OPTION|\w*_ADMIN|SYSTEM_USER|SYSTEM_VARIABLES_ADMIN|SET_\w+)\b/

/** `GRANT privileges ON … TO …`, `GRANT role TO …`, `GRANT PROXY ON … TO …`, and REVOKE. */
export function grant(scan: Scan, out: Collector): void {
  const verb = scan.take('REVOKE') ? 'revoke' : 'grant'
  if (verb === 'grant') scan.skip()
  scan.take('IF', 'EXISTS')
  const privileges = scan.before('ON', 'TO', 'FROM')
  const might = mighty.test(privileges) ? 'superuser' : undefined
  const anew = scan.has('IDENTIFIED')
  if (scan.is('PROXY')) {
    scan.seek('ON')
    out.add('grant', role(scan.user()), { detail: `${verb} proxy` })
  } else if (/^ALL(?: PRIVILEGES)? ?, ?GRANT OPTION$/.test(privileges)) {
    out.add('grant', everything, { detail: words(verb, might) })
  } else roleOrPrivileges(verb, might, scan, out)
  // Old servers, and MariaDB, make the user or change its password on the way.
  if (anew && verb === 'grant') out.add('role', undefined, { detail: 'alter password' })
}

function roleOrPrivileges(
  verb: 'grant' | 'revoke',
  might: string | undefined,
  scan: Scan,
  out: Collector,
): void {
  const roles: (string | undefined)[] = []
  const privileged = scan.copy()
  if (privileged.seek('ON', 'TO', 'FROM') === 'ON') {
    out.add('grant', level(privileged, out), { detail: words(verb, might) })
    return
  }
  scan.take('ADMIN', 'OPTION', 'FOR')
  do roles.push(scan.user())
  while (scan.take(','))
  for (const name of roles) {
    out.add('grant', role(name ?? '*'), { detail: `${verb} member` })
    out.add('role', role(name ?? '*'), { detail: `${verb} member` })
  }
}

const everything: ObjectName = { type: 'database', schema: undefined, name: '*' }

/** `*`, `*.*`, `db.*`, `db.t`, `t`, `PROCEDURE db.p`. */
function level(scan: Scan, out: Collector): ObjectName {
  const kind = ['TABLE', 'FUNCTION', 'PROCEDURE', 'PACKAGE', 'LIBRARY'].find(
    word => scan.is(word) && !scan.isAhead(1, '.'),
  )
  if (kind !== undefined) scan.skip()
  const type = kind?.toLowerCase() ?? 'table'
  scan.take('BODY')
  if (scan.take('*')) {
    if (scan.take('.')) return everything
    return { type, schema: out.names.database, name: '*' }
  }
  const first = scan.name() ?? '*'
  if (!scan.take('.')) return { type, schema: out.names.database, name: first }
  return { type, schema: first, name: scan.name() ?? '*' }
}

/** CREATE, ALTER and DROP of USER and ROLE; RENAME USER. */
export function users(verb: string, scan: Scan, out: Collector): void {
  const password = scan.has('IDENTIFIED') || scan.has('PASSWORD') ? 'password' : undefined
  const locked = scan.has('ACCOUNT') ? 'login' : undefined
  scan.seek('USER', 'ROLE')
  if (!scan.take('IF', 'NOT', 'EXISTS')) scan.take('IF', 'EXISTS')
  do {
    // USER() is whoever is logged in.
    const name = scan.user()
    const self = name === undefined || /^(?:user|current_user)$/i.test(name)
    out.add('role', role(self ? undefined : name), { detail: words(verb, password, locked) })
  } while (scan.nextOfList())
}
