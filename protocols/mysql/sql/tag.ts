/** A statement's kind for people, as MySQL's manual calls it: `SELECT`, `CREATE TABLE`. */
import type { Statement } from './ast.ts'
import type { Token } from './lexer/token.ts'

export function tagOf(node: Statement, tokens: readonly Token[] = []): string {
  switch (node.kind) {
    case 'query':
      return node.body.kind === 'tableQuery' || node.body.kind === 'values'
        ? node.body.kind.replace('Query', '').toUpperCase()
        : 'SELECT'
    case 'insert':
      return node.replace ? 'REPLACE' : 'INSERT'
    case 'set':
      return node.statement === undefined
        ? setTag(node.items)
        : `SET STATEMENT FOR ${tagOf(node.statement)}`
    case 'compound':
      return 'BEGIN NOT ATOMIC'
    case 'executeImmediate':
      return 'EXECUTE IMMEDIATE'
    case 'deallocate':
      return 'DEALLOCATE PREPARE'
    case 'explain':
      return node.analyze ? 'EXPLAIN ANALYZE' : 'EXPLAIN'
    case 'handler':
      return `HANDLER ${node.action.toUpperCase()}`
    case 'load':
      return `LOAD ${node.format.toUpperCase()}`
    case 'createTable':
      return node.query === undefined ? 'CREATE TABLE' : 'CREATE TABLE AS'
    case 'createView':
      return node.alter ? 'ALTER VIEW' : 'CREATE VIEW'
    case 'createRoutine':
      return `${tokens[0]?.value === 'ALTER' ? 'ALTER' : 'CREATE'} ${node.type.toUpperCase()}`
    case 'alterTable':
      return 'ALTER TABLE'
    case 'drop':
      return `DROP ${node.type.toUpperCase()}`
    case 'rename':
      return `RENAME ${node.type.toUpperCase()}`
    case 'lockTables':
      return 'LOCK TABLES'
    case 'transaction':
      return transactionTags[node.action]
    case 'other':
      return otherTags.get(node.keyword) ?? node.keyword.toUpperCase()
    case 'show':
      return `SHOW ${node.what.toUpperCase()}`.trim()
    default:
      return node.kind.toUpperCase()
  }
}

/** Where the words that tell the kind are not those that people say. */
const otherTags: ReadonlyMap<string, string> = new Map([
  ['unlock table', 'UNLOCK TABLES'],
  ['flush table', 'FLUSH TABLES'],
  ['flush table with', 'FLUSH TABLES'],
  ['flush table for', 'FLUSH TABLES'],
  ['reset binary', 'RESET BINARY LOGS'],
  ['purge binary', 'PURGE BINARY LOGS'],
  ['purge master', 'PURGE BINARY LOGS'],
  ['clone data', 'CLONE LOCAL'],
])

type Items = Extract<Statement, { kind: 'set' }>['items']

function setTag(items: Items): string {
  const [item, more] = items
  if (item === undefined || more !== undefined) return 'SET'
  if (item.kind === 'names') return 'SET NAMES'
  if (item.kind === 'transaction') return 'SET TRANSACTION'
  if (item.kind === 'password') return 'SET PASSWORD'
  if (item.kind === 'role') return 'SET ROLE'
  return item.kind === 'defaultRole' ? 'SET DEFAULT ROLE' : 'SET'
}

const transactionTags = {
  begin: 'START TRANSACTION',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  savepoint: 'SAVEPOINT',
  'rollback to': 'ROLLBACK TO SAVEPOINT',
  release: 'RELEASE SAVEPOINT',
  xa: 'XA',
} as const
