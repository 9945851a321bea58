/**
 * The auditor's tool: reads a journal's files and says everything that is not as it was written.
 * Needs the public key only. With the keys it also opens every session, which checks the tags of
 * its stretches; without, the chains and signatures alone speak.
 *
 * What it can say, and what it cannot: records before a signed head cannot be changed without the
 * signing key. Records after the last signature (at most the recorder's head interval) are guarded
 * by the chain against accidents, and by the session's key against whoever has none.
 */
import type { Keys } from '../../keys/keys.ts'
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
  type JournalNote,
  type RecoveredNote,
  type SegmentContent,
  type SegmentStart,
  segmentState,
} from '../journal/segment.ts'
import { sessionOf } from '../reading/reader.ts'
import { type ErasedNote, erasedNote } from '../session-keys/custody.ts'
import { KeyCheck } from './key-check.ts'
import type { AnchoredPart, Finding, VerifyReport } from './report.ts'
import { newTrack, type SessionTrack, sameSessions, trackName } from './session-track.ts'
import { SignedHeads } from './signed-heads.ts'
import { journalFiles, type VerifySource } from './source.ts'

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
  return verifySource(await journalFiles(options.dir, options.keys !== undefined), options)
}

export async function verifySource(
  source: VerifySource,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const verifier = new Verifier(options, source)
  for (const segment of source.segments) await verifier.segment(segment)
  await verifier.heads()
  return verifier.report(options.anchors)
}

class Verifier {
  readonly #source: VerifySource
  readonly #findings: Finding[] = []
  readonly #notes: string[] = []
  readonly #sessions = new Map<number, SessionTrack>()
  readonly #heads: SignedHeads
  readonly #keys: KeyCheck
  #journal: string | undefined
  #begun: { readonly track: SessionTrack; readonly entry: SessionEntry } | undefined
  #records = 0
  #expected = 1
  #previousEnd: Buffer | undefined = noHash
  #lastEnd: HeadContent | undefined

  constructor({ publicKey, keys }: VerifyOptions, source: VerifySource) {
    this.#source = source
    this.#heads = new SignedHeads(publicKey, this.#sessions)
    this.#keys = new KeyCheck(source, keys)
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
    for (const finding of this.#heads.lines(await this.#source.heads())) this.#find(finding)
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

  report(anchors: readonly Anchor[] | undefined): VerifyReport {
    const anchored = this.#anchored(anchors)
    const sessions = [...this.#sessions.values()].map(track => {
      const { finding, note } = this.#keys.end(track)
      if (finding !== undefined) this.#find(finding)
      if (note !== undefined) this.#notes.push(note)
      const { entry, count, signed, ended } = track
      return {
        ...{ id: trackName(track), user: entry?.user ?? '', records: count, signed, ended },
        erased: this.#keys.isErased(track),
      }
    })
    if (this.#source.keys === undefined && this.#source.id !== undefined) {
      this.#notes.push('there are no wrapped keys here: whether they were taken was not checked')
    }
    return {
      findings: this.#findings,
      notes: this.#notes,
      sessions,
      segments: this.#heads.segments,
      records: this.#records,
      unsigned: Math.max(0, this.#records - this.#heads.signed),
      anchored,
    }
  }

  #anchored(anchors: readonly Anchor[] | undefined): AnchoredPart | undefined {
    if (anchors === undefined) return undefined
    const { findings, part } = this.#heads.anchored(anchors, this.#journal, this.#records)
    this.#findings.push(...findings)
    return part
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
    const here = new Set<SessionTrack>()
    this.#heads.begin(segment)
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
        this.#journalRecord(record, segment, index, here)
        ended ||= record.kind === RecordKind.SegmentEnd
      } else {
        here.add(this.#session(record, segment))
        const begun = this.#begun
        if (begun === undefined) continue
        this.#begun = undefined
        for (const finding of await this.#keys.begin(begun.track, begun.entry))
          this.#find({ segment, ...finding })
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
      this.#find({ what: 'a record behind the end', ...of(track), segment })
    // Parsing each would take longer than all else.
    track.ended ||=
      record.clear.includes('"session.end"') &&
      readEntries(record.clear).some(({ type }) => type === 'session.end')
    track.unsealer?.push(record)
    return track
  }

  /** One step of a session's own chain. */
  #link(track: SessionTrack, record: JournalRecord, segment: number): void {
    const { counter } = record
    if (counter !== track.count) {
      const what = `expected its record ${track.count}, got ${counter}: records are missing`
      this.#find({ what, ...of(track), segment, record: counter })
    } else if (!record.follows(track.hash, 'session')) {
      const what = 'its record before this one was altered'
      this.#find({ what, ...of(track), segment, record: counter })
    }
    track.count = counter + 1
    track.hash = record.hash
  }

  #journalRecord(
    record: JournalRecord,
    segment: number,
    index: number,
    here: ReadonlySet<SessionTrack>,
  ): void {
    switch (record.kind) {
      case RecordKind.Head:
      case RecordKind.SegmentEnd: {
        const head = headOf(record)
        if (head === undefined || head.records !== index || !sameSessions(head, here)) {
          this.#find({ what: 'a head that does not fit the records before it', segment })
        }
        if (head !== undefined) this.#heads.add(segment, record.hash, head, this.#records)
        return
      }
      case RecordKind.Signature: {
        const signature = clearOf<HeadSignature>(record, 'signature')
        const finding = this.#heads.signature(segment, signature)
        if (finding !== undefined) this.#find(finding)
        return
      }
      case RecordKind.Note:
        this.#note(record, segment)
        return
      case RecordKind.SegmentStart: {
        const journal = clearOf<SegmentStart>(record, 'segment')?.journal
        this.#journal ??= journal
        if (journal !== this.#journal) this.#find({ what: 'a segment of another journal', segment })
      }
    }
  }

  #note(record: JournalRecord, segment: number): void {
    const recovered = clearOf<RecoveredNote>(record, 'recovered')
    if (recovered !== undefined) this.#recovered(recovered, segment)
    const erased = clearOf<ErasedNote & JournalNote>(record, erasedNote)
    if (erased !== undefined) this.#keys.noted(erased.session, erased)
  }

  #recovered(note: RecoveredNote, segment: number): void {
    if (note.damaged) {
      this.#find({ what: 'was damaged inside before it was recovered', segment })
    }
    const bytes = note.bytesSetAside
    const cut = bytes > 0 ? `, ${bytes} bytes of a torn write set aside` : ''
    this.#notes.push(`segment ${segment} was cut off and recovered at ${note.at}${cut}`)
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

  #find(finding: Finding): void {
    this.#findings.push(finding)
  }
}

function of(track: SessionTrack): Pick<Finding, 'sessionId'> {
  return track.number === 0 ? {} : { sessionId: trackName(track) }
}

function wholeRecordIn(bytes: Buffer): boolean {
  const magic = Buffer.alloc(2)
  magic.writeUInt16BE(recordMagic)
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    if ('hash' in parseRecord(bytes, at)) return true
  }
  return false
}
