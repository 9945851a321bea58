import { readFileSync } from 'node:fs'
import t from 'tap'
import { Analyzer } from '../../../../protocols/mysql/sql/analyzer.ts'
import type { Statement } from '../../../../protocols/mysql/sql/ast.ts'
import { effectsOf } from '../../../../protocols/mysql/sql/effects.ts'
import { parse } from '../../../../protocols/mysql/sql/parse.ts'
import type { Effect } from '../../../../protocols/protocol.ts'
import { inRepository } from '../../../support/repository.ts'
import { namesOf, show } from './effects-shop.ts'

const analyzer = new Analyzer()
const corpus = readFileSync(inRepository('test/fixtures/mysql-statements.txt'), 'utf8')

type Flavour = 'mysql' | 'mariadb'

/** Statements and what they do; `!` marks a write that nothing narrows. */
function entries(): readonly { sql: string; lines: readonly string[]; flavours: Flavour[] }[] {
  const found: { sql: string; lines: readonly string[]; flavours: Flavour[] }[] = []
  let flavours: Flavour[] = []
  for (const entry of corpus.trim().split(/\n(?! )/)) {
    const [sql = '', ...lines] = entry.split('\n')
    const section = /^# (both|mysql|mariadb)$/.exec(sql)?.[1]
    if (section === undefined) found.push({ sql, lines, flavours })
    else flavours = section === 'both' ? ['mysql', 'mariadb'] : [section as Flavour]
  }
  return found
}

function does(sql: string, flavour: Flavour = 'mysql', sqlMode = ''): readonly string[] {
  return analyzer.analyze(sql, namesOf(flavour, sqlMode)).effects.map(show)
}

t.test('every statement of the corpus does what the corpus says', async t => {
  const all = entries()
  t.ok(all.length > 690)
  for (const { sql, lines, flavours } of all)
    for (const flavour of flavours) {
      const { tag, effects, unreadable } = analyzer.analyze(sql, namesOf(flavour))
      const head = `  [${unreadable === undefined ? tag : 'unreadable'}]`
      t.strictSame([head, ...effects.map(each => `    ${show(each)}`)], lines, sql)
    }
})

t.test('what a text does does not hang on case, comments or spaces', async t => {
  const variants = [
    (sql: string) => sql.toUpperCase(),
    (sql: string) => sql.replaceAll(' ', '/**/'),
    (sql: string) => sql.replaceAll(' ', '\t\n'),
    (sql: string) => `/*!50000 ${sql} */`,
    (sql: string) => `-- x\n# y\n${sql};`,
  ]
  for (const sql of [
    'delete from orders where 1',
    'update orders set total = 1',
    'truncate table orders',
    'drop table orders',
    'alter table orders drop column note',
    'grant all on shop.* to bob',
    'set global general_log = 1',
    'call wipe(1)',
    'select load_file(1) from orders',
    'rename table orders to o',
  ]) {
    const expected = JSON.stringify(does(sql)).toLowerCase()
    for (const variant of variants)
      t.equal(JSON.stringify(does(variant(sql))).toLowerCase(), expected, variant(sql))
  }
})

t.test('sql_mode decides what is a name and where a string ends', async t => {
  const quoted = 'delete from "orders"'
  t.strictSame(does(quoted), ['unknown'])
  t.ok(does(quoted, 'mysql', 'ANSI_QUOTES').includes('delete! table shop.orders'))
  const text = String.raw`delete from orders where note = 'a\' or 1 -- '`
  t.ok(does(text).includes('delete table shop.orders'))
  t.ok(does(text, 'mysql', 'NO_BACKSLASH_ESCAPES').includes('delete! table shop.orders'))
  const pipes = "delete from orders where id = 'a' || 1"
  t.ok(does(pipes).includes('delete! table shop.orders'))
  t.ok(does(pipes, 'mysql', 'PIPES_AS_CONCAT').includes('delete table shop.orders'))
})

t.test('executable comments run by version and flavour', async t => {
  const text = (head: string): string => `select 1 ${head} into outfile '/x' */`
  t.strictSame(does(text('/*!90000')), ['export (file)'])
  t.strictSame(does(text('/*!90000'), 'mariadb'), [])
  t.strictSame(does(text('/*!99999')), [])
  t.strictSame(does(text('/*M!100100'), 'mariadb'), ['export (file)'])
  t.strictSame(does(text('/*M!100100')), [])
})

t.test('without a current database a name may be in any', async t => {
  const names = { ...namesOf(), database: undefined }
  const effects = analyzer.analyze('select * from log', names).effects.map(show)
  t.strictSame(effects, ['read table audit.log'])
})

t.test('a temporary table of the session is told from a table', async t => {
  const text = 'create temporary table s (id int); delete from s; select * from s; drop table s'
  const effects = does(text)
  t.ok(effects.includes('create temporary table shop.s (temporary)'))
  t.ok(effects.includes('delete! temporary table shop.s'), effects.join('\n'))
  t.notOk(effects.some(each => each.includes(' table shop.s') && !each.includes('temporary')))
})

t.test('what is prepared counts when it is executed', async t => {
  const text = "prepare p from 'delete from orders'; execute p"
  t.ok(does(text).includes('delete! table shop.orders'))
  t.ok(does('set @x = 1; prepare p from @x; execute p').some(each => /dynamic|unknown/.test(each)))
})

t.test('without its tokens a statement known by kind says less, never nothing', async t => {
  for (const sql of ['grant all on *.* to bob', 'flush logs', 'reset master', 'shutdown']) {
    const parsed = parse(sql, namesOf().lexer)
    const [statement] = parsed.ok ? parsed.statements : []
    t.ok(statement && effectsOf(statement.node, namesOf()).effects.length > 0, sql)
  }
})

t.test('a kind of statement that is not known is unknown', async t => {
  const node = { kind: 'future', start: 0, end: 0 } as unknown as Statement
  const expected: readonly Effect[] = [{ kind: 'unknown', object: undefined, detail: 'statement' }]
  t.strictSame(effectsOf(node, namesOf()).effects, expected)
})

t.test('names that JavaScript has a meaning for are names like any other', async t => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    t.match(analyzer.analyze(`select ${name}(1) from \`${name}\``, namesOf()).effects, [
      { kind: 'execute', detail: 'unknown' },
      { kind: 'read', object: { name } },
    ])
})
