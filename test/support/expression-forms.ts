/**
 * Ways to make a text or a number of others, for random statements of Postgres: its functions and
 * operators by their families in chapter 9 of the manual.
 */

/** What expressions are made of: each call gives another one. */
export interface Parts {
  text(): string
  int(): string
  predicate(): string
  /** A query of one column of texts. */
  column(): string
  /** Columns of other types that may be in reach; empty where none is. */
  typed(type: 'date' | 'json' | 'texts' | 'range'): string
  size(max: number): number
}

type Form = (parts: Parts) => string

export const intForms: readonly Form[] = [
  p => `strpos(${p.text()}, 'a')`,
  p => `octet_length(${p.text()})`,
  p => `cardinality(ARRAY[${p.text()}, ${p.text()}])`,
  p => `array_position(ARRAY[${p.text()}, ${p.text()}], 'a')`,
  p => `num_nonnulls(${p.text()}, ${p.int()})`,
  p => `extract(year FROM ${p.typed('date')})::int`,
  p => `date_part('day', ${p.typed('date')})::int`,
  p => `(${p.typed('date')} - date '2000-01-01')`,
  p => `lower(${p.typed('range')})`,
  p => `upper(${p.typed('range')})`,
  p => `jsonb_array_length(${p.typed('json')} -> 'in')`,
  p => `(${p.typed('json')} ->> 'n')::int`,
  p => `(${p.int()} % 3)`,
  p => `(${p.int()} & 6)`,
  p => `abs(- ${p.int()})`,
  p => `greatest(${p.int()}, ${p.int()})`,
  p => `least(${p.int()}, ${p.int()})`,
  p => `width_bucket(${p.int()}, 0, 200, 8)`,
  p => `round(${p.int()} / 7.0)::int`,
  p => `(${p.predicate()})::int`,
  p => `nullif(${p.int()}, ${p.int()})`,
  p => `sign(${p.int()} - 100)::int`,
  p => `(SELECT count(*)::int FROM unnest(${p.typed('texts')}) e WHERE e LIKE '%1')`,
  p => `(SELECT count(*)::int FROM (${p.column()}) q)`,
  p => `(CASE ${p.int()} WHEN 3 THEN 1 WHEN ${p.int()} THEN 2 ELSE 3 END)`,
]

export const textForms: readonly Form[] = [
  p => `substr(${p.text()}, ${p.size(3)}, ${p.size(4)})`,
  p => `substring(${p.text()} FROM '[0-9]+')`,
  p => `overlay(${p.text()} PLACING ${p.text()} FROM 2 FOR 1)`,
  p => `translate(${p.text()}, 'abc', 'xyz')`,
  p => `replace(${p.text()}, 'a', ${p.text()})`,
  p => `split_part(${p.text()}, '@', ${p.size(2)})`,
  p => `regexp_replace(${p.text()}, '[0-9]', '#', 'g')`,
  p => `(regexp_match(${p.text()}, 'a(.)'))[1]`,
  p => `regexp_split_to_array(${p.text()}, '@')::text`,
  p => `reverse(initcap(${p.text()}))`,
  p => `lpad(${p.text()}, ${p.size(9)}, ${p.text()})`,
  p => `trim(BOTH 'a' FROM ${p.text()})`,
  p => `quote_nullable(${p.text()})`,
  p => `encode(convert_to(${p.text()}, 'UTF8'), '${p.size(2) > 1 ? 'hex' : 'base64'}')`,
  p => `encode(sha256(convert_to(${p.text()}, 'UTF8')), 'hex')`,
  p => `chr(65 + abs(${p.int()}) % 20)`,
  p => `to_hex(${p.int()})`,
  p => `to_char(${p.int()}, 'FM0009')`,
  p => `(${p.text()} COLLATE "C")`,
  p => `${p.text()}::varchar(3)::text`,
  p => `CAST(${p.text()} AS char(5))::text`,
  p => `${p.text()}::name::text`,
  p => `${p.text()}::bytea::text`,
  p => `(${p.text()} |+| ${p.text()})`,
  p => `(${p.text()} OPERATOR(pg_catalog.||) ${p.text()})`,
  p => `concat(VARIADIC ARRAY[${p.text()}, ${p.text()}])`,
  p => `pg_typeof(${p.text()})::text`,
  p => `(${p.int()} || ${p.text()})`,
  p => `(ARRAY[${p.text()}, ${p.text()}])[1:1]::text`,
  p => `array_append(ARRAY[${p.text()}], ${p.text()})::text`,
  p => `array_remove(ARRAY[${p.text()}, 'a'], ${p.text()})::text`,
  p => `array_replace(ARRAY['a', 'b'], 'a', ${p.text()})::text`,
  p => `(ARRAY[[${p.text()}], [${p.text()}]])[2][1]`,
  p => `array_to_string(string_to_array(${p.text()}, '@'), '+')`,
  p => `(ARRAY(${p.column()}))::text`,
  p => `${p.typed('texts')}::text`,
  p => `(${p.typed('texts')})[1]`,
  p => `(${p.typed('texts')} || ${p.text()})::text`,
  p => `${p.typed('date')}::text`,
  p => `to_char(${p.typed('date')} + 1, 'YYYY-MM')`,
  p => `age(${p.typed('date')}, date '1999-01-01')::text`,
  p => `date_trunc('month', ${p.typed('date')})::text`,
  p => `make_interval(days => ${p.int()})::text`,
  p => `${p.typed('range')}::text`,
  p => `(${p.typed('range')} * int4range(1, 5))::text`,
  p => `int4range(least(${p.int()}, 5), 5, '[]')::text`,
  p => `${p.typed('json')}::text`,
  p => `(${p.typed('json')} ->> 'mail')`,
  p => `(${p.typed('json')} #>> '{in,0}')`,
  p => `(${p.typed('json')} - 'mail')::text`,
  p => `jsonb_set(${p.typed('json')}, '{mail}', to_jsonb(${p.text()}))::text`,
  p => `jsonb_path_query_first(${p.typed('json')}, '$.in[0]')::text`,
  p => `jsonb_path_exists(${p.typed('json')}, '$.n ? (@ > 5)')::text`,
  p => `(${p.typed('json')})['mail']::text`,
  p => `(jsonb_build_array(${p.text()}, ${p.int()}) ->> 0)`,
  p => `(json_build_object('k', ${p.text()}) #>> '{k}')`,
  p => `jsonb_pretty(jsonb_build_object('k', ${p.text()}, 'n', ${p.int()}))`,
  p => `jsonb_object(ARRAY['k', ${p.text()}])::text`,
  p => `array_to_json(ARRAY[${p.text()}, ${p.text()}])::text`,
  p => `JSON_VALUE(jsonb_build_object('k', ${p.text()}), '$.k')`,
  p => `JSON_QUERY(jsonb_build_object('k', ${p.text()}), '$.k')::text`,
  p => `JSON_EXISTS(jsonb_build_object('k', ${p.text()}), '$ ? (@.k starts with "a")')::text`,
  p => `JSON_OBJECT('a': ${p.text()}, 'b': ${p.int()})::text`,
  p => `JSON_ARRAY(${p.text()}, ${p.text()})::text`,
  p => `JSON_ARRAY(${p.column()})::text`,
  p => `JSON_SERIALIZE(JSON_SCALAR(${p.text()}))`,
  p => `xmlelement(NAME a, ${p.text()})::text`,
  p => `xmlforest(${p.text()} AS a, ${p.int()} AS b)::text`,
  p => `xmlconcat(xmlelement(NAME x, xmlattributes(${p.text()} AS y)))::text`,
  p => `to_tsvector('simple', ${p.text()})::text`,
  p => `(ROW(${p.text()}, ${p.int()})::pair).a`,
  p => `((ROW(${p.text()}, ${p.int()})::pair) IS NULL)::text`,
  p => `(CASE ${p.text()} WHEN 'a' THEN 'x' WHEN ${p.text()} THEN 'y' ELSE ${p.text()} END)`,
  p => `(SELECT string_agg(q.x, ',' ORDER BY q.x) FROM (${p.column()}) q(x))`,
  p => `(SELECT gather(q.x ORDER BY q.x DESC) FILTER (WHERE q.x <> 'a') FROM (${p.column()}) q(x))`,
  p => `(SELECT jsonb_agg(q ORDER BY q.x) FROM (${p.column()}) q(x))::text`,
  p => `(SELECT jsonb_object_agg(coalesce(q.x, '-'), ${p.int()}) FROM (${p.column()}) q(x))::text`,
  p => `(SELECT q.x FROM (${p.column()}) q(x) ORDER BY q.x LIMIT 1)`,
  p => `(SELECT q.x FROM (${p.column()}) q(x) ORDER BY ${p.text()}, 1 OFFSET 1 LIMIT 1)`,
  p => `(SELECT min(v) FROM (VALUES (${p.text()}), (${p.text()})) w(v))`,
  p => `(WITH k AS (${p.column()}) SELECT max(x) FROM k AS j(x))`,
  p => `(SELECT max(r.t) FROM (WITH RECURSIVE r(n, t) AS (SELECT 1, ${p.text()} UNION ALL
    SELECT n + 1, t || ${p.text()} FROM r WHERE n < 3) SELECT t FROM r) r)`,
  p => `(SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY q.x) FROM (${p.column()}) q(x))`,
  p => `(SELECT mode() WITHIN GROUP (ORDER BY q.x) FROM (${p.column()}) q(x))`,
  p => `(SELECT count(DISTINCT q.x)::text FROM (${p.column()}) q(x))`,
  p => `(SELECT q.x FROM (${p.column()} INTERSECT ${p.column()}) q(x) ORDER BY 1 LIMIT 1)`,
  p => `(SELECT max(q.x) FROM (${p.column()} EXCEPT ALL ${p.column()}) q(x))`,
  p => `(SELECT max(k || v) FROM jsonb_each_text(jsonb_build_object('k', ${p.text()})) e(k, v))`,
  p => `(SELECT max(v) FROM string_to_table(${p.text()}, '@') v)`,
  p => `(SELECT max(m[1]) FROM regexp_matches(${p.text()}, '[a-c]', 'g') m)`,
  p => `(SELECT max(x.e) FROM JSON_TABLE(jsonb_build_array(${p.text()}), '$[*]'
    COLUMNS (e text PATH '$')) x)`,
  p => `(SELECT max(x.a) FROM jsonb_to_record(jsonb_build_object('a', ${p.text()})) x(a text))`,
  p => `(jsonb_populate_record(NULL::pair, jsonb_build_object('a', ${p.text()}))).a`,
  p =>
    `(SELECT max(a || b) FROM ROWS FROM (unnest(ARRAY[${p.text()}]), unnest(ARRAY['x'])) u(a, b))`,
  p => `stepwise(${p.int()})`,
  p => `hidden(${p.size(9)})`,
  p => `(SELECT max(b) FROM listed() WHERE a < ${p.size(9)})`,
  p => `(${p.text()}::word)::text`,
]

export const predicateForms: readonly Form[] = [
  p => `${p.text()} ILIKE '%A%'`,
  p => `${p.text()} SIMILAR TO '%(a|b)%'`,
  p => `${p.text()} ~ '^[a-b]'`,
  p => `starts_with(${p.text()}, 'a')`,
  p => `${p.text()} ^@ 'b'`,
  p => `${p.text()} NOT LIKE ALL (ARRAY['a%', 'b%'])`,
  p => `${p.text()} = ANY (ARRAY[${p.text()}, 'a1@a'])`,
  p => `${p.text()} < ALL (${p.column()})`,
  p => `(${p.text()}, ${p.int()}) IN (SELECT q.x, 1 FROM (${p.column()}) q(x))`,
  p => `ROW(${p.text()}, 1) IS DISTINCT FROM ROW(${p.text()}, 1)`,
  p => `ROW(${p.text()}, ${p.int()}) >= ROW('b', 5)`,
  p => `(${p.text()} LIKE 'a%') IS TRUE`,
  p => `(${p.text()} > 'b') IS NOT UNKNOWN`,
  p => `NOT (${p.text()} < 'b' AND ${p.int()} > 3)`,
  p => `(${p.int()} > 100 OR ${p.text()} = 'b')`,
  p => `${p.int()} BETWEEN SYMMETRIC 110 AND 150`,
  p => `${p.int()} <> ALL (SELECT salary FROM customers WHERE id < 5)`,
  p => `${p.typed('range')} @> ${p.int()}`,
  p => `${p.typed('range')} && int4range(1, 20)`,
  p => `${p.typed('texts')} @> ARRAY['a1']`,
  p => `${p.typed('json')} ? 'mail'`,
  p => `${p.typed('json')} @> '{"n": 3}'`,
  p => `${p.typed('json')} @? '$.n ? (@ > 8)'`,
  p =>
    `(${p.typed('date')}, ${p.typed('date')} + 9) OVERLAPS (date '2000-04-10', date '2000-05-10')`,
  p => `to_tsvector('simple', ${p.text()}) @@ to_tsquery('simple', 'a1')`,
  p => `${p.text()} IS NORMALIZED`,
  p => `${p.text()} IS JSON`,
  p => `(SELECT bool_or(q.x > 'b') FROM (${p.column()}) q(x))`,
]

/** Over the rows of a group. */
export const aggregateForms: readonly Form[] = [
  p => {
    const text = p.text()
    return `string_agg(${text}, ',' ORDER BY ${p.int()}, ${text})`
  },
  p => {
    const text = p.text()
    return `array_agg(${text} ORDER BY ${p.text()}, ${text})::text`
  },
  p => {
    const text = p.text()
    return `jsonb_agg(${text} ORDER BY ${p.text()}, ${text})::text`
  },
  p => {
    const text = p.text()
    return `json_object_agg(coalesce(${text}, '-'), ${p.int()} ORDER BY ${text})::text`
  },
  p => {
    const text = p.text()
    return `JSON_ARRAYAGG(${text} ORDER BY ${p.int()}, ${text})::text`
  },
  p => `bool_or(${p.predicate()})::text`,
  p => `count(DISTINCT ${p.text()})::text`,
  p => `count(*) FILTER (WHERE ${p.predicate()})::text`,
  p => `sum(${p.int()})::text`,
  p => `avg(${p.int()})::text`,
  p => `mode() WITHIN GROUP (ORDER BY ${p.text()})`,
  p => `percentile_disc(0.5) WITHIN GROUP (ORDER BY ${p.int()})::text`,
  p => {
    const text = p.text()
    return `gather(${text} ORDER BY ${p.text()}, ${text})`
  },
  p => {
    const text = p.text()
    return `any_value(${text} ORDER BY ${text})`
  },
  p => `max(DISTINCT ${p.text()})`,
  p => `rank(3) WITHIN GROUP (ORDER BY ${p.int()})::text`,
]

/** Over a window. */
export const windowForms: readonly Form[] = [
  p => `lag(${p.text()}) OVER (ORDER BY ${p.int()}, ${p.text()})`,
  p => `lead(${p.text()}, 2, 'none') OVER (ORDER BY ${p.text()})`,
  p => `nth_value(${p.text()}, 2) OVER (PARTITION BY ${p.text()} ORDER BY ${p.text()})`,
  p => `ntile(3) OVER (ORDER BY ${p.text()})::text`,
  p => `row_number() OVER (ORDER BY ${p.int()})::text`,
  p => `dense_rank() OVER (PARTITION BY ${p.int()} ORDER BY ${p.text()})::text`,
  p => `cume_dist() OVER (ORDER BY ${p.text()})::text`,
  p =>
    `(sum(${p.int()}) OVER (ORDER BY ${p.int()} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))::text`,
  p => `(count(*) OVER (ORDER BY ${p.int()} GROUPS 1 PRECEDING EXCLUDE TIES))::text`,
  p => `string_agg(${p.text()}, '') FILTER (WHERE ${p.predicate()}) OVER (ORDER BY ${p.text()})`,
  p => `last_value(${p.text()}) OVER (ORDER BY ${p.text()} RANGE UNBOUNDED PRECEDING)`,
]
