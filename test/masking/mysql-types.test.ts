/** Masks give values that MySQL's types hold, and tokens that tell values apart. */
import t from 'tap'
import { CellMasks } from '../../masking/mask.ts'
import type { MaskSpec } from '../../masking/rules.ts'
import type { ValueClass, ValueType } from '../../protocols/protocol.ts'

const masks = new CellMasks(Buffer.alloc(32, 7))

function masked(mask: MaskSpec, type: string | ValueType, value: string) {
  const valueType = typeof type === 'string' ? typeOf('integer', type) : type
  const cell = masks.mask({ rule: 'r', mask }, valueType)
  return cell.kind === 'constant' ? cell.value : cell.apply(value)
}

function typeOf(valueClass: ValueClass, name: string, lengthMax?: number): ValueType {
  return { class: valueClass, name, lengthMax }
}

const hash = { kind: 'hash' } as const
const tokenize = { kind: 'tokenize' } as const
const generalize = (bucket?: number): MaskSpec =>
  bucket === undefined ? { kind: 'generalize' } : { kind: 'generalize', bucket }

const widths = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 }
const ranges = Object.entries(widths).flatMap(([name, bits]) => {
  const half = 2n ** BigInt(bits - 1)
  return [
    { name, low: -half, high: half - 1n },
    { name: `${name} unsigned`, low: 0n, high: 2n * half - 1n },
  ]
})

t.test('integers stay within their type, signed or not', t => {
  for (const { name, low, high } of ranges)
    for (const mask of [hash, tokenize, generalize(), generalize(7), generalize(1000)])
      for (const value of [low, low + 1n, 0n, 1n, 42n, high - 1n, high]) {
        const number = BigInt(masked(mask, name, String(value)) ?? '')
        t.ok(number >= low && number <= high, `${mask.kind} ${name} ${value}: ${number}`)
      }
  t.end()
})

t.test('integer tokens tell all values of a type apart', t => {
  for (const { name, low, high } of ranges) {
    const span = high - low + 1n
    const count = span < 70_000n ? Number(span) : 20_000
    const tokens = new Set<string | null>()
    for (let i = 0; i < count; i += 1) tokens.add(masked(tokenize, name, String(low + BigInt(i))))
    t.equal(tokens.size, count, name)
  }
  t.end()
})

t.test('a hash uses what its type has room for', t => {
  for (const { name, high } of ranges) {
    const hashes = Array.from({ length: 2000 }, (_, i) => BigInt(masked(hash, name, `${i}`) ?? ''))
    t.ok(
      hashes.some(value => value > high / 2n),
      name,
    )
    t.ok(hashes.every(value => value >= 0n && value <= high))
    if (high > 2n ** 31n) t.ok(new Set(hashes).size > 1998, name)
  }
  t.end()
})

t.test('tokens of 32 and 64 bits join, as do those of DECIMAL', t => {
  for (const sign of ['', ' unsigned']) {
    const token = masked(tokenize, `int${sign}`, '42')
    t.equal(masked(tokenize, `bigint${sign}`, '42'), token)
    t.equal(masked(tokenize, typeOf('decimal', `decimal${sign}`), '42.00'), token)
    t.equal(masked(tokenize, typeOf('float', `double${sign}`), '42'), token)
  }
  const large = '4294967295'
  t.equal(masked(tokenize, 'int unsigned', large), masked(tokenize, 'bigint unsigned', large))
  t.equal(masked(tokenize, 'int', '-42'), masked(tokenize, 'bigint', '-42'))
  t.end()
})

t.test('YEAR is 0000 or 1901 to 2155', t => {
  const years = ['0000', ...Array.from({ length: 255 }, (_, i) => String(1901 + i))]
  const tokens = new Set(years.map(year => masked(tokenize, 'year', year)))
  t.strictSame(new Set(tokens), new Set(years), 'each has a token, and each is one')
  for (const year of years) {
    const number = Number(masked(hash, 'year', year))
    t.ok(number >= 1901 && number <= 2155, `${year}: ${number}`)
  }
  t.equal(masked(generalize(), 'year', '1987'), '1980')
  t.equal(masked(generalize(), 'year', '1909'), '1901', 'no earlier than the type goes')
  t.equal(masked(generalize(100), 'year', '1999'), '1901')
  t.equal(masked(generalize(), 'year', '0000'), '0000')
  t.end()
})

t.test('decimals and floats without a sign stay so, and FLOAT keeps what it shows', t => {
  for (const mask of [hash, tokenize, generalize()])
    for (const value of ['0', '1', '2.50', '42.00', '4294967295', '99999999999999999999.99']) {
      for (const [valueClass, name] of [
        ['decimal', 'decimal unsigned'],
        ['float', 'double unsigned'],
        ['float', 'float unsigned'],
      ] as const)
        t.match(masked(mask, typeOf(valueClass, name), value), /^\d+$/, `${mask.kind} ${name}`)
    }
  for (const mask of [hash, tokenize])
    for (const value of ['1.5', '42', '-7'])
      t.match(masked(mask, typeOf('float', 'float'), value), /^\d{1,6}$/, 'six digits are shown')
  t.end()
})

t.test('dates that are none stay so', t => {
  const date = typeOf('date', 'date')
  const to = (step: 'year' | 'month' | 'decade', type: ValueType, value: string) =>
    masked({ kind: 'generalize', to: step }, type, value)
  for (const step of ['year', 'month', 'decade'] as const) {
    t.equal(to(step, date, '0000-00-00'), '0000-00-00')
    t.equal(to(step, typeOf('timestamp', 'datetime'), '0000-00-00 00:00:00'), '0000-00-00 00:00:00')
  }
  t.equal(to('month', date, '1987-00-00'), '1987-01-01', 'no month to begin with')
  t.equal(
    to('year', typeOf('timestamp', 'datetime'), '1987-06-05 04:03:02.12'),
    '1987-01-01 00:00:00',
  )
  t.end()
})

t.test('bytes are no longer than BINARY(n) holds', t => {
  const uuid = typeOf('bytes', 'binary', 16)
  const value = `\\x${'41'.repeat(16)}`
  t.match(masked(hash, uuid, value), /^\\x[\da-f]{32}$/)
  t.match(masked(tokenize, uuid, value), /^\\x[\da-f]{32}$/)
  t.match(masked(tokenize, typeOf('bytes', 'varbinary', 4), value), /^\\x[\da-f]{8}$/)
  t.match(masked(hash, typeOf('bytes', 'blob'), value), /^\\x[\da-f]{64}$/)
  t.end()
})
