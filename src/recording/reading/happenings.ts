/** A session's records as what happened in it, one after the other. */
import type { Parameter } from '../../../protocols/protocol.ts'
import type { RecordedVerdict } from '../events.ts'
import { type ClearEntry, readEntries, type ShapeEntry } from '../journal/clear.ts'
import { decodeParameters, PayloadType } from '../journal/payload.ts'
import type { JournalRecord } from '../journal/record.ts'
import type { OpenedRecord } from '../journal/unseal.ts'

/** What happened in a session, in order. `atUs` is in microseconds since its start. */
export type SessionHappening =
  | {
      readonly type: 'statement'
      readonly atUs: number
      readonly statement: number
      /** Undefined when the key is gone or the record was altered. */
      readonly text: string | undefined
      readonly parameters: readonly Parameter[]
      /** Statements of one shape do the same to the same; see `masks`. */
      readonly shape: string
      readonly tag: string
      readonly effects: readonly string[]
      readonly tables: readonly string[]
      readonly columns: readonly string[]
      readonly normalized: string
      readonly verdict: RecordedVerdict
      readonly approval: string | undefined
    }
  | {
      readonly type: 'frames'
      readonly atUs: number
      readonly from: 'server' | 'client'
      readonly bytes: Buffer
    }
  | {
      /** What is hidden in one result of a shape's statements, from here on. */
      readonly type: 'masks'
      readonly atUs: number
      readonly shape: string
      readonly normalized: string
      readonly result: number
      readonly of: number
      readonly rules: Readonly<Record<number, string>>
    }
  | { readonly type: 'entry'; readonly atUs: number; readonly entry: OtherEntry }

/** Entries that stand for themselves: ends, approvals, gaps, refusals. */
export type OtherEntry = Exclude<
  ClearEntry,
  { readonly type: 'session' | 'shape' | 'masks' | 'statement' }
>

const allowed: RecordedVerdict = { kind: 'allow', rules: [], reason: '', observed: undefined }

/** One record's entries and items in the order of their time. `why`: of what nobody can open. */
export function* happeningsOf(
  { record, items, closed }: OpenedRecord,
  shapes: Map<number, ShapeEntry>,
  why = 'its key is not there',
): Generator<SessionHappening> {
  const texts = new Map<number, string>()
  const parameters = new Map<number, readonly Parameter[]>()
  const frames: Extract<SessionHappening, { type: 'frames' }>[] = []
  for (const { type, statement, atUs, bytes } of items) {
    if (type === PayloadType.Text) texts.set(statement, bytes.toString('utf8'))
    if (type === PayloadType.Parameters) parameters.set(statement, decodeParameters(bytes))
    if (type === PayloadType.ServerFrames || type === PayloadType.ClientFrames) {
      const from = type === PayloadType.ServerFrames ? 'server' : 'client'
      frames.push({ type: 'frames', atUs, from, bytes })
    }
  }
  let nextFrame = 0
  for (const entry of readEntries(record.clear)) {
    if (entry.type === 'session') {
      shapes.clear()
      continue
    }
    if (entry.type === 'shape') {
      shapes.set(entry.shape, entry)
      continue
    }
    for (let frame = frames[nextFrame]; frame !== undefined && frame.atUs <= entry.at; ) {
      yield frame
      nextFrame += 1
      frame = frames[nextFrame]
    }
    if (entry.type !== 'statement' && entry.type !== 'masks') {
      yield { type: 'entry', atUs: entry.at, entry }
      continue
    }
    const shape = shapes.get(entry.shape)
    // Every segment numbers them anew.
    const shapeName = `${record.segment}.${entry.shape}`
    if (entry.type === 'masks') {
      const { result, of, rules } = entry
      const normalized = shape?.normalized ?? ''
      const shown = { type: 'masks', atUs: entry.at, shape: shapeName, normalized } as const
      yield { ...shown, result, of, rules }
      continue
    }
    const { statement, at, verdict = allowed, approval } = entry
    yield {
      type: 'statement',
      atUs: at,
      statement,
      text: texts.get(statement),
      parameters: parameters.get(statement) ?? [],
      shape: shapeName,
      tag: shape?.tag ?? '',
      effects: shape?.effects ?? [],
      tables: shape?.tables ?? [],
      columns: shape?.columns ?? [],
      normalized: shape?.normalized ?? '',
      verdict,
      approval,
    }
  }
  yield* frames.slice(nextFrame)
  if (closed !== undefined) yield closedGap(record, closed, why)
}

function closedGap(
  record: JournalRecord,
  closed: 'altered' | 'no key',
  why: string,
): SessionHappening {
  const reason =
    closed === 'altered' ? 'this part was altered after it was recorded' : `sealed: ${why}`
  const bytes = record.sealed.length
  const atUs = 0
  return { type: 'entry', atUs, entry: { type: 'gap', at: atUs, reason, bytes } }
}
