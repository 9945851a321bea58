/** OK, ERR, EOF and what an OK says of the session, as named servers send them. */
import t from 'tap'
import { ProtocolError } from '../../../../protocols/errors.ts'
import { Capability } from '../../../../protocols/mysql/capabilities.ts'
import { Command, commandName } from '../../../../protocols/mysql/packets/commands.ts'
import { decodeEof, encodeEof, isEof } from '../../../../protocols/mysql/packets/eof.ts'
import { decodeErr, encodeErr, oneLine } from '../../../../protocols/mysql/packets/err.ts'
import { decodeLocalInfileRequest } from '../../../../protocols/mysql/packets/local-infile.ts'
import { decodeOk, encodeOk, statusFlagsOf } from '../../../../protocols/mysql/packets/ok.ts'
import { decodeSessionTrack } from '../../../../protocols/mysql/packets/session-track.ts'
import { PayloadReader, PayloadWriter } from '../../../../protocols/mysql/payload.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')
const tracks = Capability.SESSION_TRACK | Capability.DEPRECATE_EOF

t.test('OK', async t => {
  const payload = bytes('00 03 fd010203 0200 0100 04 696e666f')
  const ok = {
    header: 0,
    affectedRows: 3n,
    lastInsertId: 0x030201n,
    statusFlags: 2,
    warnings: 1,
    info: 'info',
    sessionStateChanges: Buffer.alloc(0),
  }
  t.same(decodeOk(payload, tracks), ok)
  t.same(encodeOk(ok, tracks), payload)
  t.same(decodeOk(payload, 0n), { ...ok, info: '\x04info' }, 'without a length')
  t.same(encodeOk({ ...ok, info: '\x04info' }, 0n), payload)
  for (let length = 0; length < 10; length += 1) {
    t.throws(() => decodeOk(payload.subarray(0, length), tracks), ProtocolError, `${length} bytes`)
  }
  t.same(encodeOk({}, tracks), bytes('00 00 00 0000 0000'))
  const large = { ...ok, affectedRows: 2n ** 64n - 1n, lastInsertId: 2n ** 63n }
  t.same(decodeOk(encodeOk(large, tracks), tracks), large, '64 bits')
})

t.test('what an OK says of the session', async t => {
  // mysqld 9.7.4 after SET NAMES utf8mb4, mariadbd 10.11 after USE shop, by their general layout.
  const changes = bytes(`
    00 0f 0a 6175746f636f6d6d6974 03 4f4646
    01 05 04 73686f70
    02 02 01 31
    04 03 02 6162
    05 09 08 545f5f5f5f5f5f5f
    03 02 0000
    09 01 07`)
  const decoded = decodeOk(
    encodeOk({ statusFlags: 2, sessionStateChanges: changes }, tracks),
    tracks,
  )
  t.equal(decoded.statusFlags, 0x4002)
  t.same(decoded.sessionStateChanges, changes)
  t.same(decodeSessionTrack(changes), [
    { type: 'SYSTEM_VARIABLES', name: 'autocommit', value: 'OFF' },
    { type: 'SCHEMA', name: 'shop' },
    { type: 'STATE_CHANGE', changed: true },
    { type: 'TRANSACTION_CHARACTERISTICS', statements: 'ab' },
    { type: 'TRANSACTION_STATE', state: 'T_______' },
    { type: 'GTIDS', data: Buffer.alloc(2) },
    { type: 'other', code: 9, data: Buffer.of(7) },
  ])
  const two = bytes('00 08 0161 0131 0162 0132')
  t.same(
    decodeSessionTrack(two).map(track => 'value' in track && track.value),
    ['1', '2'],
    'as MariaDB has several in one',
  )
  for (let length = 1; length < 10; length += 1) {
    t.throws(() => decodeSessionTrack(two.subarray(0, length)), ProtocolError, `${length} bytes`)
  }
})

t.test('status flags of whatever ends a result', async t => {
  t.equal(statusFlagsOf(encodeOk({ statusFlags: 0x22 }, tracks), tracks), 0x22)
  t.equal(statusFlagsOf(encodeOk({ header: 0xfe, statusFlags: 10 }, tracks), tracks), 10)
  const large = encodeOk({ affectedRows: 2n ** 63n, statusFlags: 3 }, tracks)
  t.equal(statusFlagsOf(large, tracks), 3)
  t.throws(() => statusFlagsOf(large.subarray(0, 9), tracks), ProtocolError)
  t.equal(statusFlagsOf(encodeEof({ warnings: 7, statusFlags: 10 }), 0n), 10)
})

t.test('EOF, and a row that begins like one', async t => {
  const payload = bytes('fe 0100 2200')
  t.same(decodeEof(payload), { warnings: 1, statusFlags: 0x22 })
  t.same(encodeEof({ warnings: 1, statusFlags: 0x22 }), payload)
  t.equal(isEof(payload, 0, 5), true)
  t.equal(isEof(Buffer.alloc(9, 0xfe), 0, 9), false)
})

t.test('ERR', async t => {
  const err = { code: 1064, sqlState: '42000', message: 'You have an error in your SQL syntax' }
  t.same(decodeErr(encodeErr(err)), err)
  const early = Buffer.concat([bytes('ff 1004'), Buffer.from('Too many connections')])
  t.same(decodeErr(early), { code: 1040, sqlState: 'HY000', message: 'Too many connections' })
  t.throws(() => decodeErr(bytes('ff10')), ProtocolError)
  t.equal(oneLine('a\nb\0\t\x7fc é'), 'a b c é')
  t.equal(oneLine('x'.repeat(600)).length, 512)
})

t.test('a file that is asked for, and names of commands', async t => {
  t.same(decodeLocalInfileRequest(Buffer.from('\xfba.csv', 'latin1')), { filename: 'a.csv' })
  t.equal(commandName(Command.COM_STMT_BULK_EXECUTE), 'COM_STMT_BULK_EXECUTE')
  t.equal(commandName(0x7f), 'command 0x7f')
})

t.test('length-encoded integers, from one byte to nine', async t => {
  for (const value of [0n, 250n, 251n, 0xffffn, 0x10000n, 0xffffffn, 0x1000000n, 2n ** 64n - 1n]) {
    const encoded = new PayloadWriter(1).lenencInteger(value).finish()
    t.equal(new PayloadReader(encoded).lenencInteger(), value)
    for (let length = 0; length < encoded.length; length += 1) {
      t.throws(() => new PayloadReader(encoded.subarray(0, length)).lenencInteger(), ProtocolError)
    }
  }
  t.throws(() => new PayloadReader(Buffer.of(0xfb)).lenencLength(), ProtocolError, 'NULL')
  t.throws(() => new PayloadReader(Buffer.alloc(9, 0xfe)).lenencLength(), ProtocolError, 'too long')
  t.throws(() => new PayloadReader(Buffer.of(0xfc, 255, 0, 1)).lenencBytes(), ProtocolError)
})
