/**
 * What an earlier run left behind. A segment without its signed end is read to its last whole
 * record; what follows is set aside in a file of its own, a note says so, and the segment is ended
 * and signed. Nothing is thrown away, and a cut is never silent.
 */
import { open, rename, writeFile } from 'node:fs/promises'
import type { Keys } from '../../keys/keys.ts'
import type { Log } from '../events.ts'
import {
  clearOf,
  type HeadSignature,
  headContent,
  headOf,
  type SessionHead,
  signHead,
} from './chain.ts'
import { readEntries } from './clear.ts'
import {
  type JournalRecord,
  noHash,
  parseRecord,
  type RecordDraft,
  RecordKind,
  recordBytesMax,
  recordMagic,
  writeRecord,
} from './record.ts'
import {
  listSegments,
  type RecoveredNote,
  readSegment,
  type SegmentContent,
  type SegmentStart,
  segmentPath,
  segmentState,
} from './segment.ts'

/** Where the next run begins. */
export interface Continuation {
  readonly segment: number
  readonly previousEnd: Buffer
  readonly nextSession: number
  /** Signatures made now, for `heads.ndjson`. */
  readonly signatures: readonly HeadSignature[]
}

export async function recover(
  dir: string,
  keys: Keys,
  log: Log | undefined,
): Promise<Continuation> {
  const segments = [...(await listSegments(dir))]
  const signatures: HeadSignature[] = []
  let next: Omit<Continuation, 'signatures'> | undefined
  // The last one may be open; the one before it may wait for its signature.
  for (const segment of segments.reverse()) {
    const content = await readSegment(dir, segment)
    if (content.records.length === 0) {
      // Its first record never reached the file: the number is used again.
      if (content.rest !== undefined) await setAside(dir, segment, content, log)
      await rename(segmentPath(dir, segment), `${segmentPath(dir, segment)}.empty`)
      continue
    }
    const state = segmentState(content)
    const closed = state === 'signed' ? undefined : await close(dir, segment, content, keys, log)
    if (closed !== undefined) signatures.push(closed.signature)
    next ??= {
      segment: segment + 1,
      previousEnd: closed?.end ?? endHash(content),
      nextSession: closed?.nextSession ?? endOf(content)?.nextSession ?? 1,
    }
    if (state === 'signed') break
  }
  return { ...(next ?? { segment: 1, previousEnd: noHash, nextSession: 1 }), signatures }
}

interface Closed {
  readonly end: Buffer
  readonly nextSession: number
  readonly signature: HeadSignature
}

async function close(
  dir: string,
  segment: number,
  content: SegmentContent,
  keys: Keys,
  log: Log | undefined,
): Promise<Closed> {
  const heads = sessionHeads(content.records)
  const first = content.records[0]
  const start = first && clearOf<SegmentStart>(first, 'segment')
  const numbers = content.records.map(record => record.session)
  const nextSession =
    endOf(content)?.nextSession ?? Math.max(start?.firstSession ?? 1, ...maxima(numbers))
  if (content.rest !== undefined) await setAside(dir, segment, content, log)

  const writer = new TailWriter(segment, content)
  if (endOf(content) === undefined) {
    writer.append(RecordKind.Note, recoveredNote(content))
    const end = headContent('end', writer.records, heads.values(), nextSession, 'recovered')
    writer.append(RecordKind.SegmentEnd, end)
  }
  const end = endOf(content) === undefined ? writer.previousRecord : endHash(content)
  const signature = await signHead(keys, segment, 'end', end)
  writer.append(RecordKind.Signature, signature)

  const file = await open(segmentPath(dir, segment), 'r+')
  try {
    await file.truncate(content.end)
    const bytes = writer.bytes
    await file.write(bytes, 0, bytes.length, content.end)
    await file.sync()
  } finally {
    await file.close()
  }
  log?.warn({ segment, bytesCut: content.rest?.bytes ?? 0 }, 'the journal was cut off; recovered')
  return { end, nextSession, signature }
}

function recoveredNote(content: SegmentContent): RecoveredNote {
  const rest = content.rest
  return {
    type: 'recovered',
    at: new Date().toISOString(),
    bytesSetAside: rest?.bytes ?? 0,
    why: rest === undefined ? undefined : 'cut' in rest ? rest.cut : rest.damaged,
    // A torn write has nothing whole behind it. When something is, the file was damaged inside.
    damaged: rest !== undefined && wholeRecordBehind(content),
    openSessions: openSessions(content.records),
  }
}

const setAsideBytes = new WeakMap<SegmentContent, Buffer>()

async function setAside(
  dir: string,
  segment: number,
  content: SegmentContent,
  log: Log | undefined,
): Promise<void> {
  const file = await open(segmentPath(dir, segment), 'r')
  try {
    const rest = Buffer.alloc(content.rest?.bytes ?? 0)
    await file.read(rest, 0, rest.length, content.end)
    setAsideBytes.set(content, rest)
    const path = `${segmentPath(dir, segment)}.${Date.now()}.cut`
    await writeFile(path, rest, { mode: 0o600, flush: true })
    log?.warn({ segment, bytes: rest.length, path }, 'bytes after the last whole record set aside')
  } finally {
    await file.close()
  }
}

function wholeRecordBehind(content: SegmentContent): boolean {
  const rest = setAsideBytes.get(content) ?? Buffer.alloc(0)
  const magic = Buffer.alloc(2)
  magic.writeUInt16BE(recordMagic)
  for (let at = rest.indexOf(magic, 1); at >= 0; at = rest.indexOf(magic, at + 1)) {
    if ('hash' in parseRecord(rest, at)) return true
  }
  return false
}

function sessionHeads(records: readonly JournalRecord[]): ReadonlyMap<number, SessionHead> {
  const heads = new Map<number, SessionHead>()
  for (const record of records) {
    if (record.session === 0) continue
    const { session: number, counter, hash } = record
    heads.set(number, { number, count: counter + 1, hash })
  }
  return heads
}

/** Ids of the sessions in these records that have no end. */
function openSessions(records: readonly JournalRecord[]): readonly string[] {
  const open = new Map<number, string>()
  for (const record of records) {
    if (record.kind !== RecordKind.Session) continue
    for (const entry of readEntries(record.clear)) {
      if (entry.type === 'session') open.set(record.session, entry.id)
      if (entry.type === 'session.end') open.delete(record.session)
    }
  }
  return [...open.values()]
}

function maxima(numbers: readonly number[]): readonly number[] {
  return [numbers.reduce((most, number) => Math.max(most, number + 1), 1)]
}

function endOf(content: SegmentContent): ReturnType<typeof headOf> {
  const end = content.records.findLast(record => record.kind === RecordKind.SegmentEnd)
  return end && headOf(end)
}

function endHash(content: SegmentContent): Buffer {
  const end = content.records.findLast(record => record.kind === RecordKind.SegmentEnd)
  return end?.hash ?? noHash
}

/** Builds the records that close a segment, chained on to the last that is there. */
class TailWriter {
  previousRecord: Buffer
  records: number
  readonly #segment: number
  #counter: number
  #previousSession: Buffer
  #parts: Buffer[] = []

  constructor(segment: number, content: SegmentContent) {
    const own = content.records.findLast(record => record.session === 0)
    this.#segment = segment
    this.records = content.records.length
    this.previousRecord = content.records.at(-1)?.hash ?? noHash
    this.#counter = own === undefined ? 0 : own.counter + 1
    this.#previousSession = own?.hash ?? noHash
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts)
  }

  append(kind: RecordKind, clear: object): void {
    const draft: RecordDraft = {
      kind,
      session: 0,
      counter: this.#counter,
      stretch: 0,
      flags: 0,
      timeUs: Date.now() * 1000,
      previousSession: this.#previousSession,
      clear: JSON.stringify(clear),
      sealed: undefined,
      tag: undefined,
    }
    const bytes = Buffer.alloc(recordBytesMax(draft))
    const { length, hash } = writeRecord(bytes, 0, draft, this.#segment, this.previousRecord)
    this.#parts.push(bytes.subarray(0, length))
    this.#counter += 1
    this.records += 1
    this.#previousSession = hash
    this.previousRecord = hash
  }
}
