/**
 * One record of the journal: the only thing that a segment file is made of. Big-endian.
 *
 *  0        2         3      4        8         12        16        20        24      32            36
 * ┌────────┬─────────┬──────┬────────┬─────────┬─────────┬─────────┬─────────┬───────┬─────────────┬───────┐
 * │ magic  │ version │ kind │ length │ segment │ session │ counter │ stretch │ time  │ clearLength │ flags │
 * │ uint16 │ uint8   │ uint8│ uint32 │ uint32  │ uint32  │ uint32  │ uint32  │ uint64│ uint32      │ uint32│
 * └────────┴─────────┴──────┴────────┴─────────┴─────────┴─────────┴─────────┴───────┴─────────────┴───────┘
 *  40                72               104           104 + clearLength
 * ┌─────────────────┬────────────────┬─────────────┬─────────────┬─────────┬───────┐
 * │ previousSession │ previousRecord │ clear       │ sealed      │ tag     │ check │
 * │ 32 bytes        │ 32 bytes       │ JSON, UTF-8 │ AES-256-GCM │ 0 or 16 │ 8     │
 * └─────────────────┴────────────────┴─────────────┴─────────────┴─────────┴───────┘
 *
 * A record's hash is the SHA-256 of all of it before `check`; `check` is the hash's first 8 bytes,
 * so that the last record of a file can be told from a torn one. `previousSession` is the hash of
 * the record before it in its session (zeros in the first), `previousRecord` that of the record
 * before it in the file (in a segment's first record: of the previous segment's end). A record
 * therefore stands in two chains for the price of one hash: neither it nor its session can be taken
 * out. `length` counts everything from magic to check. `time` is in microseconds since 1970.
 *
 * Session 0 is the journal itself; its chain begins anew in every segment. What `stretch` and
 * `tag` mean is told in crypt.ts.
 */
import { hash } from 'node:crypto'

export const RecordKind = {
  SegmentStart: 1,
  Session: 2,
  /** Something that happened to the journal: recovered, storage is low, a rule file changed. */
  Note: 3,
  /** How far every session has come: what a signature covers. */
  Head: 4,
  /** A head that closes the segment. */
  SegmentEnd: 5,
  /** Over the hash of the head or end that it names. */
  Signature: 6,
} as const
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind]

export const RecordFlag = {
  /** A stretch of the session's cipher begins here. */
  StretchStart: 1,
  /** It ends here: the record has a tag. */
  StretchEnd: 2,
  /** What is sealed was compressed before: see compress.ts. */
  Compressed: 4,
} as const

export const recordMagic = 0xc516
export const recordVersion = 1
export const headerBytes = 104
export const checkBytes = 8
export const tagBytes = 16
export const noHash: Buffer = Buffer.alloc(32)

export interface JournalRecord {
  readonly kind: RecordKind
  readonly segment: number
  readonly session: number
  readonly counter: number
  readonly stretch: number
  readonly timeUs: number
  readonly flags: number
  readonly previousSession: Buffer
  readonly previousRecord: Buffer
  readonly clear: Buffer
  readonly sealed: Buffer
  /** Empty unless the record ends a stretch. */
  readonly tag: Buffer
  readonly hash: Buffer
  /** Whether the record before it, in its session or in its file, has this hash. */
  follows(hash: Buffer, chain: 'session' | 'record'): boolean
  /** Header to check. Shares memory with what it was parsed from, as all the above do. */
  readonly bytes: Buffer
}

/** `cut`: the bytes end before the record does. `damaged`: they are not a record. */
export type Unparsed = { readonly cut: string } | { readonly damaged: string }

export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer')
}

/** Reads the record at `offset`; checks its lengths and its own hash, and nothing about chains. */
export function parseRecord(bytes: Buffer, offset: number): JournalRecord | Unparsed {
  const left = bytes.length - offset
  if (left < headerBytes + checkBytes) return { cut: `${left} bytes are too few for a record` }
  if (bytes.readUInt16BE(offset) !== recordMagic) return { damaged: 'no record begins here' }
  if (bytes[offset + 2] !== recordVersion) return { damaged: 'a version that is not known' }
  const length = bytes.readUInt32BE(offset + 4)
  const clearLength = bytes.readUInt32BE(offset + 32)
  const flags = bytes.readUInt32BE(offset + 36)
  const tagLength = (flags & RecordFlag.StretchEnd) === 0 ? 0 : tagBytes
  if (length < headerBytes + clearLength + tagLength + checkBytes) {
    return { damaged: 'the lengths do not agree' }
  }
  if (length > left) return { cut: `a record of ${length} bytes has only ${left}` }
  const record = bytes.subarray(offset, offset + length)
  const checkAt = length - checkBytes
  const digest = sha256(record.subarray(0, checkAt))
  if (record.compare(digest, 0, checkBytes, checkAt) !== 0) {
    return { damaged: 'the content does not have the hash that is written behind it' }
  }
  return new StoredRecord(record, digest)
}

/** Reads its fields when they are asked for: a verifier of millions asks for few. */
class StoredRecord implements JournalRecord {
  readonly bytes: Buffer
  readonly hash: Buffer

  constructor(bytes: Buffer, hash: Buffer) {
    this.bytes = bytes
    this.hash = hash
  }

  get kind(): RecordKind {
    return this.bytes.readUInt8(3) as RecordKind
  }

  get segment(): number {
    return this.bytes.readUInt32BE(8)
  }

  get session(): number {
    return this.bytes.readUInt32BE(12)
  }

  get counter(): number {
    return this.bytes.readUInt32BE(16)
  }

  get stretch(): number {
    return this.bytes.readUInt32BE(20)
  }

  get timeUs(): number {
    return this.bytes.readUInt32BE(24) * 0x1_0000_0000 + this.bytes.readUInt32BE(28)
  }

  get flags(): number {
    return this.bytes.readUInt32BE(36)
  }

  get previousSession(): Buffer {
    return this.bytes.subarray(40, 72)
  }

  get previousRecord(): Buffer {
    return this.bytes.subarray(72, 104)
  }

  get clear(): Buffer {
    return this.bytes.subarray(headerBytes, this.#clearEnd)
  }

  get sealed(): Buffer {
    return this.bytes.subarray(this.#clearEnd, this.#sealedEnd)
  }

  get tag(): Buffer {
    return this.bytes.subarray(this.#sealedEnd, this.bytes.length - checkBytes)
  }

  follows(hash: Buffer, chain: 'session' | 'record'): boolean {
    const at = chain === 'session' ? 40 : 72
    return this.bytes.compare(hash, 0, 32, at, at + 32) === 0
  }

  get #clearEnd(): number {
    return headerBytes + this.bytes.readUInt32BE(32)
  }

  get #sealedEnd(): number {
    const tagged = (this.flags & RecordFlag.StretchEnd) !== 0
    return this.bytes.length - checkBytes - (tagged ? tagBytes : 0)
  }
}

/** What a record is made of, before it has a place in a file. */
export interface RecordDraft {
  readonly kind: RecordKind
  readonly session: number
  readonly counter: number
  readonly stretch: number
  readonly flags: number
  readonly timeUs: number
  readonly previousSession: Buffer
  readonly clear: string
  readonly sealed: Buffer | undefined
  readonly tag: Buffer | undefined
}

/** The most that a draft can need. */
export function recordBytesMax(draft: RecordDraft): number {
  const clear = draft.clear.length * 3
  return headerBytes + clear + (draft.sealed?.length ?? 0) + tagBytes + checkBytes
}

/** Writes a record at `offset` of a buffer that has the room. Returns its length and its hash. */
export function writeRecord(
  out: Buffer,
  offset: number,
  draft: RecordDraft,
  segment: number,
  previousRecord: Buffer,
): { readonly length: number; readonly hash: Buffer } {
  const clearLength = out.write(draft.clear, offset + headerBytes, 'utf8')
  let end = offset + headerBytes + clearLength
  if (draft.sealed !== undefined) {
    out.set(draft.sealed, end)
    end += draft.sealed.length
  }
  if (draft.tag !== undefined) {
    out.set(draft.tag, end)
    end += draft.tag.length
  }
  const timeHigh = Math.floor(draft.timeUs / 0x1_0000_0000)
  out.writeUInt16BE(recordMagic, offset)
  out[offset + 2] = recordVersion
  out[offset + 3] = draft.kind
  out.writeUInt32BE(end + checkBytes - offset, offset + 4)
  out.writeUInt32BE(segment, offset + 8)
  out.writeUInt32BE(draft.session, offset + 12)
  out.writeUInt32BE(draft.counter, offset + 16)
  out.writeUInt32BE(draft.stretch, offset + 20)
  out.writeUInt32BE(timeHigh, offset + 24)
  out.writeUInt32BE(draft.timeUs - timeHigh * 0x1_0000_0000, offset + 28)
  out.writeUInt32BE(clearLength, offset + 32)
  out.writeUInt32BE(draft.flags, offset + 36)
  out.set(draft.previousSession, offset + 40)
  out.set(previousRecord, offset + 72)
  const digest = sha256(out.subarray(offset, end))
  digest.copy(out, end, 0, checkBytes)
  return { length: end + checkBytes - offset, hash: digest }
}
