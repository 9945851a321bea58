import t from 'tap'
import { normalize } from '../../../../protocols/postgres/sql/normalize.ts'
import { loadParser, parse } from '../../../../protocols/postgres/sql/parse.ts'
import { shapeOf } from '../../../../protocols/postgres/sql/shape.ts'
import { corpus } from './effects-corpus.ts'

await loadParser()

t.test('literals that differ in value only have one shape', async t => {
  for (const [a, b] of [
    ['select 1', 'select 22'],
    ["select * from t where a = 'x'", "select * from t where a = ''"],
    ["select 'it''s'", "select 'é'"],
    ['select 1.5, .5, 1e3', 'select 2.25, .125, 2E-4'],
    ['select 12345678901', 'select 98765432109'],
    ['select $1, 1', 'select $1, 7'],
    ['update a set b = b + 5 where c = 6', 'update a set b = b + 8 where c = 1'],
  ] as const) {
    t.type(shapeOf(a), 'string')
    t.equal(shapeOf(a), shapeOf(b), a)
  }
})

t.test('whatever else differs makes another shape', async t => {
  for (const [a, b] of [
    ['select 1', "select '1'"],
    ['select 1', 'select 1.0'],
    ['select 1', 'select 12345678901'],
    ['select 2147483647', 'select 2147483648'],
    ['select $1', 'select $2'],
    ['select a', 'select b'],
    ['select a.b', 'select a,b'],
    ['select "1"', 'select "2"'],
    ["select 'a' 'b'", "select 'a'\n'b'"],
    ['select - 1', 'select -1'],
    ['select true', 'select false'],
  ] as const)
    t.not(shapeOf(a), shapeOf(b), a)
})

t.test('what is tricky has no shape', async t => {
  for (const text of [
    'select 1 -- x',
    'select /* x */ 1',
    'select $$x$$',
    'select $a$x$a$',
    "select E'x'",
    "select e'\\''",
    "select B'1', X'1f'",
    "select N'x'",
    "select U&'x'",
    'select U&"x"',
    "select 'a\\b'",
    "select 'a",
    'select "a',
    'select é',
    'select 0x1F',
    'select 1_000',
    'select 1a',
    'select 1..2',
    'select 1e',
    'select $1a',
    'select $',
    'select 00000000001',
    'select \u0001i',
    'select 1\u00a0',
    'select 1\0',
  ])
    t.equal(shapeOf(text), undefined, JSON.stringify(text))
})

/** The tree with its constants' values and all positions taken out. */
function skeleton(text: string): string | undefined {
  const parsed = parse(text, 1 << 20)
  if (!parsed.ok) return undefined
  return JSON.stringify(
    parsed.statements.map(({ node }) => node),
    (key, value: unknown) => {
      if (key === 'location' || key.endsWith('_location') || key === 'stmt_len') return undefined
      if (key.startsWith('rexpr_list_')) return undefined
      if (key !== 'A_Const') return value
      // An absent value is 0, and a constant's kind is its key.
      return Object.keys(value as object).filter(each => each !== 'location')
    },
  )
}

/** A small generator with a seed, so that a failure comes again. */
function random(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

t.test('texts of one shape have one tree but for the values of constants', async t => {
  const pick = random(20260101)
  const pieces = [
    'select ',
    'from ',
    'where ',
    'a',
    'b.c',
    '"q"',
    ' = ',
    ' + ',
    '-',
    '(',
    ')',
    ', ',
    '*',
    ' and ',
    ' limit ',
    ' in (',
    '::int',
    '.',
    '$1',
    ' as x ',
    '\n',
    'e',
    'E',
    'insert into t values (',
    '>=',
    '|',
    ' between ',
    ';',
    'date ',
    '[',
    ']',
    ' is null',
    '&',
    'u',
    '<',
    '/',
    "'",
  ]
  const literal = (kind: number): string =>
    [
      () => String(pick(1000)),
      () => `${pick(100)}.${pick(100)}`,
      () => `${pick(9) + 1}e${pick(5)}`,
      () => String(10_000_000_000 + pick(1_000_000)),
      () => `'${['', 'x', "o''k", 'é', ';', '--', '"'][pick(7)]}'`,
      () => `.${pick(99)}`,
      () => String(2_147_483_000 + pick(1300)),
    ][kind]?.() ?? ''
  let same = 0
  for (let round = 0; round < 4000; round++) {
    // One frame of pieces and kinds of literals, filled twice.
    const frame = Array.from({ length: 3 + pick(9) }, () =>
      pick(3) === 0 ? pick(7) : (pieces[pick(pieces.length)] ?? ''),
    )
    const lead = pick(2) === 0 ? 'select ' : ''
    const fill = (): string =>
      lead + frame.map(each => (typeof each === 'number' ? literal(each) : each)).join('')
    const [one, two] = [fill(), fill()]
    const shape = shapeOf(one)
    if (shape === undefined || one === two || shapeOf(two) !== shape) continue
    same += 1
    const trees = [skeleton(one), skeleton(two)]
    if (trees[0] !== trees[1]) t.strictSame(trees[0], trees[1], JSON.stringify([one, two]))
  }
  t.ok(same > 500, `${same} pairs compared`)
})

t.test('statements of the corpus keep their tree when their literals are others', async t => {
  let shapes = 0
  for (const line of corpus.split('\n').filter(each => each !== '' && !each.startsWith(' '))) {
    const shape = shapeOf(line)
    if (shape === undefined || !/^(?:select|insert|update|delete|with|values)/.test(line)) continue
    const other = line
      .replaceAll(/'[^']*'/g, "'other'")
      .replaceAll(/(?<![\w$."])\d+(?![\w."])/g, '77')
    if (shapeOf(other) !== shape) continue
    shapes += 1
    t.equal(skeleton(other), skeleton(line), line)
  }
  t.ok(shapes > 60, `${shapes} shapes compared`)
})

t.test('a normalized text has no literal and no comment', async t => {
  for (const [text, expected] of [
    ["select 'secret', 12, 1.5e3 from t1", 'select ?, ?, ? from t1'],
    ["select E'a\\'secret' as x", 'select ? as x'],
    ['select $$secret$$, $x$secret $$ $x$, $1', 'select ?, ?, $1'],
    ["alter role bob password 'secret'", 'alter role bob password ?'],
    ['select 1 -- secret\n + /* secret /* more */ secret */ 2', 'select ? + ?'],
    ["select B'101', x'ff', U&'secret', n'secret'", 'select ?, ?, ?, ?'],
    ['select "a 1", u&"b 2"', 'select "a 1", u&"b 2"'],
    ["select 'secret", 'select ?'],
    ['select /* secret', 'select'],
    ['select $$secret', 'select ?'],
    ['select 0x1F, 1_000, a1, 7abc', 'select ?, ?, a1, ?'],
    ["select 'a''secret'", 'select ?'],
    ['select é12', 'select é12'],
  ] as const)
    t.equal(normalize(text).replaceAll(/\s+/g, ' '), expected, text)
})

t.test('the shape of a text costs little', async t => {
  const texts = Array.from(
    { length: 1000 },
    (_, index) => `SELECT abalance FROM pgbench_accounts WHERE aid = ${index * 31};`,
  )
  for (let round = 0; round < 20; round++) for (const text of texts) shapeOf(text)
  const started = performance.now()
  for (let round = 0; round < 20; round++) for (const text of texts) shapeOf(text)
  const us = ((performance.now() - started) * 1000) / 20_000
  t.comment(`${us.toFixed(2)} µs a statement`)
  t.ok(us < 20)
})
