import { createConnection as connectMariadb } from 'mariadb'
import { createConnection } from 'mysql2/promise'
import t from 'tap'
import { packetExtent, packetPayload } from '../../../protocols/mysql/framing.ts'
import {
  decodeBulkParameters,
  decodeParameters,
  decodeQueryAttributes,
} from '../../../protocols/mysql/parameters.ts'
import type { Parameter } from '../../../protocols/protocol.ts'
import { startMariadb } from '../../support/mysql.ts'
import { captureTo } from '../../support/mysql-capture.ts'
import { seededRandom } from '../../support/seeded-random.ts'

const none: ReadonlyMap<number, Buffer> = new Map()

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

t.test('every type of parameter, with what the manual says of it', t => {
  const cases: [string, string, Parameter][] = [
    ['01 00', '80', '-128'],
    ['01 80', '80', '128'],
    ['02 00', 'ffff', '-1'],
    ['02 80', 'ffff', '65535'],
    ['0d 00', 'd007', '2000'],
    ['03 00', '00000080', '-2147483648'],
    ['09 80', 'ffffffff', '4294967295'],
    ['08 00', 'ffffffffffffffff', '-1'],
    ['08 80', 'ffffffffffffffff', '18446744073709551615'],
    ['04 00', 'cdcccc3d', '0.1'],
    ['05 00', '9a9999999999b93f', '0.1'],
    ['0a 00', '04 e807 02 1d', '2024-02-29'],
    ['0c 00', '00', '0000-00-00 00:00:00'],
    ['0c 00', '04 e807 02 1d', '2024-02-29 00:00:00'],
    ['07 00', '07 e807 02 1d 0c 00 01', '2024-02-29 12:00:01'],
    ['0c 00', '0b e807 02 1d 0c 00 01 01000000', '2024-02-29 12:00:01.000001'],
    ['0b 00', '00', '00:00:00'],
    ['0b 00', '08 01 22000000 16 3b 3b', '-838:59:59'],
    ['0b 00', '0c 00 00000000 00 00 01 20a10700', '00:00:01.500000'],
    ['f6 00', '04 312e3530', '1.50'],
    ['fd 00', '03 c3a978', 'éx'],
    ['fe 00', '02 ff41', Uint8Array.of(0xff, 0x41)],
    ['fc 00', '03 414243', Uint8Array.of(0x41, 0x42, 0x43)],
    ['f5 00', '02 7b7d', '{}'],
  ]
  for (const [type, value, expected] of cases) {
    const payload = hex(`17 01000000 00 01000000 00 01 ${type} ${value}`)
    t.strictSame(decodeParameters(payload, 1, undefined, none, false)?.parameters, [expected], type)
    for (let length = 0; length < payload.length; length += 1)
      t.equal(decodeParameters(payload.subarray(0, length), 1, undefined, none, false), undefined)
    const longer = Buffer.concat([payload, Buffer.of(0)])
    t.equal(decodeParameters(longer, 1, undefined, none, false), undefined)
  }
  t.end()
})

t.test('what no server takes is not read', t => {
  for (const rest of [
    '00 01 06 00', // NULL without its bit
    '00 01 c8 00 00', // a type that there is not
    '00 02 01 00 05', // a flag that is neither
    '00 01 01 40 05', // a type's flag that is neither
    '00 01 0c 00 05 0000000000', // a length between those of a date
    '00 01 0c 00 04 e807 0d 01', // a month 13
    '00 01 fd 00 fb', // a NULL among the values
    '00 01 fd 00 feffffffffffffffff',
    '00 00', // types that were never said
  ])
    t.equal(
      decodeParameters(hex(`17 01000000 00 01000000 ${rest}`), 1, undefined, none, false),
      undefined,
    )
  t.end()
})

t.test('types are those of the execute before, and long data takes no place', t => {
  const first = decodeParameters(
    hex('17 01000000 00 01000000 02 01 0300 fd00 fc00 07000000 0141'),
    3,
    undefined,
    new Map(),
    false,
  )
  t.strictSame(first?.parameters, ['7', null, Uint8Array.of(0x41)])
  const types = [
    { type: 3, unsigned: false },
    { type: 253, unsigned: false },
    { type: 252, unsigned: false },
  ]
  const later = decodeParameters(
    hex('17 01000000 00 01000000 06 00 07000000'),
    3,
    types,
    new Map([[2, Buffer.from('long')]]),
    false,
  )
  t.strictSame(later, {
    parameters: ['7', null, Uint8Array.from(Buffer.from('long'))],
    types,
    attributes: [],
  })
  t.end()
})

t.test('attributes are told apart from parameters', t => {
  const body = '00 01 fd00 00 fd00 05 7472616365 0141 0142'
  t.strictSame(
    decodeParameters(hex(`17 01000000 08 01000000 02 ${body}`), 1, undefined, none, true),
    {
      parameters: ['A'],
      types: [{ type: 253, unsigned: false }],
      attributes: [{ name: 'trace', value: 'B' }],
    },
  )
  const empty = { parameters: [], types: [], attributes: [] }
  t.strictSame(decodeParameters(hex('17 01000000 08 01000000 00'), 0, undefined, none, true), empty)
  t.strictSame(decodeParameters(hex('17 01000000 00 01000000'), 0, undefined, none, true), empty)
  t.equal(
    decodeParameters(hex(`17 01000000 08 01000000 01 ${body}`), 2, undefined, none, true),
    undefined,
  )
  const query = Buffer.concat([hex(`03 02 01 ${body}`), Buffer.from('select 1')])
  t.strictSame(decodeQueryAttributes(query), {
    attributes: [
      { name: '', value: 'A' },
      { name: 'trace', value: 'B' },
    ],
    textStart: query.length - 8,
  })
  t.strictSame(decodeQueryAttributes(hex('03 00 01 41')), { attributes: [], textStart: 3 })
  t.equal(decodeQueryAttributes(hex('03 00 02 41')), undefined)
  t.equal(decodeQueryAttributes(hex('03')), undefined)
  t.end()
})

t.test('rows of a bulk execute', t => {
  const types = [
    { type: 3, unsigned: false },
    { type: 253, unsigned: false },
  ]
  const payload = hex('fa 01000000 8000 0300 fd00 00 01000000 00 0141 00 02000000 01')
  t.strictSame(decodeBulkParameters(payload, 2, undefined), {
    rows: [
      ['1', 'A'],
      ['2', null],
    ],
    types,
  })
  const kept = hex('fa 01000000 0000 00 01000000 01')
  t.strictSame(decodeBulkParameters(kept, 2, types), { rows: [['1', null]], types })
  t.equal(decodeBulkParameters(kept, 2, undefined), undefined)
  t.equal(decodeBulkParameters(kept.subarray(0, -1), 2, types), undefined)
  t.equal(decodeBulkParameters(hex('fa 01000000 0000 00 01000000 02'), 2, types), undefined)
  t.end()
})

t.test('hostile payloads are refused or read, and never a crash', t => {
  const random = seededRandom(11)
  const payload = hex('17 01000000 08 01000000 03 00 01 fd00 00 0c00 00 0300 00 0141 00 01000000')
  for (let i = 0; i < 5000; i += 1) {
    const changed = Buffer.from(payload)
    for (let n = random.below(3); n >= 0; n -= 1)
      changed[random.below(changed.length)] = random.below(256)
    decodeParameters(changed, random.below(4), undefined, none, random.below(2) === 0)
    decodeBulkParameters(changed, random.below(4), undefined)
    decodeQueryAttributes(changed)
  }
  t.end()
})

t.test('what drivers send is what they were given', async t => {
  const server = await startMariadb()
  const capture = await captureTo(server.port)
  const { user, password, database } = server
  const options = { host: '127.0.0.1', port: capture.port, user, password, database }
  t.teardown(async () => {
    await capture.close()
    await server.stop()
  })
  const mysql2 = await createConnection(options)
  const statement = await mysql2.prepare('select ? a, ? b, ? c, ? d, ? e')
  capture.take()
  await statement.execute([1.5, 'é', null, Buffer.of(0xff, 0), new Date(2024, 0, 2, 3, 4, 5)])
  const execute = payloadsOf(capture.take().client)[0] ?? Buffer.alloc(0)
  t.strictSame(decodeParameters(execute, 5, undefined, none, false)?.parameters, [
    '1.5',
    'é',
    null,
    Uint8Array.of(0xff, 0),
    '2024-01-02 03:04:05',
  ])
  mysql2.destroy()

  const mariadb = await connectMariadb(options)
  await mariadb.query('create table bulk (a int, b varchar(20), c blob)')
  capture.take()
  await mariadb.batch('insert into bulk values (?, ?, ?)', [
    [1, 'x', Buffer.of(1)],
    [2, null, Buffer.of(0xfe)],
  ])
  const bulk = payloadsOf(capture.take().client).find(payload => payload[0] === 0xfa)
  t.strictSame(decodeBulkParameters(bulk ?? Buffer.alloc(0), 3, undefined)?.rows, [
    ['1', 'x', Uint8Array.of(1)],
    ['2', null, Uint8Array.of(0xfe)],
  ])
  await mariadb.end()
})

function payloadsOf(bytes: Buffer): Buffer[] {
  const payloads: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const extent = packetExtent(bytes, at)
    payloads.push(packetPayload(bytes, at, extent))
    at += extent
  }
  return payloads
}
