/**
 * What the report is made of: every statement that somebody had to decide about, that was refused,
 * or would have been, with what came of it and the records that prove it; and what happened beside.
 * Read from the journal's files; no key is needed, because nothing sealed is looked at.
 */
import type { ArchiveRow } from '../archive/archive.ts'
import { JournalRows } from '../archive/rows.ts'
import { clearOf, type HeadSignature } from '../journal/chain.ts'
import { readEntries } from '../journal/clear.ts'
import { type JournalRecord, RecordKind } from '../journal/record.ts'
import { listSegments, readSegment } from '../journal/segment.ts'

/** Times are as the journal has them, in UTC: `2026-11-21 10:00:00.000000`. */
export interface Gathered {
  readonly since: string
  readonly until: string
  readonly sessions: number
  readonly statements: number
  readonly decisions: readonly PrivilegedDecision[]
  /** Beside statements: grants, reviews, policies, attempts, gaps, storage. */
  readonly happenings: readonly AdministrativeEvent[]
  /** Days, UTC, on which the policy held nothing at least for a while. */
  readonly observeDays: readonly string[]
}

export interface PrivilegedDecision {
  readonly at: string
  readonly session: string
  readonly statement: number
  readonly requester: string
  readonly kind: string
  readonly owner: string | null
  readonly database: string
  readonly environment: string
  readonly verdict: string
  /** What the policy would have said, had it been enforced. */
  readonly observed: string | null
  readonly rules: readonly string[]
  readonly reason: string
  readonly requesterReason: string | null
  /** Without its values. */
  readonly text: string
  readonly effects: readonly string[]
  readonly approval: string | null
  readonly shortId: string | null
  readonly answers: readonly Answer[]
  readonly breakGlass: boolean
  readonly outcome: 'ran' | 'failed' | 'refused' | 'denied' | 'expired' | 'withdrawn' | 'open'
  readonly result: string | null
  readonly rows: number | null
  readonly proof: readonly Proof[]
}

export interface Answer {
  readonly at: string
  readonly by: string
  readonly decision: string
  readonly surface: string | null
  readonly reason: string | null
}

/** A record of the journal, and the signature over it; `sessions verify` checks both. */
export interface Proof {
  readonly of: string
  readonly segment: number
  readonly record: number
  readonly hash: string
  readonly signedAt: string | null
  /** Fingerprint of the key. */
  readonly key: string | null
}

export interface AdministrativeEvent {
  readonly at: string
  readonly type: string
  readonly session: string
  readonly user: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly proof: Proof
}

type Draft = { statement: ArchiveRow; approvals: ArchiveRow[]; proof: MutableProof[] }
type MutableProof = { -readonly [Field in keyof Proof]: Proof[Field] }

/** `dir` is the journal's folder. `until` is excluded. */
export async function gather(dir: string, since: Date, until: Date): Promise<Gathered> {
  const [from, to] = [moment(since), moment(until)]
  const rows = new JournalRows()
  const drafts = new Map<string, Draft>()
  const approvals = new Map<string, ArchiveRow[]>()
  const proofs = new Map<string, MutableProof[]>()
  const happenings: AdministrativeEvent[] = []
  const modes: (readonly [at: string, mode: string])[] = []
  const sessions = new Set<string>()
  let statements = 0
  let current: MutableProof | undefined
  const within = (at: unknown): boolean => String(at) >= from && String(at) < to

  const sink = (table: string, row: ArchiveRow): void => {
    if (table === 'statement_log' && within(row['at'])) {
      statements += 1
      sessions.add(String(row['session']))
      if (!isPrivileged(row)) return
      const key = keyOf(row)
      drafts.set(key, { statement: row, approvals: approvals.get(key) ?? [], proof: [] })
    } else if (table === 'approval_log') {
      const key = keyOf(row)
      push(approvals, key, row)
      if (current !== undefined) push(proofs, key, { ...current, of: String(row['type']) })
    } else if (table === 'event_log') {
      const { type, at, session, user, detail } = row
      const facts = JSON.parse(String(detail)) as Record<string, unknown>
      if (typeof facts['mode'] === 'string') modes.push([String(at), facts['mode']])
      if (!within(at) || everyday.has(String(type)) || current === undefined) return
      const proof = { ...current, of: String(type) }
      happenings.push({
        ...{ at: String(at), type: String(type), session: String(session), user: String(user) },
        ...{ detail: facts, proof },
      })
      push(proofs, '', proof)
    }
  }

  for (const segment of await listSegments(dir)) {
    const { records } = await readSegment(dir, segment)
    const signatures = signaturesOf(records)
    const ids = new Map<number, string>()
    for (const [position, record] of records.entries()) {
      const { signature } = signatures.find(({ from: start }) => start > position) ?? {}
      current = {
        ...{ of: '', segment, record: record.counter, hash: record.hash.toString('hex') },
        ...{ signedAt: signature?.at ?? null, key: signature?.key ?? null },
      }
      proveStatements(record, ids, (key, what) => {
        if (current !== undefined) push(proofs, key, { ...current, of: what })
      })
      rows.add(record, sink)
    }
  }
  rows.flush(sink)
  const decisions = [...drafts].map(([key, draft]) => decisionOf(draft, proofs.get(key) ?? []))
  return {
    ...{ since: from, until: to, sessions: sessions.size, statements },
    decisions: decisions.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    happenings,
    observeDays: observedDays(modes, from, to),
  }
}

/** What happens all the time, and is no evidence of anything. */
const everyday = new Set(['session.start', 'session.end'])

function isPrivileged(row: ArchiveRow): boolean {
  return row['verdict'] !== 'allow' || row['observed'] !== null || row['approval'] !== null
}

/** The records in which a statement that is no plain yes was written down, and in which it ended. */
function proveStatements(
  record: JournalRecord,
  ids: Map<number, string>,
  prove: (key: string, what: string) => void,
): void {
  if (record.kind !== RecordKind.Session) return
  for (const entry of readEntries(record.clear)) {
    if (entry.type === 'session') ids.set(record.session, entry.id)
    const id = ids.get(record.session)
    if (id === undefined) continue
    if (entry.type === 'statement' && (entry.verdict !== undefined || entry.approval !== undefined))
      prove(`${id} ${entry.statement}`, 'statement')
  }
}

function signaturesOf(
  records: readonly JournalRecord[],
): readonly { readonly from: number; readonly signature: HeadSignature }[] {
  const positions = new Map(records.map((record, index) => [record.hash.toString('hex'), index]))
  return records.flatMap(record => {
    if (record.kind !== RecordKind.Signature) return []
    const signature = clearOf<HeadSignature>(record, 'signature')
    const over = signature && positions.get(signature.hash)
    return signature === undefined || over === undefined ? [] : [{ from: over, signature }]
  })
}

function decisionOf({ statement, approvals }: Draft, proof: readonly Proof[]): PrivilegedDecision {
  const text = (name: string): string => String(statement[name] ?? '')
  const optional = (name: string): string | null => {
    const value = statement[name]
    return typeof value === 'string' ? value : null
  }
  const asked = approvals.find(row => row['type'] === 'approval.requested')
  const rows = statement['rows']
  return {
    at: text('at'),
    session: text('session'),
    statement: Number(statement['statement']),
    requester: text('user'),
    kind: text('kind'),
    owner: optional('owner'),
    database: text('database'),
    environment: text('environment'),
    verdict: text('verdict'),
    observed: optional('observed'),
    rules: statement['rules'] as readonly string[],
    reason: text('reason'),
    requesterReason: asked ? nullable(asked['requester_reason']) : null,
    text: text('normalized'),
    effects: statement['effects'] as readonly string[],
    approval: optional('approval'),
    shortId: asked ? nullable(asked['short_id']) : null,
    answers: approvals
      .filter(row => row['type'] === 'approval.decided')
      .map(row => ({
        at: String(row['at']),
        by: String(row['person'] ?? ''),
        decision: String(row['decision'] ?? ''),
        surface: nullable(row['surface']),
        reason: nullable(row['reason']),
      })),
    breakGlass: statement['break_glass'] === true,
    outcome: outcomeOf(statement, approvals),
    result: optional('error') ?? optional('tag'),
    rows: typeof rows === 'number' ? rows : null,
    proof,
  }
}

function outcomeOf(
  statement: ArchiveRow,
  approvals: readonly ArchiveRow[],
): PrivilegedDecision['outcome'] {
  const happened = (type: string): boolean => approvals.some(row => row['type'] === type)
  const error = statement['error']
  const ended = statement['ended_at'] !== null
  if (statement['verdict'] === 'deny') return 'refused'
  if (statement['verdict'] === 'hold' && !happened('approval.claimed')) {
    if (happened('approval.expired')) return 'expired'
    if (happened('approval.withdrawn')) return 'withdrawn'
    if (approvals.some(row => row['decision'] === 'denied')) return 'denied'
    return ended || error !== null ? 'refused' : 'open'
  }
  if (error !== null) return 'failed'
  return ended ? 'ran' : 'open'
}

/** A mode counts from when it was noted until the next one was. */
function observedDays(
  modes: readonly (readonly [string, string])[],
  since: string,
  until: string,
): readonly string[] {
  const days = new Set<string>()
  const last = until < moment(new Date()) ? until : moment(new Date())
  for (const [index, [at, mode]] of modes.entries()) {
    if (mode !== 'observe') continue
    const from = at > since ? at : since
    const next = modes[index + 1]?.[0] ?? last
    const [to = last] = [next, last].sort()
    if (from > to) continue
    for (let day = from.slice(0, 10); day <= to.slice(0, 10); day = following(day)) days.add(day)
  }
  return [...days].sort()
}

function following(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

function nullable(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function keyOf(row: ArchiveRow): string {
  return `${String(row['session'])} ${String(row['statement'])}`
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function moment(time: Date): string {
  return `${time.toISOString().slice(0, 23).replace('T', ' ')}000`
}
