/**
 * Random queries over the tables of `secretSchema`, for the two oracles of lineage: databases that
 * differ only in the secret columns, and a role that may not read them. Which rows a query has never
 * depends on a secret, unless inside of EXISTS or IN: then a difference is in the values shown.
 */
import {
  aggregateForms,
  intForms,
  type Parts,
  predicateForms,
  textForms,
  windowForms,
} from './expression-forms.ts'

export const secretColumns: readonly string[] = [
  'customers.email',
  'customers.salary',
  'customers.born',
  'customers.prefs',
  'customers.tags',
  'customers.span',
  'orders.note',
  'events.payload',
  'events_a.payload',
  'events_b.payload',
  'handles.handle',
  'staff.pin',
]

export const secretSchema = `
  CREATE TABLE customers (id int PRIMARY KEY, name text, email text, salary int, city text,
    born date, prefs jsonb, tags text[], span int4range, active bool DEFAULT true);
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total numeric, note text);
  CREATE TABLE events (id int, kind text, payload text) PARTITION BY LIST (kind);
  CREATE TABLE events_a PARTITION OF events FOR VALUES IN ('a');
  CREATE TABLE events_b PARTITION OF events DEFAULT;
  CREATE TABLE handles (id int, handle text, domain text GENERATED ALWAYS AS (lower(handle)) STORED);
  CREATE TABLE places (id int, place text);
  CREATE TABLE staff (pin text) INHERITS (places);
  CREATE TYPE pair AS (a text, b int);
  CREATE DOMAIN word AS text CHECK (VALUE <> 'never');
  CREATE VIEW people WITH (security_invoker) AS
    SELECT id, name AS who, email AS mail, upper(email) AS loud FROM customers WHERE id > 0;
  CREATE VIEW sales WITH (security_invoker) AS
    SELECT o.id, p.who, p.mail, o.total, o.note FROM orders o JOIN people p ON p.id = o.customer_id;
  CREATE VIEW everything WITH (security_invoker) AS
    SELECT id, email AS what, 'mail' AS kind FROM customers
    UNION ALL SELECT id, note, 'note' FROM orders UNION ALL SELECT id, place, 'place' FROM places;
  CREATE VIEW ranked WITH (security_invoker) AS
    SELECT id, city, row_number() OVER (ORDER BY email, id)::int AS place FROM customers;
  CREATE VIEW grouped WITH (security_invoker) AS
    SELECT city, count(*)::int AS n, max(salary) AS top, string_agg(name, ',' ORDER BY id) AS names
    FROM customers GROUP BY city;
  CREATE FUNCTION mail_of(int) RETURNS text STABLE LANGUAGE sql
    AS 'SELECT email FROM customers WHERE id = $1';
  CREATE FUNCTION city_of(who int) RETURNS text STABLE LANGUAGE sql
    AS 'SELECT city FROM customers WHERE id = who';
  CREATE FUNCTION everybody() RETURNS SETOF customers STABLE LANGUAGE sql
    AS 'SELECT * FROM customers';
  CREATE FUNCTION label(customers) RETURNS text STABLE LANGUAGE sql
    AS 'SELECT $1.name || ''/'' || $1.email';
  CREATE FUNCTION loudly(a text, b text DEFAULT '') RETURNS text IMMUTABLE
    RETURN upper(a) || b;
  CREATE FUNCTION hidden(int) RETURNS text STABLE LANGUAGE plpgsql
    AS 'BEGIN RETURN (SELECT email FROM customers WHERE id = $1); END';
  CREATE FUNCTION stepwise(a int) RETURNS text STABLE LANGUAGE plpgsql AS $$ DECLARE r text := '';
    BEGIN IF a > 2 THEN SELECT email INTO r FROM customers WHERE id = a; ELSE r := 'n' || a; END IF;
    RETURN r; END $$;
  CREATE FUNCTION listed(OUT a int, OUT b text) RETURNS SETOF record STABLE LANGUAGE sql
    AS 'SELECT id, email FROM customers';
  CREATE FUNCTION join_texts(text, text) RETURNS text IMMUTABLE LANGUAGE sql
    AS $$ SELECT coalesce($1, '') || coalesce($2, '') $$;
  CREATE AGGREGATE gather(text) (sfunc = join_texts, stype = text, initcond = '');
  CREATE FUNCTION joined(text, text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1 || $2';
  CREATE OPERATOR |+| (leftarg = text, rightarg = text, function = joined);
`

/** Values of one of the two worlds; all else is equal, NULLs too. */
export function secretData(world: string): string {
  return `
    INSERT INTO customers SELECT i, 'name ' || i,
      CASE WHEN i % 5 <> 0 THEN '${world}' || i || '@' || repeat('${world}', i % 3) END,
      CASE WHEN i % 4 <> 0 THEN i * ${world.length * 7} + ${world.charCodeAt(0)} END,
      'city ' || i % 3,
      date '2000-01-01' + i * ${world.length} + ${world.charCodeAt(0)},
      jsonb_build_object('mail', '${world}' || i, 'n', i * ${world.length}, 'in', jsonb_build_array('${world}', i)),
      ARRAY['${world}' || i, 'tag'], int4range(i * ${world.length}, i * ${world.length} + ${world.charCodeAt(0)}), i % 2 = 0
      FROM generate_series(1, 9) i;
    INSERT INTO orders SELECT i, i % 9 + 1, i * 10.5, '${world} note ' || i
      FROM generate_series(1, 12) i;
    INSERT INTO events SELECT i, chr(96 + i % 3 + 1), '${world} payload ' || i
      FROM generate_series(1, 8) i;
    INSERT INTO places SELECT i, 'place ' || i FROM generate_series(1, 3) i;
    INSERT INTO staff SELECT i, 'place ' || i, '${world} pin ' || i FROM generate_series(4, 6) i;
    INSERT INTO handles SELECT i, '${world} Handle ' || i FROM generate_series(1, 6) i;
  `
}

type Type = 'int' | 'text'

interface Column {
  readonly name: string
  readonly type: Type
  /** Where clauses that choose rows may use only columns that hold nothing secret. */
  readonly open: boolean
}

interface Source {
  readonly alias: string
  readonly columns: readonly Column[]
}

interface Query {
  readonly sql: string
  readonly columns: readonly Column[]
}

const tables: Record<string, readonly Column[]> = {
  customers: columns('id:int! name! email salary:int city!'),
  'customers*': columns('id:int! name! email salary:int city!'),
  staff: columns('id:int! place! pin'),
  places: columns('id:int! place!'),
  everything: columns('id:int! what kind!'),
  ranked: columns('id:int! city! place:int'),
  grouped: columns('n:int! city! top:int names!'),
  orders: columns('id:int! customer_id:int! note'),
  events: columns('id:int! kind! payload'),
  events_b: columns('id:int! kind! payload'),
  handles: columns('id:int! handle domain'),
  people: columns('id:int! who! mail loud'),
  sales: columns('id:int! who! mail note'),
}

function columns(text: string): Column[] {
  return text.split(' ').map(word => ({
    name: word.replace(/[:!].*/, ''),
    type: word.includes(':int') ? 'int' : 'text',
    open: word.endsWith('!'),
  }))
}

export class StatementGenerator {
  readonly #guesses: boolean
  #seed: number
  #names = 0
  #ctes: Source[] = []

  /** `guesses`: which rows there are may depend on a secret, everywhere. */
  constructor(seed: number, guesses: boolean = false) {
    this.#seed = seed
    this.#guesses = guesses
  }

  statement(): string {
    return this.query().sql
  }

  /** With what it gives. */
  query(width: number = this.size(4)): Query {
    this.#ctes = []
    if (!this.chance(0.3)) return this.#ordered(this.#query(3, width))
    const heads = Array.from({ length: this.size(2) }, () => this.#with())
    const { sql, columns } = this.#ordered(this.#query(3, width))
    return { sql: `WITH RECURSIVE ${heads.join(', ')} ${sql}`, columns }
  }

  /** Over one table under that alias. */
  over(table: string, alias: string): string {
    const source = { alias, columns: tables[table] ?? [] }
    return this.#expression([source], 'text', 2)
  }

  #with(): string {
    const name = this.name('w')
    if (this.chance(0.3)) {
      const own = [this.name('c'), this.name('c')]
      const columns: Column[] = own.map((each, i) => ({
        ...{ name: each, type: i === 0 ? 'int' : 'text', open: i === 0 },
      }))
      const table = this.pick(['customers', 'orders', 'handles'])
      const source = { alias: 'b', columns: tables[table] ?? [] }
      const itself = { alias: 'r', columns }
      const step = this.#expression([source, itself], 'text', 1)
      this.#ctes.push({ alias: name, columns })
      return `${name}(${own.join(', ')}) AS (SELECT 1, 'a'::text UNION ALL SELECT r.${own[0]} + 1,
        ${step} FROM ${name} r JOIN ${table} b ON b.id = r.${own[0]} WHERE r.${own[0]} < 4)`
    }
    const { sql, columns } = this.#query(2, this.size(3))
    this.#ctes.push({ alias: name, columns })
    return `${name} AS ${this.pick(['', '', 'MATERIALIZED ', 'NOT MATERIALIZED '])}(${sql})`
  }

  /** Whose order, and how much of it, may tell something, if anything may. */
  #ordered(query: Query): Query {
    if (!this.#guesses || !this.chance(0.3)) return query
    const by = this.pick(query.columns.map((_, i) => String(i + 1)))
    const limit = this.pick(['', '', ' LIMIT 2', ' OFFSET 1', ' FETCH FIRST 1 ROWS WITH TIES'])
    const direction = this.pick(['', ' DESC', ' NULLS FIRST', ' USING <'])
    return { ...query, sql: `${query.sql} ORDER BY ${by}${direction}${limit}` }
  }

  #query(depth: number, width: number): Query {
    if (depth > 1 && this.chance(0.12)) return this.#union(depth - 1, width)
    if (this.chance(0.05)) return this.#values(width)
    const { sql: from, sources } = this.#from(depth)
    const outputs: string[] = []
    const columns: Column[] = []
    const grouped = this.chance(0.15)
    // Further in, the order that it leaves may go into values.
    let windows = this.#guesses || depth > 2
    for (let i = 0; i < width; i++) {
      const type: Type = this.chance(0.3) ? 'int' : 'text'
      const name = this.name('c')
      const value = grouped
        ? this.#aggregate(sources, type, depth - 1)
        : this.#windowed(sources, type, depth - 1, windows)
      windows &&= this.#guesses || !value.includes(' OVER (')
      outputs.push(`${value} AS ${name}`)
      columns.push({ name, type, open: false })
    }
    const star = !grouped && depth > 2 && this.chance(0.2)
    if (star) outputs.push(this.chance(0.5) ? '*' : `${this.pick(sources).alias}.*`)
    const where = this.chance(0.4) ? ` WHERE ${this.#where(sources)}` : ''
    const free = this.#guesses || depth > 2
    const tail = grouped ? this.#groups(sources, free) : ''
    const distinct = grouped || !free ? '' : this.#distinct(sources)
    return { sql: `SELECT ${distinct}${outputs.join(', ')} FROM ${from}${where}${tail}`, columns }
  }

  #where(sources: readonly Source[]): string {
    const open = this.#openPredicate(sources)
    return this.#guesses && this.chance(0.6) ? `${open} AND ${this.#predicate(sources, 2)}` : open
  }

  #distinct(sources: readonly Source[]): string {
    if (this.chance(0.9)) return ''
    if (!this.#guesses) return 'DISTINCT '
    return this.pick(['DISTINCT ', `DISTINCT ON (${this.#leaf(sources, 'text')}) `])
  }

  /** Of unchanged columns: their groups are the same in either world, whatever is in them. */
  #groups(sources: readonly Source[], free: boolean): string {
    if (this.chance(0.5)) return ''
    const all = sources.flatMap(({ alias, columns }) => {
      const stored = this.#guesses || (free && Object.values(tables).includes(columns))
      return columns.filter(({ open }) => stored || open).map(c => `${alias}.${c.name}`)
    })
    if (all.length === 0) return ''
    const [a, b] = [this.pick(all), this.pick(all)]
    const keys = this.pick([
      ...[a, `${a}, ${b}`, `ROLLUP (${a}, ${b})`, `CUBE (${a})`],
      ...[`GROUPING SETS ((${a}), (${b}), ())`, `DISTINCT ROLLUP (${a}), ROLLUP (${b})`],
    ])
    const having = this.#guesses && this.chance(0.4)
    return ` GROUP BY ${keys}${having ? ` HAVING max(${this.#leaf(sources, 'text')}) > 'b'` : ''}`
  }

  #union(depth: number, width: number): Query {
    const arms = [0, 1].map(() => this.#query(1, width))
    const [first] = arms
    const names = (first?.columns ?? []).map(({ name }) => name)
    const text = arms.map(({ sql, columns: own }) => {
      const alias = this.name('u')
      const list = own.map(({ name }, i) => `${alias}.${name}::text AS ${names[i]}`).join(', ')
      return `SELECT ${list} FROM (${sql}) ${alias}`
    })
    // Of what is distinct further in, the order may go into values.
    const all = depth < 2 && !this.#guesses ? true : this.chance(0.5)
    const sql = text.join(all ? ' UNION ALL ' : ' UNION ')
    return { sql, columns: names.map(name => ({ name, type: 'text', open: false })) }
  }

  #values(width: number): Query {
    const row = (): string => {
      const values = Array.from({ length: width }, () => this.#expression([], 'text', 1))
      return `(${values.join(', ')})`
    }
    const alias = this.name('v')
    const columns = Array.from({ length: width }, () => this.name('c'))
    return {
      sql: `SELECT * FROM (VALUES ${row()}, ${row()}) ${alias}(${columns.join(', ')})`,
      columns: columns.map(name => ({ name, type: 'text', open: false })),
    }
  }

  #from(depth: number): { sql: string; sources: Source[] } {
    const first = this.#item(depth, [])
    const sources = [first.source]
    let sql = first.sql
    if (depth > 1 && this.chance(0.5)) {
      const second = this.#item(depth - 1, sources)
      const both = first.source.columns.some(c => c.name === 'id' && c.open)
      const using = both && second.source.columns.some(c => c.name === 'id' && c.open)
      const kind = this.pick(['JOIN', 'LEFT JOIN', 'FULL JOIN', 'JOIN'])
      const same = first.source.columns === second.source.columns
      if (same && !second.lateral && this.chance(0.3))
        sql = `${sql} ${this.pick(['NATURAL JOIN', 'NATURAL LEFT JOIN'])} ${second.sql}`
      else if (using && !second.lateral && this.chance(0.5))
        sql = `${sql} ${kind} ${second.sql} USING (id)`
      else if (second.lateral) sql = `${sql} LEFT JOIN ${second.sql} ON true`
      else sql = `${sql} CROSS JOIN ${second.sql}`
      sources.push(second.source)
    }
    return { sql, sources }
  }

  #item(depth: number, before: Source[]): { sql: string; source: Source; lateral: boolean } {
    const alias = this.name('t')
    const roll = this.#random()
    if (this.#ctes.length > 0 && roll < 0.3) {
      const cte = this.pick(this.#ctes)
      return { sql: `${cte.alias} ${alias}`, source: { ...cte, alias }, lateral: false }
    }
    if (roll < 0.5 && depth > 0) {
      const width = this.size(3)
      const lateral = before.length > 0 && this.chance(0.5)
      const inner = lateral ? this.#lateral(before, width) : this.#query(depth - 1, width)
      const renamed = inner.columns.map(column => ({ ...column, name: this.name('c') }))
      const list = this.chance(0.3) ? renamed : inner.columns
      const names = list === renamed ? `(${renamed.map(({ name }) => name).join(', ')})` : ''
      const sql = `${lateral ? 'LATERAL ' : ''}(${inner.sql}) ${alias}${names}`
      return { sql, source: { alias, columns: list }, lateral }
    }
    if (roll < 0.56) {
      const columns = tables['customers'] ?? []
      return { sql: `everybody() ${alias}`, source: { alias, columns }, lateral: false }
    }
    if (roll < 0.66 && roll >= 0.58) return this.#made(alias, before)
    if (roll < 0.58) {
      const array = `ARRAY[${this.#expression(before, 'text', 1)}, 'x']`
      const columns: Column[] = [{ name: 'e', type: 'text', open: false }]
      const sql = `LATERAL unnest(${array}) WITH ORDINALITY ${alias}(e, n)`
      return { sql, source: { alias, columns }, lateral: true }
    }
    const name = this.pick(Object.keys(tables))
    return {
      sql: `${name} ${alias}`,
      source: { alias, columns: tables[name] ?? [] },
      lateral: false,
    }
  }

  /** Rows of a function over what is to the left, always as many. */
  #made(alias: string, before: Source[]): { sql: string; source: Source; lateral: boolean } {
    const text = this.#expression(before, 'text', 1)
    const columns: Column[] = [{ name: 'e', type: 'text', open: false }]
    const whole = before.length > 0 ? this.pick(before).alias : undefined
    const sql = this.pick([
      `JSON_TABLE(jsonb_build_array(${text}, 1), '$[*]' COLUMNS (e text PATH '$', n FOR ORDINALITY)) ${alias}`,
      `XMLTABLE('/r' PASSING xmlelement(NAME r, xmlelement(NAME e, ${text})) COLUMNS e text PATH 'e') ${alias}`,
      `jsonb_each_text(jsonb_build_object('k', ${text})) ${alias}(k, e)`,
      `jsonb_to_record(jsonb_build_object('e', ${text})) ${alias}(e text)`,
      `ROWS FROM (unnest(ARRAY[${text}, 'z']), generate_series(1, 2)) ${alias}(e, n)`,
      `unnest(ARRAY[${text}], ARRAY['y', 'z']) ${alias}(e, f)`,
      `LATERAL (VALUES (${text}), ('v')) ${alias}(e)`,
      `json_array_elements_text(json_build_array(${text})) ${alias}(e)`,
      ...(whole === undefined
        ? []
        : [
            `LATERAL (SELECT string_agg(v, ',' ORDER BY k) FROM jsonb_each_text(to_jsonb(${whole})) j(k, v)) ${alias}(e)`,
          ]),
    ])
    return { sql, source: { alias, columns }, lateral: true }
  }

  #lateral(before: Source[], width: number): Query {
    const columns: Column[] = []
    const outputs: string[] = []
    for (let i = 0; i < width; i++) {
      const name = this.name('c')
      outputs.push(`${this.#expression(before, 'text', 1)} AS ${name}`)
      columns.push({ name, type: 'text', open: false })
    }
    return { sql: `SELECT ${outputs.join(', ')}`, columns }
  }

  #openPredicate(sources: readonly Source[]): string {
    const open = sources.flatMap(({ alias, columns }) =>
      columns.filter(c => c.open && c.type === 'int').map(c => `${alias}.${c.name}`),
    )
    return open.length === 0 ? 'true' : `${this.pick(open)} < ${this.size(9)}`
  }

  #parts(sources: readonly Source[], depth: number): Parts {
    const typed = { date: 'born', json: 'prefs', texts: 'tags', range: 'span' } as const
    return {
      text: () => this.#expression(sources, 'text', depth),
      int: () => this.#expression(sources, 'int', depth),
      predicate: () => this.#predicate(sources, depth),
      column: () => this.#column(depth),
      typed: type => {
        const near = sources.find(({ columns }) => columns === tables['customers'])
        const far = `(SELECT ${typed[type]} FROM customers WHERE id = ${this.size(9)})`
        return near === undefined ? far : `${near.alias}.${typed[type]}`
      },
      size: max => this.size(max),
    }
  }

  #aggregate(sources: readonly Source[], type: Type, depth: number): string {
    if (type === 'text' && this.chance(0.7))
      return this.pick(aggregateForms)(this.#parts(sources, Math.min(depth, 1)))
    const value = this.#expression(sources, type, depth)
    const name = type === 'int' ? this.pick(['max', 'min', 'count']) : this.pick(['max', 'min'])
    const filter = this.chance(0.2) ? ` FILTER (WHERE ${value} IS NOT NULL)` : ''
    return `${name}(${value})${filter}`
  }

  #windowed(sources: readonly Source[], type: Type, depth: number, free: boolean): string {
    if (free && type === 'text' && this.chance(0.08))
      return this.pick(windowForms)(this.#parts(sources, Math.min(depth, 1)))
    const value = this.#expression(sources, type, depth)
    if (!free || !this.chance(0.08)) return value
    const by = this.#expression(sources, 'text', 0)
    return type === 'int'
      ? `(rank() OVER (ORDER BY ${by}))::int`
      : `first_value(${value}) OVER (PARTITION BY 1 ORDER BY ${by})`
  }

  #expression(sources: readonly Source[], type: Type, depth: number): string {
    if (depth <= 0 || this.chance(0.3)) return this.#leaf(sources, type)
    const text = (): string => this.#expression(sources, 'text', depth - 1)
    const int = (): string => this.#expression(sources, 'int', depth - 1)
    if (this.chance(0.5))
      return this.pick(type === 'int' ? intForms : textForms)(this.#parts(sources, depth - 1))
    if (type === 'int') {
      return this.pick<() => string>([
        () => `length(${text()})`,
        () => `(${int()} + ${int()})`,
        () => `coalesce(${int()}, 0)`,
        () => `(CASE WHEN ${this.#predicate(sources, depth)} THEN 1 ELSE ${int()} END)`,
        () => this.#inner(sources, 'int', depth),
        () => `position('a' in ${text()})`,
        () => `ascii(${text()})`,
      ])()
    }
    return this.pick<() => string>([
      () => `upper(${text()})`,
      () => `(${text()} || ${text()})`,
      () => `${int()}::text`,
      () => `coalesce(${text()}, ${text()})`,
      () => `nullif(${text()}, ${text()})`,
      () => `(CASE WHEN ${this.#predicate(sources, depth)} THEN ${text()} ELSE ${text()} END)`,
      () => `(${this.#predicate(sources, depth)})::text`,
      () => `left(md5(${text()}), 6)`,
      () => `format('%s-%s', ${text()}, ${int()})`,
      () => `(ARRAY[${text()}, ${text()}])[${1 + this.size(2)}]`,
      () => `(ROW(${text()}, ${int()})).f1`,
      () => `ROW(${text()}, ${int()})::text`,
      () => `jsonb_build_object('k', ${text()})::text`,
      () => `concat_ws(',', ${text()}, ${int()})`,
      () => `greatest(${text()}, ${text()})`,
      () => `loudly(${text()}, ${text()})`,
      () => `mail_of(${int()})`,
      () => `city_of(${int()})`,
      () => `array_to_string(ARRAY(${this.#column(depth)}), ',')`,
      () => this.#inner(sources, 'text', depth),
      () => this.#whole(sources),
      () => this.#whole(sources),
    ])()
  }

  /** A scalar subquery, which may look outside. */
  #inner(sources: readonly Source[], type: Type, depth: number): string {
    const { sql, sources: own } = this.#from(Math.min(depth - 1, 1))
    const seen = this.chance(0.4) ? [...own, ...sources] : own
    const value = this.#expression(seen, type, depth - 2)
    const asked = this.chance(0.3)
      ? `${this.#expression(seen, 'text', 1)} ${this.pick(['>', 'LIKE', '<>'])} 'b%'`
      : this.#openPredicate(own)
    return `(SELECT max(${value}) FROM ${sql} WHERE ${asked})`
  }

  #column(depth: number): string {
    const { sql, columns } = this.#query(Math.min(depth - 1, 1), 1)
    const name = columns[0]?.name ?? 'c'
    return `SELECT q.${name}::text FROM (${sql}) q`
  }

  #whole(sources: readonly Source[]): string {
    if (sources.length === 0) return `'none'`
    const { alias, columns } = this.pick(sources)
    const name = this.pick(columns).name
    return this.pick([
      `${alias}::text`,
      `row_to_json(${alias})::text`,
      `to_jsonb(${alias}) ->> '${name}'`,
      `(${alias}).${name}::text`,
      `${name}(${alias})::text`,
      `to_jsonb(${alias}.*)::text`,
      ...(columns === tables['customers'] ? [`label(${alias})`, `${alias}.label`] : []),
    ])
  }

  #predicate(sources: readonly Source[], depth: number): string {
    const text = this.#expression(sources, 'text', Math.min(depth - 1, 1))
    if (this.chance(0.5))
      return this.pick(predicateForms)(this.#parts(sources, Math.min(depth - 1, 1)))
    return this.pick<() => string>([
      () => `${text} LIKE '%1%'`,
      () => `${text} IS NULL`,
      () => `${text} > 'b'`,
      () => `${text} IN (${this.#column(depth)})`,
      () => `${text} = ANY (${this.#column(depth)})`,
      () => `EXISTS (SELECT 1 FROM ${this.#existing(sources)})`,
      () => `(${text}, 1) < ('m', 2)`,
      () => `${text} BETWEEN 'a' AND 'n'`,
      () => `${text} IS DISTINCT FROM 'b2@bb'`,
    ])()
  }

  #existing(sources: readonly Source[]): string {
    const { sql, sources: own } = this.#from(0)
    return `${sql} WHERE ${this.#expression([...own, ...sources], 'text', 1)} LIKE '%a1%'`
  }

  #leaf(sources: readonly Source[], type: Type): string {
    const all = sources.flatMap(({ alias, columns }) =>
      columns.filter(column => column.type === type).map(({ name }) => ({ alias, name })),
    )
    if (all.length === 0 || this.chance(0.15)) {
      return type === 'int'
        ? String(this.size(9))
        : this.pick([`'a'::text`, `'b1'::text`, `'x'::text`])
    }
    const { alias, name } = this.pick(all)
    const alone = all.filter(each => each.name === name).length === 1
    return alone && this.chance(0.4) ? name : `${alias}.${name}`
  }

  name(prefix: string): string {
    return `${prefix}${++this.#names}`
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.#random() * list.length)]
    if (picked === undefined) throw new RangeError('expected something to pick from')
    return picked
  }

  size(max: number): number {
    return 1 + Math.floor(this.#random() * max)
  }

  chance(of: number): boolean {
    return this.#random() < of
  }

  /** mulberry32 */
  #random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0
    let t = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
