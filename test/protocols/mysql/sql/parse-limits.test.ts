import t from 'tap'
import { parse } from '../../../../protocols/mysql/sql/parse.ts'
import { corpus, lexerOptions, mutated, random } from './corpus.ts'

const options = lexerOptions('mysql')

t.test('no text makes the parser throw', async t => {
  const below = random(20260101)
  const texts = corpus('mysql')
  const bytes = Buffer.alloc(64)
  let read = 0
  for (let count = 0; count < 10_000; count++) {
    for (let at = 0; at < bytes.length; at++) bytes[at] = below(256)
    const statement = texts[below(texts.length)] ?? ''
    const text = count % 4 === 0 ? bytes.toString('latin1') : mutated(statement, below)
    for (const flavour of ['mysql', 'mariadb'] as const) {
      if (parse(text, lexerOptions(flavour)).ok) read++
    }
  }
  t.ok(read > 1000, `${read} of the changed statements are still statements`)
})

t.test('what is long is read', async t => {
  const numbers = Array.from({ length: 150_000 }, (_, at) => at).join(',')
  const long = {
    list: `select * from t where a in (${numbers})`,
    rows: `insert into t values ${Array(50_000).fill("(1, 'x')").join(',')}`,
    conditions: `select 1 where ${Array(50_000).fill('a = 1').join(' and ')}`,
    sums: `select ${Array(50_000).fill('1').join('+')}`,
    unions: Array(10_000).fill('select 1').join(' union '),
    string: `select '${'x'.repeat(4_000_000)}'`,
  }
  for (const [name, text] of Object.entries(long)) t.ok(parse(text, options).ok, name)
})

t.test('what is deep is refused, and at once', async t => {
  const deep = {
    parentheses: `select ${'('.repeat(5000)}1${')'.repeat(5000)}`,
    unclosed: `select ${'('.repeat(100_000)}`,
    not: `select ${'not '.repeat(100_000)}1`,
    minus: `select ${'- '.repeat(100_000)}1`,
    queries: `select ${'(select '.repeat(5000)}1${')'.repeat(5000)}`,
    calls: `select ${'f('.repeat(5000)}1${')'.repeat(5000)}`,
    casts: `select ${'cast('.repeat(5000)}1`,
    cases: `select ${'case when '.repeat(5000)}1`,
    intervals: `select ${'interval('.repeat(5000)}1, 2${')'.repeat(5000)}`,
    joins: `select 1 from ${Array(5000).fill('t').join(' join ')}`,
    tables: `select 1 from ${'('.repeat(5000)}t${')'.repeat(5000)}`,
    collations: `select a${' collate x'.repeat(5000)}`,
    tests: `select a${' is null'.repeat(5000)}`,
    assignments: `select ${'@a := '.repeat(5000)}1`,
    blocks: `create procedure p() ${'begin '.repeat(5000)}`,
    names: `select ${'a.'.repeat(100_000)}a`,
    explains: `explain ${'explain '.repeat(5000)}select 1`,
  }
  for (const [name, text] of Object.entries(deep)) {
    const start = performance.now()
    t.notOk(parse(text, options).ok, name)
    t.ok(performance.now() - start < 2000, `${name} in time`)
  }
})

t.test('what cannot be read is said without the literal that stands there', async t => {
  for (const text of ["SELECT a FROM t WHERE 'SECRET' 4711", "DELETE FROM t 'SECRET'"]) {
    const parsed = parse(text, options)
    t.match(parsed, { ok: false, message: /got a literal/ }, text)
  }
})
