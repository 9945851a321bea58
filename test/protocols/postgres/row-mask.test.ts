import t from 'tap'
import { compileRules, type MaskSpec } from '../../../masking/rules.ts'
import { ByteWriter } from '../../../protocols/bytes.ts'
import { ProtocolError } from '../../../protocols/errors.ts'
import { compileRowMask } from '../../../protocols/postgres/row-mask.ts'
import { encodeBinary, valueType } from '../../../protocols/postgres/values.ts'
import type { CellMask, Column } from '../../../protocols/protocol.ts'

type Value = string | Buffer | null

const redacted: CellMask = { kind: 'constant', rule: 'r', value: '[redacted]' }
const nulled: CellMask = { kind: 'constant', rule: 'r', value: null }

function value(apply: (text: string) => string | null): CellMask {
  return { kind: 'value', rule: 'r', apply }
}

function dataRow(...values: Value[]): Buffer {
  const row = new ByteWriter().uint8(0x44).int32(0).int16(values.length)
  for (const each of values) {
    if (each === null) row.int32(-1)
    else row.int32(Buffer.byteLength(each)).bytes(Buffer.from(each as string))
  }
  return row.patchInt32(1, row.length - 1).finish()
}

function columns(...typeNames: string[]): Column[] {
  return typeNames.map(name => ({ name: 'c', type: valueType(name, -1), origin: [] }))
}

const TEXTS = columns('text', 'text', 'text')
const TEXT_FORMATS = [0, 0, 0] as const

t.test('masked cells are replaced, all others are the same bytes', t => {
  const mask = compileRowMask([undefined, redacted, undefined], TEXTS, TEXT_FORMATS)
  const rows = [
    ['1', 'anna@example.com', 'x'],
    ['2', null, null],
    [null, '', 'Zoë'],
    ['y'.repeat(1000), 'z'.repeat(1000), ''],
  ]
  t.strictSame(
    mask.maskRows(Buffer.concat(rows.map(row => dataRow(...row)))),
    Buffer.concat(rows.map(([a = null, , c = null]) => dataRow(a, '[redacted]', c))),
  )
  t.end()
})

t.test('a value mask leaves NULL, may give NULL, and may lengthen', t => {
  const long = value(text => (text === 'gone' ? null : `${text}é`.repeat(500)))
  const mask = compileRowMask(
    [long, undefined, value(text => text.toUpperCase())],
    TEXTS,
    TEXT_FORMATS,
  )
  t.strictSame(
    mask.maskRows(
      Buffer.concat([
        dataRow('ab', 'cd', 'ef'),
        dataRow(null, null, null),
        dataRow('gone', '', 'zoë'),
      ]),
    ),
    Buffer.concat([
      dataRow('abé'.repeat(500), 'cd', 'EF'),
      dataRow(null, null, null),
      dataRow(null, '', 'ZOË'),
    ]),
  )
  t.end()
})

t.test('a row masked by itself is the row masked among others', t => {
  const mask = compileRowMask([value(text => `<${text}>`), undefined, nulled], TEXTS, TEXT_FORMATS)
  const rows = Array.from({ length: 300 }, (_, i) =>
    dataRow('😀'.repeat(i % 40), 'x'.repeat((i * 7) % 90), i % 3 === 0 ? null : String(i)),
  )
  const chunk = Buffer.concat([Buffer.from('before'), ...rows, Buffer.from('after')])
  t.strictSame(
    mask.maskRows(chunk, 6, chunk.length - 5),
    Buffer.concat(rows.map(row => mask.maskRows(row))),
  )
  t.equal(mask.maskRows(chunk, 6, 6).length, 0)
  t.end()
})

t.test('binary cells are masked in their own format', t => {
  const masker = compileRules(
    [{ name: 'r', columns: ['*.*.*'], mask: { kind: 'redact' } }],
    Buffer.alloc(32, 1),
  ).masker({ name: 'anna', groups: [] }, 'shop')
  const cases: [string, MaskSpec, string, string | null][] = [
    ['int4', { kind: 'redact' }, '42', '0'],
    ['text', { kind: 'email' }, 'anna@example.com', 'a***@example.com'],
    ['timestamptz', { kind: 'generalize' }, '1987-06-05 04:03:02+00', '1987-01-01 00:00:00+00'],
    ['numeric', { kind: 'generalize' }, '54321.99', '54000'],
    [
      'uuid',
      { kind: 'redact' },
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      '00000000-0000-0000-0000-000000000000',
    ],
    ['jsonb', { kind: 'redact' }, '{}', '"[redacted]"'],
    ['_text', { kind: 'redact' }, '{a}', '{}'],
    ['date', { kind: 'null' }, '2024-01-01', null],
  ]
  for (const [typeName, spec, raw, wanted] of cases) {
    const [column] = columns(typeName)
    if (column === undefined) throw new Error('no column')
    const cell = masker.mask({ rule: 'r', mask: spec }, column.type)
    const out = compileRowMask([cell], [column], [1]).maskRows(
      dataRow(encodeBinary(typeName, raw) ?? null),
    )
    const value = wanted === null ? null : (encodeBinary(typeName, wanted) ?? null)
    t.strictSame(out, dataRow(value), `${typeName} ${spec.kind}`)
  }
  t.end()
})

t.test('a binary value without a codec becomes NULL', t => {
  const unknown = columns('mood', 'mood', 'int4')
  const same = value(text => text)
  const mask = compileRowMask([same, redacted, same], unknown, [1, 1, 1])
  t.strictSame(
    mask.maskRows(dataRow(Buffer.alloc(16), Buffer.alloc(16), Buffer.from('too long'))),
    dataRow(null, null, null),
  )
  t.end()
})

t.test('a row that is not as described is never let through', t => {
  const mask = compileRowMask([redacted, undefined], columns('text', 'text'), [0, 0])
  const good = dataRow('a', 'b')
  const wrong: Record<string, Buffer> = {
    'more columns': dataRow('a', 'b', 'c'),
    'fewer columns': dataRow('a'),
    'another message': Buffer.concat([Buffer.from('Z'), good.subarray(1)]),
    'a cut header': good.subarray(0, 6),
    'a cut row': good.subarray(0, -1),
    'bytes after the last column': patched(Buffer.concat([good, Buffer.from('x')])),
    'a length below -1': Buffer.from(
      '4400000010000200000001610000000162'.replace('0000000162', 'fffffffe00'),
      'hex',
    ),
    'a length past the row': Buffer.from('440000001000020000000161000000ff62', 'hex'),
    'a length past the row in a masked column': Buffer.from(
      '4400000010000200ffffff610000000162',
      'hex',
    ),
    'a row shorter than its header': Buffer.from('44000000050002', 'hex'),
    'a negative row': Buffer.from('44ffffffff0002', 'hex'),
  }
  t.equal(mask.maskRows(good).length, dataRow('[redacted]', 'b').length)
  for (const [name, row] of Object.entries(wrong)) {
    t.throws(() => mask.maskRows(row), ProtocolError, name)
    t.throws(() => mask.maskRows(Buffer.concat([good, row])), ProtocolError, `${name}, second`)
  }
  t.throws(() => mask.maskRows(good, 0, good.length + 1), RangeError)
  t.throws(() => compileRowMask([redacted], [], [0]), RangeError)
  t.end()
})

t.test('a damaged chunk is refused, or what comes out is whole rows without the value', t => {
  const mask = compileRowMask([redacted, undefined], columns('text', 'text'), [0, 0])
  const chunk = Buffer.concat([dataRow('secret', 'b'), dataRow('secret', 'longer text')])
  let passed = 0
  for (let at = 0; at < chunk.length; at += 1) {
    for (const byte of [0x00, 0x01, 0x02, 0x44, 0x7f, 0xff]) {
      const damaged = Buffer.from(chunk)
      damaged[at] = byte
      try {
        const out = mask.maskRows(damaged)
        t.notOk(out.includes('secret'), `${byte} at ${at}`)
        passed += 1
      } catch (error) {
        if (!(error instanceof ProtocolError)) t.fail(String(error))
      }
    }
  }
  t.ok(passed > 0)
  t.end()
})

function patched(row: Buffer): Buffer {
  row.writeInt32BE(row.length - 1, 1)
  return row
}
