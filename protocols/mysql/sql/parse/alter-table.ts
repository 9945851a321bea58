/** ALTER TABLE: what each of its parts does. https://dev.mysql.com/doc/refman/9.7/en/alter-table.html */
import type { AlterTable, Asked, Expression, TableName } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import { orderItems } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { keyParts } from './key-parts.ts'
import { tableName } from './names.ts'
import { existenceClause, skipOne } from './rest.ts'

type Action = AlterTable['actions'][number]

/** What its parts gather on their way. */
type Gathered = { readonly defaults: Expression[] } & {
  readonly [Part in keyof Asked]: Asked[Part][number][]
}

/** Behind TABLE. `ignore` stood before it. */
export function alterTable(cursor: Cursor, start: number, ignore: boolean): AlterTable {
  existenceClause(cursor)
  const table = tableName(cursor)
  if (cursor.mariadb && cursor.accept('WAIT')) cursor.advance()
  else if (cursor.mariadb) cursor.accept('NOWAIT')
  const actions: Action[] = []
  const gathered: Gathered = { defaults: [], ...askingNothing() }
  while (!cursor.atEnd()) {
    actions.push(action(cursor, gathered))
    cursor.acceptSymbol(',')
  }
  const { defaults, ...asked } = gathered
  return { kind: 'alterTable', ignore, table, actions, defaults, asked, start, end: cursor.end }
}

/** To be filled. */
export function askingNothing(): { readonly [Part in keyof Asked]: Asked[Part][number][] } {
  return {
    ...{ checks: [], unique: [], bounded: [] },
    ...{ keys: [], references: [], generated: [], sorted: [] },
  }
}

const verbs = new Set(['ADD', 'DROP', 'ALTER', 'MODIFY', 'CHANGE', 'RENAME'])
const nouns = new Set([
  'COLUMN',
  'INDEX',
  'KEY',
  'KEYS',
  'CONSTRAINT',
  'PRIMARY',
  'UNIQUE',
  'FULLTEXT',
  'SPATIAL',
  'FOREIGN',
  'CHECK',
  'PARTITION',
  'TABLESPACE',
  'TO',
  'AS',
  'SYSTEM',
  'PERIOD',
])

function action(cursor: Cursor, gathered: Gathered): Action {
  const { type, value } = cursor.token
  if (type !== TokenType.Word) return rest(cursor, 'other', undefined, undefined, gathered)
  if (verbs.has(value)) return change(cursor, gathered)
  cursor.advance()
  if (value === 'EXCHANGE' || value === 'CONVERT')
    return exchange(cursor, value.toLowerCase(), gathered)
  if (value === 'ORDER') return sort(cursor, gathered)
  const word = value.toLowerCase()
  const second = cursor.token.type === TokenType.Word && !cursor.atEnd() ? cursor.token.value : ''
  return rest(
    cursor,
    second === '' ? word : `${word} ${second.toLowerCase()}`,
    undefined,
    undefined,
    gathered,
  )
}

/** ADD, DROP, ALTER, MODIFY, CHANGE and RENAME: of a column unless another word says so. */
function change(cursor: Cursor, gathered: Gathered): Action {
  const verb = cursor.advance().value.toLowerCase()
  const words: string[] = []
  while (nouns.has(cursor.token.value) && cursor.token.type === TokenType.Word) {
    words.push(cursor.advance().value.toLowerCase())
  }
  existenceClause(cursor)
  if (verb === 'rename' && (words.length === 0 || words[0] === 'to' || words[0] === 'as')) {
    cursor.acceptSymbol('=')
    return rest(cursor, 'rename', undefined, tableName(cursor), gathered)
  }
  const noun = words.length === 0 ? 'column' : words.join(' ')
  if (noun === 'column' && cursor.atSymbol('(')) {
    cursor.advance()
    const table = definition(cursor, undefined, gathered)
    while (cursor.acceptSymbol(',')) definition(cursor, undefined, gathered)
    cursor.expectSymbol(')')
    return rest(cursor, `${verb} ${noun}`, undefined, table, gathered)
  }
  if (verb === 'add' && noun === 'check' && cursor.atSymbol('('))
    gathered.checks.push(cursor.grammar.operand(cursor))
  const name = cursor.atName() ? cursor.name() : undefined
  if (noun === 'column')
    return { action: `${verb} ${noun}`, name, table: definition(cursor, undefined, gathered) }
  if (verb === 'add' && (noun.includes('unique') || noun.includes('primary')))
    uniqueKey(cursor, gathered)
  if (verb === 'add' && noun.includes('foreign')) foreignKey(cursor, gathered)
  return rest(cursor, `${verb} ${noun}`, name, undefined, gathered)
}

/** Behind UNIQUE or PRIMARY KEY: `USING BTREE (a, b)`. */
function uniqueKey(cursor: Cursor, { unique }: Gathered): void {
  while (!cursor.atEnd() && !cursor.atSymbol(',') && !cursor.atSymbol('(')) cursor.advance()
  if (cursor.atSymbol('(')) unique.push(...keyParts(cursor))
}

/** Behind FOREIGN KEY and its name: `(a, b)`. */
function foreignKey(cursor: Cursor, { keys }: Gathered): void {
  if (cursor.atSymbol('(')) keys.push(...cursor.nameList())
}

/** Behind REFERENCES: `t (a, b)`. */
function referenced(cursor: Cursor, { references }: Gathered): TableName {
  const table = tableName(cursor)
  const columns = cursor.atSymbol('(') ? cursor.nameList() : []
  references.push({ table, columns })
  return table
}

/** What is said of a column, to its end: the rows that are there are given its DEFAULT. */
function definition(
  cursor: Cursor,
  given: TableName | undefined,
  gathered: Gathered,
): TableName | undefined {
  const { defaults, checks, generated } = gathered
  let table = given
  const ends = (): boolean => cursor.atEnd() || cursor.atSymbol(',') || cursor.atSymbol(')')
  while (!ends()) {
    if (cursor.accept('REFERENCES')) table = referenced(cursor, gathered)
    else if (cursor.accept('CHECK')) checks.push(cursor.grammar.operand(cursor))
    else if (cursor.at('AS') && cursor.peekSymbol(1, '(')) {
      cursor.advance()
      generated.push(cursor.grammar.operand(cursor))
    } else if (!cursor.accept('DEFAULT')) skipOne(cursor)
    // ALTER … DROP DEFAULT ends with it.
    else if (!ends()) defaults.push(cursor.grammar.operand(cursor))
  }
  return table
}

/** EXCHANGE PARTITION p WITH TABLE t; CONVERT PARTITION p TO TABLE t, CONVERT TABLE t TO …. */
function exchange(cursor: Cursor, verb: string, gathered: Gathered): Action {
  if (cursor.accept('TABLE'))
    return rest(cursor, `${verb} table`, undefined, tableName(cursor), gathered)
  if (!cursor.accept('PARTITION')) return rest(cursor, verb, undefined, undefined, gathered)
  const name = cursor.name('a partition')
  if (!cursor.accept('WITH')) cursor.expect('TO')
  cursor.expect('TABLE')
  return rest(cursor, `${verb} partition`, name, tableName(cursor), gathered)
}

/** To the comma that ends the part. REFERENCES names a table on the way. */
function rest(
  cursor: Cursor,
  name: string,
  object: string | undefined,
  given: TableName | undefined,
  gathered: Gathered,
): Action {
  let table = given
  const adds = name.startsWith('add ')
  const divides = name === 'partition by'
  while (!cursor.atEnd() && !cursor.atSymbol(',')) {
    if (cursor.accept('REFERENCES')) table = referenced(cursor, gathered)
    else if (adds && cursor.accept('FOREIGN')) {
      while (!cursor.atEnd() && !cursor.atSymbol('(')) cursor.advance()
      foreignKey(cursor, gathered)
    } else if (adds && cursor.at('CHECK') && cursor.peekSymbol(1, '(')) {
      cursor.advance()
      gathered.checks.push(cursor.grammar.operand(cursor))
    } else if (adds && (cursor.accept('UNIQUE') || cursor.accept('PRIMARY')))
      uniqueKey(cursor, gathered)
    else if (divides && (cursor.accept('RANGE') || cursor.accept('LIST'))) bounds(cursor, gathered)
    else skipOne(cursor)
  }
  return { action: name, name: object, table }
}

/** Behind ORDER. */
function sort(cursor: Cursor, { sorted }: Gathered): Action {
  cursor.expect('BY')
  for (const { expression } of orderItems(cursor)) sorted.push(expression)
  return { action: 'order by', name: undefined, table: undefined }
}

/** Behind RANGE or LIST. */
function bounds(cursor: Cursor, { bounded }: Gathered): void {
  const columns = cursor.accept('COLUMNS')
  if (!cursor.atSymbol('(')) return
  if (columns) bounded.push(...keyParts(cursor))
  else bounded.push(cursor.grammar.operand(cursor))
}
