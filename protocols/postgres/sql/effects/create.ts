/** CREATE in all its forms. Code that will run later (bodies, rules, triggers) says so. */
import type { RangeVar } from 'libpg-query'
import { as, type Node, nameOf, qualified, walk } from '../tree.ts'
import type { Collector } from './collector.ts'
import type { Handler, Handlers } from './handlers.ts'
import { createdObject, objectType, publicationObjects, server, words } from './objects.ts'

type CreateKinds =
  | 'CreateStmt'
  | 'CreateTableAsStmt'
  | 'CreateForeignTableStmt'
  | 'ViewStmt'
  | 'IndexStmt'
  | 'CreateSeqStmt'
  | 'CreateSchemaStmt'
  | 'CreateFunctionStmt'
  | 'CreateTrigStmt'
  | 'CreateEventTrigStmt'
  | 'RuleStmt'
  | 'CreatePolicyStmt'
  | 'CreateStatsStmt'
  | 'CreateExtensionStmt'
  | 'CreateFdwStmt'
  | 'CreateForeignServerStmt'
  | 'CreateUserMappingStmt'
  | 'ImportForeignSchemaStmt'
  | 'CreateSubscriptionStmt'
  | 'CreatePublicationStmt'
  | 'CreateDomainStmt'
  | 'CreateEnumStmt'
  | 'CreateRangeStmt'
  | 'CompositeTypeStmt'
  | 'DefineStmt'
  | 'CreateAmStmt'
  | 'CreateCastStmt'
  | 'CreateConversionStmt'
  | 'CreateOpClassStmt'
  | 'CreateOpFamilyStmt'
  | 'CreatePLangStmt'
  | 'CreateTransformStmt'
  | 'CreateTableSpaceStmt'
  | 'CreatedbStmt'

/** An object with a plain or a qualified name. */
function made(
  out: Collector,
  type: string,
  name: string | readonly string[] | undefined,
  detail?: string,
): void {
  const parts = typeof name === 'string' ? [name] : (name ?? ['*'])
  out.add('create', { type, ...qualified(parts) }, { detail })
}

function madeRelation(
  out: Collector,
  type: string,
  range: RangeVar | undefined,
  ...detail: (string | undefined)[]
): void {
  const temporary = range?.relpersistence === 't' ? 'temporary' : undefined
  out.add('create', createdObject(type, range), { detail: words(temporary, ...detail) })
}

const createTable: Handler<{
  readonly relation?: RangeVar
  readonly inhRelations?: Node[]
  readonly tableElts?: Node[]
  readonly partbound?: object
}> = ({ relation, inhRelations, tableElts, partbound }, out) => {
  madeRelation(out, 'table', relation)
  for (const parent of inhRelations ?? []) {
    const range = as(parent, 'RangeVar')
    // A new partition, or child, shows up in what reads the parent.
    out.relation('alter', range, { detail: partbound === undefined ? 'child' : 'partition' })
  }
  for (const element of tableElts ?? []) {
    const like = as(element, 'TableLikeClause')?.relation
    if (like !== undefined) out.relation('read', like, { detail: 'definition' })
    out.evaluated(as(element, 'ColumnDef')?.constraints)
  }
}

export const createStatements: Handlers<CreateKinds> = {
  CreateStmt: createTable,
  CreateTableAsStmt: ({ query, into, objtype }, out) => {
    madeRelation(out, objectType(objtype), into?.rel, 'as')
    // Its query may be an EXECUTE.
    if (query !== undefined) out.statement(query)
  },
  CreateForeignTableStmt: ({ base, servername }, out) => {
    madeRelation(out, 'foreign table', base?.relation)
    out.add('execute', server(servername), { detail: 'foreign' })
  },
  ViewStmt: ({ view, query, replace }, out) => {
    madeRelation(out, 'view', view, replace === true ? 'replace' : undefined)
    const behind = out.beside()
    behind.evaluated(query)
    // Nothing is read yet; the view is a way to read it for whoever may use the view.
    out.addAll(behind.effects)
  },
  IndexStmt: ({ relation, idxname, ...rest }, out) => {
    const object = { type: 'index', schema: relation?.schemaname, name: idxname ?? '*' }
    out.add('create', object)
    out.relation('alter', relation, { detail: 'index' })
    out.evaluated(rest)
  },
  CreateSeqStmt: ({ sequence }, out) => madeRelation(out, 'sequence', sequence),
  CreateSchemaStmt: ({ schemaname, authrole, schemaElts }, out) => {
    made(out, 'schema', schemaname ?? authrole?.rolename)
    for (const element of schemaElts ?? []) out.statement(element)
  },
  CreateFunctionStmt: ({ funcname, is_procedure, replace, options }, out) => {
    const type = is_procedure === true ? 'procedure' : 'function'
    let detail = replace === true ? 'replace' : ''
    for (const node of options ?? []) {
      const option = as(node, 'DefElem')
      if (option?.defname === 'language')
        detail = words(detail, as(option.arg, 'String')?.sval?.toLowerCase())
      if (option?.defname === 'security' && as(option.arg, 'Boolean')?.boolval === true)
        detail = words(detail, 'definer')
    }
    made(out, type, nameOf(funcname), words(detail, 'code'))
  },
  CreateTrigStmt: ({ trigname, relation, funcname, whenClause }, out) => {
    made(out, 'trigger', trigname, 'code')
    out.relation('alter', relation, { detail: 'trigger' })
    out.called(funcname, [])
    out.evaluated(whenClause)
  },
  CreateEventTrigStmt: ({ trigname, funcname }, out) => {
    made(out, 'event trigger', trigname, 'code')
    out.called(funcname, [])
  },
  RuleStmt: ({ rulename, relation, actions }, out) => {
    made(out, 'rule', rulename, 'code')
    out.relation('alter', relation, { detail: 'rule' })
    for (const action of actions ?? []) out.statement(action)
  },
  CreatePolicyStmt: ({ policy_name, table, qual, with_check }, out) => {
    made(out, 'policy', policy_name)
    out.relation('alter', table, { detail: 'policy' })
    out.evaluated([qual, with_check])
  },
  CreateStatsStmt: ({ defnames, relations }, out) => {
    made(out, 'statistics', nameOf(defnames))
    for (const node of relations ?? [])
      out.relation('alter', as(node, 'RangeVar'), { detail: 'statistics' })
  },
  CreateExtensionStmt: ({ extname }, out) => made(out, 'extension', extname, 'code'),
  CreateFdwStmt: ({ fdwname }, out) => made(out, 'foreign data wrapper', fdwname, 'code'),
  CreateForeignServerStmt: ({ servername }, out) => made(out, 'server', servername, 'foreign'),
  CreateUserMappingStmt: ({ user, servername }, out) => {
    made(out, 'user mapping', user?.rolename ?? user?.roletype?.toLowerCase(), 'foreign')
    out.add('grant', server(servername), { detail: 'user mapping' })
  },
  ImportForeignSchemaStmt: ({ server_name, local_schema }, out) => {
    made(out, 'schema', local_schema, 'foreign import')
    out.add('import', server(server_name), { detail: 'foreign' })
  },
  CreateSubscriptionStmt: ({ subname }, out) => {
    made(out, 'subscription', subname, 'replication')
    out.add(
      'import',
      { type: 'subscription', schema: undefined, name: subname ?? '*' },
      {
        detail: 'replication',
      },
    )
  },
  CreatePublicationStmt: ({ pubname, pubobjects, for_all_tables }, out) => {
    made(out, 'publication', pubname, 'replication')
    publicationObjects(pubobjects, for_all_tables === true, out)
  },
  CreateDomainStmt: ({ domainname, constraints }, out) => {
    made(out, 'domain', nameOf(domainname))
    out.evaluated(constraints)
  },
  CreateEnumStmt: ({ typeName }, out) => made(out, 'type', nameOf(typeName)),
  CreateRangeStmt: ({ typeName }, out) => made(out, 'type', nameOf(typeName)),
  CompositeTypeStmt: ({ typevar }, out) => madeRelation(out, 'type', typevar),
  DefineStmt: ({ kind, defnames, definition }, out) => {
    // They run functions under names of their own: nobody sees any more which.
    const runs = kind === 'OBJECT_AGGREGATE' || kind === 'OBJECT_OPERATOR' || kind === 'OBJECT_TYPE'
    made(out, objectType(kind), nameOf(defnames), runs ? 'code' : undefined)
    functionsNamed(definition, out)
  },
  CreateAmStmt: ({ amname }, out) => made(out, 'access method', amname, 'code'),
  CreateCastStmt: ({ targettype, func }, out) => {
    made(out, 'cast', nameOf(targettype?.names), 'code')
    if (func !== undefined) {
      out.called(func.objname, [])
    }
  },
  CreateConversionStmt: ({ conversion_name }, out) =>
    made(out, 'conversion', nameOf(conversion_name), 'code'),
  CreateOpClassStmt: ({ opclassname }, out) =>
    made(out, 'operator class', nameOf(opclassname), 'code'),
  CreateOpFamilyStmt: ({ opfamilyname }, out) => made(out, 'operator family', nameOf(opfamilyname)),
  CreatePLangStmt: ({ plname }, out) => made(out, 'language', plname, 'code'),
  CreateTransformStmt: ({ type_name, fromsql, tosql }, out) => {
    made(out, 'transform', nameOf(type_name?.names), 'code')
    for (const each of [fromsql, tosql]) if (each !== undefined) out.called(each.objname, [])
  },
  CreateTableSpaceStmt: ({ tablespacename }, out) =>
    made(out, 'tablespace', tablespacename, 'file'),
  CreatedbStmt: ({ dbname }, out) => made(out, 'database', dbname),
}

/** Aggregates and operators name the functions that they will call. */
function functionsNamed(definition: readonly Node[] | undefined, out: Collector): void {
  walk(definition, (kind, fields) => {
    if (kind !== 'TypeName') return
    const { names } = fields as { names?: Node[] }
    const { schema, name } = qualified(nameOf(names))
    const found = out.names.catalog.functions(schema, name)
    if (found.some(each => !each.builtIn)) out.called(names, [])
  })
}
