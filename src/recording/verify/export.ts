/**
 * One session in a file of its own, a JSON object a line, to be handed to somebody who has neither
 * the journal nor our keys. It holds the records as they are in the journal, for each segment the
 * head that names the session's last record there, and the signature over that head. Unless it is
 * exported sealed it also holds the session's key and, for people, what happened in plain words.
 */
import type { Parameter } from '../../../protocols/protocol.ts'
import { clearOf, type HeadSignature, headOf } from '../journal/chain.ts'
import type { ShapeEntry } from '../journal/clear.ts'
import { type JournalRecord, RecordKind } from '../journal/record.ts'
import { Unsealer } from '../journal/unseal.ts'
import { happeningsOf, type SessionHappening } from '../reading/happenings.ts'
import type { JournalReader } from '../reading/reader.ts'

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
  readonly publicKey: string
  readonly id: string
  readonly sealed: boolean
}

export async function* exportSession(options: ExportOptions): AsyncGenerator<ExportLine> {
  const { reader, publicKey, id, sealed } = options
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
  yield* proofs(reader, id, records)
  if (dataKey === undefined) return
  for (const happening of happeningsFrom(records, new Unsealer(dataKey.key, id))) {
    yield { type: 'event', event: plainEvent(happening) }
  }
}

/** Of each of its segments the last head that names the session, with its signature. */
async function* proofs(
  reader: JournalReader,
  id: string,
  records: readonly JournalRecord[],
): AsyncGenerator<ExportLine> {
  const number = records[0]?.session ?? 0
  const heads = new Map<string, JournalRecord>()
  const last = new Map<number, ExportLine>()
  const segments = new Set(records.map(({ segment }) => segment))
  for await (const record of reader.heads(id, segments)) {
    if (headOf(record)?.sessions[number] !== undefined)
      heads.set(record.hash.toString('hex'), record)
    const signature = clearOf<HeadSignature>(record, 'signature')
    const head = signature && heads.get(signature.hash)
    if (record.kind === RecordKind.Signature && head) {
      const proof = { type: 'proof', head: head.bytes.toString('base64'), signature } as const
      last.set(record.segment, proof)
    }
  }
  yield* last.values()
}

/** With what opens it. */
export function* happeningsFrom(
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
