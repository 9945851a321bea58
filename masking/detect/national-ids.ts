/**
 * Numbers that states give to people, with their check digits. Most are eleven digits or so, which
 * a serial number may be as well: it is the check over many values that tells.
 * https://en.wikipedia.org/wiki/National_identification_number
 */
import { luhn, mod97 } from './values.ts'

export interface NationalId {
  readonly name: string
  matches(text: string): boolean
}

/** One of the states that all values of a column belong to. */
export const nationalIds: readonly NationalId[] = [
  { name: 'US social security number', matches: isSsn },
  { name: 'German tax id', matches: isSteuerId },
  { name: 'French NIR', matches: isNir },
  { name: 'Spanish DNI or NIE', matches: isDni },
  { name: 'Italian codice fiscale', matches: isCodiceFiscale },
  { name: 'Dutch BSN', matches: isBsn },
  { name: 'Polish PESEL', matches: isPesel },
  { name: 'Brazilian CPF', matches: isCpf },
  { name: 'Swedish personnummer', matches: isPersonnummer },
  { name: 'Belgian national number', matches: isBelgian },
  { name: 'Finnish henkilötunnus', matches: isHetu },
  { name: 'Swiss AHV number', matches: isAhv },
  { name: 'Indian Aadhaar', matches: isAadhaar },
  { name: 'British National Insurance number', matches: isNino },
  {
    name: 'Canadian SIN',
    matches: text => /^\d{3}[ -]\d{3}[ -]\d{3}$/.test(text) && luhn(only(text)),
  },
]

/** Digits alone. */
function only(text: string): string {
  return text.replace(/\D/g, '')
}

function numbers(text: string): readonly number[] {
  return Array.from(only(text), Number)
}

function weighted(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * (digits[i] ?? 0), 0)
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** It has no check digit: nine digits count only where they are written as one. */
function isSsn(text: string): boolean {
  return /^(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}$/.test(text)
}

/** ISO 7064 MOD 11,10; of the first ten digits one is there twice or three times. */
function isSteuerId(text: string): boolean {
  if (!/^[1-9]\d(?: ?\d{3}){3}$/.test(text)) return false
  const digits = numbers(text)
  const kinds = new Set(digits.slice(0, 10)).size
  if (kinds !== 9 && kinds !== 8) return false
  let product = 10
  for (const digit of digits.slice(0, 10)) {
    const sum = (digit + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return (11 - product) % 10 === digits[10]
}

function isNir(text: string): boolean {
  const compact = text.replace(/ /g, '').toUpperCase()
  if (!/^[12]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)\d[\dAB]\d{8}$/.test(compact)) return false
  const body = compact.slice(0, 13).replace('A', '0').replace('B', '0')
  const corsica = compact.includes('A') ? 1_000_000 : compact.includes('B') ? 2_000_000 : 0
  return 97 - ((Number(body) - corsica) % 97) === Number(compact.slice(13))
}

function isDni(text: string): boolean {
  const [, first = '', digits = '', letter = ''] =
    /^([XYZ]?)-?(\d{7,8})-?([A-Z])$/i.exec(text) ?? []
  if (letter === '' || (first === '') !== (digits.length === 8)) return false
  const number = Number(`${first === '' ? '' : 'XYZ'.indexOf(first.toUpperCase())}${digits}`)
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23] === letter.toUpperCase()
}

function isCodiceFiscale(text: string): boolean {
  const code = text.toUpperCase()
  if (!/^[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/.test(code)) return false
  const odd = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
  ]
  let sum = 0
  for (let i = 0; i < 15; i++) {
    const character = code.charCodeAt(i)
    const value = character < 65 ? character - 48 : character - 65
    sum += i % 2 === 0 ? (odd[value] ?? 0) : value
  }
  return code.charCodeAt(15) - 65 === sum % 26
}

function isBsn(text: string): boolean {
  if (!/^\d{9}$/.test(text) || /^(\d)\1*$/.test(text)) return false
  return weighted(numbers(text), [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0
}

function isPesel(text: string): boolean {
  if (!/^\d{11}$/.test(text)) return false
  const digits = numbers(text)
  const month = Number(text.slice(2, 4))
  const century = [19, 20, 21, 22, 18][Math.floor(month / 20)] ?? 19
  if (!isDate(century * 100 + Number(text.slice(0, 2)), month % 20, Number(text.slice(4, 6)))) {
    return false
  }
  return weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0
}

function isCpf(text: string): boolean {
  if (!/^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$/.test(text)) return false
  const digits = numbers(text)
  if (new Set(digits).size === 1) return false
  const check = (length: number): number => {
    const weights = Array.from({ length }, (_, i) => length + 1 - i)
    return ((weighted(digits, weights) * 10) % 11) % 10
  }
  return check(9) === digits[9] && check(10) === digits[10]
}

function isPersonnummer(text: string): boolean {
  const [, year = '', month = '', day = '', rest = ''] =
    /^(?:19|20)?(\d\d)(\d\d)(\d\d)[-+]?(\d{4})$/.exec(text) ?? []
  if (rest === '' || !isDate(2000 + Number(year), Number(month), Number(day))) return false
  return luhn(`${year}${month}${day}${rest}`)
}

function isBelgian(text: string): boolean {
  if (!/^\d{2}\.?\d{2}\.?\d{2}-?\d{3}\.?\d{2}$/.test(text)) return false
  const digits = only(text)
  if (Number(digits.slice(2, 4)) > 12 || Number(digits.slice(4, 6)) > 31) return false
  const check = Number(digits.slice(9))
  const body = digits.slice(0, 9)
  return 97 - mod97(body) === check || 97 - mod97(`2${body}`) === check
}

function isHetu(text: string): boolean {
  const [, date = '', serial = '', check] = /^(\d{6})[-+A-FU-Y](\d{3})([0-9A-Y])$/i.exec(text) ?? []
  if (check === undefined || Number(date.slice(2, 4)) > 12) return false
  return '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(date + serial) % 31] === check.toUpperCase()
}

/** EAN-13 of the country 756. */
function isAhv(text: string): boolean {
  if (!/^756\.?\d{4}\.?\d{4}\.?\d{2}$/.test(text)) return false
  return weighted(numbers(text), [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0
}

/** Verhoeff, over the dihedral group of order ten. */
function isAadhaar(text: string): boolean {
  if (!/^[2-9]\d{3} ?\d{4} ?\d{4}$/.test(text)) return false
  const turned = numbers(text).toReversed()
  return turned.reduce((check, digit, i) => product(check, permuted(digit, i)), 0) === 0
}

function product(a: number, b: number): number {
  const sum = (a < 5 ? a + b : a - b) % 5
  const turn = (sum + 5) % 5
  return a < 5 === b < 5 ? turn : turn + 5
}

function permuted(digit: number, times: number): number {
  const steps = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
  let at = digit
  for (let i = 0; i < times % 8; i++) at = steps[at] ?? 0
  return at
}

/** It has no check digit, but prefixes that are not given. */
function isNino(text: string): boolean {
  return /^(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]$/.test(
    text.toUpperCase(),
  )
}
