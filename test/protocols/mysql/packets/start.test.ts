/** The packets of a start, as named servers and clients send them. */
import t, { type Test } from 'tap'
import { ProtocolError } from '../../../../protocols/errors.ts'
import { Capability } from '../../../../protocols/mysql/capabilities.ts'
import {
  decodeAuthMoreData,
  decodeAuthSwitchRequest,
  encodeAuthMoreData,
  encodeAuthSwitchRequest,
} from '../../../../protocols/mysql/packets/auth-switch.ts'
import { decodeChangeUser } from '../../../../protocols/mysql/packets/change-user.ts'
import {
  capabilitiesOf,
  decodeHandshakeResponse,
  encodeHandshakeResponse,
  encodeSslRequest,
  isSslRequest,
} from '../../../../protocols/mysql/packets/handshake-response.ts'
import {
  decodeHandshakeV10,
  encodeHandshakeV10,
  flavourOf,
} from '../../../../protocols/mysql/packets/handshake-v10.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')

/** Every shorter one is refused, from `least` on. */
function refusesCuts(t: Test, whole: Buffer, decode: (payload: Buffer) => unknown, most: number) {
  for (let length = 0; length < most; length += 1) {
    t.throws(() => decode(whole.subarray(0, length)), ProtocolError, `${length} bytes`)
  }
}

t.test('the greeting of MySQL', async t => {
  // mysqld 9.7.4, by: nc 127.0.0.1 PORT | xxd -p
  const payload = bytes(`
    0a392e372e342d3200090000000f2f0e454b68691900ffffff0200ffdf15000000000000000000005b4d
    3f5a437a743a1d1805020063616368696e675f736861325f70617373776f726400`)
  const decoded = decodeHandshakeV10(payload)
  t.match(decoded, {
    version: '9.7.4-2',
    collation: 255,
    statusFlags: 2,
    plugin: 'caching_sha2_password',
  })
  t.equal(decoded.scramble.length, 20)
  t.equal(decoded.capabilities >> 32n, 0n)
  t.same(encodeHandshakeV10(decoded), payload)
  refusesCuts(t, payload, decodeHandshakeV10, payload.length - decoded.plugin.length - 1)
})

t.test('the greeting of MariaDB', async t => {
  // mariadbd 10.11.19, by: nc 127.0.0.1 PORT | xxd -p
  const payload = bytes(`
    0a352e352e352d31302e31312e31392d4d6172696144422d302b646562313275312d6c6f670004000000
    6a304e772d752c7600fef72d0200ff81150000000000001d000000302a24713346466a66415259006d79
    73716c5f6e61746976655f70617373776f726400`)
  const decoded = decodeHandshakeV10(payload)
  t.match(decoded, { collation: 45, statusFlags: 2, plugin: 'mysql_native_password' })
  t.match(decoded.version, /^5\.5\.5-10\.11\.19-MariaDB/)
  t.equal(decoded.capabilities & Capability.LONG_PASSWORD, 0n)
  t.equal(decoded.capabilities >> 32n, 0b11101n)
  t.same(encodeHandshakeV10(decoded), payload)
  t.equal(flavourOf(decoded.version), 'mariadb')
  t.equal(flavourOf('8.4.0'), 'mysql')
})

const response = {
  capabilities: 0x1d_01bff206n | Capability.CONNECT_WITH_DB,
  packetBytesMax: 0x1000000,
  collation: 45,
  user: 'ål',
  authenticationData: Buffer.from('proof'),
  database: 'shop',
  plugin: 'caching_sha2_password',
  attributes: new Map([
    ['program_name', 'report'],
    ['empty', ''],
  ]),
}

t.test('a handshake response', async t => {
  const payload = encodeHandshakeResponse(response)
  t.equal(
    payload.toString('hex'),
    [
      '0ef2bf01 00000001 2d',
      '00000000000000000000000000000000000000 1d000000',
      'c3a56c00 05 70726f6f66',
      '73686f7000',
      '63616368696e675f736861325f70617373776f726400',
      '1b 0c70726f6772616d5f6e616d65 067265706f7274 05656d707479 00',
    ]
      .join('')
      .replaceAll(' ', ''),
  )
  t.same(decodeHandshakeResponse(payload), response)
  const mysql = { ...response, capabilities: 0x01bff20fn }
  t.same(decodeHandshakeResponse(encodeHandshakeResponse(mysql)), mysql)
  t.equal(capabilitiesOf(payload), response.capabilities)
  t.equal(capabilitiesOf(Buffer.from('0580', 'hex')), undefined)
  t.equal(capabilitiesOf(Buffer.from('058000000001', 'hex')), 0x8005n, 'before 4.1')
  refusesCuts(t, payload, decodeHandshakeResponse, 42)
})

t.test('connection attributes have limits', async t => {
  const decode = (attributes: Map<string, string>) =>
    decodeHandshakeResponse(encodeHandshakeResponse({ ...response, attributes })).attributes.size
  t.equal(decode(new Map()), 0)
  const many = (count: number, value = 'v') =>
    new Map(Array.from({ length: count }, (_, index) => [`n${index}`, value]))
  t.equal(decode(many(128)), 128)
  t.throws(() => decode(many(129)), /at most 128 connection attributes/)
  t.throws(() => decode(new Map([['n', 'v'.repeat(4097)]])), /at most an attribute of 4096 bytes/)
  t.throws(() => decode(many(100, 'v'.repeat(1000))), /at most 64 KiB of connection attributes/)
  const payload = encodeHandshakeResponse(response)
  for (const length of ['1a', '1c', 'fb', 'fc', 'fdffffff', 'feffffffffffffffff']) {
    const broken = Buffer.concat([
      payload.subarray(0, -28),
      Buffer.from(length, 'hex'),
      payload.subarray(-27),
    ])
    t.throws(() => decodeHandshakeResponse(broken), ProtocolError, length)
  }
})

t.test('an SSLRequest is the beginning of a response, and no more', async t => {
  const ssl = { ...response, capabilities: response.capabilities | Capability.SSL }
  const payload = encodeSslRequest(ssl)
  t.equal(payload.length, 32)
  t.equal(isSslRequest(payload), true)
  t.equal(isSslRequest(encodeSslRequest(response)), false)
  t.equal(isSslRequest(encodeHandshakeResponse(ssl)), false)
  t.equal(isSslRequest(payload.subarray(0, 31)), false)
})

t.test('another plugin, and its data', async t => {
  const request = { plugin: 'mysql_native_password', data: Buffer.alloc(20, 0x41) }
  const payload = encodeAuthSwitchRequest(request)
  t.same(decodeAuthSwitchRequest(payload), request)
  t.equal(payload.toString('latin1'), `\xfemysql_native_password\0${'A'.repeat(20)}\0`)
  t.same(decodeAuthSwitchRequest(payload.subarray(0, -1)), request, 'without the last NUL')
  t.match(decodeAuthSwitchRequest(Buffer.of(0xfe)), { plugin: 'mysql_old_password' })
  t.throws(() => decodeAuthSwitchRequest(Buffer.from('\xfex', 'latin1')), ProtocolError)
  t.same(decodeAuthMoreData(encodeAuthMoreData(Buffer.of(4))), Buffer.of(4))
})

t.test('COM_CHANGE_USER', async t => {
  const whole = bytes(`11 616c00 02 0102 73686f7000 2d00 7800 05 0161 02 6262`)
  const capabilities = Capability.PLUGIN_AUTH | Capability.CONNECT_ATTRS
  t.same(decodeChangeUser(whole, capabilities), {
    user: 'al',
    authenticationData: Buffer.of(1, 2),
    database: 'shop',
    collation: 45,
    plugin: 'x',
    attributes: new Map([['a', 'bb']]),
  })
  t.match(decodeChangeUser(whole.subarray(0, 12), capabilities), {
    database: 'shop',
    collation: undefined,
  })
  refusesCuts(t, whole, payload => decodeChangeUser(payload, capabilities), 6)
})
