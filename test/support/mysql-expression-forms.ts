/**
 * Ways to make a text or a number of others, for random statements of MySQL and MariaDB: the
 * functions and operators of chapter 14 of the manual. What one of the two does not know fails there.
 */

/** What expressions are made of: each call gives another one. */
export interface Parts {
  text(): string
  int(): string
  predicate(): string
  /** A query of one column of texts. */
  column(): string
  /** Columns of other types that are in reach, or one that is fetched. */
  typed(type: 'date' | 'json' | 'enum'): string
  size(max: number): number
}

type Form = (parts: Parts) => string

export const intForms: readonly Form[] = [
  p => `char_length(${p.text()})`,
  p => `instr(${p.text()}, 'a')`,
  p => `field(${p.text()}, 'a', ${p.text()})`,
  p => `find_in_set(${p.text()}, concat('a,', ${p.text()}))`,
  p => `strcmp(${p.text()}, ${p.text()})`,
  p => `crc32(${p.text()})`,
  p => `year(${p.typed('date')})`,
  p => `to_days(${p.typed('date')})`,
  p => `datediff(${p.typed('date')}, '2020-01-01')`,
  p => `extract(YEAR_MONTH FROM ${p.typed('date')})`,
  p => `json_length(${p.typed('json')})`,
  p => `json_depth(${p.typed('json')})`,
  p => `json_extract(${p.typed('json')}, '$.n')`,
  p => `(${p.typed('enum')} + 0)`,
  p => `bit_count(${p.int()})`,
  p => `(${p.int()} % 3)`,
  p => `(${p.int()} & 6)`,
  p => `(${p.int()} ^ ${p.int()})`,
  p => `abs(- ${p.int()})`,
  p => `least(${p.int()}, ${p.int()})`,
  p => `interval(${p.int()}, 10, 100, 200)`,
  p => `round(${p.int()} / 7)`,
  p => `(${p.predicate()})`,
  p => `(${p.predicate()} XOR ${p.predicate()})`,
  p => `ifnull(${p.int()}, 3)`,
  p => `sign(${p.int()} - 100)`,
  p => `(SELECT count(*) FROM (${p.column()}) q)`,
  p => `(CASE ${p.int()} WHEN 3 THEN 1 WHEN ${p.int()} THEN 2 ELSE 3 END)`,
  p => `cast(${p.int()} AS unsigned)`,
  p => `regexp_instr(${p.text()}, '[0-9]')`,
]

export const textForms: readonly Form[] = [
  p => `substr(${p.text()}, ${p.size(3)}, ${p.size(4)})`,
  p => `substring(${p.text()} FROM 2 FOR 3)`,
  p => `substring_index(${p.text()}, '@', ${p.size(2) - 2})`,
  p => `insert(${p.text()}, 2, 1, ${p.text()})`,
  p => `lpad(${p.text()}, ${p.size(9)}, 'xy')`,
  p => `rpad(${p.text()}, ${p.size(9)}, ${p.text()})`,
  p => `repeat(${p.text()}, 2)`,
  p => `reverse(lower(${p.text()}))`,
  p => `quote(${p.text()})`,
  p => `format(${p.int()}, 2)`,
  p => `soundex(${p.text()})`,
  p => `to_base64(${p.text()})`,
  p => `from_base64(to_base64(${p.text()}))`,
  p => `hex(aes_encrypt(${p.text()}, 'k'))`,
  p => `md5(${p.text()})`,
  p => `sha1(${p.text()})`,
  p => `char(65 + ${p.int()} % 20 USING utf8mb4)`,
  p => `conv(${p.int()}, 10, 16)`,
  p => `bin(${p.int()})`,
  p => `make_set(${p.int()}, ${p.text()}, 'z')`,
  p => `export_set(${p.int()}, 'Y', 'N', ',', 8)`,
  p => `ifnull(${p.text()}, ${p.text()})`,
  p => `if(${p.predicate()}, ${p.text()}, ${p.text()})`,
  p => `(${p.text()} COLLATE utf8mb4_bin)`,
  p => `cast(${p.text()} AS char(3))`,
  p => `hex(cast(${p.text()} AS binary))`,
  p => `cast(${p.int()} AS decimal(9, 2))`,
  p => `hex(weight_string(${p.text()}))`,
  p => `uncompress(compress(${p.text()}))`,
  p => `inet_ntoa(${p.int()})`,
  p => `sec_to_time(${p.int()})`,
  p => `concat(${p.typed('date')})`,
  p => `date_format(${p.typed('date')}, '%Y %b')`,
  p => `date_add(${p.typed('date')}, INTERVAL ${p.int()} DAY)`,
  p => `monthname(${p.typed('date')})`,
  p => `concat(${p.typed('enum')})`,
  p => `concat(${p.typed('json')}, '')`,
  p => `json_unquote(json_extract(${p.typed('json')}, '$.mail'))`,
  p => `json_value(${p.typed('json')}, '$.mail')`,
  p => `json_set(${p.typed('json')}, '$.mail', ${p.text()})`,
  p => `json_remove(${p.typed('json')}, '$.mail')`,
  p => `json_merge_patch(${p.typed('json')}, json_object('x', ${p.text()}))`,
  p => `json_keys(${p.typed('json')})`,
  p => `json_search(${p.typed('json')}, 'one', 'a%')`,
  p => `json_array(${p.text()}, ${p.int()})`,
  p => `json_object('k', ${p.text()})`,
  p => `json_type(json_extract(json_array(${p.text()}), '$[0]'))`,
  p => `json_quote(${p.text()})`,
  p => `json_contains(${p.typed('json')}, '"a"', '$.in')`,
  p => `json_overlaps(${p.typed('json')}, '{"n": 3}')`,
  p => `regexp_replace(${p.text()}, '[0-9]', '#')`,
  p => `regexp_substr(${p.text()}, '[a-b]+')`,
  p => `extractvalue(concat('<a>', ${p.text()}, '</a>'), '/a')`,
  p => `updatexml('<a/>', '/a', concat('<b>', ${p.text()}, '</b>'))`,
  p => `(CASE ${p.text()} WHEN 'a' THEN 'x' WHEN ${p.text()} THEN 'y' ELSE ${p.text()} END)`,
  p =>
    `(SELECT group_concat(q.x ORDER BY q.x SEPARATOR '-') FROM (SELECT concat(y, '') x FROM (${p.column()}) z(y)) q)`,
  p => `(SELECT min(q.v) FROM (SELECT ${p.text()} v UNION ALL SELECT 'u') q)`,
  p => `(SELECT max(q.v) FROM (SELECT ${p.size(9)} v UNION SELECT ${p.int()}) q)`,
  p => `(SELECT json_arrayagg(q.v) FROM (SELECT ${p.text()} v) q)`,
  p => `(SELECT json_objectagg('k', q.v) FROM (SELECT ${p.text()} v) q)`,
  p => `(WITH k AS (SELECT ${p.text()} AS v) SELECT max(v) FROM k)`,
  p =>
    `(SELECT j.e FROM JSON_TABLE(json_array(${p.text()}), '$[*]' COLUMNS (e varchar(90) PATH '$')) j)`,
  p =>
    `(SELECT j.e FROM JSON_TABLE(${p.typed('json')}, '$' COLUMNS (e varchar(90) PATH '$.mail')) j)`,
  p => `stepwise(${p.int()})`,
  p => `mail_of(${p.size(9)})`,
  p => `concat(name_const('x', 'y'), ${p.text()})`,
  p => `coalesce(NULL, ${p.text()}, ${p.text()})`,
  p => `concat_ws('+', ${p.typed('enum')}, ${p.typed('date')}, ${p.text()})`,
  p => `maketime(${p.int()} % 24, 3, 4)`,
  p => `(${p.text()} IN (${p.text()}, ${p.text()}))`,
]

export const predicateForms: readonly Form[] = [
  p => `${p.text()} NOT LIKE '%A%'`,
  p => `${p.text()} RLIKE '^[a-b]'`,
  p => `regexp_like(${p.text()}, 'a1')`,
  p => `${p.text()} SOUNDS LIKE 'a'`,
  p => `${p.text()} IN (${p.text()}, 'a1@a')`,
  p => `${p.text()} < ALL (${p.column()})`,
  p => `(${p.text()}, ${p.int()}) = (${p.text()}, 3)`,
  p => `(${p.text()}, ${p.int()}) > ('b', 5)`,
  p => `(${p.text()} LIKE 'a%') IS TRUE`,
  p => `(${p.text()} > 'b') IS NOT UNKNOWN`,
  p => `NOT (${p.text()} < 'b' AND ${p.int()} > 3)`,
  p => `(${p.int()} > 100 OR ${p.text()} = 'b')`,
  p => `(${p.int()} > 100 XOR ${p.text()} <=> NULL)`,
  p => `${p.int()} NOT BETWEEN 110 AND 150`,
  p => `${p.typed('date')} > '2020-01-01'`,
  p => `${p.typed('enum')} = 'bcd'`,
  p => `${p.typed('enum')} > 1`,
  p => `json_contains_path(${p.typed('json')}, 'one', '$.mail')`,
  p => `json_extract(${p.typed('json')}, '$.n') > 5`,
  p => `${p.int()} <> ALL (SELECT salary FROM customers WHERE id < 5)`,
  p => `binary ${p.text()} > 'b'`,
]

/** Over the rows of a group. */
export const aggregateForms: readonly Form[] = [
  p => {
    const text = p.text()
    return `group_concat(${text} ORDER BY ${p.int()}, ${text} SEPARATOR '/')`
  },
  p => {
    const text = p.text()
    return `group_concat(DISTINCT ${text} ORDER BY ${text} DESC)`
  },
  p => `count(DISTINCT ${p.text()}, ${p.int()})`,
  p => `sum(${p.predicate()})`,
  p => `avg(${p.int()})`,
  p => `round(std(${p.int()}), 6)`,
  p => `bit_or(${p.int()})`,
  p => `bit_xor(${p.int()})`,
  p => `max(DISTINCT ${p.text()})`,
  p => `min(concat(${p.text()}, ${p.int()}))`,
  p => `sum(DISTINCT ${p.int()})`,
  p => `count(${p.text()})`,
]

/** Over a window; nothing that ties would leave to the server. */
export const windowForms: readonly Form[] = [
  p => {
    const text = p.text()
    return `first_value(${text}) OVER (PARTITION BY ${p.int()} ORDER BY ${text})`
  },
  p => `dense_rank() OVER (PARTITION BY ${p.int()} ORDER BY ${p.text()})`,
  p => `cume_dist() OVER (ORDER BY ${p.text()})`,
  p => `percent_rank() OVER (ORDER BY ${p.int()})`,
  p => `sum(${p.int()}) OVER (ORDER BY ${p.int()} RANGE UNBOUNDED PRECEDING)`,
  p => `count(*) OVER (PARTITION BY ${p.text()})`,
  p => `min(${p.text()}) OVER (PARTITION BY ${p.int()})`,
]
