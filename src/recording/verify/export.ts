/**
 * One session in a file of its own, a JSON object a line, to be handed to somebody who has neither
 * the journal nor our keys. It holds the records as they are in the journal, for each segment the
 * head that names the session's last record there, and the signature over that head. Unless it is
 * exported sealed it also holds the session's key and, for people, what happened in plain words.
 */
import type { Parameter } from '../../../protocols/protocol.ts'
import { clearOf, type HeadSignature, headOf } from '../journal/chain.ts'
import { readEntries, type ShapeEntry } from '../journal/clear.ts'
import { sessionKey } from '../journal/crypt.ts'
import { type JournalRecord, noHash, parseRecord, RecordKind } from '../journal/record.ts'
import { listSegments, readSegment } from '../journal/segment.ts'
import { Unsealer } from '../journal/unseal.ts'
import {
  happeningsOf,
  type JournalReader,
  type SessionHappening,
  sessionOf,
} from '../reading/reader.ts'
import { PublicKeys } from './public-keys.ts'
import type { Finding, VerifiedSession } from './verify.ts'

export type ExportLine =
  | {
      readonly type: 'export'
      readonly version: 1
      readonly session: string
      readonly number: number
      /** SPKI, PEM, one or several: to be compared with the one that the owner of the journal publishes. */
      readonly publicKey: string
      readonly exportedAt: string
      /** The session's data key, base64; absent when sealed. */
      readonly key?: string
    }
  | { readonly type: 'record'; readonly bytes: string }
  | { readonly type: 'proof'; readonly head: string; readonly signature: HeadSignature }
  | { readonly type: 'event'; readonly event: object }

export interface ExportOptions {
  readonly reader: JournalReader
  readonly dir: string
  readonly publicKey: string
  readonly id: string
  readonly sealed: boolean
}

export async function* exportSession(options: ExportOptions): AsyncGenerator<ExportLine> {
  const { reader, dir, publicKey, id, sealed } = options
  const records: JournalRecord[] = []
  for await (const record of reader.records(id)) records.push(record)
  const [first] = records
  if (first === undefined) return
  const dataKey = sealed ? undefined : await reader.dataKey(first)
  yield {
    type: 'export',
    version: 1,
    session: id,
    number: first.session,
    publicKey,
    exportedAt: new Date().toISOString(),
    ...(dataKey === undefined ? {} : { key: dataKey.plain.toString('base64') }),
  }
  for (const { bytes } of records) yield { type: 'record', bytes: bytes.toString('base64') }
  const segments = new Set(records.map(({ segment }) => segment))
  for (const segment of await listSegments(dir)) {
    if (segments.has(segment)) yield* proofs(dir, segment, first.session)
  }
  if (dataKey === undefined) return
  for (const happening of happeningsFrom(records, new Unsealer(dataKey.key, id))) {
    yield { type: 'event', event: plainEvent(happening) }
  }
}

export interface ExportReport {
  readonly findings: readonly Finding[]
  readonly notes: readonly string[]
  readonly session: VerifiedSession | undefined
  /** What the file itself says; undefined when the file is none of ours. */
  readonly publicKey: string | undefined
}

/** Checks an exported file. `publicKey` undefined: the one in the file, which proves less. */
export function verifyExport(lines: Iterable<string>, publicKey: string | undefined): ExportReport {
  const findings: Finding[] = []
  const parsed = parseLines(lines, findings)
  const head = parsed.find(line => line.type === 'export')
  if (head === undefined) {
    const none = { what: 'the file does not begin as an export does' }
    return { findings: [none], notes: [], session: undefined, publicKey: undefined }
  }
  const records = chained(parsed, head.number, head.session, findings)
  const trusted = new PublicKeys(publicKey ?? head.publicKey)
  const strange = keysNamed(head.publicKey).some(each => !trusted.fingerprints.includes(each))
  if (strange) findings.push({ what: 'it names another public key' })
  let signed = 0
  for (const line of parsed) {
    if (line.type === 'proof') {
      signed = Math.max(signed, proved(line, head.number, records, trusted, findings))
    }
  }
  if (head.key !== undefined) compareEvents(parsed, head.key, head.session, records, findings)
  const ended = records.some(({ clear }) =>
    readEntries(clear).some(({ type }) => type === 'session.end'),
  )
  const notes: string[] = []
  if (!ended) notes.push('the session had not ended, or was cut off, when it was exported')
  if (signed < records.length) {
    notes.push(`${records.length - signed} of ${records.length} records were not signed yet`)
  }
  const entry = records[0] && sessionOf(records[0])
  const user = entry?.user ?? ''
  const session = { id: head.session, user, records: records.length, signed, ended, erased: false }
  return { findings, notes, session, publicKey: head.publicKey }
}

/** Fingerprints; that of nothing when it is no key. */
function keysNamed(pem: string): readonly string[] {
  try {
    return new PublicKeys(pem).fingerprints
  } catch {
    // Somebody wrote something else there.
    return ['']
  }
}

/** The last head of a segment that names the session, with its signature. */
async function* proofs(dir: string, segment: number, number: number): AsyncGenerator<ExportLine> {
  const { records } = await readSegment(dir, segment)
  const heads = new Map<string, JournalRecord>()
  let proof: ExportLine | undefined
  for (const record of records) {
    if (headOf(record)?.sessions[number] !== undefined)
      heads.set(record.hash.toString('hex'), record)
    if (record.kind !== RecordKind.Signature) continue
    const signature = clearOf<HeadSignature>(record, 'signature')
    const head = signature && heads.get(signature.hash)
    if (head) proof = { type: 'proof', head: head.bytes.toString('base64'), signature }
  }
  if (proof !== undefined) yield proof
}

function parseLines(lines: Iterable<string>, findings: Finding[]): readonly ExportLine[] {
  const parsed: ExportLine[] = []
  for (const line of lines) {
    if (line === '') continue
    try {
      parsed.push(JSON.parse(line) as ExportLine)
    } catch {
      findings.push({ what: 'a line that is not JSON' })
    }
  }
  return parsed
}

function chained(
  lines: readonly ExportLine[],
  number: number,
  sessionId: string,
  findings: Finding[],
): readonly JournalRecord[] {
  const records: JournalRecord[] = []
  let previous: Buffer = noHash
  for (const line of lines) {
    if (line.type !== 'record') continue
    const at = { record: records.length, sessionId }
    const record = parseRecord(Buffer.from(line.bytes, 'base64'), 0)
    if (!('hash' in record)) {
      findings.push({ what: 'a record that is damaged', ...at })
      continue
    }
    if (record.session !== number || record.counter !== records.length) {
      findings.push({ what: `expected its record ${records.length}, got another`, ...at })
    } else if (!record.previousSession.equals(previous)) {
      findings.push({ what: 'the record before this one was altered', ...at })
    }
    previous = record.hash
    records.push(record)
  }
  const [first] = records
  if (first === undefined || sessionOf(first)?.id !== sessionId) {
    findings.push({ what: 'the session does not begin with its own name', sessionId })
  }
  return records
}

/** How many records the proof covers; 0 when it does not hold. */
function proved(
  proof: Extract<ExportLine, { type: 'proof' }>,
  number: number,
  records: readonly JournalRecord[],
  trusted: PublicKeys,
  findings: Finding[],
): number {
  const head = parseRecord(Buffer.from(proof.head, 'base64'), 0)
  const content = 'hash' in head ? headOf(head) : undefined
  const signed =
    'hash' in head &&
    head.hash.toString('hex') === proof.signature.hash &&
    trusted.verify(proof.signature)
  if (!signed) {
    findings.push({ what: 'a proof that this key did not sign' })
    return 0
  }
  const [count, hash] = content?.sessions[number] ?? [0, '']
  const last = records[count - 1]
  if (last === undefined || last.hash.toString('hex') !== hash) {
    findings.push({ what: `the signed head says ${count} records and another last one` })
    return 0
  }
  return count
}

function compareEvents(
  lines: readonly ExportLine[],
  key: string,
  sessionId: string,
  records: readonly JournalRecord[],
  findings: Finding[],
): void {
  const derived = sessionKey(Buffer.from(key, 'base64'), sessionId)
  const entry = records[0] && sessionOf(records[0])
  if (entry?.commitment !== derived.commitment) {
    findings.push({ what: 'its key is not the one that sealed it', sessionId })
    return
  }
  const unsealer = new Unsealer(derived.key, sessionId)
  const sealed = [...happeningsFrom(records, unsealer)].map(plainEvent)
  const said = lines.flatMap(line => (line.type === 'event' ? [line.event] : []))
  if (unsealer.altered > 0) findings.push({ what: 'what it sealed was altered', sessionId })
  if (JSON.stringify(sealed) !== JSON.stringify(said)) {
    findings.push({ what: 'its events are not what the records hold', sessionId })
  }
}

function* happeningsFrom(
  records: readonly JournalRecord[],
  unsealer: Unsealer,
): Generator<SessionHappening> {
  const shapes = new Map<number, ShapeEntry>()
  for (const record of records) {
    for (const opened of unsealer.push(record)) yield* happeningsOf(opened, shapes)
  }
  for (const opened of unsealer.end()) yield* happeningsOf(opened, shapes)
}

/** As JSON can hold it: bytes are base64. */
export function plainEvent(happening: SessionHappening): object {
  if (happening.type === 'frames') {
    return { ...happening, bytes: happening.bytes.toString('base64') }
  }
  if (happening.type === 'statement') {
    return { ...happening, parameters: happening.parameters.map(plainParameter) }
  }
  if (happening.type === 'masks') return happening
  const { entry, atUs } = happening
  return { ...entry, atUs }
}

function plainParameter(value: Parameter): unknown {
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value
}
