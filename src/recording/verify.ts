/**
 * The auditor's tool: reads a journal's files and says everything that is not as it was written.
 * Needs the public key only. With the keys it also opens every session, which checks the tags of
 * its stretches; without, the chains and signatures alone speak.
 *
 * What it can say, and what it cannot: records before a signed head cannot be changed without the
 * signing key. Records after the last signature (at most the recorder's head interval) are guarded
 * by the chain against accidents, and by the session's key against whoever has none.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Keys } from '../keys/keys.ts'
import { clearOf, type HeadContent, type HeadSignature, headOf, verifyHead } from './chain.ts'
import { readEntries, type SessionEntry } from './clear.ts'
import { lockHolder } from './lock.ts'
import { sessionOf, wrappedKeys } from './reader.ts'
import { type JournalRecord, noHash, parseRecord, RecordKind, recordMagic } from './record.ts'
import {
  headsPath,
  listSegments,
  parseSegment,
  type RecoveredNote,
  type SegmentContent,
  segmentPath,
  segmentState,
} from './segment.ts'
import { Unsealer, unwrapSession } from './unseal.ts'

/** Something is not as it was written. */
export interface Finding {
  readonly what: string
  readonly segment?: number
  readonly sessionId?: string
  /** A session's record, counted from 0. */
  readonly record?: number
}

export interface VerifiedSession {
  readonly id: string
  readonly user: string
  readonly records: number
  /** Of these, how many a valid signature covers. */
  readonly signed: number
  readonly ended: boolean
  /** Its key was deleted: it is there, and nobody can read it. */
  readonly erased: boolean
}

export interface VerifyReport {
  readonly findings: readonly Finding[]
  /** True, and worth knowing: cuts that were recovered, segments still being written. */
  readonly notes: readonly string[]
  readonly sessions: readonly VerifiedSession[]
  readonly segments: number
  readonly records: number
}

export interface VerifyOptions {
  /** The folder with the segments. */
  readonly dir: string
  /** SPKI, PEM. From a place that whoever altered the journal could not alter. */
  readonly publicKey: string
  readonly keys?: Keys
}

export async function verifyJournal(options: VerifyOptions): Promise<VerifyReport> {
  const verifier = new Verifier(options, (await lockHolder(options.dir)) !== undefined)
  for (const segment of await listSegments(options.dir)) await verifier.segment(segment)
  await verifier.heads()
  return verifier.report()
}

interface SessionTrack {
  readonly number: number
  entry: SessionEntry | undefined
  count: number
  hash: Buffer
  signed: number
  ended: boolean
  erased: boolean
  unsealer: Unsealer | undefined
}

class Verifier {
  readonly #options: VerifyOptions
  readonly #written: boolean
  readonly #findings: Finding[] = []
  readonly #notes: string[] = []
  readonly #sessions = new Map<number, SessionTrack>()
  /** By segment: hashes of heads and ends that are there. */
  readonly #heads = new Map<number, Map<string, HeadContent>>()
  #records = 0
  #expected = 1
  #previousEnd: Buffer | undefined = noHash
  #lastEnd: HeadContent | undefined

  constructor(options: VerifyOptions, written: boolean) {
    this.#options = options
    this.#written = written
  }

  async segment(segment: number): Promise<void> {
    for (; this.#expected < segment; this.#expected += 1) {
      this.#find({ what: 'the segment is missing', segment: this.#expected })
      this.#previousEnd = undefined
    }
    this.#expected = segment + 1
    const bytes = await readFile(segmentPath(this.#options.dir, segment))
    const content = parseSegment(bytes)
    const last = (await listSegments(this.#options.dir)).at(-1) === segment
    this.#rest(segment, content, bytes, last)
    await this.#chain(segment, content.records)
    this.#close(segment, content, last)
  }

  async heads(): Promise<void> {
    const path = headsPath(this.#options.dir)
    const lines = (await readIfThere(path)).split('\n')
    if (lines.pop() !== '') this.#find({ what: 'heads.ndjson does not end with a line' })
    for (const line of lines) {
      const head = parseHead(line)
      if (head === undefined || !verifyHead(this.#options.publicKey, head)) {
        this.#find({ what: 'heads.ndjson has a line that was not signed by this key' })
      } else if (!this.#heads.has(head.segment)) {
        this.#find({ what: 'a head was signed in it, and it is missing', segment: head.segment })
      } else if (!this.#heads.get(head.segment)?.has(head.hash)) {
        this.#find({ what: 'a head that was signed is not in it', segment: head.segment })
      } else {
        this.#sign(head)
      }
    }
    if (this.#lastEnd?.reason === 'rotated') {
      this.#find({
        what: 'the segment is missing: the one before it was continued',
        segment: this.#expected,
      })
    }
  }

  report(): VerifyReport {
    const sessions = [...this.#sessions.values()].map(track => {
      if (track.unsealer !== undefined) this.#unsealed(track)
      return {
        id: track.entry?.id ?? `number ${track.number}`,
        user: track.entry?.user ?? '',
        records: track.count,
        signed: track.signed,
        ended: track.ended,
        erased: track.erased,
      }
    })
    return {
      findings: this.#findings,
      notes: this.#notes,
      sessions,
      segments: this.#heads.size,
      records: this.#records,
    }
  }

  /** What follows the last whole record. */
  #rest(segment: number, content: SegmentContent, bytes: Buffer, last: boolean): void {
    const { rest, end } = content
    if (rest === undefined) return
    const why = 'cut' in rest ? rest.cut : rest.damaged
    const torn = 'cut' in rest && !wholeRecordIn(bytes.subarray(end + 1))
    if (last && torn && this.#written) {
      this.#notes.push(`segment ${segment} is being written`)
      return
    }
    this.#find({ what: `damaged after byte ${end}: ${why}`, segment })
  }

  async #chain(segment: number, records: readonly JournalRecord[]): Promise<void> {
    const own: SessionTrack = newTrack(0)
    const heads = new Map<string, HeadContent>()
    const here = new Set<SessionTrack>()
    this.#heads.set(segment, heads)
    let previous = this.#previousEnd
    let ended = false
    for (const [index, record] of records.entries()) {
      this.#records += 1
      const at = { segment, record: index }
      if (record.segment !== segment) this.#find({ what: 'a record of another segment', ...at })
      if (previous !== undefined && !record.previousRecord.equals(previous)) {
        this.#find({ what: 'a record before this one was removed, added or altered', ...at })
      }
      previous = record.hash
      if ((index === 0) !== (record.kind === RecordKind.SegmentStart)) {
        this.#find({ what: 'the segment does not begin where it should', ...at })
      }
      if (ended && record.kind !== RecordKind.Signature) {
        this.#find({ what: 'a record behind the end', ...at })
      }
      if (record.session === 0) {
        this.#link(own, record, segment)
        this.#journalRecord(record, segment, index, heads, here)
        ended ||= record.kind === RecordKind.SegmentEnd
      } else {
        here.add(await this.#session(record, segment))
      }
    }
    const end = records.findLast(({ kind }) => kind === RecordKind.SegmentEnd)
    this.#previousEnd = end?.hash
    this.#lastEnd = end && headOf(end)
  }

  async #session(record: JournalRecord, segment: number): Promise<SessionTrack> {
    const track = this.#sessions.get(record.session) ?? newTrack(record.session)
    this.#sessions.set(record.session, track)
    const began = track.count > 0
    this.#link(track, record, segment)
    if (!began) {
      track.entry = sessionOf(record)
      if (track.entry === undefined) {
        this.#find({ what: 'a session whose beginning is missing', segment })
      } else {
        await this.#open(track, track.entry, segment)
      }
    }
    // The record that ends a stretch may come last: it holds nothing in clear.
    if (track.ended && record.clear.length > 0)
      this.#find({ what: 'a record behind the end', ...this.#of(track), segment })
    track.ended ||= readEntries(record.clear).some(({ type }) => type === 'session.end')
    track.unsealer?.push(record)
    return track
  }

  /** Compares the stored key with the record, and opens the session when the keys are there. */
  async #open(track: SessionTrack, entry: SessionEntry, segment: number): Promise<void> {
    const wrapped = (await wrappedKeys(this.#options.dir, entry.keys)).get(entry.id)
    const about = { segment, sessionId: entry.id }
    if (wrapped === undefined) {
      track.erased = true
      this.#notes.push(`session ${entry.id}: its key is not there, it was erased or lost`)
    } else if (createHash('sha256').update(wrapped).digest('hex') !== entry.wrapped) {
      this.#find({ what: 'its stored key is not the one it began with', ...about })
    } else if (this.#options.keys !== undefined) {
      try {
        const { keys } = this.#options
        const { key, commits } = await unwrapSession(keys, entry.id, wrapped, entry.commitment)
        if (commits) track.unsealer = new Unsealer(key, entry.id)
        else this.#find({ what: 'its key is not the one that sealed it', ...about })
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        this.#find({ what: `its key cannot be unwrapped: ${why}`, ...about })
      }
    }
  }

  /** One step of a session's own chain. */
  #link(track: SessionTrack, record: JournalRecord, segment: number): void {
    const about = { ...this.#of(track), segment, record: record.counter }
    if (record.counter !== track.count) {
      const what = `expected its record ${track.count}, got ${record.counter}: records are missing`
      this.#find({ what, ...about })
    } else if (!record.previousSession.equals(track.hash)) {
      this.#find({ what: 'its record before this one was altered', ...about })
    }
    track.count = record.counter + 1
    track.hash = record.hash
  }

  #journalRecord(
    record: JournalRecord,
    segment: number,
    index: number,
    heads: Map<string, HeadContent>,
    here: ReadonlySet<SessionTrack>,
  ): void {
    if (record.kind === RecordKind.Head || record.kind === RecordKind.SegmentEnd) {
      const head = headOf(record)
      if (head === undefined || head.records !== index || !sameSessions(head, here)) {
        this.#find({ what: 'a head that does not fit the records before it', segment })
      }
      if (head !== undefined) heads.set(record.hash.toString('hex'), head)
    } else if (record.kind === RecordKind.Signature) {
      const signature = clearOf<HeadSignature>(record, 'signature')
      const fits = signature !== undefined && heads.has(signature.hash)
      if (!fits || !verifyHead(this.#options.publicKey, signature)) {
        this.#find({ what: 'a signature that is not of this key, or of nothing here', segment })
      } else {
        this.#sign(signature)
      }
    } else if (record.kind === RecordKind.Note) {
      const note = clearOf<RecoveredNote>(record, 'recovered')
      if (note !== undefined) this.#recovered(note, segment)
    }
  }

  #recovered(note: RecoveredNote, segment: number): void {
    if (note.damaged) {
      this.#find({ what: 'was damaged inside before it was recovered', segment })
    }
    const bytes = note.bytesSetAside
    const cut = bytes > 0 ? `, ${bytes} bytes of a torn write set aside` : ''
    this.#notes.push(`segment ${segment} was cut off and recovered at ${note.at}${cut}`)
  }

  #sign(signature: HeadSignature): void {
    const head = this.#heads.get(signature.segment)?.get(signature.hash)
    for (const [number, [count]] of Object.entries(head?.sessions ?? {})) {
      const track = this.#sessions.get(Number(number))
      if (track !== undefined) track.signed = Math.max(track.signed, count)
    }
  }

  #close(segment: number, content: SegmentContent, last: boolean): void {
    const state = segmentState(content)
    if (state === 'signed' || content.rest !== undefined) return
    if (last && this.#written) {
      this.#notes.push(`segment ${segment} is being written`)
    } else if (state === 'ended') {
      // Made at the next start, if the process died between the two.
      this.#find({ what: 'its end was never signed', segment })
    } else if (last) {
      this.#notes.push(`segment ${segment} was cut off: the next start of the proxy closes it`)
    } else {
      this.#find({ what: 'the segment has no end', segment })
    }
  }

  #unsealed(track: SessionTrack): void {
    const unsealer = track.unsealer
    unsealer?.end()
    if (unsealer !== undefined && unsealer.altered > 0) {
      this.#find({ what: 'what it sealed was altered', ...this.#of(track) })
    }
  }

  #of(track: SessionTrack): Pick<Finding, 'sessionId'> {
    return track.number === 0 ? {} : { sessionId: track.entry?.id ?? `number ${track.number}` }
  }

  #find(finding: Finding): void {
    this.#findings.push(finding)
  }
}

function newTrack(number: number): SessionTrack {
  return {
    number,
    entry: undefined,
    count: 0,
    hash: noHash,
    signed: 0,
    ended: false,
    erased: false,
    unsealer: undefined,
  }
}

function sameSessions(head: HeadContent, here: ReadonlySet<SessionTrack>): boolean {
  const named = Object.entries(head.sessions)
  if (named.length !== here.size) return false
  const expected = new Map(named)
  return [...here].every(({ number, count, hash }) => {
    const entry = expected.get(String(number))
    return entry !== undefined && entry[0] === count && entry[1] === hash.toString('hex')
  })
}

function parseHead(line: string): HeadSignature | undefined {
  try {
    const { segment, over, hash, at, key, signature } = JSON.parse(line) as HeadSignature
    const head: HeadSignature = { type: 'signature', segment, over, hash, at, key, signature }
    // Only as we write it: another spelling of the same JSON is a change, too.
    return JSON.stringify(head) === line ? head : undefined
  } catch {
    return undefined
  }
}

function wholeRecordIn(bytes: Buffer): boolean {
  const magic = Buffer.alloc(2)
  magic.writeUInt16BE(recordMagic)
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    if ('hash' in parseRecord(bytes, at)) return true
  }
  return false
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
