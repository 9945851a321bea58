/**
 * MySQL frames. A payload of 16 MiB - 1 and more goes on in the frames that follow, up to the first
 * that is shorter, which may be empty; together they are one packet.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html
 *
 *   +------------------+----------+---------------+
 *   | length           | sequence | payload       |
 *   +------------------+----------+---------------+
 *     3, little-endian   1, wraps   length
 */
import { ProtocolError } from '../errors.ts'

export const headerBytes = 4

/** A frame of this length has another after it. */
export const framePayloadMax = 0xffffff

/** The length of the payload of the frame at `offset`; its header must be there. */
export function frameLength(bytes: Buffer, offset: number): number {
  // Once for each row: Buffer's own reading of three bytes takes twice as long.
  const low = bytes[offset] as number
  const middle = bytes[offset + 1] as number
  const high = bytes[offset + 2] as number
  return low | (middle << 8) | (high << 16)
}

export function frameSequence(bytes: Buffer, offset: number): number {
  return bytes.readUInt8(offset + 3)
}

export function nextSequence(sequence: number): number {
  return (sequence + 1) & 0xff
}

/**
 * How many bytes the packet at `offset` takes, headers included. When it is not all there: the
 * negative of how many from `offset` on are needed before asking again makes sense.
 */
export function packetExtent(bytes: Buffer, offset: number): number {
  let at = offset
  for (;;) {
    if (at + headerBytes > bytes.length) return offset - at - headerBytes
    const length = frameLength(bytes, at)
    at += headerBytes + length
    if (at > bytes.length) return offset - at
    if (length < framePayloadMax) return at - offset
  }
}

/** How many frames a packet of that extent has. */
export function framesOf(extent: number): number {
  return Math.floor((extent - headerBytes) / (headerBytes + framePayloadMax)) + 1
}

/**
 * Throws unless every frame of the whole packet has the number it must have. Returns the number
 * that the next frame, from either side, must have.
 */
export function checkSequence(
  bytes: Buffer,
  offset: number,
  extent: number,
  expected: number,
): number {
  let sequence = expected
  for (let at = offset; at < offset + extent; at += headerBytes + framePayloadMax) {
    const came = frameSequence(bytes, at)
    if (came !== sequence) throw new PacketsOutOfOrder(sequence, came)
    sequence = nextSequence(sequence)
  }
  return sequence
}

export class PacketsOutOfOrder extends ProtocolError {
  constructor(expected: number, came: number) {
    super(`packet number ${expected}`, String(came))
    this.name = 'PacketsOutOfOrder'
  }
}

/** The payload of a whole packet: shares memory when it is one frame, else a copy. */
export function packetPayload(bytes: Buffer, offset: number, extent: number): Buffer {
  const end = offset + extent
  if (extent < headerBytes + framePayloadMax) return bytes.subarray(offset + headerBytes, end)
  const pieces: Buffer[] = []
  for (let at = offset; at < end; at += headerBytes + framePayloadMax) {
    const length = frameLength(bytes, at)
    pieces.push(bytes.subarray(at + headerBytes, at + headerBytes + length))
  }
  return Buffer.concat(pieces)
}

export function encodeHeader(length: number, sequence: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes)
  header.writeUIntLE(length, 0, 3)
  header.writeUInt8(sequence, 3)
  return header
}

/** One packet in one buffer; the payload is copied. For the short ones that we make ourselves. */
export function encodePacket(sequence: number, payload: Buffer): Buffer {
  return Buffer.concat(framePackets(sequence, payload))
}

/** Headers and slices of the payload, in order; nothing is copied. */
export function framePackets(sequence: number, payload: Buffer): Buffer[] {
  const frames: Buffer[] = []
  let number = sequence
  for (let at = 0; ; at += framePayloadMax) {
    const length = Math.min(payload.length - at, framePayloadMax)
    frames.push(encodeHeader(length, number), payload.subarray(at, at + length))
    number = nextSequence(number)
    if (length < framePayloadMax) return frames
  }
}
