/**
 * The auditor's tool: reads a journal's files and says everything that is not as it was written.
 * Needs the public key only. With the keys it also opens every session, which checks the tags of
 * its stretches; without, the chains and signatures alone speak.
 *
 * What it can say, and what it cannot: records before a signed head cannot be changed without the
 * signing key. Records after the last signature (at most the recorder's head interval) are guarded
 * by the chain against accidents, and by the session's key against whoever has none.
 */
import { type Keys, KeyUnusable } from '../../keys/keys.ts'
import type { Anchor } from '../anchors/anchor.ts'
import { clearOf, type HeadContent, type HeadSignature, headOf } from '../journal/chain.ts'
import { readEntries, type SessionEntry } from '../journal/clear.ts'
import {
  type JournalRecord,
  noHash,
  parseRecord,
  RecordKind,
  recordMagic,
} from '../journal/record.ts'
import {
  type RecoveredNote,
  type SegmentContent,
  type SegmentStart,
  segmentState,
} from '../journal/segment.ts'
import { Unsealer, unwrapSession } from '../journal/unseal.ts'
import { sessionOf } from '../reading/reader.ts'
import type { StoredKey } from '../session-keys/session-keys.ts'
import { PublicKeys } from './public-keys.ts'
import { journalFiles, type VerifySource } from './source.ts'

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
  /** Of these, the last that no signature covers yet. */
  readonly unsigned: number
  /** What was compared with anchors; undefined when there were none to compare with. */
  readonly anchored: AnchoredPart | undefined
}

export interface AnchoredPart {
  readonly anchors: number
  /** The newest anchored head was signed then. */
  readonly at: string | undefined
  /** Records behind it: their removal would not show. */
  readonly unanchored: number
}

export interface VerifyOptions {
  /** SPKI, PEM, one or several. From a place that whoever altered the journal could not alter. */
  readonly publicKey: string
  readonly keys?: Keys
  /** From such a place, too. Those of other journals are left out. */
  readonly anchors?: readonly Anchor[]
}

/** `dir` is the folder with the segments. */
export async function verifyJournal(
  options: VerifyOptions & { readonly dir: string },
): Promise<VerifyReport> {
  return verifySource(await journalFiles(options.dir), options)
}

export async function verifySource(
  source: VerifySource,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const verifier = new Verifier(options, source)
  for (const segment of source.segments) await verifier.segment(segment)
  await verifier.heads()
  verifier.anchors()
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
  readonly #source: VerifySource
  readonly #publicKeys: PublicKeys
  readonly #findings: Finding[] = []
  readonly #notes: string[] = []
  readonly #sessions = new Map<number, SessionTrack>()
  /** By segment: hashes of heads and ends that are there. */
  readonly #heads = new Map<number, Map<string, HeadContent>>()
  readonly #keys = new Map<number, ReadonlyMap<string, StoredKey> | undefined>()
  /** By hash of a head or end: the records up to it, over all segments. */
  readonly #upTo = new Map<string, number>()
  #journal: string | undefined
  #begun: { readonly track: SessionTrack; readonly entry: SessionEntry } | undefined
  #records = 0
  #signed = 0
  #anchored: AnchoredPart | undefined
  #expected = 1
  #previousEnd: Buffer | undefined = noHash
  #lastEnd: HeadContent | undefined

  constructor(options: VerifyOptions, source: VerifySource) {
    this.#options = options
    this.#source = source
    this.#publicKeys = new PublicKeys(options.publicKey)
  }

  async segment(segment: number): Promise<void> {
    for (; this.#expected < segment; this.#expected += 1) {
      this.#find({ what: 'the segment is missing', segment: this.#expected })
      this.#previousEnd = undefined
    }
    this.#expected = segment + 1
    const { content, bytes } = await this.#source.content(segment)
    const last = this.#source.segments.at(-1) === segment
    this.#rest(segment, content, bytes, last)
    await this.#chain(segment, content.records)
    this.#close(segment, content, last)
  }

  async heads(): Promise<void> {
    const lines = (await this.#source.heads()).split('\n')
    if (lines.pop() !== '') this.#find({ what: 'heads.ndjson does not end with a line' })
    for (const line of lines) {
      const head = parseHead(line)
      if (head === undefined || !this.#publicKeys.verify(head)) {
        this.#find({ what: 'heads.ndjson has a line that was not signed by this key' })
      } else if (!this.#heads.has(head.segment)) {
        this.#find({ what: 'a head was signed in it, and it is missing', segment: head.segment })
      } else if (!this.#heads.get(head.segment)?.has(head.hash)) {
        this.#find({ what: 'a head that was signed is not in it', segment: head.segment })
      } else {
        this.#sign(head)
      }
    }
    const { id } = this.#source
    if (id !== undefined && this.#journal !== undefined && id !== this.#journal) {
      this.#find({ what: 'the file with its id names another journal' })
    }
    if (this.#lastEnd?.reason === 'rotated') {
      this.#find({
        what: 'the segment is missing: the one before it was continued',
        segment: this.#expected,
      })
    }
  }

  /** What was anchored has to be there; what was not, nobody can miss. */
  anchors(): void {
    const { anchors } = this.#options
    if (anchors === undefined) return
    const own = anchors.filter(({ journal }) => journal === this.#journal)
    if (own.length === 0 && (anchors.length > 0 || this.#records > 0)) {
      this.#find({ what: 'none of the anchors is of this journal' })
    }
    let at: string | undefined
    let upTo = 0
    for (const { journal: _, ...head } of own) {
      const { segment } = head
      const reached = this.#upTo.get(head.hash)
      if (!this.#publicKeys.verify(head)) {
        this.#find({ what: 'an anchor that was not signed by this key', segment })
      } else if (reached === undefined) {
        this.#find({ what: `a head that was anchored at ${head.at} is not in it`, segment })
      } else {
        this.#sign(head)
        if (reached >= upTo || at === undefined) at = head.at
        upTo = Math.max(upTo, reached + 1)
      }
    }
    this.#anchored = { anchors: own.length, at, unanchored: Math.max(0, this.#records - upTo) }
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
      unsigned: Math.max(0, this.#records - this.#signed),
      anchored: this.#anchored,
    }
  }

  /** What follows the last whole record. */
  #rest(segment: number, content: SegmentContent, bytes: Buffer, last: boolean): void {
    const { rest, end } = content
    if (rest === undefined) return
    const why = 'cut' in rest ? rest.cut : rest.damaged
    const torn = 'cut' in rest && !wholeRecordIn(bytes.subarray(end + 1))
    if (last && torn && this.#source.written) {
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
      if (record.segment !== segment)
        this.#find({ what: 'a record of another segment', segment, record: index })
      if (previous !== undefined && !record.follows(previous, 'record')) {
        this.#find({
          what: 'a record before this one was removed, added or altered',
          segment,
          record: index,
        })
      }
      previous = record.hash
      if ((index === 0) !== (record.kind === RecordKind.SegmentStart)) {
        this.#find({ what: 'the segment does not begin where it should', segment, record: index })
      }
      if (ended && record.kind !== RecordKind.Signature) {
        this.#find({ what: 'a record behind the end', segment, record: index })
      }
      if (record.session === 0) {
        this.#link(own, record, segment)
        this.#journalRecord(record, segment, index, heads, here)
        ended ||= record.kind === RecordKind.SegmentEnd
      } else {
        here.add(this.#session(record, segment))
        const begun = this.#begun
        if (begun === undefined) continue
        this.#begun = undefined
        await this.#open(begun.track, begun.entry, segment)
        begun.track.unsealer?.push(record)
      }
    }
    const end = records.findLast(({ kind }) => kind === RecordKind.SegmentEnd)
    this.#previousEnd = end?.hash
    this.#lastEnd = end && headOf(end)
  }

  /** One of its records. Its first leaves in `#begun` what has to be waited for. */
  #session(record: JournalRecord, segment: number): SessionTrack {
    const track = this.#sessions.get(record.session) ?? newTrack(record.session)
    this.#sessions.set(record.session, track)
    const began = track.count > 0
    this.#link(track, record, segment)
    if (!began) {
      track.entry = sessionOf(record)
      if (track.entry === undefined) {
        this.#find({ what: 'a session whose beginning is missing', segment })
      } else {
        this.#begun = { track, entry: track.entry }
      }
    }
    // The record that ends a stretch may come last: it holds nothing in clear.
    if (track.ended && record.clear.length > 0)
      this.#find({ what: 'a record behind the end', ...this.#of(track), segment })
    // Parsing each would take longer than all else.
    track.ended ||=
      record.clear.includes('"session.end"') &&
      readEntries(record.clear).some(({ type }) => type === 'session.end')
    track.unsealer?.push(record)
    return track
  }

  /** Compares the stored key with the record, and opens the session when the keys are there. */
  async #open(track: SessionTrack, entry: SessionEntry, segment: number): Promise<void> {
    if (!this.#keys.has(entry.keys)) this.#keys.set(entry.keys, await this.#source.keys(entry.keys))
    const stored = this.#keys.get(entry.keys)
    const key = stored?.get(entry.id)
    const about = { segment, sessionId: entry.id }
    if (stored === undefined) return
    if (key === undefined) {
      track.erased = true
      this.#notes.push(`session ${entry.id}: its key is not there, it was erased or lost`)
    } else if ('erased' in key) {
      track.erased = true
      const { at, by, reason } = key.erased
      this.#notes.push(`session ${entry.id}: erased at ${at} by ${by}: ${reason}`)
    } else if (key.first !== entry.wrapped) {
      this.#find({ what: 'its stored key is not the one it began with', ...about })
    } else if (this.#options.keys !== undefined) {
      try {
        const { keys } = this.#options
        const { id, commitment } = entry
        const unwrapped = await unwrapSession(keys, id, key.wrapped, commitment)
        if (unwrapped.commits) track.unsealer = new Unsealer(unwrapped.key, entry.id)
        else this.#find({ what: 'its key is not the one that sealed it', ...about })
      } catch (error) {
        // A service that does not answer says nothing about the recording.
        if (!(error instanceof KeyUnusable)) throw error
        const why = error.message
        this.#find({ what: `its key cannot be unwrapped: ${why}`, ...about })
      }
    }
  }

  /** One step of a session's own chain. */
  #link(track: SessionTrack, record: JournalRecord, segment: number): void {
    const { counter } = record
    if (counter !== track.count) {
      const what = `expected its record ${track.count}, got ${counter}: records are missing`
      this.#find({ what, ...this.#of(track), segment, record: counter })
    } else if (!record.follows(track.hash, 'session')) {
      const what = 'its record before this one was altered'
      this.#find({ what, ...this.#of(track), segment, record: counter })
    }
    track.count = counter + 1
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
      if (head !== undefined) {
        const hash = record.hash.toString('hex')
        heads.set(hash, head)
        this.#upTo.set(hash, this.#records)
      }
    } else if (record.kind === RecordKind.Signature) {
      const signature = clearOf<HeadSignature>(record, 'signature')
      const fits = signature !== undefined && heads.has(signature.hash)
      if (!fits || !this.#publicKeys.verify(signature)) {
        this.#find({ what: 'a signature that is not of this key, or of nothing here', segment })
      } else {
        this.#sign(signature)
      }
    } else if (record.kind === RecordKind.Note) {
      const note = clearOf<RecoveredNote>(record, 'recovered')
      if (note !== undefined) this.#recovered(note, segment)
    } else if (record.kind === RecordKind.SegmentStart) {
      const journal = clearOf<SegmentStart>(record, 'segment')?.journal
      this.#journal ??= journal
      if (journal !== this.#journal) this.#find({ what: 'a segment of another journal', segment })
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
    // The signature stands behind what it is over, and says nothing that would need one.
    this.#signed = Math.max(this.#signed, (this.#upTo.get(signature.hash) ?? 0) + 1)
    for (const [number, [count]] of Object.entries(head?.sessions ?? {})) {
      const track = this.#sessions.get(Number(number))
      if (track !== undefined) track.signed = Math.max(track.signed, count)
    }
  }

  #close(segment: number, content: SegmentContent, last: boolean): void {
    const state = segmentState(content)
    if (state === 'signed' || content.rest !== undefined) return
    if (last && this.#source.written) {
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
