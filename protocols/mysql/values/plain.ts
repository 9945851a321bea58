/**
 * Types that are length-encoded strings in both kinds of rows: texts, bytes, and what MySQL and
 * MariaDB write as one of the two.
 */
import { type Codec, Width } from './codec.ts'

type Charset = Codec['charset']

export function textCodec(charset: Charset, fallback: string | null = null): Codec {
  return { width: Width.lenenc, charset, fallback }
}

export const bytesCodec: Codec = { width: Width.lenenc, charset: 'bytes', fallback: '\\x' }

/** GEOMETRY, VECTOR, and texts of a character set that we do not read: shown whole or as NULL. */
export const opaqueCodec: Codec = { width: Width.lenenc, charset: 'bytes', fallback: null }

export const nullCodec: Codec = {
  width: Width.absent,
  charset: 'utf8',
  write: () => undefined,
  fallback: null,
}

export const unknownCodec: Codec = { ...opaqueCodec, width: Width.unknown }

/** BIT(n) is sent whole, the highest byte first. */
export function bitCodec(bits: number): Codec {
  const bytes = Math.max(1, Math.ceil(bits / 8))
  return {
    width: Width.lenenc,
    charset: 'bytes',
    write: text => {
      if (text.length !== 2 + 2 * bytes || !/^\\x[\da-f]+$/i.test(text)) return undefined
      return BigInt(`0x${text.slice(2)}`) >> BigInt(bits) === 0n ? text : undefined
    },
    fallback: zeroBits(bits),
  }
}

export function zeroBits(bits: number): string {
  return `\\x${'00'.repeat(Math.max(1, Math.ceil(bits / 8)))}`
}

export const uuidCodec: Codec = {
  width: Width.lenenc,
  charset: 'utf8',
  write: text =>
    /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text) ? text : undefined,
  fallback: '00000000-0000-0000-0000-000000000000',
}
