import { createHmac, randomBytes } from 'node:crypto'
import t from 'tap'
import { IntegerPermutation, KeyedHash } from '../../masking/keyed.ts'
import { CellMasks } from '../../masking/mask.ts'
import { redaction } from '../../masking/redact.ts'
import type { MaskSpec } from '../../masking/rules.ts'
import { valueType } from '../../protocols/postgres/values.ts'

const masks = new CellMasks(Buffer.alloc(32, 7))

/** The masked value; a constant gives its value. */
function masked(mask: MaskSpec, typeName: string, value: string, modifier = -1, rule = 'r') {
  const cell = masks.mask({ rule, mask }, valueType(typeName, modifier))
  return cell.kind === 'constant' ? cell.value : cell.apply(value)
}

const partial = (first: number, last: number, character?: string): MaskSpec =>
  character === undefined
    ? { kind: 'partial', first, last }
    : { kind: 'partial', first, last, character }

t.test('partial keeps the first and last characters', t => {
  t.equal(masked(partial(0, 4), 'text', '4111111111111111'), '************1111')
  t.equal(masked(partial(2, 2), 'text', 'abcdef'), 'ab**ef')
  t.equal(masked(partial(1, 0, '•'), 'text', 'anna'), 'a•••')
  t.equal(masked(partial(1, 1), 'text', '😀😀😀😀'), '😀**😀', 'a surrogate pair is one character')
  t.equal(masked(partial(1, 1, '😶'), 'text', 'abc'), 'a😶c')
  t.equal(masked(partial(0, 0), 'text', 'x'.repeat(100)), '*'.repeat(100))
  t.end()
})

t.test('what is too short for partial is hidden wholly', t => {
  t.equal(masked(partial(2, 2), 'text', 'abcd'), '****')
  t.equal(masked(partial(2, 2), 'text', 'abc'), '***')
  t.equal(masked(partial(9, 9), 'text', '😀'), '*')
  t.equal(masked(partial(1, 0), 'text', 'a'), '*')
  t.equal(masked(partial(1, 1), 'text', ''), '')
  t.end()
})

t.test('the blanks of a char(n) are not its last characters', t => {
  t.equal(masked(partial(0, 2), 'bpchar', 'abcdef    ', 14), '****ef    ')
  t.equal(masked({ kind: 'email' }, 'bpchar', 'anna@example.com  ', 22), 'a***@example.com  ')
  t.equal(masked({ kind: 'redact' }, 'bpchar', 'x', 24), '[redacted]          ')
  t.equal(
    masked({ kind: 'tokenize' }, 'bpchar', 'anna    ', 34)?.trimEnd(),
    masked({ kind: 'tokenize' }, 'text', 'anna'),
  )
  t.end()
})

t.test('email keeps one character and the domain', t => {
  const email = (value: string) => masked({ kind: 'email' }, 'text', value)
  t.equal(email('anna@example.com'), 'a***@example.com')
  t.equal(email('a@example.com'), '***@example.com', 'one character would be all')
  t.equal(email('anna.b+tag@mail.example.co.uk'), 'a***@mail.example.co.uk')
  t.equal(email('zoë@bücher.example'), 'z***@bücher.example')
  t.equal(email('😀x@example.com'), '😀***@example.com')
  t.end()
})

t.test('what is not one e-mail address is redacted', t => {
  for (const value of [
    '',
    'anna',
    '@example.com',
    'anna@',
    'anna@host',
    'anna@.com',
    'anna@example.',
    'anna@exa mple.com',
    'anna@example.com ',
    'Anna B <anna@example.com>',
    'anna@example.com,otto@example.com',
    'a@b@example.com',
    'anna@example.com\nssn 1',
    'anna@ünï cöde.com',
    'my secret@pass/word.x',
  ])
    t.equal(masked({ kind: 'email' }, 'text', value), '[redacted]', JSON.stringify(value))
  t.equal(masked({ kind: 'email' }, 'varchar', 'ab@c.de', 11), '[redact', 'longer than the column')
  t.end()
})

t.test('hash is keyed by the rule, and fits the type', t => {
  const hash = { kind: 'hash' } as const
  t.match(masked(hash, 'text', 'anna'), /^[\da-f]{64}$/)
  t.equal(masked(hash, 'varchar', 'anna', 14), masked(hash, 'text', 'anna')?.slice(0, 10))
  t.not(masked(hash, 'text', 'anna', -1, 'other'), masked(hash, 'text', 'anna'))
  t.match(
    masked(hash, 'uuid', 'x'),
    /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
  )
  t.match(masked(hash, 'bytea', '\\x00'), /^\\x[\da-f]{64}$/)
  t.match(masked(hash, 'jsonb', '{}'), /^"[\da-f]{64}"$/)
  t.equal(masked(hash, 'bool', 't'), 'f', 'a hash of two values hides nothing')
  t.equal(masked(hash, '_text', '{a}'), '{}')
  t.equal(masked(hash, 'inet', '1.2.3.4'), '0.0.0.0')
  t.end()
})

t.test('tokens are the same for the same value, in every column and under every rule', t => {
  const tokenize = { kind: 'tokenize' } as const
  const token = masked(tokenize, 'text', 'anna@example.com')
  t.match(token, /^tok_[a-z2-7]{16}$/)
  t.equal(masked(tokenize, 'varchar', 'anna@example.com', 44, 'other'), token)
  t.not(masked(tokenize, 'text', 'otto@example.com'), token)
  t.equal(masked(tokenize, 'varchar', 'anna@example.com', 14), token?.slice(4, 14), 'cut')
  t.equal(masked(tokenize, 'int4', '42'), masked(tokenize, 'int8', '42'), 'widths join')
  t.equal(masked(tokenize, 'int4', '42'), masked(tokenize, 'numeric', '42.00'))
  t.equal(masked(tokenize, 'numeric', '1.50'), masked(tokenize, 'numeric', '1.5'))
  t.equal(
    masked(tokenize, 'timestamptz', '2024-05-06 07:08:09.5+00'),
    masked(tokenize, 'timestamptz', '2024-05-06 12:38:09.5+05:30'),
    'the same instant in another time zone',
  )
  t.end()
})

t.test('hashes and tokens are valid values of their type', t => {
  const ranges: Record<string, [bigint, bigint]> = {
    int2: [-(2n ** 15n), 2n ** 15n - 1n],
    int4: [-(2n ** 31n), 2n ** 31n - 1n],
    int8: [-(2n ** 63n), 2n ** 63n - 1n],
    oid: [0n, 2n ** 32n - 1n],
  }
  for (const kind of ['hash', 'tokenize'] as const) {
    for (const [typeName, [low, high]] of Object.entries(ranges))
      for (const value of ['0', '1', String(low), String(high)]) {
        const number = BigInt(masked({ kind }, typeName, value) ?? '')
        t.ok(number >= low && number <= high, `${kind} ${typeName} ${value}`)
      }
    t.match(masked({ kind }, 'date', '2024-05-06'), /^(19|20)\d\d-[01]\d-[0-3]\d$/)
    t.match(masked({ kind }, 'date', 'infinity'), /^(19|20)\d\d-[01]\d-[0-3]\d$/)
    t.match(masked({ kind }, 'time', '01:02:03'), /^[012]\d:[0-5]\d:[0-5]\d$/)
    t.match(masked({ kind }, 'timetz', '01:02:03+00'), /^[012]\d:[0-5]\d:[0-5]\d\+00$/)
    t.match(masked({ kind }, 'timestamp', 'x'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    t.match(masked({ kind }, 'timestamptz', 'x'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00$/)
    t.match(masked({ kind }, 'float4', '1.5'), /^\d{1,6}$/)
    t.match(masked({ kind }, 'float8', 'NaN'), /^\d{1,10}$/)
    t.equal(masked({ kind }, 'money', '$5.00'), '$0.00')
  }
  t.end()
})

t.test('integer tokens never meet', t => {
  const small = new IntegerPermutation(Buffer.alloc(32, 1), 16)
  const all = new Set<number>()
  for (let i = -32768; i < 32768; i += 1) all.add(small.apply(i))
  t.equal(all.size, 65536)
  t.equal(Math.min(...all), -32768)
  t.equal(Math.max(...all), 32767)
  const large = new IntegerPermutation(Buffer.alloc(32, 1), 32)
  const some = new Set<number>()
  for (let i = 0; i < 200_000; i += 1) some.add(large.apply(i - 100_000))
  t.equal(some.size, 200_000)
  for (const token of some) if (token !== (token | 0)) t.fail(String(token))
  t.not(new IntegerPermutation(Buffer.alloc(32, 2), 32).apply(1), large.apply(1))
  t.end()
})

t.test('the keyed hash is HMAC-SHA-256', t => {
  const key = randomBytes(32)
  const hash = new KeyedHash(key)
  for (const text of ['', 'a', 'Zoë 😀', 'x'.repeat(1365), 'x'.repeat(1366), 'é'.repeat(5000)])
    t.equal(hash.hex(text), createHmac('sha256', key).update(text).digest('hex'))
  t.throws(() => new KeyedHash(Buffer.alloc(65)), RangeError)
  t.end()
})

t.test('generalize takes dates to the start of a year, month or decade', t => {
  const to = (step: 'year' | 'month' | 'decade' | undefined, typeName: string, value: string) =>
    masked(
      step === undefined ? { kind: 'generalize' } : { kind: 'generalize', to: step },
      typeName,
      value,
    )
  t.equal(to(undefined, 'date', '1987-06-05'), '1987-01-01')
  t.equal(to('month', 'date', '1987-06-05'), '1987-06-01')
  t.equal(to('decade', 'date', '1987-06-05'), '1980-01-01')
  t.equal(to('decade', 'date', '0005-06-05'), '0001-01-01')
  t.equal(to('year', 'date', '0044-03-15 BC'), '0044-01-01 BC')
  t.equal(to('year', 'timestamp', '0044-03-15 12:00:00 BC'), '0044-01-01 00:00:00 BC')
  t.equal(to('year', 'timestamp', '1987-06-05 04:03:02.1'), '1987-01-01 00:00:00')
  t.equal(to('year', 'timestamptz', '1987-01-01 00:30:00+02'), '1986-01-01 00:00:00+00')
  t.equal(to('year', 'date', 'infinity'), '1970-01-01', 'what cannot be read is redacted')
  t.equal(to('year', 'date', '05/06/1987'), '1970-01-01')
  t.equal(to('year', 'time', '12:00:00'), '00:00:00')
  t.equal(to('year', 'text', '1987-06-05'), '[redacted]')
  t.end()
})

t.test('generalize takes numbers to the lower end of their bucket', t => {
  const bucket = (size: number | undefined, typeName: string, value: string) =>
    masked(
      size === undefined ? { kind: 'generalize' } : { kind: 'generalize', bucket: size },
      typeName,
      value,
    )
  t.equal(bucket(undefined, 'int4', '37'), '30')
  t.equal(bucket(5, 'int4', '37'), '35')
  t.equal(bucket(10, 'int4', '-1'), '-10')
  t.equal(bucket(10, 'int2', '-32768'), '-32768', 'no lower than the type goes')
  t.equal(bucket(10, 'int8', '9223372036854775807'), '9223372036854775800')
  t.equal(bucket(undefined, 'numeric', '54321.99'), '54000')
  t.equal(bucket(100, 'numeric', '-0.5'), '-100')
  t.equal(bucket(100, 'numeric', '-100.00'), '-100')
  t.equal(bucket(0.5, 'numeric', '1.74'), '1.5')
  t.equal(
    bucket(100, 'numeric', '123456789012345678901234567890.5'),
    '123456789012345678901234567800',
  )
  t.equal(bucket(10, 'float8', '1.5e+20'), '150000000000000000000')
  t.equal(bucket(10, 'float8', 'NaN'), '0')
  t.equal(bucket(10, 'numeric', 'Infinity'), '0')
  t.equal(bucket(-1, 'int4', '5'), '0', 'a bucket without a size hides all')
  t.end()
})

t.test('redactions are valid values of their type, and null where none is known', t => {
  const wanted: Record<string, string | null> = {
    text: '[redacted]',
    int4: '0',
    numeric: '0',
    float8: '0',
    bool: 'f',
    date: '1970-01-01',
    time: '00:00:00',
    timetz: '00:00:00+00',
    timestamp: '1970-01-01 00:00:00',
    timestamptz: '1970-01-01 00:00:00+00',
    interval: '00:00:00',
    uuid: '00000000-0000-0000-0000-000000000000',
    jsonb: '"[redacted]"',
    bytea: '\\x',
    _int4: '{}',
    inet: '0.0.0.0',
    mood: null,
  }
  for (const [typeName, value] of Object.entries(wanted)) {
    t.equal(redaction(valueType(typeName, -1)), value, typeName)
    t.equal(masked({ kind: 'redact' }, typeName, 'x'), value)
    t.equal(masked({ kind: 'null' }, typeName, 'x'), null)
    if (typeName !== 'text') t.equal(masked(partial(1, 1), typeName, 'x'), value)
  }
  t.equal(redaction(valueType('varchar', 7)), '[re')
  t.end()
})
