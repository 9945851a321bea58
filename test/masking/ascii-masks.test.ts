import t from 'tap'
import { emailAscii, partialAscii } from '../../masking/ascii-masks.ts'
import { email, partial } from '../../masking/text-masks.ts'
import type { AsciiMask } from '../../protocols/protocol.ts'

function masked(mask: AsciiMask, text: string): string | undefined {
  const from = Buffer.from(`<<${text}>>`)
  const to = Buffer.alloc(from.length + 16, 0x21)
  const written = mask(from, 2, from.length - 2, to, 3)
  if (written < 0) return undefined
  t.ok(written <= from.length - 4 + 8, 'within the room that it was promised')
  t.equal(to.toString('latin1', 0, 3), '!!!')
  t.equal(to[3 + written], 0x21)
  return to.toString('latin1', 3, 3 + written)
}

const texts = [
  '',
  'a',
  'ab',
  'abc',
  'abcd',
  'abcdefghijklmnop',
  'anna@example.com',
  'a@b.de',
  '@b.de',
  'a@b',
  'a@@b.de',
  'a@b..de',
  'a@b.de.',
  'a@.de',
  'a b@c.de',
  'a@b.de, c@d.de',
  'Anna <a@b.de>',
  'a@b_c.de',
  'a@b.de\n',
  '\u0001a@b.de',
  "o'hara+tag@mail.example-host.co.uk",
]

t.test('partial is what the text mask makes, byte for byte', async t => {
  for (const [first, last] of [
    [0, 0],
    [0, 4],
    [3, 0],
    [3, 2],
    [20, 20],
  ] as const)
    for (const text of texts)
      t.equal(masked(partialAscii(first, last, 0x2a), text), partial(first, last)(text), text)
})

t.test('email is what the text mask makes, and what it refuses is left to it', async t => {
  for (const text of texts)
    t.equal(masked(emailAscii(Number.POSITIVE_INFINITY), text), email(text), text)
})

t.test('what is not ASCII is left to the text mask', async t => {
  for (const text of ['ännа@example.com', 'a@exämple.com', 'é', 'abc\u{1f600}def']) {
    t.equal(masked(partialAscii(1, 1, 0x2a), text), undefined)
    t.equal(masked(emailAscii(100), text), undefined)
  }
})

t.test('a masked address that does not fit its column is left to the text mask', async t => {
  t.equal(masked(emailAscii(6), 'ab@c.de'), undefined)
  t.equal(masked(emailAscii(9), 'ab@c.de'), 'a***@c.de')
})
