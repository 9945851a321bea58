/**
 * Looking for secret values in bytes: as they are, in upper case, reversed, in hex and base64, in
 * UTF-16 and behind masks' own signs. Every secret of the sample schema holds one of these.
 */

/** What every row's secrets have in common, in the forms that text and binary results have. */
const secrets: readonly { readonly name: string; readonly bytes: readonly Buffer[] }[] = [
  { name: 'email or prefs', bytes: forms('canary') },

  { name: 'phone', bytes: forms('15550000') },
  { name: 'ssn', bytes: forms('987-65-') },
  { name: 'balance', bytes: [...forms('77700'), Buffer.from([0x03, 0x09, 0x1b, 0x58])] },
  { name: 'score', bytes: [...forms('5550000000'), int8Prefix(555000000000n)] },
  { name: 'born', bytes: [...forms('1961-03-'), ...forms('1961-04-')] },
]

function forms(text: string): Buffer[] {
  const reversed = [...text].reverse().join('')
  const base64 = [0, 1, 2].map(pad => {
    const encoded = Buffer.from('x'.repeat(pad) + text).toString('base64')
    return encoded.slice(pad === 0 ? 0 : 4, Math.floor(((pad + text.length) * 4) / 3) - 1)
  })
  return [
    text,
    text.toUpperCase(),
    reversed,
    Buffer.from(text).toString('hex'),
    ...base64,
    [...text].join('\0'),
  ].map(each => Buffer.from(each))
}

/** The bytes that all scores share in binary. */
function int8Prefix(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes.subarray(0, 6)
}

/** Names of the secrets that the bytes show. */
export function leaksIn(bytes: Buffer): string[] {
  return secrets
    .filter(secret => secret.bytes.some(form => bytes.includes(form)))
    .map(secret => secret.name)
}
