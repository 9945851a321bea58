import { randomBytes } from 'node:crypto'
import pg from 'pg'
import t from 'tap'
import {
  builtInTypes,
  decodeBinary,
  decodeText,
  encodeBinary,
  valueType,
} from '../../../protocols/postgres/values.ts'
import { startPostgres } from '../../support/postgres.ts'

const upstream = await startPostgres({ settings: { timezone: 'UTC', lc_monetary: 'C' } })
t.teardown(() => upstream.stop())

/** By type: literals that the server is asked to read. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  bool: ['t', 'f'],
  int2: ['0', '-32768', '32767'],
  int4: ['0', '-2147483648', '2147483647'],
  int8: ['0', '-9223372036854775808', '9223372036854775807'],
  oid: ['0', '4294967295'],
  xid: ['0', '4294967295'],
  float4: [
    '0',
    '-0',
    '1',
    '-1.5',
    '3.4028235e38',
    '1e-45',
    '999999',
    '1e6',
    '1234567',
    '0.0001',
    '0.00001',
    '16777216',
    'NaN',
    'Infinity',
    '-Infinity',
  ],
  float8: [
    '0',
    '-0',
    '0.1',
    '-1.5',
    '1.7976931348623157e308',
    '5e-324',
    '999999999999999',
    '1e15',
    '123456789012345678',
    '0.0001',
    '0.00001',
    '9007199254740993',
    'NaN',
    'Infinity',
    '-Infinity',
  ],
  numeric: [
    '0',
    '0.00',
    '-0.5',
    '1',
    '10',
    '10000',
    '99990000',
    '1234567890123456789012345.678901234567890',
    '0.0001',
    '0.00001',
    '-0.000000000000000000012300',
    '1e100',
    '1e-100',
    '100000000.00010000',
    'NaN',
    'Infinity',
    '-Infinity',
  ],
  money: ['0', '-0.01', '1234.56', '-92233720368547758.08', '92233720368547758.07'],
  text: ['', 'plain', 'Zoë 😀 \\ "\'', 'line\nline\ttab'],
  varchar: ['', 'x'],
  bpchar: ['', 'x  '],
  char: ['', 'x', '\\377', '\\200', ' '],
  name: ['', 'pg_class'],
  bytea: ['\\x', '\\x00ff10', '\\xdeadbeef'],
  date: [
    '2000-01-01',
    '1999-12-31',
    '2024-02-29',
    '1900-02-28',
    '0001-01-01',
    '0001-12-31 BC',
    '0005-02-29 BC',
    '0004-02-28 BC',
    '4714-11-24 BC',
    '5874897-12-31',
    '10000-01-01',
    'infinity',
    '-infinity',
  ],
  time: ['00:00:00', '24:00:00', '23:59:59.999999', '12:30:00.5', '00:00:00.000001'],
  timetz: [
    '00:00:00+00',
    '24:00:00-12',
    '12:30:00.25+05:30',
    '01:02:03-15:59:59',
    '01:02:03+15:59:59',
    '12:00:00-00:00:30',
  ],
  timestamp: [
    '2000-01-01 00:00:00',
    '1999-12-31 23:59:59.999999',
    '0044-03-15 12:00:00 BC',
    '4714-11-24 00:00:00 BC',
    '294276-12-31 23:59:59.999999',
    '10000-01-01 00:00:00.1',
    'infinity',
    '-infinity',
  ],
  timestamptz: [
    '2000-01-01 00:00:00+00',
    '2024-06-30 23:59:59.5-07',
    '0044-03-15 12:00:00+01 BC',
    '4714-11-24 00:00:00+00 BC',
    '294276-12-31 23:59:59.999999+00',
    'infinity',
    '-infinity',
  ],
  interval: [
    '0',
    '1 year',
    '-1 year',
    '1 mon',
    '-14 mons',
    '1 day',
    '-2 days',
    '1 year 2 mons 3 days 04:05:06.789',
    '-1 year +2 days',
    '-1 mon +1 day -00:00:01',
    '1 day -00:00:00.000001',
    '-1 day +100:00:00',
    '00:00:00.5',
    '2562047788:00:54.775807',
    'infinity',
    '-infinity',
  ],
  uuid: ['00000000-0000-0000-0000-000000000000', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'],
  json: ['{"a" : [1, 2]}', '"x"', 'null'],
  jsonb: ['{"b":1, "a":[1,2,{"c":"é"}]}', '"x"', 'null', '1.50'],
  xml: ['<a>b</a>', ''],
  inet: [
    '1.2.3.4',
    '1.2.3.4/8',
    '0.0.0.0/0',
    '::',
    '::1',
    '1::',
    '2001:db8::1/64',
    '1:0:0:2:0:0:0:3',
    '1:0:2:3:4:5:6:7',
    '::ffff:1.2.3.4',
    '::1.2.3.4',
    '::1:2:3',
    '::5:0',
    '1:2:3:4:5:6:7:8',
    '1:0:0:2:3:0:0:4',
    'ff02::/16',
    '0:1:0:0:0:0:0:0',
  ],
  cidr: ['10.0.0.0/8', '1.2.3.4', '0.0.0.0/0', '2001:db8::/32', '::/0', '::1'],
  macaddr: ['08:00:2b:01:02:03', 'ff:ff:ff:ff:ff:ff'],
  macaddr8: ['08:00:2b:01:02:03:04:05'],
  bit: ['1', '0'],
  varbit: ['', '1', '10101', '111111110', '0000000000000000'],
  _int4: [
    '{}',
    '{1,2,NULL}',
    '{{1,2},{3,4}}',
    '[2:3]={5,6}',
    '[-1:0][1:1]={{1},{2}}',
    '{{{1},{2}}}',
  ],
  _text: ['{}', '{a,"b c","","NULL",NULL,null,"q\\"\\\\","{}","a,b",é,"\n"}', '{"  x",nullx}'],
  _numeric: ['{1.50,NaN,NULL}'],
  _bool: ['{t,f}'],
  _timestamptz: ['{"2024-01-02 03:04:05+00",infinity}'],
  _uuid: ['{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'],
  _bytea: ['{"\\\\x00ff"}'],
  _jsonb: ['{"{\\"a\\": 1}"}'],
  _inet: ['{1.2.3.4,::1/64}'],
}

const raw = { getTypeParser: () => (value: unknown) => value }

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: upstream.url })
  await client.connect()
  await client.query("set timezone = 'UTC'; set bytea_output = hex; set lc_monetary = 'C'")
  return client
}

/** The server's text form and binary form of the values of a column `v`. */
async function both(client: pg.Client, typeName: string, from: string, parameters: string[] = []) {
  const send = await client.query('select typsend::text as f from pg_type where typname = $1', [
    typeName,
  ])
  const { rows } = await client.query<[string, string]>({
    text: `select v, encode(${send.rows[0].f}(v), 'hex') from (${from}) as s`,
    values: parameters,
    rowMode: 'array',
    types: raw,
  })
  return rows.map(([text, hex]) => ({ text, binary: Buffer.from(hex, 'hex') }))
}

function compare(
  test: { equal(found: unknown, wanted: unknown, name: string): unknown },
  typeName: string,
  text: string,
  binary: Buffer,
): void {
  const hex = binary.toString('hex')
  if (decodeBinary(typeName, binary) !== text)
    test.equal(decodeBinary(typeName, binary), text, `${typeName} from ${hex}`)
  if (encodeBinary(typeName, text)?.toString('hex') !== hex)
    test.equal(encodeBinary(typeName, text)?.toString('hex'), hex, `${typeName} of ${text}`)
}

t.test('every type reads and writes as the server does', async t => {
  const client = await connected()
  t.teardown(() => client.end())
  for (const [typeName, values] of Object.entries(VALUES)) {
    await t.test(typeName, async t => {
      const quoted = typeName === 'char' ? '"char"' : typeName === 'bit' ? 'bit(1)' : typeName
      for (const value of values) {
        const [cell] = await both(client, typeName, `select $1::text::${quoted} as v`, [value])
        if (cell === undefined) throw new Error('no row')
        compare(t, typeName, cell.text, cell.binary)
      }
      t.pass(`${values.length} values`)
    })
  }
})

t.test('random values read and write as the server does', async t => {
  const client = await connected()
  t.teardown(() => client.end())
  const expressions: Readonly<Record<string, string>> = {
    float8: '(random() - 0.5) * 10 ^ (random() * 600 - 300)::int',
    float4: '((random() - 0.5) * 10 ^ (random() * 70 - 35)::int)::float4',
    numeric: '((random() - 0.5)::numeric * (10::numeric ^ (random() * 40 - 20)::int))',
    date: "'2000-01-01'::date + (random() * 4e6 - 2e6)::int",
    timestamp: "'2000-01-01'::timestamp + (random() * 1e11 - 5e10) * interval '1 second'",
    timestamptz: "'2000-01-01'::timestamptz + (random() * 1e11 - 5e10) * interval '1 second'",
    interval:
      'make_interval(months => (random() * 99 - 50)::int, days => (random() * 9 - 5)::int, secs => random() * 1e6 - 5e5)',
    inet: "('::'::inet + ((random() * 2)::int * (random() * 4e18)::int8))",
    varbit: '((random() * 1e9)::int::bit(32))::varbit',
  }
  for (const [typeName, expression] of Object.entries(expressions)) {
    await client.query('drop table if exists v')
    await client.query(
      `create temp table v as select ${expression} as v from generate_series(1, 1000) g`,
    )
    for (const { text, binary } of await both(client, typeName, 'select v from v'))
      compare(t, typeName, text, binary)
    t.pass(typeName)
  }
})

t.test('a value that is cut short, too long or of no known type is undefined', async t => {
  for (const [typeName, bytes] of [
    ['int4', '000001'],
    ['int8', '00000001'],
    ['bool', ''],
    ['uuid', '00'],
    ['date', '0000000000'],
    ['timestamp', '00'],
    ['interval', '00'],
    ['jsonb', '027b7d'],
    ['numeric', '0001000000000000'],
    ['numeric', '00010000000000002710'],
    ['inet', '02200004010203'],
    ['inet', '09200004010203ff'],
    ['varbit', '7fffffffff'],
    ['_int4', '0000000100000000000000177fffffff00000001'],
    ['_int4', '00000006000000000000001700000001'],
    ['_int4', '000000010000000000000017000000010000000100000008000000'],
    ['point', '3ff00000000000000000000000000000'],
    ['int4range', '02'],
    ['constructor', '00'],
  ] as const)
    t.equal(decodeBinary(typeName, Buffer.from(bytes, 'hex')), undefined, `${typeName} ${bytes}`)
})

t.test('random bytes and texts never throw, and what is read is written back', async t => {
  const texts = [
    '',
    '{',
    '{}',
    '{{}}',
    '-',
    '0',
    '1e9',
    '\\x',
    '[1:1]={',
    '[0:0]={1}',
    '::',
    '::/0',
    '"',
  ]
  for (const typeName of Object.keys(VALUES)) {
    for (let i = 0; i < 300; i += 1) {
      const text = decodeBinary(typeName, randomBytes(i % 40))
      if (text === undefined || text.includes('\ufffd')) continue
      const again = encodeBinary(typeName, text)
      if (again !== undefined && decodeBinary(typeName, again) !== text)
        t.equal(decodeBinary(typeName, again), text, typeName)
    }
    for (const text of texts) encodeBinary(typeName, text)
    t.pass(typeName)
  }
})

t.test('a text that is no value of its type is undefined', async t => {
  for (const [typeName, text] of [
    ['int2', '32768'],
    ['int4', '1.5'],
    ['int8', '9223372036854775808'],
    ['oid', '-1'],
    ['float8', 'many'],
    ['numeric', '1e5'],
    ['bool', 'yes'],
    ['date', '2023-02-29'],
    ['date', '0000-01-01'],
    ['time', '24:00:01'],
    ['timestamp', '2024-01-01'],
    ['interval', ''],
    ['uuid', 'x'],
    ['bytea', '\\x0'],
    ['inet', '1.2.3.4/33'],
    ['inet', '1.2.3'],
    ['varbit', '012'],
    ['_int4', '{1,x}'],
    ['_int4', '{{1},{2,3}}'],
    ['_int4', '{1,}'],
    ['_int4', '{1}}'],
    ['_int4', '1'],
    ['hstore', 'a=>1'],
  ] as const)
    t.equal(encodeBinary(typeName, text), undefined, `${typeName} ${text}`)
})

t.test('the OIDs and names are those of the server', async t => {
  const client = await connected()
  t.teardown(() => client.end())
  const { rows } = await client.query<{ oid: number; typname: string }>(
    'select oid::int, typname from pg_type where oid < 10000',
  )
  const server = new Map(rows.map(({ oid, typname }) => [oid, typname]))
  for (const [oid, name] of builtInTypes) t.equal(name, server.get(oid), String(oid))
  for (const name of ['bool', '_bool', 'jsonb', '_jsonb', 'timestamptz', 'uuid', '_uuid'])
    t.ok([...builtInTypes.values()].includes(name), name)
})

t.test('a value type has the class and the length of its column', async t => {
  t.strictSame(valueType('varchar', 24), { class: 'text', name: 'varchar', lengthMax: 20 })
  t.strictSame(valueType('varchar', -1), { class: 'text', name: 'varchar', lengthMax: undefined })
  t.strictSame(valueType('bpchar', 5).lengthMax, 1)
  t.equal(valueType('_text', -1).class, 'array')
  t.equal(valueType('mood', -1).class, 'other')
  t.equal(valueType('constructor', -1).class, 'other')
  t.equal(decodeText(valueType('text', -1), Buffer.from('Zoë')), 'Zoë')
})
