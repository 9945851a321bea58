/** Functions: pure, with a body that can be read, or not to be trusted; in expressions and in FROM. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { catalogOf, namesOf } from '../../../../support/catalog-fixture.ts'
import { inShort, traced } from '../../../../support/lineage-notation.ts'
import { moves, result } from '../../../../support/lineage-shop.ts'

await loadParser()

t.test("the server's harmless functions are what their arguments are", async t => {
  const table: [sql: string, expected: string][] = [
    [
      "SELECT now(), version(), current_schemas(true), gen_random_uuid(), nextval('s'), random(), pg_backend_pid(), current_setting('server_version'), current_setting('search_path', true)",
      'now version current_schemas gen_random_uuid nextval random pg_backend_pid current_setting current_setting',
    ],
    [
      "SELECT pg_get_userbyid(10), format_type(23, -1), obj_description(1, 'pg_class'), has_table_privilege('x', 'select'), pg_size_pretty(pg_relation_size('customers')), pg_get_viewdef(1)",
      'pg_get_userbyid format_type obj_description has_table_privilege pg_size_pretty pg_get_viewdef',
    ],
    [
      "SELECT md5(email), to_char(born, 'YYYY'), jsonb_build_object('a', email), string_agg(email, ','), pg_column_size(email), pg_typeof(email) FROM customers GROUP BY email, born",
      'md5~customers.email to_char~customers.born jsonb_build_object~customers.email string_agg~customers.email pg_column_size~customers.email pg_typeof~customers.email',
    ],
    [
      'SELECT similarity(email, name), uuid_generate_v4() FROM customers',
      'similarity~customers.email,customers.name uuid_generate_v4',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test(
  'those that take SQL, names, files or settings of others as text are not traced',
  async t => {
    const table: [sql: string, expected: string][] = [
      ["SELECT query_to_xml('SELECT 1', true, true, '')", 'untraced'],
      ["SELECT table_to_xml('customers', true, true, '')", 'untraced'],
      ["SELECT database_to_xml(true, true, '')", 'untraced'],
      ["SELECT cursor_to_xml('c', 1, true, true, '')", 'untraced'],
      ["SELECT ts_rewrite('a'::tsquery, 'SELECT 1')", 'untraced'],
      ["SELECT * FROM ts_stat('SELECT 1')", 'untraced'],
      ['SELECT lo_get(1)', 'untraced'],
      ['SELECT loread(1, 10)', 'untraced'],
      ["SELECT pg_read_file('x')", 'untraced'],
      ["SELECT current_setting('app.user')", 'untraced'],
      ["SELECT current_setting('app' || '.user')", 'untraced'],
      ['SELECT * FROM pg_stat_get_activity(NULL)', 'untraced'],
      ['SELECT pg_stat_get_backend_activity(1)', 'untraced'],
      ["SELECT dblink('x', 'y')", 'untraced'],
      ['SELECT no_such_function(1)', 'untraced'],
    ]
    for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
  },
)

t.test('a body in SQL is read, and depends on what finds its rows', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT mail_of(1)', 'mail_of~customers.email,customers.id'],
    ['SELECT public.mail_of(id) FROM customers', 'mail_of~customers.email,customers.id'],
    ["SELECT loudly(email), loudly('x') FROM customers", 'loudly~customers.email loudly'],
    ['SELECT atomic()', 'atomic~customers.name'],
    [
      "SELECT city_of(left(email, 1)), city_of('x') FROM customers",
      'city_of~cities.city,cities.letter,customers.email city_of~cities.city,cities.letter',
    ],
    ["SELECT store('x')", 'store~notes.id'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('a body that cannot be read or does not end is not traced', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT opaque(1)', 'untraced'],
    ['SELECT quiet(1)', 'untraced'],
    ['SELECT endless(1)', 'untraced'],
    ['SELECT id, quiet(1) FROM customers', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('what is given to a function that may keep it is moved', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT opaque(email) FROM customers', 'customers.email > function:opaque'],
    ['SELECT quiet(email) FROM customers', ''],
    ['SELECT store(email) FROM customers', 'customers.email > table:notes'],
    ["SELECT pg_notify('x', email) FROM customers", 'customers.email > channel:pg_notify'],
    [
      "SELECT set_config('app.x', email, false) FROM customers",
      'customers.email > setting:set_config',
    ],
    [
      'SELECT lo_from_bytea(0, email::bytea) FROM customers',
      'customers.email > function:lo_from_bytea customers.email > largeobject:lo_from_bytea',
    ],
    ["SELECT setval('s', id) FROM customers", 'customers.id > sequence:setval'],
    ['SELECT pg_advisory_lock(id) FROM customers', 'customers.id > lock:pg_advisory_lock'],
    ['SELECT pg_sleep(length(email)) FROM customers', 'customers.email > clock:pg_sleep'],
    ["SELECT dblink('x', email) FROM customers", 'customers.email > function:dblink'],
    ["SELECT upper(email), nextval('s') FROM customers", ''],
    ['SELECT count(*) FROM customers WHERE opaque(email) = 1', 'customers.email > function:opaque'],
  ]
  for (const [sql, expected] of table) t.equal(moves(sql), expected, sql)
})

t.test('many rows may each take a number of a sequence', async t => {
  const rows = Array.from({ length: 300 }, (_, n) => `(nextval('s'), ${n})`)
  const insert = 'INSERT INTO orders (id, total) VALUES'
  t.equal(result(`${insert} ${rows.join(', ')}`), result(`${insert} (1, 2)`))
  t.not(result(`${insert} ${rows.join(', ')}`), 'untraced')
})

t.test('what decides whether a constant is kept is moved with it', async t => {
  const set = "set_config('app.x', 'a', false)"
  const kept = 'customers.email > setting:set_config'
  for (const [sql, expected] of [
    [`SELECT CASE left(email, 1) WHEN 'a' THEN ${set} END FROM customers`, kept],
    [`SELECT coalesce(nullif(email LIKE 'a%', true)::text, ${set}) FROM customers`, kept],
    [`SELECT email LIKE 'a%' OR ${set} = 'x' FROM customers`, kept],
    [`SELECT 1 FROM customers WHERE email LIKE 'a%' AND ${set} = 'a'`, kept],
    [`SELECT id FROM customers ORDER BY CASE WHEN email > 'a' THEN ${set} END`, kept],
    [`SELECT CASE WHEN email > 'a' THEN (SELECT ${set}) END FROM customers`, kept],
    [
      "SELECT CASE WHEN email > 'a' THEN nextval('s') END FROM customers",
      'customers.email > sequence:nextval',
    ],
    [
      'SELECT CASE email WHEN $1 THEN pg_try_advisory_lock(9) END FROM customers',
      'customers.email > lock:pg_try_advisory_lock',
    ],
    [`SELECT email, ${set} FROM customers`, ''],
    [`SELECT CASE WHEN 1 = $1 THEN ${set} END, email FROM customers`, ''],
  ] as const)
    t.equal(moves(sql), expected, sql)
})

t.test('functions in FROM have the columns that the server gives them', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT * FROM generate_series(1, 3)', 'generate_series'],
    ['SELECT * FROM generate_series(1, 3) g', 'g'],
    ['SELECT g.x, y FROM generate_series(1, 3) WITH ORDINALITY g(x, y)', 'x y'],
    ["SELECT * FROM json_each('{}')", 'key value'],
    ["SELECT * FROM jsonb_array_elements('[]') e", 'value'],
    ["SELECT value FROM jsonb_array_elements('[]') e", 'value'],
    ["SELECT * FROM json_to_record('{}') AS x(a int, b text)", 'a b'],
    ["SELECT * FROM json_to_recordset('[]') AS x(a int)", 'a'],
    [
      "SELECT * FROM ROWS FROM (generate_series(1, 2), json_each('{}'), json_to_record('{}') AS (q int)) WITH ORDINALITY AS f(a, k)",
      'a k value q ordinality',
    ],
    ['SELECT * FROM current_date', 'current_date'],
    ["SELECT * FROM pg_options_to_table(ARRAY['a=b'])", 'option_name option_value'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('unnest of scalars has one column for each array', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT * FROM unnest(ARRAY[1, 2])', 'unnest'],
    ['SELECT * FROM unnest($1::int[], $2::text[]) AS t(a, b)', 'a b'],
    ["SELECT e FROM customers, unnest(string_to_array(email, '@')) e", 'e~customers.email'],
    [
      "SELECT n FROM customers, unnest(string_to_array(email, '@')) WITH ORDINALITY e(x, n)",
      'n~customers.email',
    ],
    ['SELECT * FROM unnest(ARRAY(SELECT c FROM customers c))', 'untraced'],
    [
      'SELECT email FROM unnest(ARRAY(SELECT c FROM customers c))',
      'email~customers.born,customers.email,customers.id,customers.name',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test("a function of a relation's rows has its columns", async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT * FROM everybody()',
      'id=customers.id name=customers.name email=customers.email born=customers.born',
    ],
    ["SELECT * FROM json_populate_record(NULL::customers, '{}')", 'id name email born'],
    [
      'SELECT id FROM notes, json_populate_record(NULL::customers, to_json(body))',
      'id~notes.body,notes.id',
    ],
    [
      'SELECT x.email FROM notes, json_populate_record(NULL::customers, to_json(body)) x',
      'email~notes.body',
    ],
    [
      'SELECT e.email, (everybody()).id FROM everybody() e',
      'email=customers.email id=customers.id',
    ],
    ['SELECT x FROM mail_of(1) x', 'x~customers.email,customers.id'],
    ['SELECT anything FROM mail_of(1)', 'anything~customers.email,customers.id'],
    ['SELECT * FROM mail_of(1)', 'untraced'],
    ['SELECT * FROM opaque(1)', 'untraced'],
    ['SELECT opaque.x, c.id FROM customers c, opaque(1)', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('JSON_TABLE and XMLTABLE have the columns that they list', async t => {
  const table: [sql: string, expected: string][] = [
    [
      "SELECT j.* FROM customers, JSON_TABLE(email::jsonb, '$' COLUMNS (a int PATH '$.b', n FOR ORDINALITY, NESTED PATH '$.c' COLUMNS (d text))) j",
      'a~customers.email n~customers.email d~customers.email',
    ],
    [
      "SELECT x.* FROM customers, XMLTABLE('/a' PASSING CAST(email AS xml) COLUMNS a text PATH 'b' DEFAULT name, n FOR ORDINALITY) x",
      'a~customers.email,customers.name n~customers.email',
    ],
    ["SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a int))", 'a'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('an operator that somebody made is thought of wherever it is applied', async t => {
  const made = { language: 'operator', runs: [-1] } as const
  const using = (operator: string) =>
    namesOf(
      catalogOf(
        { 'public.a': ['id int4', 'x text'], 'public.b': ['id int4'] },
        { functions: { [`public.operates ${operator}`]: made } },
      ),
    )
  for (const [operator, sql] of [
    ['===', "SELECT 'x' === ANY (SELECT '') AS y"],
    ['===', "SELECT 'x' === ALL (ARRAY['']) AS y"],
    ['===', "SELECT v FROM (VALUES ('x')) w (v) WHERE v === ANY (SELECT '')"],
    ['===', 'SELECT array_agg(x ORDER BY x USING ===) AS y FROM a'],
    ['===', 'SELECT first_value(x) OVER (ORDER BY x USING ===) AS y FROM a'],
    ['=', 'SELECT CASE id WHEN 1 THEN 2 END AS y FROM a'],
    ['=', 'SELECT v FROM (SELECT 1 AS id) a JOIN (SELECT 1 AS id, 2 AS v) b USING (id)'],
    ['=', "SELECT 'x' IN (SELECT '') AS y"],
    ['>=', 'SELECT id BETWEEN 1 AND 2 AS y FROM a'],
    ['<', 'SELECT id NOT BETWEEN SYMMETRIC 1 AND 2 AS y FROM a'],
  ] as const) {
    t.equal(inShort(traced(sql, using(operator)).result), 'untraced', sql)
    t.not(inShort(traced(sql, using('<->')).result), 'untraced', sql)
  }
})

t.test('what is unqualified in a standard body is the server’s', async t => {
  const names = namesOf(
    catalogOf(
      { 'public.a': ['id int4', 'x text'] },
      {
        functions: {
          'public.split_part': { source: 'RETURN split_part(($1)::text, ($2)::text, $3)' },
          'public.upper': { source: 'SELECT x FROM public.a' },
          'public.bound': { source: 'BEGIN ATOMIC SELECT upper($1); END' },
          'public.late': { source: 'SELECT upper($1)' },
        },
      },
    ),
  )
  const shown = (sql: string) => inShort(traced(sql, names).result)
  t.equal(shown("SELECT split_part('a b', ' ', 2)"), 'split_part')
  t.equal(shown("SELECT bound('a')"), 'bound')
  t.equal(shown("SELECT late('a')"), 'late~a.x')
})
