import t from 'tap'
import { partialAscii } from '../../../masking/ascii-masks.ts'
import { ProtocolError } from '../../../protocols/errors.ts'
import { framePackets, packetExtent, packetPayload } from '../../../protocols/mysql/framing.ts'
import type { ColumnDefinition } from '../../../protocols/mysql/packets/column-definition.ts'
import { compileRowMask } from '../../../protocols/mysql/row-mask.ts'
import { encodeBinary, lenencString } from '../../../protocols/mysql/values/codec.ts'
import { FieldType } from '../../../protocols/mysql/values/field-types.ts'
import { valuesOf } from '../../../protocols/mysql/values.ts'
import type { CellMask } from '../../../protocols/protocol.ts'
import { columnDefinition } from '../../support/mysql-columns.ts'
import { seededRandom } from '../../support/seeded-random.ts'

type Value = string | null

const redacted: CellMask = { kind: 'constant', rule: 'r', value: '[redacted]' }
const nulled: CellMask = { kind: 'constant', rule: 'r', value: null }
const upper = value(text => text.toUpperCase())

function value(apply: (text: string) => string | null): CellMask {
  return { kind: 'value', rule: 'r', apply }
}

const text = columnDefinition(FieldType.VarString)
const int = columnDefinition(FieldType.Long, { collation: 63 })
const datetime = columnDefinition(FieldType.Datetime, { collation: 63, decimals: 0 })
const TEXTS = [text, text, text]

function textRow(values: readonly Value[], sequence = 1): Buffer {
  const cells = values.map(each =>
    each === null ? Buffer.of(0xfb) : lenencString(Buffer.from(each)),
  )
  return Buffer.concat(framePackets(sequence, Buffer.concat(cells)))
}

function binaryRow(
  definitions: readonly ColumnDefinition[],
  values: readonly Value[],
  sequence = 1,
): Buffer {
  const bitmap = Buffer.alloc((values.length + 9) >> 3)
  const cells = values.map((each, i) => {
    if (each === null) bitmap[(i + 2) >> 3] = (bitmap[(i + 2) >> 3] ?? 0) | (1 << ((i + 2) & 7))
    const definition = definitions[i] ?? text
    return each === null
      ? Buffer.alloc(0)
      : (encodeBinary(valuesOf(definition).codec, each) ?? Buffer.alloc(0))
  })
  return Buffer.concat(framePackets(sequence, Buffer.concat([Buffer.of(0), bitmap, ...cells])))
}

t.test('masked cells are replaced, all others are the same bytes', t => {
  const mask = compileRowMask([undefined, redacted, undefined], TEXTS, 'text')
  const rows = [
    ['1', 'anna@example.com', 'x'],
    ['2', null, null],
    [null, '', 'Zoë'],
    ['y'.repeat(1000), 'z'.repeat(1000), ''],
  ]
  const masked = mask.maskRows(Buffer.concat(rows.map((row, i) => textRow(row, i))))
  t.equal(masked.shift, 0)
  t.strictSame(
    masked.bytes,
    Buffer.concat(rows.map(([a = null, , c = null], i) => textRow([a, '[redacted]', c], i))),
  )
  t.end()
})

t.test('a value mask leaves NULL, may give NULL, and may lengthen', t => {
  const long = value(each => (each === 'gone' ? null : `${each}é`.repeat(500)))
  const before = [
    ['ab', 'cd', 'ef'],
    [null, null, null],
    ['gone', '', 'zoë'],
  ]
  const after = [
    ['abé'.repeat(500), 'cd', 'EF'],
    [null, null, null],
    [null, '', 'ZOË'],
  ]
  const mask = [long, undefined, upper]
  t.strictSame(
    compileRowMask(mask, TEXTS, 'text').maskRows(Buffer.concat(before.map(row => textRow(row))))
      .bytes,
    Buffer.concat(after.map(row => textRow(row))),
  )
  t.strictSame(
    compileRowMask(mask, TEXTS, 'binary').maskRows(
      Buffer.concat(before.map(row => binaryRow(TEXTS, row))),
    ).bytes,
    Buffer.concat(after.map(row => binaryRow(TEXTS, row))),
  )
  t.end()
})

t.test('the bitmap of a binary row follows its values', t => {
  const definitions = Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? int : text))
  const values = definitions.map((_, i) => (i % 2 === 0 ? null : String(i)))
  const mask: CellMask[] = definitions.map((_, i) =>
    i % 4 < 2 ? nulled : { kind: 'constant', rule: 'r', value: '7' },
  )
  t.strictSame(
    compileRowMask(mask, definitions, 'binary').maskRows(binaryRow(definitions, values)).bytes,
    binaryRow(
      definitions,
      definitions.map((_, i) => (i % 4 < 2 ? null : '7')),
    ),
  )
  t.end()
})

t.test('what the type cannot hold becomes its redaction, in both formats', t => {
  const tiny = columnDefinition(FieldType.Tiny, { collation: 63, columnLength: 4 })
  const year = columnDefinition(FieldType.Year, { collation: 63 })
  const bit = columnDefinition(FieldType.Bit, { collation: 63, columnLength: 10 })
  const time = columnDefinition(FieldType.Time, { collation: 63 })
  const geometry = columnDefinition(FieldType.Geometry, { collation: 63 })
  const cases: [ColumnDefinition, string, string, Value][] = [
    [tiny, '5', '128', '0'],
    [tiny, '5', 'five', '0'],
    [year, '1999', '1800', '0000'],
    [datetime, '2024-01-31 10:00:00', '2024-13-01 00:00:00', '1970-01-01 00:00:00'],
    [time, '10:00:00', '900:00:00', '00:00:00'],
    [bit, '\\x0001', '\\x0401', '\\x0000'],
    [geometry, '\\x00', 'nowhere', null],
  ]
  for (const [definition, shown, made, expected] of cases)
    for (const mask of [value(() => made), { kind: 'constant', rule: 'r', value: made } as const]) {
      const definitions = [definition]
      const binary = compileRowMask([mask], definitions, 'binary')
      t.strictSame(
        binary.maskRows(binaryRow(definitions, [shown])).bytes,
        binaryRow(definitions, [expected]),
      )
      const bytes = (each: Value) =>
        each?.startsWith('\\x') ? Buffer.from(each.slice(2), 'hex').toString('latin1') : each
      t.strictSame(
        compileRowMask([mask], definitions, 'text').maskRows(textRow([bytes(shown) ?? null])).bytes,
        textRow([bytes(expected) ?? null]),
      )
    }
  t.end()
})

t.test(
  'a type without a known length cannot be masked in binary rows, and is hidden in text',
  t => {
    const definitions = [columnDefinition(200), text]
    t.throws(() => compileRowMask([undefined, redacted], definitions, 'binary'), ProtocolError)
    const hidden = compileRowMask([upper, undefined], definitions, 'text')
    t.strictSame(hidden.maskRows(textRow(['a', 'b'])).bytes, textRow(['a', 'b']))
    t.end()
  },
)

t.test('a mask on bytes gives the same with and without a string', t => {
  const partial = (each: string) => `${each.slice(0, 2)}${'*'.repeat(Math.max(0, each.length - 2))}`
  const slow = value(partial)
  const fast: CellMask = { ...slow, ascii: partialAscii(2, 0, 0x2a) } as CellMask
  for (const length of [3, 200, 240, 242, 243, 250, 251, 300, 65525, 65535, 65536, 70000])
    for (const format of ['text', 'binary'] as const) {
      const row = ['x'.repeat(length), 'é'.repeat(length), 'z']
      const bytes = format === 'text' ? textRow(row) : binaryRow(TEXTS, row)
      const masked = (mask: CellMask) =>
        compileRowMask([mask, mask, undefined], TEXTS, format).maskRows(bytes).bytes
      t.ok(masked(fast).equals(masked(slow)), `${length} ${format}`)
    }
  t.end()
})

t.test('a row masked by itself is the row masked among others', t => {
  const definitions = [text, int, datetime]
  const masks = [value(each => `<${each}>`), value(each => String(-Number(each))), nulled]
  for (const format of ['text', 'binary'] as const) {
    const mask = compileRowMask(masks, definitions, format)
    const rows = Array.from({ length: 300 }, (_, i) => {
      const values = ['😀'.repeat(i % 40), i % 7 === 0 ? null : String(i), '2024-01-31 10:00:00']
      return format === 'text' ? textRow(values, i & 255) : binaryRow(definitions, values, i & 255)
    })
    const chunk = Buffer.concat([Buffer.from('before'), ...rows, Buffer.from('after')])
    t.strictSame(
      mask.maskRows(chunk, 6, chunk.length - 5).bytes,
      Buffer.concat(rows.map(row => mask.maskRows(row).bytes)),
    )
  }
  t.end()
})

t.test('rows around 16 MiB keep right headers, and what follows is renumbered', t => {
  const limit = 0xffffff
  const mask = compileRowMask([value(each => each.slice(1)), undefined], [text, text], 'text')
  const longer = compileRowMask([value(each => `${each}+`), undefined], [text, text], 'text')
  const small = ['ab', 'c']
  for (const [length, columns] of [
    [limit - 6, 'below'],
    [limit - 5, 'exactly'],
    [limit - 4, 'above'],
    [2 * limit - 6, 'twice'],
  ] as const) {
    const row = ['x'.repeat(length - 1), 'y']
    const chunk = Buffer.concat([textRow(small, 250), textRow(row, 251), textRow(small, 254)])
    for (const [rows, first] of [
      [mask, row[0]?.slice(1)],
      [longer, `${row[0]}+`],
    ] as const) {
      const { bytes, shift } = rows.maskRows(chunk, 0, chunk.length, 3)
      const packets = packetsOf(bytes)
      t.equal(packets.length, 3, columns)
      const payload = packets[1]?.payload
      const expected = packetPayload(...wholePacket(textRow([first ?? '', 'y'])))
      t.ok(payload?.equals(expected), `${columns} payload`)
      t.equal(packets[1]?.sequence, 254)
      const framesNow = packets[1]?.frames ?? 0
      const framesBefore =
        Math.floor(packetPayload(...wholePacket(textRow(row))).length / limit) + 1
      t.equal(shift, (3 + framesNow - framesBefore) & 0xff)
      t.equal(packets[2]?.sequence, (254 + shift) & 0xff)
      t.ok(packets.every(packet => packet.consecutive))
    }
  }
  t.end()
})

t.test('a hostile row is an error, cut anywhere or changed anywhere, and never a crash', t => {
  const random = seededRandom(7)
  const definitions = [text, int, datetime, text]
  const values = ['name', '12', '2024-01-31 10:00:00', null]
  const masks = [upper, undefined, nulled, redacted]
  let refused = 0
  for (const format of ['text', 'binary'] as const) {
    const mask = compileRowMask(masks, definitions, format)
    const row = format === 'text' ? textRow(values) : binaryRow(definitions, values)
    for (let length = 1; length < row.length; length += 1) {
      const cut = Buffer.from(row.subarray(0, length))
      t.throws(() => mask.maskRows(cut), ProtocolError)
      if (length < 4) continue
      cut.writeUIntLE(length - 4, 0, 3)
      t.throws(() => mask.maskRows(cut), ProtocolError, `${format} ${length}`)
    }
    t.throws(() => mask.maskRows(longerBy(row, 1)), ProtocolError)
    for (let i = 0; i < 3000; i += 1) {
      const changed = Buffer.from(row)
      changed[4 + random.below(row.length - 4)] = random.below(256)
      try {
        mask.maskRows(changed)
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        refused += 1
      }
    }
  }
  t.ok(refused > 1000)
  t.end()
})

function longerBy(row: Buffer, bytes: number): Buffer {
  const longer = Buffer.concat([row, Buffer.alloc(bytes)])
  longer.writeUIntLE(longer.length - 4, 0, 3)
  return longer
}

function wholePacket(bytes: Buffer): [Buffer, number, number] {
  return [bytes, 0, bytes.length]
}

function packetsOf(bytes: Buffer) {
  const packets = []
  for (let at = 0; at < bytes.length; ) {
    const extent = packetExtent(bytes, at)
    const sequence = bytes[at + 3] ?? 0
    const frames = Math.floor((extent - 4) / (4 + 0xffffff)) + 1
    let consecutive = true
    for (let i = 0; i < frames; i += 1)
      consecutive &&= bytes[at + i * (4 + 0xffffff) + 3] === ((sequence + i) & 0xff)
    packets.push({ sequence, frames, consecutive, payload: packetPayload(bytes, at, extent) })
    at += extent
  }
  return packets
}
