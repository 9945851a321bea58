/**
 * Statements that are known by their leading words: what runs the server, its storage, its
 * replication and its accounts. The table is closed: words that it does not have are `unknown`.
 * https://dev.mysql.com/doc/refman/en/sql-statements.html https://mariadb.com/kb/en/sql-statements/
 */
import type { NamedObject, OtherStatement } from '../ast.ts'
import { type Token, TokenType } from '../lexer/token.ts'
import { grant, users } from './access.ts'
import { builtInEffects } from './built-in-functions.ts'
import { type Collector, words } from './collector.ts'
import { createdObject } from './create.ts'
import { Scan } from './scan.ts'
import { settingChanged } from './settings.ts'

interface Other {
  readonly node: OtherStatement
  /** Its leading words, upper case. */
  readonly scan: Scan
  readonly out: Collector
}

type Handle = (other: Other) => void

export function other(node: OtherStatement, out: Collector): void {
  const tokens = out.tokensOf(node)
  const scan = new Scan(tokens ?? [], out)
  const handle = handlerOf(node.keyword)
  if (handle === undefined) {
    out.add('unknown', undefined, { detail: 'statement' })
    return
  }
  handle({ node, scan, out })
  out.evaluated(node.queries)
  functionsIn(tokens ?? [], out)
}

function handlerOf(keyword: string): Handle | undefined {
  const [first = '', second = ''] = keyword.toLowerCase().split(' ')
  const more = table.get(`${first} ${second}`) ?? table.get(first)
  return more
}

/** Calls that do more than compute, wherever an expression may stand. */
export function functionsIn(tokens: readonly Token[], out: Collector): void {
  for (const [index, { type, value }] of tokens.entries()) {
    const next = tokens[index + 1]
    if (next?.type !== TokenType.Symbol || next.value !== '(') continue
    if (type === TokenType.Word || type === TokenType.Name)
      builtInEffects(value.toLowerCase())?.(value.toLowerCase(), out)
  }
}

/** Each object that the words are followed by, or one that stands for all. */
function objects(
  { node, out }: Other,
  type: string,
): readonly { type: string; schema: string | undefined; name: string }[] {
  if (node.objects.length === 0) {
    const own = type === 'database' ? out.names.database : undefined
    return [{ type, schema: undefined, name: own ?? '*' }]
  }
  return node.objects.map(({ type: own, name }: NamedObject) =>
    inSchema.has(own || type)
      ? createdObject(own || type, name, out)
      : { type: own || type, schema: undefined, name: name.name },
  )
}

const inSchema: ReadonlySet<string> = new Set([
  'table',
  'view',
  'sequence',
  'index',
  'function',
  'procedure',
  'trigger',
  'event',
  'package',
  'library',
])

const create =
  (type: string, detail?: string): Handle =>
  other => {
    const replace = other.scan.has('OR', 'REPLACE') ? 'replace' : undefined
    for (const object of objects(other, type)) {
      other.out.add('create', object, { detail: words(replace, detail) })
      if (replace !== undefined && holding.has(type)) other.out.add('drop', object)
    }
  }

/** MariaDB: OR REPLACE drops what holds data before. */
const holding: ReadonlySet<string> = new Set(['database', 'sequence'])

const alter =
  (type: string, detail?: string): Handle =>
  other => {
    for (const object of objects(other, type)) other.out.add('alter', object, { detail })
  }

const drop =
  (type: string): Handle =>
  other => {
    for (const object of objects(other, type)) other.out.add('drop', object)
  }

const account =
  (verb: string): Handle =>
  ({ scan, out }) =>
    users(verb, scan, out)

const maintain =
  (detail: string): Handle =>
  ({ node, out }) => {
    const tables = node.objects.filter(({ type }) => type === '' || type === 'table')
    for (const { name } of tables) out.relation('maintain', name, { detail })
    if (tables.length === 0) out.add('maintain', everything, { detail })
  }

const serverDoes =
  (detail: string): Handle =>
  ({ node, out }) =>
    out.add('execute', { type: 'server', schema: undefined, name: node.keyword }, { detail })

const transaction =
  (detail: string): Handle =>
  ({ out }) =>
    out.add('transaction', undefined, { detail })

const everything = { type: 'database', schema: undefined, name: '*' } as const

const replication = serverDoes('replication')
const server = serverDoes('server')

function createIndex(other: Other): void {
  const { node, scan, out } = other
  for (const { type, name } of node.objects) {
    if (type === 'index') {
      out.add('create', createdObject(type, name, out))
      if (scan.has('OR', 'REPLACE')) out.add('drop', createdObject(type, name, out))
    } else out.relation('alter', name, { detail: 'index' })
  }
  if (node.objects.length === 0) out.add('create', { type: 'index', schema: undefined, name: '*' })
}

/** FLUSH TABLES closes tables; everything else of FLUSH acts on the server, or on all sessions. */
function flush({ node, scan, out }: Other): void {
  const tables = scan.has('TABLES') || scan.has('TABLE')
  const detail = tables && !scan.has('READ', 'LOCK') ? 'flush' : 'flush server'
  const named = node.objects.filter(({ type }) => type === 'table')
  for (const { name } of named) out.relation('maintain', name, { detail: 'flush' })
  if (named.length === 0) out.add('maintain', everything, { detail })
  if (scan.has('READ', 'LOCK') || scan.has('FOR', 'EXPORT')) {
    for (const { name } of named) out.relation('lock', name, { detail: 'table' })
    if (named.length === 0) out.add('lock', everything, { detail: 'instance' })
  }
}

function reset(other: Other): void {
  const { scan, out } = other
  if (scan.has('PERSIST')) settingChanged('*', 'persist', { kind: 'default' }, out)
  else if (scan.has('QUERY', 'CACHE')) out.add('maintain', everything, { detail: 'cache' })
  else replication(other)
  if (scan.has('MASTER') || scan.has('BINARY')) out.add('drop', binaryLog)
}

const binaryLog = { type: 'binary log', schema: undefined, name: '*' } as const

function purge({ out }: Other): void {
  out.add('drop', binaryLog)
}

function importTable({ out }: Other): void {
  out.add('import', undefined, { detail: 'file' })
  out.add('create', { type: 'table', schema: undefined, name: '*' }, { detail: 'file' })
}

/** The whole of the data goes to a folder, or comes from another server over what is here. */
function clone(other: Other): void {
  const { scan, out } = other
  if (scan.has('LOCAL')) out.add('export', undefined, { detail: 'file' })
  else out.add('import', undefined, { detail: 'replication foreign' })
  server(other)
}

/** PLUGIN, SONAME and COMPONENT name what comes, or goes. */
function extension({ scan }: Other): { type: string; schema: undefined; name: string } {
  const type = scan.has('COMPONENT') ? 'component' : 'plugin'
  scan.seek('PLUGIN', 'SONAME', 'COMPONENT')
  if (!scan.take('IF', 'NOT', 'EXISTS')) scan.take('IF', 'EXISTS')
  return { type, schema: undefined, name: scan.name() ?? '*' }
}

function install(other: Other): void {
  other.out.add('create', extension(other), { detail: 'code' })
}

function uninstall(other: Other): void {
  other.out.add('drop', extension(other))
}

function alterSequence({ node, scan, out }: Other): void {
  const detail = scan.has('RESTART') ? 'restart' : undefined
  for (const { name } of node.objects) out.relation('alter', name, { detail }, 'sequence')
  if (node.objects.length === 0)
    out.add('alter', { type: 'sequence', schema: undefined, name: '*' }, { detail })
}

/** Its query is in a language of its own. */
const dualityView =
  (detail?: string): Handle =>
  other => {
    create('view', detail)(other)
    other.out.add('unknown', undefined, { detail: 'statement' })
  }

const tablespaceFile = create('tablespace', 'file')

const table: ReadonlyMap<string, Handle> = new Map<string, Handle>([
  ['grant', ({ scan, out }) => grant(scan, out)],
  ['revoke', ({ scan, out }) => grant(scan, out)],
  ['create user', account('create')],
  ['create role', account('create')],
  ['alter user', account('alter')],
  ['alter role', account('alter')],
  ['drop user', account('drop')],
  ['drop role', account('drop')],
  ['rename user', account('rename')],
  ['create database', create('database')],
  ['create schema', create('database')],
  ['create index', createIndex],
  ['create unique', createIndex],
  ['create fulltext', createIndex],
  [
    'create spatial',
    other =>
      other.scan.has('REFERENCE') ? create('spatial reference system')(other) : createIndex(other),
  ],
  ['create vector', createIndex],
  ['create sequence', create('sequence')],
  ['create server', create('server', 'foreign')],
  ['create tablespace', tablespaceFile],
  ['create undo', tablespaceFile],
  ['create logfile', create('logfile group', 'file')],
  ['create resource', create('resource group')],
  ['create library', create('library', 'code')],
  ['create function', create('function', 'code')],
  ['create aggregate', create('function', 'code')],
  ['create procedure', create('procedure', 'code')],
  ['create trigger', create('trigger', 'code')],
  ['create event', create('event', 'code')],
  ['create package', create('package', 'code')],
  ['create json', dualityView()],
  ['alter database', alter('database', 'options')],
  ['alter schema', alter('database', 'options')],
  ['alter event', alter('event', 'code')],
  ['alter function', alter('function', 'options')],
  ['alter procedure', alter('procedure', 'options')],
  ['alter library', alter('library', 'code')],
  ['alter package', alter('package', 'code')],
  ['alter sequence', alterSequence],
  ['alter server', alter('server', 'foreign')],
  ['alter tablespace', alter('tablespace', 'file')],
  ['alter undo', alter('tablespace', 'file')],
  ['alter logfile', alter('logfile group', 'file')],
  ['alter resource', alter('resource group', 'options')],
  ['alter instance', server],
  ['alter view', create('view', 'replace')],
  ['alter json', dualityView('replace')],
  ['drop', drop('object')],
  ['analyze', maintain('analyze')],
  ['check', maintain('check')],
  ['checksum', maintain('checksum')],
  ['optimize', maintain('optimize')],
  ['repair', maintain('repair')],
  ['cache', maintain('cache')],
  ['load index', maintain('cache')],
  ['flush', flush],
  ['reset', reset],
  ['purge', purge],
  ['change', replication],
  ['start', replication],
  ['stop', replication],
  ['binlog', serverDoes('binlog replication opaque')],
  ['clone', clone],
  ['import', importTable],
  ['install', install],
  ['uninstall', uninstall],
  ['shutdown', server],
  ['restart', server],
  ['backup', server],
  ['lock instance', ({ out }) => out.add('lock', everything, { detail: 'instance' })],
  ['unlock', transaction('unlock')],
  ['signal', transaction('signal')],
  ['resignal', transaction('signal')],
  ['get', transaction('diagnostics')],
  ['help', ({ out }) => out.add('read', { type: 'table', schema: 'mysql', name: 'help_topic' })],
  ['xa', transaction('xa')],
])
