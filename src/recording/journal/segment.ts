/**
 * Segment files: `journal/00000001.seg`, one after the other. Beside each lies `00000001.keys`, the
 * wrapped keys of the sessions that began in it, a line each; it is kept apart because it is the one
 * thing that may be taken away: a session without its key is erased.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type JournalRecord, parseRecord, RecordKind, type Unparsed } from './record.ts'

/** The clear part of a segment's first record. */
export interface SegmentStart {
  readonly type: 'segment'
  /** Which journal it belongs to, one id a data directory. */
  readonly journal: string
  /** The process that wrote it, one id a start. */
  readonly run: string
  readonly host: string
  readonly firstSession: number
  /** Fingerprint of the key that will sign it. */
  readonly key: string
}

/** A note's clear part. */
export interface JournalNote {
  readonly type: string
  readonly [field: string]: unknown
}

/** What `recover` notes in the segment that it closes. */
export interface RecoveredNote {
  readonly type: 'recovered'
  readonly at: string
  readonly bytesSetAside: number
  readonly why: string | undefined
  /** Whole records were behind the first damage: no torn write leaves that. */
  readonly damaged: boolean
  /** Ids of the sessions that had no end in it. */
  readonly openSessions: readonly string[]
}

export function segmentPath(dir: string, segment: number): string {
  return join(dir, `${String(segment).padStart(8, '0')}.seg`)
}

export function keysPath(dir: string, segment: number): string {
  return join(dir, `${String(segment).padStart(8, '0')}.keys`)
}

export function journalIdPath(dir: string): string {
  return join(dir, 'id')
}

export function headsPath(dir: string): string {
  return join(dir, 'heads.ndjson')
}

/** Numbers of the segments that are there, in order. Empty when the folder is absent. */
export async function listSegments(dir: string): Promise<readonly number[]> {
  try {
    const names = await readdir(dir)
    return names
      .map(name => /^(\d{8,})\.seg$/.exec(name)?.[1])
      .filter(digits => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export interface SegmentContent {
  readonly records: readonly JournalRecord[]
  /** Where the last whole record ends. */
  readonly end: number
  /** What follows it, if anything does. */
  readonly rest: (Unparsed & { readonly bytes: number }) | undefined
}

/** A segment is read whole: its size is bounded by rotation. */
export async function readSegment(dir: string, segment: number): Promise<SegmentContent> {
  return parseSegment(await readFile(segmentPath(dir, segment)))
}

export function parseSegment(bytes: Buffer): SegmentContent {
  const records: JournalRecord[] = []
  let end = 0
  while (end < bytes.length) {
    const record = parseRecord(bytes, end)
    if (!('hash' in record)) {
      return { records, end, rest: { ...record, bytes: bytes.length - end } }
    }
    records.push(record)
    end += record.bytes.length
  }
  return { records, end, rest: undefined }
}

/** `open`: still written, or cut off. `ended`: has its end, not yet the signature over it. */
export function segmentState(content: SegmentContent): 'open' | 'ended' | 'signed' {
  if (content.rest !== undefined) return 'open'
  const last = content.records.at(-1)
  if (last?.kind === RecordKind.SegmentEnd) return 'ended'
  const ended = content.records.at(-2)?.kind === RecordKind.SegmentEnd
  return ended && last?.kind === RecordKind.Signature ? 'signed' : 'open'
}
