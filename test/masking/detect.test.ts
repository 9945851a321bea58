/** What is recognised as personal, and what is not. */
import t from 'tap'
import { nationalIds } from '../../masking/detect/national-ids.ts'
import { isCard, isEmail, isIban, isIp, isPhone, isSecret } from '../../masking/detect/values.ts'
import { type Finding, propose, type SampledColumn } from '../../masking/detect.ts'
import type { ValueClass } from '../../protocols/protocol.ts'
import { seededRandom } from '../support/seeded-random.ts'

const random = seededRandom(7)
const digit = (): string => String(random.below(10))
const digits = (count: number): string => Array.from({ length: count }, digit).join('')
const many = (make: (i: number) => string, count = 100): string[] =>
  Array.from({ length: count }, (_, i) => make(i))

function column(
  name: string,
  values: readonly string[],
  type: ValueClass = 'text',
  more: Partial<SampledColumn> = {},
): SampledColumn {
  const column = { table: 'things', name, type, class: type, comment: undefined, values }
  return { ...column, ...more }
}

function kindOf(found: Finding | undefined): string {
  return found?.kind ?? 'nothing'
}

/** With its last digit by Luhn. */
function card(): string {
  const body = `4${digits(14)}`
  for (let last = 0; last < 10; last++) if (isCard(`${body}${last}`)) return `${body}${last}`
  throw new Error('no digit fits')
}

const hex = (length: number): string =>
  Array.from({ length }, () => random.below(16).toString(16)).join('')

t.test('ordinary columns yield no proposal', async t => {
  const ordinary: readonly SampledColumn[] = [
    column(
      'id',
      many(i => String(i + 1)),
      'integer',
    ),
    column(
      'id',
      many(i => String(i + 4_000_000_000_000_000)),
      'integer',
    ),
    column(
      'order_number',
      many(() => `ORD-${digits(8)}`),
    ),
    column(
      'reference',
      many(() => digits(9)),
    ),
    column(
      'reference',
      many(() => digits(11)),
    ),
    column(
      'reference',
      many(() => digits(16)),
    ),
    column(
      'ean',
      many(() => digits(13)),
    ),
    column(
      'price',
      many(() => `${digits(3)}.${digits(2)}`),
      'decimal',
    ),
    column(
      'quantity',
      many(() => digit()),
      'integer',
    ),
    column(
      'created_at',
      many(i => `2026-01-01 10:00:${i % 60}`),
      'timestamp',
    ),
    column(
      'created_on',
      many(i => `2026-01-${(i % 28) + 1}`),
    ),
    column(
      'started',
      many(i => `10:${i % 60}:00`),
    ),
    column(
      'checksum',
      many(() => hex(64)),
    ),
    column(
      'md5',
      many(() => hex(32)),
    ),
    column(
      'uuid',
      many(() => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`),
    ),
    column(
      'status',
      many(i => ['open', 'paid', 'shipped'][i % 3] ?? ''),
    ),
    column(
      'country_code',
      many(i => ['DE', 'FR', 'IT'][i % 3] ?? ''),
    ),
    column(
      'currency',
      many(i => ['EUR', 'USD'][i % 2] ?? ''),
    ),
    column(
      'sku',
      many(() => `AB-${digits(3)}-${digits(4)}`),
    ),
    column(
      'version',
      many(i => `1.${i}.3`),
    ),
    column(
      'color',
      many(() => `#${hex(6)}`),
    ),
    column(
      'name',
      many(i => `Lamp number ${i}`),
      'text',
      { table: 'products' },
    ),
    column(
      'description',
      many(i => `A lamp of ${i} watts that shines all the night long.`),
    ),
    column(
      'url',
      many(i => `https://example.com/p/${i}`),
    ),
    column(
      'email_verified',
      many(() => 'true'),
      'boolean',
    ),
    column(
      'email_status',
      many(() => 'bounced'),
    ),
    column(
      'phone_type',
      many(() => 'mobile'),
    ),
    column(
      'password_changed_at',
      many(() => '2026-01-01'),
      'timestamp',
    ),
    column(
      'latitude',
      many(() => `52.${digits(6)}`),
      'float',
    ),
    column(
      'mail',
      many(i => `tray ${i}`),
    ),
    column(
      'account',
      many(() => `4${digits(3)}`),
    ),
  ]
  for (const each of ordinary) t.equal(kindOf(propose(each)), 'nothing', each.name)
})

t.test('values tell what a column holds, whatever it is called', async t => {
  t.equal(
    kindOf(
      propose(
        column(
          'contact',
          many(i => `person${i}@example.com`),
        ),
      ),
    ),
    'email',
  )
  t.equal(kindOf(propose(column('x', many(card)))), 'card')
  t.equal(kindOf(propose(column('x', many(card), 'integer'))), 'card')
  t.equal(
    kindOf(
      propose(
        column(
          'x',
          many(() => `+4930${digits(7)}`),
        ),
      ),
    ),
    'phone',
  )
  t.equal(
    kindOf(
      propose(
        column(
          'x',
          many(() => `10.0.${digit()}.${digit()}`),
        ),
      ),
    ),
    'ip',
  )
  t.equal(
    kindOf(
      propose(
        column(
          'x',
          many(() => `ghp_${hex(36)}`),
        ),
      ),
    ),
    'secret',
  )
  const notes = many(i =>
    i % 5 ? 'the customer called about it' : `please write to a${i}@b.example`,
  )
  t.equal(kindOf(propose(column('x', notes))), 'free-text')
})

t.test('names tell where values cannot, in several languages', async t => {
  const names = many(i => ['Anna', 'Ben', 'Chloé'][i % 3] ?? '')
  for (const name of ['first_name', 'Vorname', 'prenom', 'apellidos', 'lastName', 'cognome'])
    t.equal(kindOf(propose(column(name, names))), 'name', name)
  for (const name of ['dob', 'birth_date', 'geburtsdatum', 'date_naissance', 'fechaNacimiento'])
    t.equal(kindOf(propose(column(name, ['1980-01-01'], 'date'))), 'birth-date', name)
  t.equal(kindOf(propose(column('name', names, 'text', { table: 'customers' }))), 'name')
  t.equal(
    kindOf(
      propose(
        column(
          'telefon',
          many(() => `030 ${digits(7)}`),
        ),
      ),
    ),
    'phone',
  )
  t.equal(
    kindOf(
      propose(
        column(
          'password_hash',
          many(() => hex(40)),
        ),
      ),
    ),
    'secret',
  )
  t.equal(kindOf(propose(column('gehalt', ['1000'], 'decimal'))), 'salary')
  t.equal(kindOf(propose(column('c7', [], 'text', { comment: 'E-Mail of the buyer' }))), 'email')
})

t.test('evidence holds no value', async t => {
  const found = propose(column('email', [...many(i => `anna${i}@secret.example`, 98), 'x', 'y']))
  t.strictSame(found?.evidence, [
    'matches e-mail in 98 % of 100 sampled values',
    'named like an e-mail address',
  ])
  t.notMatch(JSON.stringify(found), /anna|secret/)
  t.ok((found?.confidence ?? 0) > 0.9)
  t.strictSame(found?.mask, { kind: 'email' })
})

t.test('values are what they are', async t => {
  for (const text of ['a@b.co', 'first.last+tag@mail.example.com']) t.ok(isEmail(text), text)
  for (const text of ['a@b', '@b.co', 'a b@c.de', 'anna at example.com'])
    t.notOk(isEmail(text), text)
  for (const text of ['4111111111111111', '5500 0000 0000 0004', '3400-0000-0000-009'])
    t.ok(isCard(text), text)
  for (const text of ['4111111111111112', '0000000000000000', '1234567890123'])
    t.notOk(isCard(text), text)
  for (const text of ['DE89370400440532013000', 'GB82 WEST 1234 5698 7654 32']) t.ok(isIban(text))
  t.notOk(isIban('DE89370400440532013001'))
  for (const text of ['10.1.2.3', '::1', 'fe80::1', '2001:db8:0:0:0:0:0:1', '10.0.0.0/8'])
    t.ok(isIp(text), text)
  for (const text of ['1.2.3', '10.1.2.300', '10:30:00', 'abc']) t.notOk(isIp(text), text)
  for (const text of ['+49 30 1234567', '(555) 123-4567', '030 1234567']) t.ok(isPhone(text), text)
  for (const text of ['2026-01-01', '01.02.2026', '123.45', 'ORD-1234567', '12'])
    t.notOk(isPhone(text), text)
  t.ok(isSecret('$2b$12$KIXabcdefghijklmnopqrstuv'))
  t.notOk(isSecret(hex(64)))
})

t.test('national ids are known by their check digits', async t => {
  const examples: Readonly<Record<string, readonly [right: string, wrong: string]>> = {
    'US social security number': ['123-45-6789', '000-45-6789'],
    'German tax id': ['86095742719', '86095742718'],
    'French NIR': ['255081416802538', '255081416802539'],
    'Spanish DNI or NIE': ['12345678Z', '12345678A'],
    'Italian codice fiscale': ['RSSMRA85T10A562S', 'RSSMRA85T10A562T'],
    'Dutch BSN': ['111222333', '111222334'],
    'Polish PESEL': ['44051401359', '44051401358'],
    'Brazilian CPF': ['529.982.247-25', '529.982.247-26'],
    'Swedish personnummer': ['811228-9874', '811228-9875'],
    'Belgian national number': ['85.07.30-033.28', '85.07.30-033.29'],
    'Finnish henkilötunnus': ['131052-308T', '131052-308U'],
    'Swiss AHV number': ['756.9217.0769.85', '756.9217.0769.84'],
    'Indian Aadhaar': ['2341 2341 2346', '2341 2341 2347'],
    'British National Insurance number': ['AB 12 34 56 C', 'BG 12 34 56 C'],
    'Canadian SIN': ['046 454 286', '046 454 287'],
  }
  for (const { name, matches } of nationalIds) {
    const [right = '', wrong = ''] = examples[name] ?? []
    t.ok(matches(right), `${name} ${right}`)
    t.notOk(matches(wrong), `${name} ${wrong}`)
  }
})
