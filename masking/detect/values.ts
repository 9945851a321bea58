/**
 * What a value looks like. Each test errs on the side of no: a wrong yes costs trust in all others,
 * and a column has many values to be recognised by.
 */

export function isEmail(text: string): boolean {
  return /^[^\s@<>"',;:]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$/i.test(text)
}

/** A payment card's number: the issuers' first digits, a length that they use, and Luhn. */
export function isCard(text: string): boolean {
  if (!/^\d[\d -]{11,22}\d$/.test(text)) return false
  const digits = text.replace(/[ -]/g, '')
  return issuers.test(digits) && luhn(digits)
}

/** ISO/IEC 7812: Visa, Mastercard, American Express, Discover, JCB, Diners, UnionPay, Maestro. */
const issuers =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35\d{14}|3(?:0[0-5]|[689]\d)\d{11}|62\d{14,17}|(?:50|5[6-8]|6[37])\d{10,17})$/

/** ISO/IEC 7812-1, annex B. */
export function luhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return digits.length > 0 && sum % 10 === 0 && !/^0+$/.test(digits)
}

/** ISO 13616: 97 divides it, the country moved behind and letters as numbers. */
export function isIban(text: string): boolean {
  const compact = text.replace(/ /g, '').toUpperCase()
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false
  const moved = compact.slice(4) + compact.slice(0, 4)
  return mod97(moved.replace(/[A-Z]/g, letter => String(letter.charCodeAt(0) - 55))) === 1
}

/** Of a number of any length. */
export function mod97(digits: string): number {
  let rest = 0
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97
  return rest
}

export function isIp(text: string): boolean {
  const address = text.replace(/\/\d{1,3}$/, '')
  const parts = address.split('.')
  if (parts.length === 4)
    return parts.every(part => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  // A time such as 10:30:00 has two colons, and an address that is shortened has `::`.
  if (!/^[0-9a-f:]+$/i.test(address)) return false
  const groups = address.split(':')
  const short = address.includes('::')
  return (
    groups.every(group => group.length <= 4) && (short ? groups.length > 2 : groups.length === 8)
  )
}

/** With its country: +49 30 1234567. */
export function isInternationalPhone(text: string): boolean {
  return /^(?:\+|00)[1-9][\d ()./-]{6,20}\d$/.test(text) && hasDigits(text, 8, 15)
}

/** As people write one where they live. Dates, times and decimal numbers are none. */
export function isPhone(text: string): boolean {
  if (isInternationalPhone(text)) return true
  if (/^\d{4}-\d\d?-\d\d?$|^\d\d?[./]\d\d?[./]\d{2,4}$/.test(text)) return false
  if (/^-?\d+\.\d+$/.test(text)) return false
  return /^[(\d][\d ()./-]{5,20}\d$/.test(text) && hasDigits(text, 7, 15)
}

function hasDigits(text: string, least: number, most: number): boolean {
  const count = text.replace(/\D/g, '').length
  return count >= least && count <= most
}

/** Keys, tokens and password verifiers that say themselves what they are. */
export function isSecret(text: string): boolean {
  return secrets.some(pattern => pattern.test(text))
}

const secrets: readonly RegExp[] = [
  // JSON Web Tokens, private keys.
  /^eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*$/,
  /^-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // AWS, GitHub, GitLab, Slack, Stripe, Google, npm, SendGrid.
  /^(?:AKIA|ASIA)[A-Z0-9]{16}$/,
  /^gh[pousr]_[A-Za-z0-9]{30,}$|^github_pat_\w{30,}$|^glpat-[\w-]{20,}$/,
  /^xox[abeoprs]-[\w-]{10,}$|^xapp-[\w-]{10,}$/,
  /^[sr]k_(?:live|test)_[A-Za-z0-9]{16,}$|^whsec_[A-Za-z0-9+/=]{16,}$/,
  /^AIza[\w-]{35}$|^ya29\.[\w-]{20,}$/,
  /^npm_[A-Za-z0-9]{36}$|^SG\.[\w-]{16,}\.[\w-]{16,}$/,
  // crypt(3) and its like, and what Postgres and MySQL keep.
  /^\$(?:2[abxy]|5|6|7|y|argon2(?:i|d|id)|scrypt|pbkdf2[\w-]*)\$[^\s]{10,}$/,
  /^SCRAM-SHA-(?:1|256)\$\d+:|^\*[0-9A-F]{40}$|^pbkdf2_sha\d+\$\d+\$/,
]

/** Letters of several kinds without words: what a generator makes. */
export function isRandom(text: string): boolean {
  if (text.length < 16 || /\s/.test(text)) return false
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let entropy = 0
  for (const count of counts.values()) {
    const share = count / text.length
    entropy -= share * Math.log2(share)
  }
  return entropy > 3
}

/** Something personal within a longer text. */
export function mentionsPerson(text: string): boolean {
  if (/[^\s@<>"',;:]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}\b/i.test(text)) return true
  const numbers = text.match(/(?:\+|\b)\d[\d ()./-]{6,22}\d\b/g) ?? []
  return numbers.some(number =>
    number.startsWith('+') ? isInternationalPhone(number) : isCard(number),
  )
}
