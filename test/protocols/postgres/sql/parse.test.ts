import t from 'tap'
import { loadParser, parse } from '../../../../protocols/postgres/sql/parse.ts'

t.test('what cannot be parsed is said without the literal that stands there', async t => {
  await loadParser()
  for (const text of [
    "begin transaction isolation level 'SECRET'",
    'select $$SECRET',
    "select e'SECRET\\' from x",
    'select 1 frm SECRET',
  ]) {
    const parsed = parse(text, 1024)
    t.notOk(parsed.ok)
    t.match(parsed, { message: /syntax error|unterminated/ }, text)
    t.notMatch(parsed, { message: /SECRET/ }, text)
  }
})
