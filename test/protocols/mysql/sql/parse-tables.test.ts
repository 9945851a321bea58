import { createRequire } from 'node:module'
import type { Parser as NodeSqlParser } from 'node-sql-parser'
import t from 'tap'
import type { TableName } from '../../../../protocols/mysql/sql/ast.ts'
import { canonical } from '../../../../protocols/mysql/sql/canonical.ts'
import { lex } from '../../../../protocols/mysql/sql/lexer/lexer.ts'
import { type Token, TokenType } from '../../../../protocols/mysql/sql/lexer/token.ts'
import { parse } from '../../../../protocols/mysql/sql/parse.ts'
import { corpus, lexerOptions } from './corpus.ts'

// Its names are not to be seen from an ES module.
const { Parser } = createRequire(import.meta.url)('node-sql-parser') as {
  Parser: new () => NodeSqlParser
}

const before = new Set(['FROM', 'JOIN', 'STRAIGHT_JOIN', 'INTO', 'UPDATE', 'TABLE', 'USING'])
const between = new Set(['LOW_PRIORITY', 'IGNORE', 'QUICK', 'DELAYED', 'HISTORY', 'LATERAL'])
const ofFunctions = new Set(['EXTRACT', 'TRIM', 'SUBSTRING', 'SUBSTR', 'MID'])
const noTables = new Set(['SELECT', 'DUAL', 'OUTFILE', 'DUMPFILE', 'SET', 'FIRST', 'LAST', 'OJ'])
const rows = /^\(*(select|with|insert|replace|update|delete|table|explain)/i

t.test('the tree names every table that stands behind a word for tables', async t => {
  for (const flavour of ['mysql', 'mariadb'] as const) {
    for (const text of corpus(flavour).filter(each => rows.test(each))) {
      const named = tablesOf(text, flavour)
      const scanned = scan(lex(text, lexerOptions(flavour)))
      t.strictSame(
        scanned.filter(each => !named.has(each)),
        [],
        text,
      )
    }
  }
})

t.test('the tree names every table that another parser finds', async t => {
  let compared = 0
  for (const flavour of ['mysql', 'mariadb'] as const) {
    const parser = new Parser()
    const options = lexerOptions(flavour)
    for (const text of corpus(flavour).filter(each => rows.test(each))) {
      const named = tablesOf(text, flavour)
      const found = tableList(parser, canonical(text, lex(text, options), options), flavour)
      if (found === undefined) continue
      compared++
      t.strictSame(
        found.filter(each => !named.has(each)),
        [],
        text,
      )
    }
  }
  t.ok(compared > 60, `${compared} statements compared`)
})

/** Lower case, of every place in the tree, common tables included. */
function tablesOf(text: string, flavour: 'mysql' | 'mariadb'): ReadonlySet<string> {
  const parsed = parse(text, lexerOptions(flavour))
  const found = new Set<string>()
  if (parsed.ok) for (const { node } of parsed.statements) collect(node, found)
  return found
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  if (isTableName(value)) found.add(value.name.toLowerCase())
  for (const inner of Object.values(value)) collect(inner, found)
}

function isTableName(value: object): value is TableName {
  return 'schema' in value && 'name' in value && !('kind' in value)
}

/** Tables by tokens alone: the names right behind FROM, JOIN and their like. */
function scan(tokens: readonly Token[]): readonly string[] {
  const found: string[] = []
  const opened: string[] = []
  for (const [at, { type, value }] of tokens.entries()) {
    if (type === TokenType.Symbol && value === '(') opened.push(tokens[at - 1]?.value ?? '')
    else if (type === TokenType.Symbol && value === ')') opened.pop()
    else if (type === TokenType.Word && before.has(value)) {
      if (ofFunctions.has(opened.at(-1) ?? '') || tokens[at - 1]?.value === 'KEY') continue
      const name = tableBehind(tokens, at + 1)
      if (name !== undefined) found.push(name.toLowerCase())
    }
  }
  return found
}

function tableBehind(tokens: readonly Token[], start: number): string | undefined {
  let at = start
  while (between.has(tokens[at]?.value ?? '')) at++
  const token = tokens[at]
  if (token === undefined || (token.type !== TokenType.Word && token.type !== TokenType.Name)) {
    return undefined
  }
  if (token.type === TokenType.Word && noTables.has(token.value)) return undefined
  const next = tokens[at + 1]
  // FOR UPDATE OF, CHAR(… USING …), SKIP LOCKED, a function, a period.
  if (next?.value === '(' && tokens[start - 1]?.value !== 'INTO') return undefined
  if (['OF', 'SKIP', 'NOWAIT', 'UTF8MB4', 'A'].includes(token.value)) return undefined
  const name = next?.value === '.' ? tokens[at + 2] : token
  return name?.value === '*' ? token.value : name?.value
}

/** Of statements that it reads; it takes no `--` without a space, so it is given none. */
function tableList(
  parser: NodeSqlParser,
  text: string,
  flavour: 'mysql' | 'mariadb',
): readonly string[] | undefined {
  try {
    const list = parser.tableList(text, { database: flavour })
    const names = list.map(each => each.split('::')[2]?.toLowerCase() ?? '')
    return names.filter(each => each !== '' && each !== 'dual')
  } catch {
    return undefined
  }
}
