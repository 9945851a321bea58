/**
 * The journal's records as they are written: what is there by now, and at each further call what
 * came since. Reads a little at a time, so that whoever reads in the proxy's own process holds up
 * nobody's rows.
 */
import { open } from 'node:fs/promises'
import { headerBytes, type JournalRecord, parseRecord, recordMagic } from '../journal/record.ts'
import { listSegments, segmentPath } from '../journal/segment.ts'
import { readSessionKeys } from '../session-keys/session-keys.ts'

const pieceBytes = 256 * 1024

export class JournalTail {
  readonly #dir: string
  #segment: number
  #offset = 0

  /** From the first record of that segment on. */
  constructor(dir: string, segment: number) {
    this.#dir = dir
    this.#segment = segment
  }

  /** What there is now and was not given yet; ends where the file does. */
  async *read(): AsyncGenerator<readonly JournalRecord[]> {
    for (;;) {
      // Asked before reading: what a segment gets afterwards is there before the next one begins.
      const later = (await listSegments(this.#dir)).find(segment => segment > this.#segment)
      yield* this.#rest()
      if (later === undefined) return
      this.#segment = later
      this.#offset = 0
    }
  }

  async *#rest(): AsyncGenerator<readonly JournalRecord[]> {
    const file = await open(segmentPath(this.#dir, this.#segment)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    })
    if (file === undefined) return
    try {
      for (let wanted = pieceBytes; ; ) {
        const piece = Buffer.allocUnsafe(wanted)
        const { bytesRead } = await file.read(piece, 0, wanted, this.#offset)
        const { records, end } = wholeRecords(piece.subarray(0, bytesRead))
        this.#offset += end
        if (records.length > 0) yield records
        if (bytesRead < wanted) return
        // A record that is longer than the piece is read by itself.
        wanted = end > 0 ? pieceBytes : Math.max(pieceBytes * 2, lengthOf(piece))
      }
    } finally {
      await file.close()
    }
  }
}

/** The segment in which a session began; undefined when there is no such session. */
export async function segmentOfSession(dir: string, id: string): Promise<number | undefined> {
  for (const segment of (await listSegments(dir)).toReversed()) {
    if ((await readSessionKeys(dir, segment)).has(id)) return segment
  }
  return undefined
}

/** Damage ends it: what is behind it the verifier tells about. */
function wholeRecords(bytes: Buffer): { records: readonly JournalRecord[]; end: number } {
  const records: JournalRecord[] = []
  let end = 0
  while (end < bytes.length) {
    const record = parseRecord(bytes, end)
    if (!('hash' in record)) break
    records.push(record)
    end += record.bytes.length
  }
  return { records, end }
}

/** Of the record that begins here; no more than one can have. */
function lengthOf(bytes: Buffer): number {
  if (bytes.length < headerBytes || bytes.readUInt16BE(0) !== recordMagic) return 0
  return Math.min(bytes.readUInt32BE(4), recordBytesMax)
}

const recordBytesMax = 256 * 1024 * 1024
