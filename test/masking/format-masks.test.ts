/** Cards, phones, IBANs and addresses keep their format, and tell what is equal and no more. */
import t from 'tap'
import { permuteDigits } from '../../masking/digit-permutation.ts'
import { KeyedHash } from '../../masking/keyed.ts'
import { CellMasks } from '../../masking/mask.ts'
import type { MaskSpec } from '../../masking/rules.ts'
import type { ValueType } from '../../protocols/protocol.ts'

const text: ValueType = { class: 'text', name: 'text', lengthMax: undefined }
const masks = new CellMasks(Buffer.alloc(32, 7))

function masked(mask: MaskSpec, value: string, type: ValueType = text, by = masks): string | null {
  const cell = by.mask({ rule: 'r', mask }, type)
  return cell.kind === 'constant' ? cell.value : cell.apply(value)
}

function luhnRest(value: string): number {
  const digits = value.replace(/\D/g, '').split('').reverse().map(Number)
  const sum = digits.reduce((all, digit, i) => {
    const doubled = i % 2 === 0 ? digit : digit * 2
    return all + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10
}

t.test('digits are permuted: no two texts of one length meet', t => {
  const digest = new KeyedHash(Buffer.alloc(32, 1))
  for (const length of [1, 2, 3, 4]) {
    const all = Array.from({ length: 10 ** length }, (_, i) => String(i).padStart(length, '0'))
    const made = new Set(all.map(each => permuteDigits(each, 'x', digest)))
    t.equal(made.size, all.length)
    t.ok([...made].every(each => each.length === length && /^\d+$/.test(each)))
  }
  t.not(
    permuteDigits('123456789012345', 'x', digest),
    permuteDigits('123456789012345', 'y', digest),
  )
  t.match(permuteDigits('1'.repeat(30), 'x', digest), /^\d{30}$/)
  t.end()
})

t.test('a card stays Luhn-valid in its groups, is nobody’s, and keeps its end when asked', t => {
  const cards = [
    '4111 1111 1111 1111',
    '5500-0000-0000-0004',
    '340000000000009',
    '6011000990139424',
  ]
  for (const card of cards) {
    const whole = masked({ kind: 'card' }, card) ?? ''
    const ended = masked({ kind: 'card', last: 4 }, card) ?? ''
    for (const made of [whole, ended]) {
      t.equal(luhnRest(made), 0, made)
      t.equal(made.replace(/\d/g, '0'), card.replace(/\d/g, '0'))
      t.match(made, /^9/)
    }
    t.equal(ended.slice(-4), card.slice(-4))
    t.equal(masked({ kind: 'card' }, card), whole, 'stable')
  }
  const plain = masked({ kind: 'card' }, '4111111111111111')
  t.equal(masked({ kind: 'card' }, '4111 1111 1111 1111')?.replaceAll(' ', ''), plain)
  for (const other of ['', '4111', 'no card', '4111 1111 1111 1111 x', '4111  111111111111'])
    t.equal(masked({ kind: 'card' }, other), '[redacted]')
  t.end()
})

t.test('a card in a column of digits stays a number', t => {
  const long: ValueType = { class: 'integer', name: 'int8', lengthMax: undefined }
  t.match(masked({ kind: 'card' }, '4111111111111111', long), /^9\d{15}$/)
  t.equal(masked({ kind: 'card' }, '4111111111111111111', long), '0', 'beyond 64 bits, perhaps')
  const small: ValueType = { class: 'integer', name: 'int4', lengthMax: undefined }
  t.equal(masked({ kind: 'card' }, '41111111', small), '0')
  t.end()
})

t.test('a phone keeps its country and how it is written', t => {
  const phone = (value: string) => masked({ kind: 'phone' }, value) ?? ''
  t.match(phone('+49 171 2345678'), /^\+49 \d{3} \d{7}$/)
  t.match(phone('+1 (212) 555-0100'), /^\+1 \(\d{3}\) \d{3}-\d{4}$/)
  t.match(phone('+353861234567'), /^\+353\d{9}$/)
  t.match(phone('0171/2345678'), /^0\d{3}\/\d{7}$/)
  const digits = (value: string) => phone(value).replace(/\D/g, '')
  t.equal(digits('+491712345678'), digits('+49 (171) 234-5678'), 'however it is grouped')
  t.equal(digits('00491712345678'), `00${digits('+491712345678')}`)
  const all = Array.from({ length: 2000 }, (_, i) => phone(`+49171${String(i).padStart(7, '0')}`))
  t.equal(new Set(all).size, all.length, 'numbers of one country and length never meet')
  for (const other of ['12345', 'call me', '+49 171 2345678 ext. 5', ''])
    t.equal(phone(other), '[redacted]')
  t.end()
})

t.test('an IBAN keeps country and format, and its check digits are right', t => {
  const remainder = (iban: string) =>
    Number(
      BigInt(
        Array.from(iban.slice(4) + iban.slice(0, 4), c => String(Number.parseInt(c, 36))).join(''),
      ) % 97n,
    )
  const ibans = [
    'DE89 3704 0044 0532 0130 00',
    'GB29NWBK60161331926819',
    'MT84MALT011000012345MTLCAST001S',
  ]
  for (const iban of ibans) {
    const made = masked({ kind: 'iban' }, iban) ?? ''
    t.equal(remainder(made.replaceAll(' ', '')), 1, made)
    t.equal(made.slice(0, 2), iban.slice(0, 2))
    const shape = (value: string) => value.replace(/\d/g, '0').replace(/[A-Z]/g, 'A')
    t.equal(shape(made), shape(iban))
    t.not(made, iban)
  }
  t.equal(masked({ kind: 'iban' }, 'not an account'), '[redacted]')
  t.end()
})

t.test('an address keeps its domain behind a keyed name', t => {
  const mask = { kind: 'email', keepDomain: true } as const
  t.match(masked(mask, 'anna@example.com'), /^[a-z2-7]{16}@example\.com$/)
  t.equal(masked(mask, 'anna@example.com'), masked(mask, 'anna@example.com'))
  t.not(masked(mask, 'anna@example.com'), masked(mask, 'annb@example.com'))
  t.equal(masked(mask, 'Anna <anna@example.com>'), '[redacted]')
  const short: ValueType = { class: 'text', name: 'varchar', lengthMax: 20 }
  t.match(masked(mask, 'anna@example.com', short), /^[a-z2-7]{8}@example\.com$/)
  t.equal(masked(mask, 'a@long.example.com', short)?.includes('@'), false, 'no room for a name')
  t.end()
})

t.test('another key gives other values', t => {
  const others = new CellMasks(Buffer.alloc(32, 8))
  const cases: readonly (readonly [MaskSpec, string])[] = [
    [{ kind: 'card' }, '4111111111111111'],
    [{ kind: 'phone' }, '+491712345678'],
    [{ kind: 'iban' }, 'DE89370400440532013000'],
    [{ kind: 'email', keepDomain: true }, 'anna@example.com'],
  ]
  for (const [mask, value] of cases)
    t.not(masked(mask, value), masked(mask, value, text, others), mask.kind)
  t.end()
})
