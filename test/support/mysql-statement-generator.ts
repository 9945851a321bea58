/**
 * Random queries over the tables of `secretSchema`, for the two oracles of lineage: databases that
 * differ only in the secret columns, and an account that may not read them. Which rows a query has
 * never depends on a secret, unless inside of EXISTS or IN: then a difference is in the values
 * shown. Aliases collide with columns on purpose.
 */
import {
  aggregateForms,
  intForms,
  type Parts,
  predicateForms,
  textForms,
  windowForms,
} from './mysql-expression-forms.ts'

export const secretColumns: readonly string[] = [
  'customers.email',
  'customers.salary',
  'customers.born',
  'customers.prefs',
  'customers.mood',
  'orders.note',
  'handles.handle',
]

export const secretSchema: readonly string[] = `
  CREATE TABLE customers (id int PRIMARY KEY, name varchar(40), email varchar(80), salary int, city varchar(40), born date, prefs json, mood enum('a', 'bcd', 'x'), active bool DEFAULT true);
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total decimal(10,2), note varchar(80));
  CREATE TABLE handles (id int, handle varchar(40), domain varchar(40) GENERATED ALWAYS AS (lower(handle)) STORED, kept int INVISIBLE DEFAULT 7);
  CREATE TABLE places (id int PRIMARY KEY, place varchar(200));
  CREATE VIEW everything AS SELECT id, email AS what, 'mail' AS kind FROM customers UNION ALL SELECT id, note, 'note' FROM orders;
  CREATE VIEW grouped AS SELECT city, count(*) AS n, max(salary) AS top, group_concat(name ORDER BY id) AS names FROM customers GROUP BY city;
  CREATE VIEW people AS SELECT id, name AS who, email AS mail, upper(email) AS loud FROM customers WHERE id > 0;
  CREATE VIEW sales AS SELECT o.id, p.who, p.mail, o.total, o.note FROM orders o JOIN people p ON p.id = o.customer_id;
  CREATE FUNCTION mail_of(x int) RETURNS varchar(80) READS SQL DATA RETURN (SELECT email FROM customers WHERE id = x);
  CREATE FUNCTION city_of(who int) RETURNS varchar(80) READS SQL DATA RETURN (SELECT city FROM customers WHERE id = who);
  CREATE FUNCTION loudly(a varchar(200), b varchar(200)) RETURNS varchar(400) NO SQL RETURN concat(upper(a), b);
  CREATE FUNCTION stepwise(a int) RETURNS varchar(80) READS SQL DATA BEGIN DECLARE r varchar(80) DEFAULT ''; IF a > 2 THEN SELECT email INTO r FROM customers WHERE id = a; ELSE SET r = concat('n', a); END IF; RETURN r; END;
  CREATE PROCEDURE shown(a int) SELECT id, email FROM customers WHERE id = a;
  CREATE PROCEDURE branched() IF (SELECT max(salary) FROM customers) > 100 THEN SELECT 'much' AS x; ELSE SELECT 'less' AS x; END IF`
  .split(/;\n/)
  .map(text => text.trim())

/** Values of one of the two worlds; all else is equal, NULLs too. */
export function secretData(world: string): readonly string[] {
  const rows = (count: number, row: (i: number) => readonly (string | number | null)[]): string =>
    Array.from(
      { length: count },
      (_, i) =>
        `(${row(i + 1)
          .map(literal)
          .join(', ')})`,
    ).join(', ')
  const customers = rows(9, i => [
    ...[i, `name ${i}`, i % 5 === 0 ? null : `${world}${i}@${world.repeat(i % 3)}`],
    ...[i % 4 === 0 ? null : i * world.length * 7 + world.charCodeAt(0), `city ${i % 3}`],
    `20${world.length}${i}-0${i}-1${world.length}`,
    JSON.stringify({ mail: `${world}${i}`, n: i * world.length, in: [world, i] }),
    ...[world, i % 2],
  ])
  return [
    `INSERT INTO customers VALUES ${customers}`,
    `INSERT INTO orders VALUES ${rows(12, i => [i, (i % 9) + 1, i * 10.5, `${world} note ${i}`])}`,
    `INSERT INTO places VALUES ${rows(3, i => [i, `place ${i}`])}`,
    `INSERT INTO handles (id, handle) VALUES ${rows(6, i => [i, `${world} Handle ${i}`])}`,
  ]
}

function literal(value: string | number | null): string {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? String(value) : `'${value}'`
}

type Type = 'int' | 'text'

interface Column {
  readonly name: string
  readonly type: Type
  /** Conditions that choose rows may use only columns that hold nothing secret. */
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
  orders: columns('id:int! customer_id:int! note'),
  handles: columns('id:int! handle domain'),
  people: columns('id:int! who! mail loud'),
  sales: columns('id:int! who! mail note'),
  places: columns('id:int! place!'),
  everything: columns('id:int! what kind!'),
  grouped: columns('n:int! city! top:int names!'),
}

function columns(text: string): Column[] {
  return text.split(' ').map(word => ({
    name: word.replace(/[:!].*/, ''),
    type: word.includes(':int') ? 'int' : 'text',
    open: word.endsWith('!'),
  }))
}

export class StatementGenerator {
  readonly #lateral: boolean
  readonly #guesses: boolean
  #seed: number
  #names = 0
  #ctes: Source[] = []

  /** MariaDB has no LATERAL. `guesses`: which rows there are may depend on a secret, everywhere. */
  constructor(seed: number, lateral: boolean, guesses: boolean = false) {
    this.#seed = seed
    this.#lateral = lateral
    this.#guesses = guesses
  }

  statement(): string {
    return this.query().sql
  }

  /** With what it gives. */
  query(width: number = this.size(4)): Query {
    this.#ctes = []
    if (!this.chance(0.3)) return this.#ordered(this.#query(3, width))
    const head = this.#with()
    const { sql, columns: own } = this.#ordered(this.#query(3, width))
    return { sql: `WITH ${head} ${sql}`, columns: own }
  }

  /** Over one table under that alias. */
  over(table: string, alias: string): string {
    return this.#expression([{ alias, columns: tables[table] ?? [] }], 'text', 2)
  }

  #with(): string {
    const name = this.chance(0.2) ? 'customers' : this.name('w')
    if (name !== 'customers' && this.chance(0.3)) {
      const [n, text] = [this.name('c'), this.name('c')]
      const own: Column[] = [
        { name: n, type: 'int', open: true },
        { name: text, type: 'text', open: false },
      ]
      const table = this.pick(['customers', 'orders', 'handles'])
      const source = { alias: 'b', columns: tables[table] ?? [] }
      const step = this.#expression([source, { alias: 'r', columns: own }], 'text', 1)
      this.#ctes.push({ alias: name, columns: own })
      return `RECURSIVE ${name}(${n}, ${text}) AS (SELECT 1, cast('a' AS char(400)) UNION ALL SELECT r.${n} + 1,
        ${step} FROM ${name} r JOIN ${table} b ON b.id = r.${n} WHERE r.${n} < 4)`
    }
    const { sql, columns: own } = this.#query(2, this.size(3))
    this.#ctes.push({ alias: name, columns: own })
    return `${name} AS (${sql})`
  }

  /** Whose order, and how much of it, may tell something, if anything may. */
  #ordered(query: Query): Query {
    if (!this.chance(0.2)) return query
    const limit = this.#guesses ? this.pick(['', ' DESC', ' LIMIT 2', ' LIMIT 1, 2']) : ''
    return { ...query, sql: `${query.sql} ORDER BY 1${limit}` }
  }

  #query(depth: number, width: number): Query {
    if (depth > 1 && this.chance(0.12)) return this.#union(depth, width)
    const { sql: from, sources } = this.#from(depth)
    const outputs: string[] = []
    const own: Column[] = []
    const grouped = this.chance(0.15)
    // Further in, the order that it leaves may go into values.
    const free = this.#guesses || depth > 2
    let windows = free
    for (let i = 0; i < width; i++) {
      const type: Type = this.chance(0.3) ? 'int' : 'text'
      // An alias may be called like a column of what is read.
      const collides = this.chance(0.15) && !own.some(column => column.name === 'name')
      const name = collides ? 'name' : this.name('c')
      const value = grouped
        ? this.#aggregate(sources, type, depth - 1)
        : this.#windowed(sources, type, depth - 1, windows)
      windows &&= this.#guesses || !value.includes(' OVER (')
      outputs.push(`${value} AS ${name}`)
      own.push({ name, type, open: false })
    }
    const aliased = own.find(column => column.name !== 'name')?.name
    if (!grouped && aliased !== undefined && this.chance(0.15)) {
      const name = this.name('c')
      outputs.push(`(SELECT concat(${aliased}, 1)) AS ${name}`)
      own.push({ name, type: 'text', open: false })
    }
    const star = !grouped && depth > 2 && this.chance(0.2)
    if (star) {
      // A bare star may only come first.
      if (this.chance(0.4)) outputs.unshift('*')
      else outputs.push(`${this.pick(sources).alias}.*`)
    }
    const where = this.chance(0.4) ? ` WHERE ${this.#where(sources)}` : ''
    const tail = grouped ? this.#groups(sources, free) : ''
    const distinct = !grouped && free && this.chance(0.1) ? 'DISTINCT ' : ''
    const sql = `SELECT ${distinct}${outputs.join(', ')} FROM ${from}${where}${tail}`
    return { sql, columns: own }
  }

  #where(sources: readonly Source[]): string {
    const open = this.#openPredicate(sources)
    return this.#guesses && this.chance(0.6) ? `${open} AND ${this.#predicate(sources, 2)}` : open
  }

  /** Of unchanged columns: their groups are the same in either world, whatever is in them. */
  #groups(sources: readonly Source[], free: boolean): string {
    if (this.chance(0.5)) return ''
    const all = sources.flatMap(({ alias, columns: own }) => {
      const stored = this.#guesses || (free && Object.values(tables).includes(own))
      return own.filter(({ open }) => stored || open).map(c => `${alias}.${c.name}`)
    })
    if (all.length === 0) return ''
    const [a, b] = [this.pick(all), this.pick(all)]
    const keys = this.pick([a, `${a}, ${b}`, `${a} WITH ROLLUP`, `${a}, ${b} WITH ROLLUP`])
    const having = this.#guesses && this.chance(0.4)
    return ` GROUP BY ${keys}${having ? ` HAVING max(${this.#leaf(sources, 'text')}) > 'b'` : ''}`
  }

  #union(depth: number, width: number): Query {
    const arms = [0, 1].map(() => this.#query(1, width))
    const names = (arms[0]?.columns ?? []).slice(0, width).map(({ name }) => name)
    const text = arms.map(({ sql, columns: own }) => {
      const alias = this.name('u')
      const list = names.map((name, i) => `${alias}.${own[i]?.name} AS ${name}`).join(', ')
      return `SELECT ${list} FROM (${sql}) ${alias}`
    })
    // Of what is distinct further in, the order may go into values.
    const all = depth < 3 && !this.#guesses ? true : this.chance(0.5)
    const sql = text.join(all ? ' UNION ALL ' : ' UNION ')
    return { sql, columns: names.map(name => ({ name, type: 'text', open: false })) }
  }

  #from(depth: number): { sql: string; sources: Source[] } {
    const first = this.#item(depth, [])
    const sources = [first.source]
    let { sql } = first
    if (depth > 1 && this.chance(0.5)) {
      const second = this.#item(depth - 1, sources)
      const isKeyed = ({ columns: own }: Source): boolean =>
        own.some(c => c.name === 'id' && c.open)
      const kind = this.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'JOIN'])
      if (second.lateral) sql = `${sql} JOIN ${second.sql} ON true`
      else if (isKeyed(first.source) && isKeyed(second.source) && this.chance(0.6))
        sql = `${sql} ${kind} ${second.sql} USING (id)`
      else sql = `${sql}${this.pick([' CROSS JOIN', ','])} ${second.sql}`
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
      const lateral = this.#lateral && before.length > 0 && this.chance(0.5)
      const inner = lateral
        ? this.#sideways(before, this.size(3))
        : this.#query(depth - 1, this.size(3))
      const sql = `${lateral ? 'LATERAL ' : ''}(${inner.sql}) ${alias}`
      return { sql, source: { alias, columns: inner.columns }, lateral }
    }
    if (roll < 0.58 && before.length > 0) {
      const document = `json_array(${this.#expression(before, 'text', 1)}, 'x')`
      const sql = `JSON_TABLE(${document}, '$[*]' COLUMNS (n FOR ORDINALITY, e varchar(50) PATH '$')) ${alias}`
      const own: Column[] = [{ name: 'e', type: 'text', open: false }]
      return { sql, source: { alias, columns: own }, lateral: true }
    }
    const name = this.pick(Object.keys(tables).filter(each => !this.#isCte(each)))
    return {
      sql: `${name} ${alias}`,
      source: { alias, columns: tables[name] ?? [] },
      lateral: false,
    }
  }

  #isCte(name: string): boolean {
    return this.#ctes.some(({ alias }) => alias === name)
  }

  #sideways(before: Source[], width: number): Query {
    const own: Column[] = []
    const outputs: string[] = []
    for (let i = 0; i < width; i++) {
      const name = this.name('c')
      outputs.push(`${this.#expression(before, 'text', 1)} AS ${name}`)
      own.push({ name, type: 'text', open: false })
    }
    return { sql: `SELECT ${outputs.join(', ')}`, columns: own }
  }

  #openPredicate(sources: readonly Source[]): string {
    const open = sources.flatMap(({ alias, columns: own }) =>
      own.filter(c => c.open && c.type === 'int').map(c => `${alias}.${c.name}`),
    )
    return open.length === 0 ? 'true' : `${this.pick(open)} < ${this.size(9)}`
  }

  #parts(sources: readonly Source[], depth: number): Parts {
    const typed = { date: 'born', json: 'prefs', enum: 'mood' } as const
    return {
      text: () => this.#expression(sources, 'text', depth),
      int: () => this.#expression(sources, 'int', depth),
      predicate: () => this.#predicate(sources, depth),
      column: () => this.#column(depth),
      typed: type => {
        const near = sources.find(({ columns: own }) => own === tables['customers'])
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
    return this.chance(0.2) ? `group_concat(${value} ORDER BY ${value})` : `${name}(${value})`
  }

  #windowed(sources: readonly Source[], type: Type, depth: number, free: boolean): string {
    if (free && type === 'text' && this.chance(0.08))
      return this.pick(windowForms)(this.#parts(sources, Math.min(depth, 1)))
    const value = this.#expression(sources, type, depth)
    if (!free || !this.chance(0.08)) return value
    const by = this.#expression(sources, 'text', 0)
    // Nothing that ties would leave to the server.
    return type === 'int'
      ? `rank() OVER (ORDER BY ${by})`
      : `max(${value}) OVER (PARTITION BY ${by})`
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
        () => `if(${this.#predicate(sources, depth)}, 1, ${int()})`,
        () => this.#inner(sources, 'int', depth),
        () => `locate('a', ${text()})`,
        () => `ascii(${text()})`,
        () => `(${int()} DIV 2)`,
      ])()
    }
    return this.pick<() => string>([
      () => `upper(${text()})`,
      () => `concat(${text()}, ${text()})`,
      () => `cast(${int()} AS char)`,
      () => `coalesce(${text()}, ${text()})`,
      () => `nullif(${text()}, ${text()})`,
      () => `(CASE WHEN ${this.#predicate(sources, depth)} THEN ${text()} ELSE ${text()} END)`,
      () => `(CASE ${text()} WHEN 'a' THEN ${text()} END)`,
      () => `concat(${this.#predicate(sources, depth)})`,
      () => `left(sha2(${text()}, 256), 6)`,
      () => `json_unquote(json_extract(json_object('k', ${text()}), '$.k'))`,
      () => `concat_ws(',', ${text()}, ${int()})`,
      () => `greatest(${text()}, ${text()})`,
      () => `loudly(${text()}, ${text()})`,
      () => `mail_of(${int()})`,
      () => `city_of(${int()})`,
      () => `replace(${text()}, 'a', ${text()})`,
      () => `trim(LEADING 'a' FROM ${text()})`,
      () => `hex(${text()})`,
      () => `convert(${text()} USING utf8mb4)`,
      () => `elt(${int()}, ${text()}, ${text()})`,
      () => this.#inner(sources, 'text', depth),
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
    const { sql, columns: own } = this.#query(Math.min(depth - 1, 1), 1)
    return `SELECT q.${own[0]?.name ?? 'c'} FROM (${sql}) q`
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
      () => `NOT (${text} <=> 'b2@bb')`,
      () => `${text} REGEXP 'a1'`,
    ])()
  }

  #existing(sources: readonly Source[]): string {
    const { sql, sources: own } = this.#from(0)
    return `${sql} WHERE ${this.#expression([...own, ...sources], 'text', 1)} LIKE '%a1%'`
  }

  #leaf(sources: readonly Source[], type: Type): string {
    const all = sources.flatMap(({ alias, columns: own }) =>
      own.filter(column => column.type === type).map(({ name }) => ({ alias, name })),
    )
    if (all.length === 0 || this.chance(0.15))
      return type === 'int' ? String(this.size(9)) : this.pick(["'a'", "'b1'", "'x'"])
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

/** What a generator does not think of. Some run on one of the two servers only. */
export const secretStatements: readonly string[] = `
SELECT * FROM customers
SELECT kept, handles.* FROM handles
TABLE people
SELECT stepwise(id), id FROM customers
SELECT stepwise(1), mail_of(3), loudly(email, city) FROM customers
SELECT id, rank() OVER (ORDER BY md5(email), id) r, sum(id) OVER (PARTITION BY length(email)) s FROM customers
SELECT id, lag(email) OVER w a, lag(id) OVER w b FROM customers WINDOW w AS (ORDER BY hex(email), id)
SELECT email AS id, rank() OVER (ORDER BY id) r FROM customers
SELECT group_concat(name ORDER BY email, id SEPARATOR '-'), group_concat(id ORDER BY id) FROM customers
SELECT count(*), count(email), count(DISTINCT id, email), sum(email IS NULL) FROM customers
SELECT upper(email) u, (SELECT concat(u, 'x')) v, (SELECT d.q FROM (SELECT u AS q) d) w FROM customers
SELECT id, (SELECT salary FROM customers i WHERE i.id = o.customer_id) s FROM orders o
SELECT @a := email, @a FROM customers
SELECT @b, @b := @c, @c := email FROM customers ORDER BY id
SELECT id, email FROM customers UNION SELECT id, note FROM orders
(SELECT id, email FROM customers ORDER BY id LIMIT 2) UNION ALL (SELECT 0, 'none')
SELECT email, id FROM customers INTERSECT SELECT email, id FROM customers
SELECT x.id FROM (SELECT id FROM customers EXCEPT SELECT id FROM orders WHERE id > 3) x
VALUES ROW((SELECT max(email) FROM customers), 1), ROW('x', (SELECT max(salary) FROM customers))
VALUES ((SELECT max(email) FROM customers), 1), ('x', (SELECT max(salary) FROM customers))
WITH RECURSIVE t(n, e) AS (SELECT 1, cast('' AS char(400)) UNION ALL SELECT n + 1, concat(t.e, coalesce(c.email, '')) FROM t JOIN customers c ON c.id = n WHERE n < 4) SELECT * FROM t
WITH RECURSIVE t(a, b, c) AS (SELECT 1, cast('y' AS char(99)), cast((SELECT max(email) FROM customers) AS char(99)) UNION ALL SELECT a + 1, c, c FROM t WHERE a < 3) SELECT a, b, c FROM t
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300) SELECT n.x FROM n JOIN customers c ON c.salary = n.x
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300) SELECT max(x) FROM n WHERE x < (SELECT max(salary) FROM customers)
WITH customers AS (SELECT id, 'mine' AS email FROM customers) SELECT * FROM customers
WITH a AS (SELECT email FROM customers), b AS (SELECT upper(email) q FROM a) SELECT q FROM b
SELECT * FROM customers NATURAL JOIN (SELECT id, 'x' AS z FROM orders) o
SELECT id, email, note FROM customers JOIN orders USING (id)
SELECT * FROM customers RIGHT JOIN orders USING (id)
SELECT j.e, j.n FROM customers, JSON_TABLE(json_array(email, id), '$[*]' COLUMNS (n FOR ORDINALITY, e varchar(99) PATH '$')) j
SELECT json_objectagg(id, email), json_arrayagg(salary) FROM customers
SELECT id, email IS NULL, coalesce(email, 'none') FROM customers
SELECT CASE WHEN email LIKE 'a%' THEN id END, nullif(id, salary), if(salary > 50, 'much', 'less') FROM customers
SELECT field(email, 'a1@a', 'x'), elt(1, email), find_in_set('a', email), strcmp(email, 'b') FROM customers
SELECT (id, email) = (1, 'a1@a'), email BETWEEN 'a' AND 'b', email SOUNDS LIKE 'a' FROM customers
SELECT id FROM customers GROUP BY id HAVING count(*) > 0
SELECT max(email) m, id FROM customers GROUP BY id WITH ROLLUP
SELECT a.email FROM customers a STRAIGHT_JOIN customers b ON a.id = b.id
SELECT domain, id FROM handles PARTITION (p0)
SELECT one.c.email FROM customers c
SELECT id, name_const('x', 'y') FROM customers
SELECT cast(email AS binary), convert(email, char(3)), binary email FROM customers
SELECT /*!50000 email, */ id FROM customers
SELECT\`email\`FROM\`customers\`
SELECT email'x' FROM customers
SELECT extractvalue(concat('<a>', email, '</a>'), '/a'), updatexml('<a/>', '/a', concat('<b>', email, '</b>')) FROM customers
SELECT seq FROM seq_1_to_300 s JOIN customers c ON c.salary = s.seq
SELECT distinct upper(city), lower(loud) FROM customers c JOIN people p ON p.id = c.id
SELECT DISTINCTROW email FROM customers
CALL shown(2)
CALL branched()
SELECT (WITH q AS (SELECT c.email e) SELECT e FROM q) x FROM customers c`
  .split('\n')
  .filter(sql => sql !== '')
