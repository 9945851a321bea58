/**
 * Masks that keep the format: `card`, `phone`, `iban` and `email` with its domain. Keyed, the same
 * for the same value in every column, so that they can be joined. Undefined for what does not look
 * like one: then nothing in it is known to be harmless.
 */
import { permuteDigits } from './digit-permutation.ts'
import type { KeyedHash } from './keyed.ts'
import { email } from './text-masks.ts'

type Apply = (text: string) => string | undefined

const CARD = /^\d(?:[ -]?\d){11,18}$/

/**
 * Luhn-valid (ISO/IEC 7812-1 annex B), in the groups that it was written in. It begins with 9,
 * which no card network issues. `last` keeps the last four digits.
 */
export function cardMask(digest: KeyedHash, last: 0 | 4): Apply {
  return text => {
    if (!CARD.test(text)) return undefined
    const digits = text.replace(/\D/g, '')
    // One digit has to make the sum right: that before those kept, or the last.
    const free = digits.length - 2 - last
    const tail = digits.slice(digits.length - last)
    const rest = digits.slice(1 + free)
    const body = permuteDigits(digits.slice(1, 1 + free), `card ${digits[0]} ${rest}`, digest)
    for (let check = 0; check < 10; check += 1) {
      const made = `9${body}${check}${last === 0 ? '' : tail}`
      if (luhn(made)) return written(made, text)
    }
    return undefined
  }
}

function luhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 0 ? digit : digit * 2
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

const PHONE = /^(?:\+|00)?[\d(][\d ()./-]*$/
/** Country codes of one and two digits (ITU-T E.164); all others have three. */
const COUNTRY = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/
const HIDDEN_DIGITS_MIN = 6
const PHONE_DIGITS_MAX = 15

/** Keeps the country code, or the zero of a national number, and how the digits are grouped. */
export function phoneMask(digest: KeyedHash): Apply {
  return text => {
    if (!PHONE.test(text)) return undefined
    const digits = text.replace(/\D/g, '')
    const [international = ''] = /^(?:\+|00)/.exec(text) ?? []
    const prefix = international === '00' ? '00' : ''
    const number = digits.slice(prefix.length)
    const kept =
      international === '' ? (/^0?/.exec(number)?.[0] ?? '') : (COUNTRY.exec(number)?.[0] ?? '')
    const hidden = number.slice(kept.length)
    if (hidden.length < HIDDEN_DIGITS_MIN || hidden.length > PHONE_DIGITS_MAX) return undefined
    // A number means the same however it is grouped, and with 00 for +.
    const tweak = `phone ${international === '' ? '' : '+'}${kept}`
    return written(prefix + kept + permuteDigits(hidden, tweak, digest), text)
  }
}

const IBAN = /^[A-Z]{2}\d{2}(?: ?[A-Z\d]){11,30}$/

/** Country kept, check digits right (ISO 13616, ISO 7064 MOD 97-10); digits and letters stay such. */
export function ibanMask(digest: KeyedHash): Apply {
  return text => {
    if (!IBAN.test(text)) return undefined
    const plain = text.replaceAll(' ', '')
    const country = plain.slice(0, 2)
    const account = plain.slice(4)
    const shape = account.replace(/\d/g, '0')
    const digits = account.replace(/\D/g, '')
    // Letters name the bank. They are drawn from a digest, and two banks may meet in them.
    const drawn = digest.hex(`iban ${country} ${account.replace(/\d/g, '')}`)
    const permuted = permuteDigits(digits, `iban ${country} ${shape}`, digest)
    let digit = 0
    let letter = 0
    const made = Array.from(account, character => {
      if (/\d/.test(character)) return permuted.charAt(digit++)
      const byte = Number.parseInt(drawn.slice(2 * letter, 2 * letter + 2), 16)
      letter += 1
      return String.fromCharCode(0x41 + (byte % 26))
    }).join('')
    const check = String(98 - remainder97(`${made}${country}00`)).padStart(2, '0')
    return written(`${country}${check}${made}`, text)
  }
}

/** Letters count from 10 on. */
function remainder97(text: string): number {
  let remainder = 0
  for (const character of text)
    for (const digit of String(Number.parseInt(character, 36)))
      remainder = (remainder * 10 + Number(digit)) % 97
  return remainder
}

const LOCAL_MAX = 16
const LOCAL_MIN = 8

/** `k3v7x2m9q4r8t5w6@example.com`: the domain of a single address is kept. */
export function emailDomainMask(digest: KeyedHash, lengthMax: number): Apply {
  return text => {
    if (email(text) === undefined) return undefined
    const domain = text.slice(text.indexOf('@'))
    const room = Math.min(LOCAL_MAX, lengthMax - domain.length)
    if (room < LOCAL_MIN) return undefined
    const octets = digest.octets(`email ${text}`)
    const local = Array.from({ length: room }, (_, i) => BASE32[octets.charCodeAt(i) & 31])
    return local.join('') + domain
  }
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/** The letters and digits of `made` in the places where `text` has its own. */
function written(made: string, text: string): string {
  let at = 0
  return text.replace(/[A-Z\d]/g, () => made.charAt(at++))
}
