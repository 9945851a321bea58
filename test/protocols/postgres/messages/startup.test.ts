import t from 'tap'
import { ByteReader } from '../../../../protocols/bytes.ts'
import {
  decodeAuthentication,
  decodeSASLInitialResponse,
  encodeAuthenticationOk,
  encodeAuthenticationSASL,
  encodePasswordMessage,
  encodeSASLInitialResponse,
} from '../../../../protocols/postgres/messages/authentication.ts'
import {
  decodeErrorFields,
  encodeErrorResponse,
  encodeNoticeResponse,
  errorFields,
} from '../../../../protocols/postgres/messages/error-response.ts'
import {
  decodeBackendKeyData,
  decodeNegotiateProtocolVersion,
  decodeParameterStatus,
  decodeReadyForQuery,
  encodeBackendKeyData,
  encodeNegotiateProtocolVersion,
  encodeParameterStatus,
  encodeReadyForQuery,
} from '../../../../protocols/postgres/messages/session.ts'
import {
  decodeFirstPacket,
  encodeCancelRequest,
  encodeSslRequest,
  encodeStartupMessage,
} from '../../../../protocols/postgres/messages/startup.ts'

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

/** What follows a header of that many bytes. */
function body(message: Buffer, header = 5): ByteReader {
  return new ByteReader(message.subarray(header))
}

t.test('requests in place of a StartupMessage', async t => {
  t.strictSame(decodeFirstPacket(hex('04d2162f')), { type: 'SSLRequest' })
  t.strictSame(decodeFirstPacket(hex('04d21630')), { type: 'GSSENCRequest' })
  t.strictSame(decodeFirstPacket(hex('04d2162e 0000002a 01020304')), {
    type: 'CancelRequest',
    processId: 42,
    secret: hex('01020304'),
  })
  const long = Buffer.alloc(256, 1)
  t.match(decodeFirstPacket(Buffer.concat([hex('04d2162e 0000002a'), long])), { secret: long })
  t.throws(() => decodeFirstPacket(hex('04d2162f 00')), { name: 'FatalError', sqlState: '08P01' })
  t.throws(() => decodeFirstPacket(hex('04d2162e 0000002a 010203')), {
    name: 'FatalError',
    sqlState: '08P01',
  })
  const tooLong = Buffer.concat([hex('04d2162e 0000002a'), Buffer.alloc(257)])
  t.throws(() => decodeFirstPacket(tooLong), { name: 'FatalError', sqlState: '08P01' })
  t.strictSame(encodeSslRequest(), hex('00000008 04d2162f'))
  t.strictSame(encodeCancelRequest(42, hex('01020304')), hex('00000010 04d2162e 0000002a 01020304'))
})

// user=al, database=shop
const startup = '00030002 7573657200 616c00 646174616261736500 73686f7000 00'

t.test('a StartupMessage, and every way to cut it short', async t => {
  const whole = hex(startup)
  t.strictSame(decodeFirstPacket(whole), {
    type: 'StartupMessage',
    major: 3,
    minor: 2,
    parameters: new Map([
      ['user', 'al'],
      ['database', 'shop'],
    ]),
  })
  const encoded = encodeStartupMessage(
    2,
    new Map([
      ['user', 'al'],
      ['database', 'shop'],
    ]),
  )
  t.strictSame(encoded.subarray(4), whole)
  for (let length = 0; length < whole.length; length += 1) {
    t.throws(() => decodeFirstPacket(whole.subarray(0, length)), `${length} bytes`)
  }
  t.throws(() => decodeFirstPacket(hex(`${startup} 00`)), /expected terminator as last byte/)
  t.throws(() => decodeFirstPacket(hex('00030000 7573657200 ff00 00')), {
    name: 'FatalError',
    sqlState: '22021',
  })
})

t.test('a name that comes twice has its last value, in its last place', async t => {
  const packet = decodeFirstPacket(hex('00030000 6100 3100 6200 3200 6100 3300 00'))
  t.equal(packet.type, 'StartupMessage')
  if (packet.type !== 'StartupMessage') return
  t.strictSame(
    [...packet.parameters],
    [
      ['b', '2'],
      ['a', '3'],
    ],
  )
})

t.test('only major version 3 is spoken', async t => {
  t.throws(() => decodeFirstPacket(hex('00020000 00')), {
    sqlState: '0A000',
    message: 'unsupported frontend protocol 2.0: server supports 3.0 to 3.2',
  })
  t.throws(() => decodeFirstPacket(hex('04d20000')), { name: 'FatalError', sqlState: '0A000' })
  t.match(decodeFirstPacket(hex('0003270f 7573657200 616c00 00')), { minor: 9999 })
})

t.test('ErrorResponse and NoticeResponse go there and back', async t => {
  const fields = errorFields('FATAL', '28P01', 'no', { hint: 'try again' })
  const message = encodeErrorResponse(fields)
  t.strictSame(
    message,
    hex(
      '45 00000029 53464154414c00 56464154414c00 43323850303100 4d6e6f00 48747279 20616761696e00 00',
    ),
  )
  t.strictSame([...decodeErrorFields(body(message))], [...fields])
  t.equal(encodeNoticeResponse(fields)[0], 0x4e)
  for (let length = 5; length < message.length; length += 1) {
    t.throws(() => decodeErrorFields(body(message.subarray(0, length))), `${length} bytes`)
  }
  t.throws(() => decodeErrorFields(body(hex('45 00000006 00 00'))), /1 more bytes/)
})

t.test('authentication messages', async t => {
  t.strictSame(encodeAuthenticationOk(), hex('52 00000008 00000000'))
  const sasl = encodeAuthenticationSASL(['A', 'B'])
  t.strictSame(sasl, hex('52 0000000d 0000000a 4100 4200 00'))
  t.strictSame(decodeAuthentication(body(sasl)), { type: 'SASL', mechanisms: ['A', 'B'] })
  t.throws(() => decodeAuthentication(body(sasl.subarray(0, -1))))
  t.strictSame(decodeAuthentication(body(hex('52 0000000c 00000005 01020304'))), {
    type: 'MD5Password',
    salt: hex('01020304'),
  })
  t.throws(() => decodeAuthentication(body(hex('52 0000000b 00000005 010203'))))
  t.strictSame(decodeAuthentication(body(hex('52 00000008 00000007'))), { type: 'other', code: 7 })
  t.strictSame(encodePasswordMessage('pw'), hex('70 00000007 707700'))
  const initial = encodeSASLInitialResponse('SCRAM', 'n,,')
  t.strictSame(decodeSASLInitialResponse(body(initial)), {
    mechanism: 'SCRAM',
    data: Buffer.from('n,,'),
  })
  for (let length = 5; length < initial.length; length += 1) {
    t.throws(() => decodeSASLInitialResponse(body(initial.subarray(0, length))), `${length} bytes`)
  }
  t.throws(() => decodeSASLInitialResponse(body(hex('70 00000000 4100 ffffffff'))), 'no response')
  t.throws(() => decodeSASLInitialResponse(body(hex('70 00000000 4100 00000000 00'))), 'and more')
})

t.test('what comes between AuthenticationOk and ReadyForQuery', async t => {
  const status = encodeParameterStatus('a', 'b')
  t.strictSame(status, hex('53 00000008 6100 6200'))
  t.strictSame(decodeParameterStatus(body(status)), { name: 'a', value: 'b' })
  const key = encodeBackendKeyData({ processId: 7, secret: hex('01020304') })
  t.strictSame(key, hex('4b 0000000c 00000007 01020304'))
  t.strictSame(decodeBackendKeyData(body(key)), { processId: 7, secret: hex('01020304') })
  t.throws(() => decodeBackendKeyData(body(hex('4b 00000000 00000007 010203'))))
  const ready = encodeReadyForQuery('T')
  t.strictSame(ready, hex('5a 00000005 54'))
  t.equal(decodeReadyForQuery(body(ready)), 'T')
  t.throws(() => decodeReadyForQuery(body(hex('5a 00000005 58'))))
  const negotiated = encodeNegotiateProtocolVersion({ minor: 2, options: ['_pq_.x'] })
  t.strictSame(negotiated, hex('76 00000013 00030002 00000001 5f70715f2e7800'))
  t.strictSame(decodeNegotiateProtocolVersion(body(negotiated)), { minor: 2, options: ['_pq_.x'] })
  t.throws(() => decodeNegotiateProtocolVersion(body(hex('76 0000000c 00020000 00000000'))))
  t.throws(() => decodeNegotiateProtocolVersion(body(hex('76 0000000c 00030000 00000001'))))
})
