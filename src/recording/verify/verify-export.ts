/** Checks a session in a file of its own: needs nothing beside it but the owner's public key. */
import { headOf } from '../journal/chain.ts'
import { readEntries } from '../journal/clear.ts'
import { sessionKey } from '../journal/crypt.ts'
import { type JournalRecord, noHash, parseRecord } from '../journal/record.ts'
import { Unsealer } from '../journal/unseal.ts'
import { sessionOf } from '../reading/reader.ts'
import { type ExportLine, happeningsFrom, plainEvent } from './export.ts'
import { PublicKeys } from './public-keys.ts'
import type { Finding, VerifiedSession } from './report.ts'

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
