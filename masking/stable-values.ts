/**
 * `hash` and `tokenize` for each type: values made from keyed digests, valid for the column's type.
 * A hash is keyed by its rule, so that columns under different rules cannot be linked. Tokens have
 * one key everywhere: equal values get equal tokens in every column, and a client can join by them.
 */
import type { ValueType } from '../protocols/protocol.ts'
import { bitsOf, integerHash, integerToken, smallSigned, smallUnsigned } from './integers.ts'
import { type IntegerPermutation, KeyedHash, type PermutationBits } from './keyed.ts'
import { fitText } from './redact.ts'
import { utcTimestamp } from './timestamps.ts'

type Apply = (value: string) => string

/** Undefined for types that have no value to spare: booleans, intervals, arrays, unknown types. */
export function hashed(type: ValueType, key: Buffer): Apply | undefined {
  const digest = new KeyedHash(key)
  switch (type.class) {
    case 'text':
      return value => fitText(digest.hex(significant(value, type)), type)
    case 'integer':
      return integerHash(type.name, digest)
    case 'decimal':
    case 'float':
      return type.name === 'money' ? undefined : v => numberOf(digest.hex(canonical(v)), type.name)
    case 'json':
      return value => `"${digest.hex(value)}"`
    case 'bytes':
      return value => bytesOf(digest.hex(value), type)
    default:
      return common(type, digest)
  }
}

export interface TokenKeys {
  readonly digest: Buffer
  /** Made when the first integer is tokenized: its tables take a megabyte. */
  permutation(bits: PermutationBits): IntegerPermutation
}

/** Undefined for the same types as `hashed`. */
export function tokenized(type: ValueType, keys: TokenKeys): Apply | undefined {
  const digest = new KeyedHash(keys.digest)
  switch (type.class) {
    case 'text':
      return value => textToken(digest.octets(significant(value, type)), type)
    case 'integer':
      return integerToken(type.name, digest, bits => keys.permutation(bits))
    case 'decimal':
    case 'float':
      return type.name === 'money' ? undefined : numberToken(type, digest, keys)
    case 'json':
      return value => `"${token(digest.octets(value))}"`
    case 'bytes':
      return value => bytesOf(digest.hex(value).slice(0, 32), type)
    default:
      return common(type, digest)
  }
}

function common(type: ValueType, digest: KeyedHash): Apply | undefined {
  switch (type.class) {
    case 'uuid':
      return value => uuidOf(digest.hex(value))
    case 'date':
      return value => dateOf(digest.hex(value))
    case 'time': {
      const zone = type.name === 'timetz' ? '+00' : ''
      return value => timeOf(digest.hex(value)) + zone
    }
    case 'timestamp':
      return value => timestampOf(digest.hex(value))
    case 'timestamptz':
      // The same instant is written differently in sessions of different time zones.
      return value => `${timestampOf(digest.hex(utcTimestamp(value) ?? value))}+00`
    default:
      return undefined
  }
}

/** The blanks that fill up a char(n) are not a part of its value. */
function significant(value: string, type: ValueType): string {
  return type.name === 'bpchar' ? value.replace(/ +$/, '') : value
}

/** `1.50` and `1.5` are the same number. */
function canonical(value: string): string {
  return /^-?\d+\.\d+$/.test(value) ? value.replace(/\.?0+$/, '') : value
}

// ── Values from digests ─────────────────────────────────────────────────────────────────────────

/** No longer than the type holds: MySQL's BINARY(16) often is a UUID. */
function bytesOf(hex: string, { lengthMax }: ValueType): string {
  return `\\x${lengthMax === undefined ? hex : hex.slice(0, 2 * lengthMax)}`
}

/** Exact in the type: a single float has 24 bits to tell integers apart, a double more than 31. */
function numberOf(hex: string, typeName: string): string {
  // Servers write a single float of seven or more digits with an exponent; stay below that.
  return String(SINGLE.has(typeName) ? bitsOf(hex, 31) % 1_000_000 : bitsOf(hex, 31))
}

const SINGLE: ReadonlySet<string> = new Set(['float4', 'float', 'float unsigned'])

/** Version 8 (RFC 9562 section 5.8): made by an application's own rule. */
function uuidOf(hex: string): string {
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const DAYS = 73_049 // 1900-01-01 to 2099-12-31
const FIRST_DAY_MS = Date.UTC(1900, 0, 1)
const DAY_MS = 86_400_000

function dateOf(hex: string): string {
  const day = Number.parseInt(hex.slice(0, 12), 16) % DAYS
  return new Date(FIRST_DAY_MS + day * DAY_MS).toISOString().slice(0, 10)
}

function timeOf(hex: string): string {
  const seconds = Number.parseInt(hex.slice(12, 24), 16) % 86_400
  return new Date(seconds * 1000).toISOString().slice(11, 19)
}

function timestampOf(hex: string): string {
  return `${dateOf(hex)} ${timeOf(hex)}`
}

// ── Tokens ──────────────────────────────────────────────────────────────────────────────────────

const PREFIX = 'tok_'
const TOKEN_LENGTH = 20
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
/** Two letters for each number of ten bits. */
const PAIRS = Array.from(BASE32).flatMap(a => Array.from(BASE32, b => a + b))

/** 80 bits: among a billion values, two share a token with a chance of one in two million. */
function token(octets: string): string {
  let text = PREFIX
  for (let i = 0; i < 10; i += 5) {
    const high = (octets.charCodeAt(i) << 12) | (octets.charCodeAt(i + 1) << 4)
    const middle = octets.charCodeAt(i + 2)
    const low = ((middle & 15) << 16) | (octets.charCodeAt(i + 3) << 8) | octets.charCodeAt(i + 4)
    text += pairs(high | (middle >>> 4)) + pairs(low)
  }
  return text
}

/** Four letters for twenty bits. */
function pairs(bits: number): string {
  return `${PAIRS[bits >>> 10]}${PAIRS[bits & 1023]}`
}

/** In a column too short for a token, the prefix goes first, since it tells nothing apart. */
function textToken(octets: string, type: ValueType): string {
  const whole = token(octets)
  const short = type.lengthMax !== undefined && type.lengthMax < TOKEN_LENGTH
  return fitText(short ? whole.slice(PREFIX.length) : whole, type)
}

/** Whole numbers get the tokens of integers. A declared precision may be exceeded. */
function numberToken({ name }: ValueType, digest: KeyedHash, keys: TokenKeys): Apply {
  if (SINGLE.has(name)) return value => numberOf(digest.hex(canonical(value)), name)
  const permutation = keys.permutation(32)
  const small = name.endsWith(' unsigned') ? smallUnsigned(permutation) : smallSigned(permutation)
  return value => {
    const number = canonical(value)
    return small(number) ?? numberOf(digest.hex(number), name)
  }
}
