/**
 * Keyed values: the same input gives the same output under the same key, and nothing can be said
 * about the input without the key. HMAC-SHA-256 (RFC 2104), keys by HKDF (RFC 5869).
 */
import { createCipheriv, hash, hkdfSync } from 'node:crypto'

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
const MESSAGE_BYTES_MAX = 4096

/** A 32-byte key for one purpose; keys of different purposes say nothing about each other. */
export function deriveKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, 'countersign masking', purpose, DIGEST_BYTES))
}

/**
 * HMAC-SHA-256 of texts, for a key of at most 64 bytes. Two one-shot hashes over
 * buffers that already hold the padded keys take half the time of a new Hmac object a value.
 */
export class KeyedHash {
  readonly #inner = Buffer.alloc(BLOCK_BYTES + MESSAGE_BYTES_MAX, 0x36)
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c)

  constructor(key: Buffer) {
    if (key.length > BLOCK_BYTES)
      throw new RangeError(`expected a key of up to ${BLOCK_BYTES} bytes`)
    key.forEach((byte, i) => {
      this.#inner.writeUInt8(byte ^ 0x36, i)
      this.#outer.writeUInt8(byte ^ 0x5c, i)
    })
  }

  hex(text: string): string {
    return this.#digest(text, 'hex')
  }

  /** The 32 bytes as characters 0 to 255, which are cheaper to take apart than hex digits. */
  octets(text: string): string {
    return this.#digest(text, 'binary')
  }

  #digest(text: string, encoding: 'hex' | 'binary'): string {
    this.#outer.write(hash('sha256', this.#message(text), 'binary'), BLOCK_BYTES, 'latin1')
    return hash('sha256', this.#outer, encoding)
  }

  /** The padded key and the text; valid until the next call. */
  #message(text: string): Buffer {
    // A code unit takes at most three bytes in UTF-8.
    if (text.length * 3 > MESSAGE_BYTES_MAX)
      return Buffer.concat([this.#inner.subarray(0, BLOCK_BYTES), Buffer.from(text)])
    const length = this.#inner.write(text, BLOCK_BYTES, 'utf8')
    return this.#inner.subarray(0, BLOCK_BYTES + length)
  }
}

const ROUNDS = 10

export type PermutationBits = 8 | 16 | 24 | 32

/**
 * A keyed permutation of all integers of so many bits: a balanced Feistel network whose round
 * functions are tables filled from AES-CTR. Unlike a hash cut to 32 bits it never gives two
 * customers the same token, so joins over tokens stay right.
 */
export class IntegerPermutation {
  readonly #halfBits: number
  readonly #mask: number
  readonly #tables: Uint16Array

  constructor(key: Buffer, bits: PermutationBits) {
    this.#halfBits = bits / 2
    this.#mask = (1 << this.#halfBits) - 1
    const zeros = Buffer.alloc(ROUNDS * (this.#mask + 1) * 2)
    const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(zeros)
    // Read byte by byte, so that the tables do not depend on the machine's byte order.
    this.#tables = Uint16Array.from({ length: stream.length / 2 }, (_, i) =>
      stream.readUInt16BE(i * 2),
    )
  }

  /** Takes an integer of the permutation's width, signed or not, and gives a signed one. */
  apply(value: number): number {
    const mask = this.#mask
    let left = (value >> this.#halfBits) & mask
    let right = value & mask
    for (let round = 0; round < ROUNDS; round += 1) {
      const mixed = left ^ ((this.#tables[round * (mask + 1) + right] ?? 0) & mask)
      left = right
      right = mixed
    }
    const unused = 32 - 2 * this.#halfBits
    return (((left << this.#halfBits) | right) << unused) >> unused
  }
}
