/**
 * ALTER TABLE, DROP and RENAME. The detail says what is altered; `lossy` stands in it when data, or
 * what protects it, may be gone afterwards.
 * https://dev.mysql.com/doc/refman/en/alter-table.html https://mariadb.com/kb/en/alter-table/
 */
import type { AlterTable, Drop, Rename, TableName } from '../ast.ts'
import { folded } from '../names.ts'
import { users } from './access.ts'
import { type Collector, words } from './collector.ts'
import { createdObject } from './create.ts'
import { Scan } from './scan.ts'
import { role } from './session.ts'

export function alterTable({ ignore, table, actions, defaults }: AlterTable, out: Collector): void {
  if (actions.length === 0) out.relation('alter', table, { detail: 'words' })
  for (const { action, name, table: other } of actions) {
    const detail = ignore ? lossyOf(detailOf(action)) : detailOf(action)
    out.relation('alter', table, { detail })
    // CHANGE gives the column another name, too, unless it is the same one twice.
    if (/^change\b/.test(action)) out.relation('alter', table, { detail: 'rename column' })
    if (/^rename(?: to| as)?$/.test(action) || other === undefined) continue
    if (/^(?:exchange|attach|convert)\b/.test(action)) out.relation('alter', other, { detail })
    else if (/^union\b/.test(action)) out.relation('alter', other, { detail: 'attach' })
    else if (folded(other.name) !== folded(name ?? ''))
      out.relation('read', other, { detail: 'definition' })
  }
  out.evaluated(defaults)
}

function lossyOf(detail: string): string {
  return detail.endsWith('lossy') ? detail : words(detail, 'lossy')
}

function detailOf(action: string): string {
  for (const [pattern, detail] of details) if (pattern.test(action)) return detail
  return lossy.test(action) ? `${action} lossy` : action
}

/** Actions after which data, or a protection of it, may be gone. */
const lossy =
  /^(?:drop (?!default)|modify|change|truncate|exchange|discard|import|convert|engine|storage engine|coalesce|reorganize|remove|alter (?:check|constraint)|without validation)/

/** Where rules have a name for it, or for the whole family. */
const details: readonly (readonly [RegExp, string])[] = [
  [/^rename(?: to| as)?$/, 'rename'],
  [/^add (?:column|field)?$/, 'add column'],
  [/^add (?:unique|fulltext|spatial|vector)?(?: ?(?:index|key))?$/, 'add index'],
  [/^add (?:primary key|foreign key|check|constraint\b.*)$/, 'add constraint'],
  [/^alter (?:column )?(?:set |drop )?default$|^alter(?: column)?$/, 'default'],
  [/^drop foreign key$/, 'drop constraint lossy'],
  // Nothing of the system's: earlier versions of the rows are kept, or no more.
  [/^add system$/, 'add versioning'],
  [/^drop system$/, 'drop versioning lossy'],
  [/^(?:data|index) directory/, 'file'],
  [/^connection/, 'foreign'],
  [/^union/, 'attach'],
]

const ofRelations: ReadonlySet<string> = new Set(['table', 'view', 'sequence'])
const ofSchemas: ReadonlySet<string> = new Set([
  'function',
  'procedure',
  'trigger',
  'event',
  'package',
  'package body',
  'library',
])

export function drop(statement: Drop, out: Collector): void {
  const { type, objects, on } = statement
  if (type === 'user' || type === 'role') {
    accounts('drop', statement, objects, out)
    return
  }
  for (const object of objects) {
    const { schema, name } = object
    if (type.startsWith('temporary'))
      out.add('drop', createdObject('temporary table', object, out), { detail: 'temporary' })
    else if (ofRelations.has(type)) out.relation('drop', object, {}, type)
    else if (type === 'index')
      out.add('drop', { type, schema: on?.schema ?? out.names.database, name })
    else if (ofSchemas.has(type)) out.add('drop', createdObject(type, object, out))
    else out.add('drop', { type: type === 'schema' ? 'database' : type, schema, name })
  }
  if (objects.length === 0) out.add('drop', { type, schema: undefined, name: '*' })
  if (on !== undefined) out.relation('alter', on, { detail: words('drop', type) })
}

export function rename(statement: Rename, out: Collector): void {
  const from = statement.pairs.map(pair => pair.from)
  if (statement.type === 'user') accounts('rename', statement, from, out)
  else for (const each of from) out.relation('alter', each, { detail: 'rename' })
}

/** With their hosts, where the tokens are there. */
function accounts(
  verb: string,
  statement: Drop | Rename,
  named: readonly TableName[],
  out: Collector,
): void {
  const tokens = out.tokensOf(statement)
  if (tokens !== undefined) users(verb, new Scan(tokens, out), out)
  else for (const { name } of named) out.add('role', role(name), { detail: verb })
}
