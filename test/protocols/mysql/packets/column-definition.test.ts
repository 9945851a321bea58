import t from 'tap'
import { ProtocolError } from '../../../../protocols/errors.ts'
import { decodeColumnDefinition } from '../../../../protocols/mysql/packets/column-definition.ts'
import { columnOf, valueType } from '../../../../protocols/mysql/values.ts'
import { columnDefinition } from '../../../support/mysql-columns.ts'

// `SELECT vc FROM types AS t` of MariaDB 10.11.
const plain = Buffer.from(
  '03646566' +
    '0473686f70' +
    '0174' +
    '057479706573' +
    '027663' +
    '027663' +
    '0c' +
    'e000' +
    '78000000' +
    'fd' +
    '0000' +
    '00' +
    '0000',
  'hex',
)
// A UUID column, MARIADB_CLIENT_EXTENDED_METADATA agreed on.
const extended = Buffer.from(
  '03646566' +
    '0473686f70' +
    '0174' +
    '0174' +
    '0175' +
    '0175' +
    '06' +
    '000475756964' +
    '0c' +
    'e000' +
    '90000000' +
    'fe' +
    'a000' +
    '00' +
    '0000',
  'hex',
)

t.test('a definition, with and without the metadata of MariaDB', t => {
  t.strictSame(decodeColumnDefinition(plain), {
    schema: 'shop',
    table: 't',
    orgTable: 'types',
    name: 'vc',
    orgName: 'vc',
    collation: 224,
    columnLength: 120,
    type: 253,
    flags: 0,
    decimals: 0,
    extendedType: '',
    extendedFormat: '',
  })
  t.strictSame(valueType(decodeColumnDefinition(plain)), {
    class: 'text',
    name: 'varchar',
    lengthMax: 30,
  })
  const uuid = decodeColumnDefinition(extended)
  t.equal(uuid.extendedType, 'uuid')
  t.strictSame(columnOf(uuid, []), {
    name: 'u',
    type: { class: 'uuid', name: 'uuid', lengthMax: undefined },
    origin: [],
  })
  t.end()
})

t.test('a definition within a chunk is that definition', t => {
  const chunk = Buffer.concat([Buffer.from('xy'), plain, extended])
  t.strictSame(decodeColumnDefinition(chunk, 2, 2 + plain.length), decodeColumnDefinition(plain))
  t.end()
})

t.test('a definition that is cut or goes on is an error', t => {
  for (const whole of [plain, extended]) {
    for (let length = 0; length < whole.length; length += 1)
      t.throws(() => decodeColumnDefinition(whole.subarray(0, length)), ProtocolError)
    const longer = Buffer.concat([whole, Buffer.of(0)])
    t.throws(() => decodeColumnDefinition(longer), ProtocolError)
  }
  t.end()
})

t.test('lengths are in characters of the character set that the text is sent in', t => {
  for (const [collation, lengthMax] of [
    [45, 100],
    [255, 100],
    [1069, 100],
    [2304, 100],
    [33, 133],
    [1057, 133],
    [2048, 133],
    [8, 400],
    [1032, 400],
    [11, 400],
  ] as const)
    t.equal(valueType(columnDefinition(253, { collation })).lengthMax, lengthMax, `${collation}`)
  t.end()
})

t.test('text that cannot be read as such has no mask but NULL', t => {
  // gbk
  const type = valueType(columnDefinition(253, { collation: 28 }))
  t.strictSame(type, { class: 'other', name: 'varchar', lengthMax: undefined, redaction: null })
  t.end()
})
