import t from 'tap'
import type { ColumnDefinition } from '../../../protocols/mysql/packets/column-definition.ts'
import {
  decodeBinary,
  decodeText,
  encodeBinary,
  encodeText,
  Width,
} from '../../../protocols/mysql/values/codec.ts'
import { FieldType } from '../../../protocols/mysql/values/field-types.ts'
import { valuesOf } from '../../../protocols/mysql/values.ts'
import { columnDefinition } from '../../support/mysql-columns.ts'
import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts'

type Make = (random: SeededRandom) => string

const unsigned = 0x20
const zerofill = 0x60

function numbers(type: number, flags = 0, columnLength = 20): ColumnDefinition {
  return columnDefinition(type, { collation: 63, flags, columnLength })
}

function integer(bits: number, isUnsigned: boolean): Make {
  return random => {
    const value = random.bytes(8).readBigUInt64LE() >> BigInt(random.below(64))
    return String(isUnsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value))
  }
}

const pad = (value: number, digits = 2) => String(value).padStart(digits, '0')

const day: Make = random =>
  `${pad(random.below(10_000), 4)}-${pad(random.below(13))}-${pad(random.below(32))}`

const clock: Make = random =>
  `${pad(random.below(24))}:${pad(random.below(60))}:${pad(random.below(60))}`

const fraction: Make = random => `.${pad(random.below(1_000_000), 6)}`

const time: Make = random => {
  const text = `${pad(random.below(839))}:${clock(random).slice(3)}`
  return text !== '00:00:00' && random.below(2) === 0 ? `-${text}` : text
}

const types: readonly [string, ColumnDefinition, Make][] = [
  ['tinyint', numbers(FieldType.Tiny), integer(8, false)],
  ['tinyint unsigned', numbers(FieldType.Tiny, unsigned), integer(8, true)],
  ['smallint', numbers(FieldType.Short), integer(16, false)],
  ['smallint unsigned', numbers(FieldType.Short, unsigned), integer(16, true)],
  ['mediumint', numbers(FieldType.Int24), integer(24, false)],
  ['mediumint unsigned', numbers(FieldType.Int24, unsigned), integer(24, true)],
  ['int', numbers(FieldType.Long), integer(32, false)],
  ['int unsigned', numbers(FieldType.Long, unsigned), integer(32, true)],
  ['bigint', numbers(FieldType.Longlong), integer(64, false)],
  ['bigint unsigned', numbers(FieldType.Longlong, unsigned), integer(64, true)],
  ['year', numbers(FieldType.Year), random => String(1901 + random.below(255))],
  ['date', numbers(FieldType.Date), day],
  ['datetime', numbers(FieldType.Datetime), r => `${day(r)} ${clock(r)}`],
  [
    'datetime(6)',
    columnDefinition(FieldType.Datetime, { collation: 63, decimals: 6 }),
    r => `${day(r)} ${clock(r)}${fraction(r)}`,
  ],
  ['time', numbers(FieldType.Time), time],
  [
    'time(6)',
    columnDefinition(FieldType.Time, { collation: 63, decimals: 6 }),
    r => `${time(r)}${fraction(r)}`,
  ],
  [
    'decimal(20,4)',
    columnDefinition(FieldType.Newdecimal, { collation: 63, decimals: 4 }),
    r => `${integer(50, false)(r)}.${pad(r.below(10_000), 4)}`,
  ],
  [
    'double',
    columnDefinition(FieldType.Double, { collation: 63, decimals: 31 }),
    r => String(r.below(2 ** 31) / 2 ** r.below(20)),
  ],
  ['bit(64)', numbers(FieldType.Bit, 0, 64), r => `\\x${r.bytes(8).toString('hex')}`],
  ['blob', numbers(FieldType.Blob), r => `\\x${r.bytes(r.below(600)).toString('hex')}`],
  ['varchar', columnDefinition(FieldType.VarString), r => 'é😀x'.repeat(r.below(100))],
]

for (const [name, definition, make] of types)
  t.test(`${name} reads what it writes, in both formats`, t => {
    const random = seededRandom(name.length)
    const { codec } = valuesOf(definition)
    const wrong: string[] = []
    for (let i = 0; i < 400; i += 1) {
      const text = make(random)
      const inText = encodeText(codec, text) ?? Buffer.alloc(0)
      const inBinary = encodeBinary(codec, text) ?? Buffer.alloc(0)
      const prefix =
        codec.width === Width.lenenc ? inBinary.length - inText.length : codec.width < 0 ? 1 : 0
      const read = [decodeText(codec, inText), decodeBinary(codec, inBinary.subarray(prefix))]
      if (read.some(each => each !== text)) wrong.push(text)
    }
    t.strictSame(wrong, [])
    t.end()
  })

t.test('what is no value of a type is not written', t => {
  const cases: [number, string[]][] = [
    [FieldType.Tiny, ['128', '-129', '', ' 1', '1.0', '0x1', '1e1', '+1']],
    [FieldType.Longlong, ['9223372036854775808', '-9223372036854775809', '1'.repeat(21)]],
    [FieldType.Newdecimal, ['1e5', '', '.5', '1.', 'NaN', '1'.repeat(66)]],
    [FieldType.Double, ['NaN', 'Infinity', '1e400', '', '1.']],
    [FieldType.Float, ['4e38', 'x']],
    [FieldType.Date, ['2024-1-31', '2024-13-01', '2024-01-32', '12024-01-01', '2024-01-01 ']],
    [
      FieldType.Datetime,
      ['2024-01-31', '2024-01-31 24:00:00', '2024-01-31T10:00:00', '0001-01-01 00:00:00 BC'],
    ],
    [
      FieldType.Datetime,
      ['2024-01-31 10:00:00.', '2024-01-31 10:00:00.1234567', '2024-01-31 10:00:0x'],
    ],
    [FieldType.Time, ['839:00:00', '10:60:00', '10:00', '1:00:00', '']],
    [FieldType.Year, ['1900', '2156', '-1', '']],
    [FieldType.Bit, ['5', '\\x', '\\xg0', '\\x00000000000000000000000000000000000000000001']],
    [FieldType.Null, ['', '0']],
    [FieldType.Blob, ['abc', '\\x0', '\\xzz']],
  ]
  for (const [type, texts] of cases)
    for (const text of texts) {
      const { codec } = valuesOf(numbers(type))
      t.equal(encodeText(codec, text), undefined, `${type} ${text}`)
      t.equal(encodeBinary(codec, text), undefined, `${type} ${text}`)
    }
  const latin1 = valuesOf(columnDefinition(FieldType.VarString, { collation: 8 })).codec
  t.equal(encodeText(latin1, '€'), undefined)
  t.strictSame(encodeText(latin1, 'é'), Buffer.of(0xe9))
  t.equal(encodeText(valuesOf(numbers(FieldType.Longlong, unsigned)).codec, '-1'), undefined)
  t.end()
})

t.test('digits that the column does not have are added or left off as the server does', t => {
  const of = (type: number, decimals: number, flags = 0, columnLength = 10) =>
    valuesOf(columnDefinition(type, { collation: 63, decimals, flags, columnLength })).codec
  const written = (codec: ReturnType<typeof of>, text: string) =>
    encodeText(codec, text)?.toString()
  t.equal(written(of(FieldType.Newdecimal, 2), '7'), '7.00')
  t.equal(written(of(FieldType.Newdecimal, 2), '-0.009'), '0.00')
  t.equal(written(of(FieldType.Newdecimal, 0), '-007.5'), '-7')
  t.equal(written(of(FieldType.Datetime, 3), '1970-01-01 00:00:00'), '1970-01-01 00:00:00.000')
  t.equal(written(of(FieldType.Time, 0), '-00:00:00.5'), '00:00:00')
  t.equal(written(of(FieldType.Long, 0, zerofill), '42'), '0000000042')
  t.equal(written(of(FieldType.Float, 31), '123456789'), '123457000')
  t.equal(written(of(FieldType.Float, 2), '1.005'), '1.00')
  t.strictSame(
    encodeBinary(of(FieldType.Datetime, 0), '2024-01-31 00:00:00.5'),
    Buffer.from('04e807011f', 'hex'),
  )
  t.end()
})

t.test('bytes that are no value of a type are not shown', t => {
  const cases: [number, string[]][] = [
    [FieldType.Long, ['', '00', '0000000000']],
    [FieldType.Date, ['e807', 'e8070d01', 'e8070120', 'e807010100']],
    [FieldType.Datetime, ['e807011f180000', 'e807011f00003c', '0000000000000000000000']],
    [FieldType.Time, ['0000000000000000ff', '00ffffffff000000', '000000000000003c']],
    [FieldType.Double, ['000000000000f07f', '']],
  ]
  for (const [type, values] of cases)
    for (const value of values) {
      const shown = decodeBinary(valuesOf(numbers(type)).codec, Buffer.from(value, 'hex'))
      const zero = value === '0000000000000000000000'
      t.equal(shown, zero ? '0000-00-00 00:00:00' : undefined, `${type} ${value}`)
    }
  t.end()
})
