/**
 * The buffer that masked rows are written into. A call into the runtime costs more than the bytes
 * of a short value; those stay in JavaScript.
 */
import { isAscii } from 'node:buffer'
import type { AsciiMask } from '../protocol.ts'
import { framePayloadMax, frameSequence, headerBytes } from './framing.ts'
import { lenencSize, writeLenenc } from './values/codec.ts'

const SHORT_BYTES = 48
/** What an AsciiMask may write beyond the length of its value. */
const ASCII_ROOM = 8
const LENENC_BYTES_MAX = 9

export class Output {
  length = 0
  #bytes: Buffer

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity)
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.length)
  }

  uint8(value: number): void {
    this.#room(1)
    this.#bytes[this.length] = value
    this.length += 1
  }

  copy(from: Buffer, start: number, end: number): void {
    const length = end - start
    this.#room(length)
    const bytes = this.#bytes
    if (length > SHORT_BYTES) {
      from.copy(bytes, this.length, start, end)
    } else {
      let at = this.length
      for (let i = start; i < end; i += 1, at += 1) bytes[at] = from[i] ?? 0
    }
    this.length += length
  }

  /** A length-encoded string. */
  text(value: string): void {
    const { length } = value
    // A code unit takes three bytes at most.
    this.#room(LENENC_BYTES_MAX + length * 3)
    const bytes = this.#bytes
    const offset = this.length
    if (length <= SHORT_BYTES) {
      const written = writeShort(bytes, value, offset + 1)
      bytes[offset] = written
      this.length = offset + 1 + written
      return
    }
    const written = Buffer.byteLength(value)
    const start = offset + lenencSize(written)
    writeLenenc(bytes, written, offset)
    bytes.write(value, start)
    this.length = start + written
  }

  /** The masked value as a length-encoded string; false when the mask could not make it. */
  ascii(mask: AsciiMask, from: Buffer, start: number, end: number): boolean {
    const longest = end - start + ASCII_ROOM
    this.#room(LENENC_BYTES_MAX + longest)
    const bytes = this.#bytes
    const offset = this.length
    const guess = lenencSize(longest)
    const written = mask(from, start, end, bytes, offset + guess)
    if (written < 0) return false
    const size = lenencSize(written)
    if (size !== guess) bytes.copyWithin(offset + size, offset + guess, offset + guess + written)
    if (size === 1) bytes[offset] = written
    else writeLenenc(bytes, written, offset)
    this.length = offset + size + written
    return true
  }

  /** `bit` counts from the byte at `offset`. */
  flip(offset: number, bit: number): void {
    const at = offset + (bit >> 3)
    this.#bytes[at] = (this.#bytes[at] ?? 0) ^ (1 << (bit & 7))
  }

  patchLength(header: number, length: number): void {
    const bytes = this.#bytes
    bytes[header] = length
    bytes[header + 1] = length >>> 8
    bytes[header + 2] = length >>> 16
  }

  /** The number that the header was copied with, and `shift`. */
  patchSequence(header: number, shift: number): void {
    this.#bytes[header + 3] = (this.#bytes[header + 3] ?? 0) + shift
  }

  /**
   * The payload behind `header` is the last that was written: cuts it into as many frames as it
   * takes, numbered from that header's number on. Returns how many.
   */
  splitFrames(header: number, length: number): number {
    const more = Math.floor(length / framePayloadMax)
    this.#room(more * headerBytes)
    const bytes = this.#bytes
    const start = header + headerBytes
    const sequence = frameSequence(bytes, header)
    // From the last on, so that none is written over before it was moved.
    for (let i = more; i >= 0; i -= 1) {
      const from = start + i * framePayloadMax
      const size = i === more ? length - i * framePayloadMax : framePayloadMax
      const to = header + i * (headerBytes + framePayloadMax)
      if (i > 0) bytes.copyWithin(to + headerBytes, from, from + size)
      this.patchLength(to, size)
      bytes[to + 3] = sequence + i
    }
    this.length = start + length + more * headerBytes
    return more + 1
  }

  #room(needed: number): void {
    const total = this.length + needed
    if (total <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(total, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.length)
    this.#bytes = grown
  }
}

/** The bytes as text; latin1 is faster and the same for ASCII. */
export function textOf(bytes: Buffer, start: number, end: number): string {
  if (end - start > SHORT_BYTES) {
    const value = bytes.subarray(start, end)
    return isAscii(value) ? value.toString('latin1') : value.toString()
  }
  for (let i = start; i < end; i += 1)
    if ((bytes[i] ?? 0) >= 0x80) return bytes.toString('utf8', start, end)
  return bytes.toString('latin1', start, end)
}

function writeShort(to: Buffer, text: string, offset: number): number {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) return to.write(text, offset)
    to[offset + i] = unit
  }
  return text.length
}
