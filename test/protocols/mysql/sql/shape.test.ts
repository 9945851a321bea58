import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from '../../../../protocols/mysql/sql/parse.ts'
import { shapeOf } from '../../../../protocols/mysql/sql/shape.ts'
import { shareable } from '../../../../protocols/mysql/sql/shareable.ts'
import { inRepository } from '../../../support/repository.ts'
import { namesOf } from './effects-shop.ts'

const { lexer } = namesOf()
const shape = (text: string): string | undefined => shapeOf(text, lexer)

t.test('literals that differ in value only have one shape', async t => {
  for (const [a, b] of [
    ['select 1', 'select 22'],
    ["select * from t where a = 'x'", "select * from t where a = ''"],
    ["select 'it''s'", "select 'é'"],
    ["select 'a\\'b'", "select '\\\\'"],
    ['select "a"', 'select "b""c"'],
    ['select 1.5, .5, 1e3', 'select 2.25, .125, 2E-4'],
    ['select 12345678901234567890', 'select 98765432109876543210'],
    ['select @a, @@b, 1', 'select @a, @@b, 7'],
    ['update a set b=b+5 where c=6', 'update a set b=b+8 where c=1'],
    ['select ?, 1', 'select ?, 2'],
  ] as const) {
    t.type(shape(a), 'string')
    t.equal(shape(a), shape(b), a)
  }
})

t.test('whatever else differs makes another shape', async t => {
  for (const [a, b] of [
    ['select 1', "select '1'"],
    ['select 1', 'select 1.0'],
    ['select 1', 'select 12345678901234567890'],
    ['select 1.0', 'select 1e0'],
    ['select a', 'select b'],
    ['select a', 'select A'],
    ['select `1`', 'select `2`'],
    ["select 'a' 'b'", "select 'a''b'"],
    ['select - 1', 'select -1'],
    ['select true', 'select false'],
    ['select @a', 'select @b'],
    ['select sum (1)', 'select sum(1)'],
  ] as const)
    t.not(shape(a), shape(b), a)
})

t.test('what is tricky has no shape', async t => {
  for (const text of [
    'select 1 -- x',
    'select 1 --x',
    'select 1 # x',
    'select /* x */ 1',
    'select /*! 1 */',
    'select $$x$$',
    "select N'x'",
    "select _utf8mb4'x'",
    "select x'41', b'1'",
    'select 0x41',
    'select 0b1',
    "select @'x'",
    'select @`x`',
    'select 1a',
    'select t.1',
    'select `t`.1e5',
    'select a$b',
    'select 1..2',
    "select 'a",
    'select `a',
    'select é',
    'select \\N',
    'select {d 1}',
    'select \u00001',
  ])
    t.equal(shape(text), undefined, text)
})

t.test(
  'double quotes are names under ANSI_QUOTES, backslashes letters without escapes',
  async t => {
    const ansi = { ...lexer, ansiQuotes: true }
    t.not(shapeOf('select "a"', ansi), shapeOf('select "b"', ansi))
    const plain = { ...lexer, noBackslashEscapes: true }
    t.equal(shapeOf("select 'a\\'", plain), shapeOf("select 'b'", plain))
    t.equal(shape("select 'a\\'"), undefined)
  },
)

t.test('texts of one shape have one tree but for their literals', async t => {
  const corpus = readFileSync(inRepository('test/fixtures/mysql-statements.txt'), 'utf8')
  const bare = (text: string): string | undefined => {
    const parsed = parse(text, lexer)
    if (!parsed.ok) return 'unreadable'
    if (!parsed.statements.every(each => shareable(each.node, each.tokens))) return undefined
    return JSON.stringify(parsed.statements, (key, value: unknown) => {
      if (key === 'start' || key === 'end' || key === 'tokens') return undefined
      const literal = (value as { kind?: unknown } | null)?.kind === 'literal'
      return literal ? { ...(value as object), value: '?' } : value
    })
  }
  let shaped = 0
  for (const sql of corpus.split('\n').filter(line => !line.startsWith(' '))) {
    if (shape(sql) === undefined) continue
    shaped++
    const other = sql
      .replaceAll(/(?<![\w.$`@])[1-9](?![\w.$])/g, '8')
      .replaceAll(/'[a-z]'/g, "'zz'")
    if (shape(other) !== shape(sql)) continue
    t.equal(bare(other), bare(sql), sql)
  }
  t.ok(shaped > 400, `${shaped}`)
})
