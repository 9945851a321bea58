/** Every type that a Postgres has: a masked value is a value of it, as text and in binary format. */
import pg from 'pg'
import t from 'tap'
import { CellMasks } from '../../masking/mask.ts'
import type { MaskSpec } from '../../masking/rules.ts'
import { Catalog } from '../../protocols/postgres/catalog.ts'
import { decodeBinary, encodeBinary } from '../../protocols/postgres/values.ts'
import type { ValueType } from '../../protocols/protocol.ts'
import { startPostgres } from '../support/postgres.ts'

/** A type as SQL writes it, and one of its values. */
const samples: readonly (readonly [type: string, value: string])[] = [
  ['text', 'Grüße'],
  ['varchar(3)', 'abc'],
  ['varchar(30)', 'anna@example.com'],
  ['char(7)', 'ab'],
  ['name', 'n'],
  ['"char"', 'x'],
  ['int2', '-32768'],
  ['int4', '2147483647'],
  ['int8', '4111111111111111'],
  ['numeric', '-1.50'],
  ['float4', '1e-10'],
  ['float8', 'NaN'],
  ['money', '$1,234.50'],
  ['bool', 't'],
  ['date', '1984-05-06'],
  ['time(3)', '10:11:12.123'],
  ['timetz', '10:11:12+02'],
  ['timestamp', '1984-05-06 10:11:12'],
  ['timestamptz', '1984-05-06 10:11:12+00'],
  ['interval', '1 year 2 days'],
  ['uuid', '7d444840-9dc0-11d1-b245-5ffdce74fad2'],
  ['json', '{"a": 1}'],
  ['jsonb', '{"a": 1}'],
  ['bytea', '\\x0102'],
  ['bit(5)', '10101'],
  ['varbit(9)', '101'],
  ['inet', '192.168.1.1/24'],
  ['cidr', '10.0.0.0/8'],
  ['macaddr', '08:00:2b:01:02:03'],
  ['xml', '<a/>'],
  ['int4range', '[1,5)'],
  ['nummultirange', '{[1,2)}'],
  ['text[]', '{a,b}'],
  ['jsonb[]', '{}'],
  ['int4range[]', '{}'],
  ['point', '(1,2)'],
  ['mood', 'sad'],
  ['small', '7'],
  ['mail', 'anna@example.com'],
  ['spread', '[1,2]'],
  ['spread_multirange', '{[1,2]}'],
]

const masks: readonly MaskSpec[] = [
  { kind: 'redact' },
  { kind: 'null' },
  { kind: 'partial', first: 1, last: 1 },
  { kind: 'email' },
  { kind: 'email', keepDomain: true },
  { kind: 'card', last: 4 },
  { kind: 'phone' },
  { kind: 'iban' },
  { kind: 'hash' },
  { kind: 'tokenize' },
  { kind: 'generalize', to: 'year', bucket: 10 },
]

const server = await startPostgres()
t.teardown(() => server.stop())
const { host, port, user, password, database } = server
const client = new pg.Client({ host, port, user, password, database })
await client.connect()
t.teardown(() => client.end())
await client.query(`
  create type mood as enum ('sad', 'glad');
  create domain small as int2;
  create domain mail as varchar(40);
  create type spread as range (subtype = float8);
  create type pair as (a int, b text)`)
const catalog = await Catalog.open({
  ...{ host, port, user, password, database },
  tls: { mode: 'disable' },
})
t.teardown(() => catalog.close())
const cells = new CellMasks(Buffer.alloc(32, 7))

/** What the server makes of it, or why not. */
async function accepted(type: string, value: string | Buffer): Promise<string> {
  try {
    const { rows } = await client.query<{ text: string }>(`select $1::${type}::text as text`, [
      value,
    ])
    return rows[0]?.text ?? 'NULL'
  } catch (error) {
    return error instanceof Error ? `refused: ${error.message}` : String(error)
  }
}

async function typeOf(type: string): Promise<ValueType> {
  const { fields } = await client.query(`select null::${type}`)
  const [field] = fields
  return catalog.snapshot.valueType(field?.dataTypeID ?? 0, field?.dataTypeModifier ?? -1)
}

t.test('every mask gives a value of every type, in both formats', async t => {
  for (const [name, value] of samples) {
    const type = await typeOf(name)
    for (const mask of masks) {
      const cell = cells.mask({ rule: 'r', mask }, type)
      const masked = cell.kind === 'constant' ? cell.value : cell.apply(value)
      const what = `${mask.kind} of ${name}`
      if (masked === null) {
        t.ok(mask.kind === 'null' || name === 'mood', `${what} is NULL`)
        continue
      }
      t.notMatch(await accepted(name, masked), /^refused/, `${what} as text: ${masked}`)
      const bytes = encodeBinary(type.name, masked)
      // An array of a type that somebody made has no code that we know: NULL in binary format.
      t.ok(bytes, `${what} in binary`)
      if (bytes === undefined) continue
      t.equal(await accepted(name, bytes), await accepted(name, masked), `${what} in both`)
      t.equal(decodeBinary(type.name, bytes), masked, `${what} is read again`)
    }
  }
})

t.test('types that the server came with are redacted to a value, but for these', async t => {
  const { rows } = await client.query<{ oid: number; name: string; sql: string }>(`
    select oid::int4, typname as name, format_type(oid, null) as sql from pg_type
    where typtype in ('b', 'r', 'm') and oid < 16384 and typname not like '\\_%' order by 2`)
  const nulls: string[] = []
  for (const { oid, name, sql } of rows) {
    const type = catalog.snapshot.valueType(oid, -1)
    const cell = cells.mask({ rule: 'r', mask: { kind: 'redact' } }, type)
    if (cell.kind !== 'constant' || cell.value === null) {
      nulls.push(name)
      continue
    }
    const typed = name === 'char' ? '"char"' : sql
    t.notMatch(await accepted(typed, cell.value), /^refused/, name)
    const bytes = encodeBinary(name, cell.value)
    if (bytes === undefined) t.fail(`${name} has no binary format`)
    else t.equal(await accepted(typed, bytes), await accepted(typed, cell.value), name)
  }
  // Those of the server's own statistics and privileges, which no table of an application has.
  t.strictSame(nulls, [
    ...['aclitem', 'gtsvector', 'pg_brin_bloom_summary', 'pg_brin_minmax_multi_summary'],
    ...['pg_dependencies', 'pg_mcv_list', 'pg_ndistinct', 'pg_node_tree'],
  ])
})
