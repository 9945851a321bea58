/** Bodies in PL/pgSQL depend on every relation that they name, and on what they call. */
import t from 'tap'
import type { CatalogFunction } from '../../../../../protocols/postgres/catalog.ts'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { catalogOf, namesOf } from '../../../../support/catalog-fixture.ts'
import { inShort, traced } from '../../../../support/lineage-notation.ts'

await loadParser()

function sourcesOf(source: string, more: Partial<CatalogFunction> = {}): string {
  const catalog = catalogOf(
    {
      'public.customers': ['id int4', 'email text'],
      'public.cities': ['letter text'],
    },
    {
      functions: {
        'public.f': { language: 'plpgsql', source, ...more },
        'public.inner': { language: 'sql', source: 'SELECT letter FROM public.cities' },
      },
    },
  )
  return inShort(traced('SELECT f(1)', namesOf(catalog)).result)
}

t.test('a body that reads nothing gives what it is given', async t => {
  for (const body of [
    'BEGIN RETURN 1; END',
    'BEGIN NEW.updated_at := now(); RETURN NEW; END',
    'DECLARE n int := 0; BEGIN FOR i IN 1..10 LOOP n := n + i; END LOOP; RETURN n; END',
    `BEGIN IF TG_OP = 'INSERT' THEN NEW.slug = lower(NEW.name); END IF; RETURN NEW; END`,
  ])
    t.equal(sourcesOf(body), 'f', body)
})

t.test('every column of a relation that it names may be in what it gives', async t => {
  const all = 'f~customers.email,customers.id'
  for (const body of [
    'BEGIN RETURN (SELECT email FROM customers WHERE id = $1); END',
    'DECLARE r public.customers; BEGIN SELECT * INTO r FROM PUBLIC.Customers; RETURN r.email; END',
    'BEGIN PERFORM 1 FROM "customers"; RETURN 1; END',
    'DECLARE c CURSOR FOR TABLE customers; BEGIN FOR r IN c LOOP RETURN r; END LOOP; END',
  ])
    t.equal(sourcesOf(body), all, body)
})

t.test('what it calls is in it, too', async t => {
  t.equal(sourcesOf('BEGIN RETURN inner(); END'), 'f~cities.letter')
  t.equal(sourcesOf('BEGIN RETURN x.inner; END'), 'f~cities.letter')
  t.equal(sourcesOf(`BEGIN RETURN query_to_xml('SELECT 1', true, true, ''); END`), 'untraced')
})

t.test('texts that are made while it runs, and cursors of others, are not followed', async t => {
  for (const body of [
    `BEGIN EXECUTE 'SELECT ' || $1; END`,
    'BEGIN OPEN c FOR EXECUTE q; END',
    'BEGIN FETCH $1 INTO x; RETURN x; END',
    'BEGIN RETURN (SELECT U&"em\\0061il" FROM x); END',
    `BEGIN RETURN 'unended; END`,
    '',
  ])
    t.equal(sourcesOf(body), 'untraced', body)
})

t.test('an argument that is left out has its default', async t => {
  t.equal(
    sourcesOf('BEGIN RETURN 1; END', { defaults: '(SELECT email FROM public.customers)' }),
    'f~customers.email',
  )
})
