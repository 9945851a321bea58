import t from 'tap'
import { ProtocolError } from '../../../../protocols/errors.ts'
import { decodePrepareOk } from '../../../../protocols/mysql/packets/prepare-ok.ts'

/** Statement 1 with a column and two parameters: the example of the manual. */
const payload = Buffer.from('00 01000000 0100 0200 00 0000'.replaceAll(' ', ''), 'hex')

t.test('what was prepared is known by its numbers', async t => {
  const expected = { statementId: 1, columns: 1, parameters: 2 }
  t.strictSame(decodePrepareOk(payload), expected)
  const withMetadataFlag = Buffer.concat([payload, Buffer.of(1)])
  t.strictSame(decodePrepareOk(withMetadataFlag), expected, 'what may follow is not read')
})

t.test('anything else is none', async t => {
  for (let length = 0; length < payload.length; length += 1)
    t.throws(() => decodePrepareOk(payload.subarray(0, length)), ProtocolError, `${length} bytes`)
  const other = Buffer.from(payload)
  other[0] = 0xfe
  t.throws(() => decodePrepareOk(other), { message: /COM_STMT_PREPARE_OK, got status 254/ })
})
