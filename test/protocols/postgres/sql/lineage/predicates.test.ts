/** What statements ask of columns without being shown them. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { columnInShort, traced } from '../../../../support/lineage-notation.ts'
import { shop } from '../../../../support/lineage-shop.ts'

function asked(sql: string): string {
  return traced(sql, shop)
    .predicates.map(({ column, kind, constants, list }) => {
      const among = list ? ':list' : constants > 0 ? `:${constants}` : ''
      return `${columnInShort(column)} ${kind}${among}`
    })
    .sort()
    .join(', ')
}

const cases: readonly (readonly [sql: string, asked: string])[] = [
  // Look-ups, joins and counts.
  ["select id from customers where email = 'a'", 'customers.email equality:1'],
  ['select id from customers where email = $1', 'customers.email equality:1'],
  ["select id from customers where email in ('a', 'b')", 'customers.email equality:2'],
  ["select id from customers where email = 'a' or email = 'b'", 'customers.email equality:2'],
  ["select id from customers where not email <> 'a'", 'customers.email equality:1'],
  ["select id from customers where email = lower('A')", 'customers.email equality:1'],
  ['select id from customers where email = any($1)', 'customers.email equality:list'],
  ["select id from customers where email = any(array['a','b','c'])", 'customers.email equality:3'],
  ['select id from customers where email is null', ''],
  ['select count(email) from customers', ''],
  ['select count(*) from customers having count(email) > 3', ''],
  [
    'select 1 from customers c join orders o on o.customer_id = c.id',
    'customers.id equality, orders.customer_id equality',
  ],
  ['select 1 from customers a join customers b using (email)', 'customers.email equality'],
  [
    'select 1 from customers where id in (select customer_id from orders)',
    'customers.id equality, orders.customer_id equality',
  ],
  // Many guesses that the statement made up itself, however they are wrapped.
  ...[
    'join generate_series(1, 9) n on n = customers.id',
    'join generate_series(1, 9) n on n + 0 = customers.id',
    'join generate_series(1, 9) n on n::bigint = customers.id',
    'join generate_series(1, 9) n on (select n) = customers.id',
    'join generate_series(1, 9) n(id) using (id)',
    'join (select n as id from generate_series(1, 9) n) n using (id)',
    'where id in (select generate_series(1, 9))',
    'where id in (select n from generate_series(1, 9) n)',
  ].map(rest => [`select 1 from customers ${rest}`, 'customers.id comparison:1'] as const),
  ...['array(select generate_series(1, 9))', "string_to_array('1;2;3', ';')::int[]"].map(
    many =>
      [`select 1 from customers where id = any(${many})`, 'customers.id comparison:list'] as const,
  ),
  ["select 1 from customers where id = any('{1,2}'::int[])", 'customers.id equality:list'],
  // What finds a value out.
  ["select id from customers where email like 'a%'", 'customers.email pattern:1'],
  ["select id from customers where email ~ '^a'", 'customers.email pattern:1'],
  ["select id from customers where born > '2000-01-01'", 'customers.born range:1'],
  ["select id from customers where born between '2000-01-01' and now()", 'customers.born range:2'],
  ["select id from customers where substr(email, 1, 1) = 'a'", 'customers.email computed:1'],
  ["select id from customers where starts_with(email, 'a')", 'customers.email computed'],
  ['select 1 from customers having max(id) > 3', 'customers.id computed:1'],
  [
    "select 1 from customers where 'a' in (select substr(email, 1, 1) from customers)",
    'customers.email computed:1',
  ],
  [
    'select 1 from customers where substr(email, 1, 1) in (select letter from cities)',
    'cities.letter comparison, customers.email computed',
  ],
  [
    "select 1 from orders where exists (select from customers where email like 'a%')",
    'customers.email pattern:1',
  ],
  [
    'select 1 from customers where email < name',
    'customers.email comparison, customers.name comparison',
  ],
  [
    "select 1 from customers, (values ('a'), ('b')) v(guess) where email = guess",
    'customers.email comparison:1',
  ],
  ['select id from customers order by email', 'customers.email order'],
  ['select count(*) from customers group by email', 'customers.email group'],
  // Rows come as the last window sorted them, although what it gives is hidden.
  ['select id, rank() over (order by email) from customers', 'customers.email order'],
  ['select id, count(*) over (partition by email) from customers', 'customers.email group'],
  [
    'select id, sum(id) over w from customers window w as (order by email)',
    'customers.email order',
  ],
  [
    'select id, sum(id) over (w) from customers window w as (order by email)',
    'customers.email order',
  ],
  ['select id, rank() over (order by length(email)) from customers', 'customers.email order'],
  ['select count(*) from customers group by left(email, 1)', 'customers.email computed'],
  // What the rows that are there have to hold, or the statement fails.
  ...[
    ["alter table customers add check (email like 'a%')", 'customers.email pattern:1'],
    [
      "alter table customers add constraint c check (email > 'm') not valid",
      'customers.email range:1',
    ],
    [
      'alter table customers add column x int check (length(email) > 3)',
      'customers.email computed:1',
    ],
    ['alter table customers add unique (email)', 'customers.email group'],
    [
      'alter table customers add primary key (id, email)',
      'customers.email group, customers.id group',
    ],
    ['alter table customers add exclude using gist (email with =)', 'customers.email group'],
    ['alter table customers add exclude using gist (email with &&)', 'customers.email comparison'],
    ['alter table customers add foreign key (email) references orders', 'customers.email equality'],
    ['alter table customers alter email type varchar(20)', 'customers.email effect'],
    ['create unique index on customers (email)', 'customers.email group'],
    ['create unique index on customers (left(email, 3))', 'customers.email computed'],
    ['create index on customers ((1 / length(email)))', 'customers.email computed'],
    [
      "create unique index on customers (id) where email like 'a%'",
      'customers.email pattern:1, customers.id group',
    ],
    ["create policy p on customers using (email < 'm')", 'customers.email range:1'],
    ["alter policy p on customers with check (email < 'm')", 'customers.email range:1'],
    [
      'alter table notes add foreign key (body) references customers (email)',
      'customers.email equality, notes.body equality',
    ],
    ['alter table notes validate constraint c', 'notes.body computed, notes.id computed'],
    ['alter table notes alter constraint c enforced', 'notes.body computed, notes.id computed'],
    ['alter table notes alter constraint c deferrable', ''],
    ["alter domain mail add check (value like 'a%')", 'subscribers.address pattern:1'],
    ["alter domain mail add check (value > 'm') not valid", 'subscribers.address range:1'],
    ['alter domain mail validate constraint c', 'subscribers.address computed'],
    ['alter domain mail set not null', ''],
    ['alter domain other add check (value is null)', ''],
    ['create statistics s on (1 / length(email)), name from customers', 'customers.email computed'],
    // In what order rows come afterwards.
    ['cluster notes using i', 'notes.body order, notes.id order'],
    ['cluster notes', 'notes.body order, notes.id order'],
    ['alter table notes cluster on i', 'notes.body order, notes.id order'],
    ['cluster', ''],
    ['create index on customers (email)', ''],
    ['alter table customers alter email set not null', ''],
    ['alter table customers add column x text default 1', ''],
  ].map(([sql = '', expected = '']) => [sql, expected] as const),
  // What other aggregates are made of comes in the same order.
  ['select array_agg(id), count(distinct email) from customers', 'customers.email group'],
  ["select string_agg(name, ',' order by email) from customers", 'customers.email order'],
  ['select mode() within group (order by email) from customers', ''],
  ['select count(email), max(email) from customers', ''],
  // Rows that come of a value are counted.
  ["select id from customers, unnest(string_to_array(email, '@'))", 'customers.email computed'],
  ["select id from customers, regexp_matches(email, 'a', 'g') m", 'customers.email computed'],
  ['select id from customers, json_each(to_json(email)) e', 'customers.email computed'],
  ['select id, part from customers, string_to_table(email, null) part', 'customers.email computed'],
  [
    "select id from customers, json_table(to_jsonb(email), '$' columns (n for ordinality)) j",
    'customers.email computed',
  ],
  ['select r.a from customers, jsonb_to_record(to_jsonb(email)) r(a text)', ''],
  ['select distinct email from customers', 'customers.email group'],
  // What waits or fails by it, although it is redacted.
  ['select 1 / (length(email) - 7) from customers', 'customers.email effect'],
  ['select length(email) / 7 from customers', ''],
  ['select 1 / nullif(length(email), 0) from customers', ''],
  // The plan of what ran has a line more where a condition left something out.
  [
    "explain analyze select count(*) filter (where email like 'a%') from customers",
    'customers.email computed',
  ],
  ["explain select count(*) filter (where email like 'a%') from customers", ''],
  ['explain analyze select email, name from customers', ''],
  // Out of range, or not.
  ...[
    ...['+ 2147483000', '- $1', '* 100000', '^ 9', '* 10 * 10 * 10', '+ (1 << 30)'],
    "+ '2147483000'::int",
    "* (case when 'a' = 'b' then 99999 else 1 end)",
    '* (select count(*) from orders)',
    '* (select x from (values (99999)) v(x))',
  ].map(each => [`select length(email) ${each} from customers`, 'customers.email effect'] as const),
  ['select length(email) + q.b from customers, (select 99999 as b) q', 'customers.email effect'],
  [
    'select length(email) + q.b from customers c, (select id * 9 as b from orders) q',
    'customers.email effect, orders.id effect',
  ],
  ...[
    'length(email) + 12',
    'length(email) * 100',
    'length(email) * id - 1',
    '9999 + id',
    "max(email) || '99999'",
  ].map(each => [`select ${each} from customers`, ''] as const),
  ["select born + interval '1 day', now() - born, age(born) from customers", ''],
  ["select case when email = 'a' then pg_sleep(5) end from customers", 'customers.email effect'],
  [
    "select (case when email = 'a' then 'x' else '1' end)::int from customers",
    'customers.email effect',
  ],
  // What may fail, where a condition decides whether it is evaluated.
  ...[
    "case when email like 'a%' then (select total from orders) end",
    "email = 'a' and (select total > 1 from orders)",
    "coalesce(nullif(email, 'a'), (select city from cities))",
    "case when email like 'a%' then 1 / (2 - 2) end",
    "case when email like 'a%' then (select max(1 / (2 - 2)) from orders) end",
    "case when email like 'a%' then name::int end",
    "upper(case email when 'a' then (values (1), (2)) end::text)",
    "case when email like 'a%' then (select generate_series(1, 2)) end",
  ].map(each => [`select ${each} from customers`, 'customers.email effect'] as const),
  ...[
    "case when email = 'a' then (select max(total) from orders) end",
    "case when email = 'a' then (select total from orders limit 1) end",
    "case when email = 'a' then (select id) end",
    "case when email = 'a' then id / 2 end",
    "case when email = 'a' then name::text end",
    '(select city from cities), email',
  ].map(each => [`select ${each} from customers`, ''] as const),
  [
    'select case when id = 1 then (select email from customers) end from orders',
    'orders.id effect',
  ],
  [
    "values (case when (select max(email) from customers) like 'a%' then pg_sleep(5) end)",
    'customers.email effect',
  ],
  // Whose question it is.
  ['select id from grown', ''],
  ['select id from people where mail = $1', 'customers.email equality:1, people.mail equality:1'],
  ["explain select id from customers where email like 'a%'", 'customers.email pattern:1'],
  ["update customers set name = 'x' where email like 'a%'", 'customers.email pattern:1'],
  ["delete from customers where email like 'a%'", 'customers.email pattern:1'],
]

t.before(() => loadParser())

t.test('what is asked of a column is told by its kind', async t => {
  for (const [sql, expected] of cases) t.equal(asked(sql), expected, sql)
})

t.test('subqueries in conditions are walked once', async t => {
  let sql = 'select id from customers'
  for (let depth = 0; depth < 200; depth++) sql = `select id from customers where id in (${sql})`
  const { unreadable } = traced(sql, shop)
  t.equal(unreadable, undefined)
})
