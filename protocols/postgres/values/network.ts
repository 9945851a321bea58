/** inet, cidr and hardware addresses. Source: network.c, inet_net_ntop.c, mac.c, mac8.c. */
import { isIPv4, isIPv6 } from 'node:net'
import type { Codec, Codecs } from './codec.ts'

export const network: Codecs = {
  inet: { decode: decodeNetwork, encode: text => encodeNetwork(text, 0) },
  cidr: { decode: decodeNetwork, encode: text => encodeNetwork(text, 1) },
  macaddr: hardware(6),
  macaddr8: hardware(8),
}

//  ┌────────┬──────┬─────────┬────────┬─────────┐
//  │ family │ bits │ is_cidr │ length │ address │   family: 2 for IPv4, 3 for IPv6
//  │ Byte1  │Byte1 │  Byte1  │ Byte1  │  4, 16  │
//  └────────┴──────┴─────────┴────────┴─────────┘

const IPV4 = 2
const IPV6 = 3

function decodeNetwork(bytes: Buffer): string | undefined {
  const [family, bits = 0, isCidr, length = 0] = bytes
  const address = bytes.subarray(4)
  const expected = family === IPV4 ? 4 : family === IPV6 ? 16 : -1
  if (length !== expected || address.length !== expected || bits > expected * 8) return undefined
  const text = family === IPV4 ? address.join('.') : ipv6Text(address)
  return isCidr === 1 || bits < expected * 8 ? `${text}/${bits}` : text
}

function encodeNetwork(text: string, isCidr: 0 | 1): Buffer | undefined {
  const match = /^([\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text)
  if (match === null) return undefined
  const [, host = '', bitsText] = match
  const address = isIPv4(host) ? host.split('.').map(Number) : ipv6Bytes(host)
  if (address === undefined) return undefined
  const bits = bitsText === undefined ? address.length * 8 : Number(bitsText)
  if (bits > address.length * 8) return undefined
  const family = address.length === 4 ? IPV4 : IPV6
  return Buffer.from([family, bits, isCidr, address.length, ...address])
}

/** The longest run of two or more zero words is left out; IPv4 within IPv6 keeps its dots. */
function ipv6Text(address: Buffer): string {
  const words = Array.from({ length: 8 }, (_, i) => address.readUInt16BE(i * 2))
  const run = longestZeros(words)
  const dotted = run.start === 0 && (run.length === 6 || (run.length === 5 && words[5] === 0xffff))
  const tail = dotted ? [address.subarray(12).join('.')] : hex(words.slice(6))
  const all = [...hex(words.slice(0, 6)), ...tail]
  if (run.length < 2) return all.join(':')
  return `${all.slice(0, run.start).join(':')}::${all.slice(run.start + run.length).join(':')}`
}

function hex(words: readonly number[]): string[] {
  return words.map(word => word.toString(16))
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  words.forEach((word, i) => {
    if (word !== 0) start = i + 1
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start }
  })
  return best
}

function ipv6Bytes(host: string): number[] | undefined {
  if (!isIPv6(host)) return undefined
  const hexOnly = host.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map(n => n.toString(16)).join(':'),
  )
  const [head = '', tail] = hexOnly.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  return [...front, ...zeros, ...back].flatMap(word => {
    const value = Number.parseInt(word, 16)
    return [value >> 8, value & 255]
  })
}

function hardware(length: 6 | 8): Codec {
  const pattern = new RegExp(`^[\\da-f]{2}(?::[\\da-f]{2}){${length - 1}}$`, 'i')
  return {
    decode: bytes =>
      bytes.length === length ? bytes.toString('hex').replace(/\B(?=(?:..)+$)/g, ':') : undefined,
    encode: text => (pattern.test(text) ? Buffer.from(text.replaceAll(':', ''), 'hex') : undefined),
  }
}
