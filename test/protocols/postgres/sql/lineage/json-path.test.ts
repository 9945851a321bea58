/** What is taken from a document by constant keys is a part of it; all else is the document. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { catalogOf, namesOf } from '../../../../support/catalog-fixture.ts'
import { inShort, traced } from '../../../../support/lineage-notation.ts'

const tables = { 'public.c': ['id int4', 'prefs jsonb', 'note text', 'made jsonb'] }
const extras = {
  views: {
    'public.v': [
      ['p jsonb', 'phone text', 'built jsonb'],
      "SELECT prefs, prefs ->> 'phone', jsonb_build_object('y', prefs) FROM public.c",
    ],
  },
  generated: { 'public.c.made': "jsonb_build_object('y', prefs)" },
} as const

const shop = namesOf(catalogOf(tables, extras))
const shown = (sql: string, names = shop) => inShort(traced(sql, names).result)

await loadParser()

t.test('constant keys name a part', async t => {
  for (const [expression, path] of [
    [`prefs -> 'a'`, '$.a'],
    [`prefs ->> 'a'`, '$.a'],
    [`prefs -> 'a' ->> 'b'`, '$.a.b'],
    [`prefs -> 'a' -> 0 ->> 'b'`, '$.a.b'],
    [`prefs -> -1 ->> 'b'`, '$.b'],
    [`prefs -> '0'`, '$.0'],
    [`prefs #>> '{a,0,b}'`, '$.a.0.b'],
    [`prefs #> array['a', 'b']`, '$.a.b'],
    [`prefs operator(pg_catalog.->) 'a'`, '$.a'],
    [`jsonb_extract_path(prefs, 'a', 'b')`, '$.a.b'],
    [`jsonb_extract_path_text(prefs -> 'a', 'b')`, '$.a.b'],
  ] as const)
    t.equal(shown(`SELECT ${expression} x FROM c`), `x=c.prefs${path}`, expression)
})

t.test('everything else depends on the whole document', async t => {
  for (const expression of [
    `prefs -> note`,
    `prefs -> 'a'::text`,
    `prefs -> null`,
    `prefs #>> '{"a"}'`,
    `prefs #>> '{a,NULL}'`,
    `prefs #>> '{}'`,
    `prefs - 'a'`,
    `prefs::jsonb -> 'a'`,
    `(prefs || '{}') -> 'a'`,
    `jsonb_extract_path(prefs, variadic array['a'])`,
    `jsonb_path_query_first(prefs, '$.a')`,
    `prefs operator(public.->) 'a'`,
    `prefs @> '{"a": 1}'`,
    `prefs::text`,
  ])
    t.notMatch(shown(`SELECT ${expression} x FROM c`), /\$|^x$/, expression)
  t.equal(shown(`SELECT note -> 'a' x FROM c`), 'x~c.note', 'a type that is none of JSON')
})

t.test('parts are followed like columns', async t => {
  t.equal(shown(`SELECT x FROM (SELECT prefs -> 'a' x FROM c) d`), 'x=c.prefs$.a')
  t.equal(shown(`SELECT x ->> 'b' y FROM (SELECT prefs -> 'a' x FROM c) d`), 'y=c.prefs$.a.b')
  t.equal(shown(`SELECT upper(prefs ->> 'a') x FROM c`), 'x~c.prefs$.a')
  t.equal(shown(`SELECT p ->> 'a' x FROM v`), 'x=c.prefs$.a,v.p$.a')
  t.equal(shown(`SELECT phone FROM v`), 'phone=c.prefs$.phone,v.phone')
})

t.test('a document that was built around another has none of its paths', async t => {
  t.equal(shown(`SELECT built -> 'y' -> 'phone' x FROM v`), 'x~c.prefs,v.built')
  t.equal(shown(`SELECT made -> 'y' -> 'phone' x FROM c`), 'x~c.made,c.prefs')
})

t.test('an operator that somebody made may give anything', async t => {
  const names = namesOf(
    catalogOf(tables, { functions: { 'public.operator ->': { language: 'operator' } } }),
  )
  t.equal(shown(`SELECT prefs -> 'a' x FROM c`, names), 'x~c.prefs')
  t.equal(shown(`SELECT prefs ->> 'a' x FROM c`, names), 'x=c.prefs$.a')
})
