/** A column's mask, made ready for one wire format: constants are encoded once, not for each row. */
import type { AsciiMask, CellMask } from '../protocol.ts'
import {
  type Codec,
  decodeBinary,
  decodeText,
  encodeBinary,
  encodeText,
  lenencString,
  Width,
} from './values/codec.ts'

/** `null` is NULL; a Buffer is the whole value; a function makes the value of each cell. */
export type Cell = null | Buffer | TextCell | CodedCell

/** A length-encoded string in UTF-8. */
export interface TextCell {
  readonly as: 'text'
  readonly apply: (value: string) => string | null
  readonly ascii: AsciiMask | undefined
}

export interface CodedCell {
  readonly as: 'coded'
  /** Takes a value without its length, gives it with its length; null is NULL. */
  readonly apply: (value: Buffer) => Buffer | null
}

export function compileCell(mask: CellMask, codec: Codec, binary: boolean): Cell {
  const encode = binary ? encodeBinary : encodeLenenc
  const fallback = codec.fallback === null ? null : (encode(codec, codec.fallback) ?? null)
  if (mask.kind === 'constant')
    return mask.value === null ? null : (encode(codec, mask.value) ?? fallback)
  const string = !binary || codec.width === Width.lenenc
  if (string && codec.charset === 'utf8') return textCell(mask, codec)
  const decode = binary ? decodeBinary : decodeText
  return {
    as: 'coded',
    // What is no value of the type becomes the fallback: it can neither be masked nor shown.
    apply: bytes => {
      const value = decode(codec, bytes)
      if (value === undefined) return fallback
      const masked = mask.apply(value)
      return masked === null ? null : (encode(codec, masked) ?? fallback)
    },
  }
}

function textCell(mask: CellMask & { kind: 'value' }, codec: Codec): TextCell {
  const { read, write, fallback } = codec
  const written = fallback === null ? null : (write?.(fallback) ?? fallback)
  if (write === undefined)
    return { as: 'text', apply: value => mask.apply(value), ascii: mask.ascii }
  return {
    as: 'text',
    apply: value => {
      const masked = mask.apply(read === undefined ? value : read(value))
      return masked === null ? null : (write(masked) ?? written)
    },
    ascii: undefined,
  }
}

function encodeLenenc(codec: Codec, text: string): Buffer | undefined {
  const bytes = encodeText(codec, text)
  return bytes === undefined ? undefined : lenencString(bytes)
}
