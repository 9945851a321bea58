/**
 * CREATE of tables, views and stored programs. Code that will run later says so, and so does what
 * lies on the server's disk or on another server.
 * https://dev.mysql.com/doc/refman/en/sql-data-definition-statements.html
 */
import type { CreateRoutine, CreateTable, CreateView } from '../ast.ts'
import { type Collector, words } from './collector.ts'

/** Engines whose rows are elsewhere: on another server, in a file of the server's machine. */
const foreignEngines: ReadonlySet<string> = new Set([
  'federated',
  'federatedx',
  'spider',
  'connect',
])

/** One table over the rows of others. */
const mergingEngines: ReadonlySet<string> = new Set(['merge', 'mrg_myisam'])

export function createTable(statement: CreateTable, out: Collector): void {
  const { table, temporary, replace, like, query, references, options, expressions } = statement
  const engine = options.get('engine')?.toLowerCase() ?? ''
  const foreign = foreignEngines.has(engine) || options.has('connection')
  const file = [...options.keys()].some(name =>
    /^(?:data|index) directory$|^file_?name$/.test(name),
  )
  const merges = mergingEngines.has(engine) || options.has('union')
  const object = createdObject(temporary ? 'temporary table' : 'table', table, out)
  out.add('create', object, {
    detail: words(
      temporary ? 'temporary' : undefined,
      replace ? 'replace' : undefined,
      query === undefined ? undefined : 'as',
      foreign ? 'foreign' : undefined,
      file ? 'file' : undefined,
    ),
  })
  if (!temporary) out.systemChanged(object)
  if (replace && temporary) out.add('drop', object, { detail: 'temporary' })
  else if (replace) out.relation('drop', table)
  if (foreign)
    out.add(
      'execute',
      { type: 'engine', schema: undefined, name: engine || '*' },
      { detail: 'foreign' },
    )
  if (like !== undefined) out.relation('read', like, { detail: 'definition' })
  for (const each of references) {
    if (merges) out.relation('alter', each, { detail: 'attach' })
    else out.relation('read', each, { detail: 'definition' })
  }
  out.evaluated([expressions, query, statement.columns])
}

export function createView(
  { view, replace, alter, query, security }: CreateView,
  out: Collector,
): void {
  const detail = words(
    replace || alter ? 'replace' : undefined,
    security === 'invoker' ? 'invoker' : undefined,
  )
  const object = createdObject('view', view, out)
  out.add('create', object, { detail })
  out.systemChanged(object)
  // Nothing is read yet; the view is a way to read it for whoever may use the view.
  const behind = out.beside()
  behind.evaluated(query)
  out.addAll(behind.effects)
}

export function createRoutine({ type, name, replace, on }: CreateRoutine, out: Collector): void {
  const tokens = out.source?.tokens ?? []
  const loaded = type === 'function' && tokens.some(({ value }) => value === 'SONAME')
  // ALTER EVENT has a body, too.
  const verb = tokens[0]?.value === 'ALTER' ? 'alter' : 'create'
  const replaces = replace && verb === 'create'
  const detail = words(replaces ? 'replace' : undefined, loaded ? 'file' : undefined, 'code')
  out.add(verb, createdObject(type, name, out), { detail })
  if (on !== undefined) out.relation('alter', on, { detail: 'trigger' })
}

/** No lookup: it is not there yet. */
export function createdObject(
  type: string,
  { schema, name }: { schema: string | undefined; name: string },
  out: Collector,
): { type: string; schema: string | undefined; name: string } {
  return { type, schema: schema ?? out.names.database, name }
}
