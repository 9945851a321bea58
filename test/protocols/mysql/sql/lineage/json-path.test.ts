/** What is taken from a document by a constant path is a part of it; all else is the document. */
import t from 'tap'
import type { Names } from '../../../../../protocols/mysql/sql/names.ts'
import { catalogOf, namesOver, result } from '../../../../support/mysql-shop.ts'

const parts = {
  tables: { 'shop.c': ['id', 'prefs', 'path', 'made = json_object(1, prefs)'] },
  views: {
    'shop.v': [
      ['p', 'phone', 'built'],
      "select prefs, prefs->>'$.phone', json_object('y', prefs) from shop.c",
    ],
  },
  functions: { 'shop.json_value(a,b)': 'return a' },
} as const
const mysql = namesOver(catalogOf({ ...parts, functions: {} }))
const mariadb = namesOver(catalogOf({ tables: parts.tables }, 'mariadb'))

const shown = (sql: string, names: Names = mysql) => result(sql, names)

t.test('constant paths name a part', async t => {
  for (const [expression, path] of [
    [`prefs->'$.a'`, '$.a'],
    [`prefs->>'$.a.b'`, '$.a.b'],
    [`prefs->'$.a[0]."b c"'`, '$.a.b c'],
    [`prefs->'$[0].a'`, '$.a'],
    [`json_extract(prefs, '$.a')`, '$.a'],
    [`json_unquote(json_extract(prefs, '$.a'))`, '$.a'],
    [`json_value(prefs, '$.a')`, '$.a'],
    [`json_extract(json_extract(prefs, '$.a'), '$.b')`, '$.a.b'],
    [`json_extract(prefs, '$ . a')`, '$.a'],
  ] as const)
    t.equal(shown(`select ${expression} x from c`), `x=c.prefs${path}`, expression)
  t.equal(shown(`select json_value(prefs, '$.a') x from c`, mariadb), 'x=c.prefs$.a')
})

t.test('everything else depends on the whole document', async t => {
  for (const expression of [
    `prefs->'$.*'`,
    `prefs->'$**.a'`,
    `prefs->'$.a[last]'`,
    `prefs->'$.a[0 to 1]'`,
    `prefs->'a'`,
    `prefs->'$.a.'`,
    `json_extract(prefs, '$.a', '$.b')`,
    `json_extract(prefs, path)`,
    `json_extract(prefs, concat('$.', 'a'))`,
    `json_extract(prefs, _utf8mb4'$.a')`,
    `json_extract(lower(prefs), '$.a')`,
    `json_unquote(prefs)`,
    `json_remove(prefs, '$.a')`,
    `json_search(prefs, 'one', 'x')`,
    `cast(prefs as char)`,
  ])
    t.notMatch(shown(`select ${expression} x from c`), /\$|^x$/, expression)
})

t.test('parts are followed like columns', async t => {
  t.equal(
    shown(`select json_extract(x, '$.b') y from (select prefs->'$.a' x from c) d`),
    'y=c.prefs$.a.b',
  )
  t.equal(shown(`select upper(prefs->>'$.a') x from c`), 'x~c.prefs$.a')
  t.equal(shown(`select json_value(prefs, '$.a' returning signed) x from c`), 'x~c.prefs$.a')
  t.equal(shown(`select p->>'$.a' x from v`), 'x=c.prefs$.a,v.p$.a')
  t.equal(shown('select phone from v'), 'phone=c.prefs$.phone,v.phone')
})

t.test('a document that was built around another has none of its paths', async t => {
  t.equal(shown(`select built->'$.y.phone' x from v`), 'x~c.prefs,v.built')
  t.equal(shown(`select made->'$.y.phone' x from c`), 'x~c.made,c.prefs')
})

t.test('a stored function of the same name is asked, too', async t => {
  const names = namesOver(catalogOf(parts))
  t.match(shown(`select json_value(prefs, '$.a') x from c`, names), /^x~/)
})
