/**
 * How far a segment's chains have come, and the signatures over it. A head names the last record of
 * every session in the segment; its own hash also covers every record before it. Whoever signs the
 * head's hash has signed them all, and a single session can be proved with its own records, the
 * head and the signature, without the records of anybody else.
 */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { Keys } from '../../keys/keys.ts'
import { type JournalRecord, RecordKind } from './record.ts'

/** A session's last record. The session's recorder changes it in place. */
export interface SessionHead {
  readonly number: number
  /** Records so far; the next record's counter. */
  count: number
  hash: Buffer
}

/** The clear part of a Head or SegmentEnd record. */
export interface HeadContent {
  readonly type: 'head' | 'end'
  /** Records before this one in the segment. */
  readonly records: number
  /** By session number: how many records it has in the journal, and the last one's hash in hex. */
  readonly sessions: Readonly<Record<string, readonly [number, string]>>
  readonly nextSession: number
  /** Of an end. `rotated`: a next segment exists. `recovered`: an earlier run was cut off. */
  readonly reason?: 'rotated' | 'closed' | 'recovered'
}

/** The clear part of a Signature record, and a line of `heads.ndjson`. */
export interface HeadSignature {
  readonly type: 'signature'
  readonly segment: number
  readonly over: 'head' | 'end'
  /** The signed record's hash, hex. */
  readonly hash: string
  readonly at: string
  /** Which key: see `keyFingerprint`. */
  readonly key: string
  /** Ed25519 or ECDSA, as the key is; base64. */
  readonly signature: string
}

export function headContent(
  type: 'head' | 'end',
  records: number,
  heads: Iterable<SessionHead>,
  nextSession: number,
  reason?: HeadContent['reason'],
): HeadContent {
  const sessions: Record<string, readonly [number, string]> = {}
  for (const head of heads) sessions[head.number] = [head.count, head.hash.toString('hex')]
  return { type, records, sessions, nextSession, ...(reason === undefined ? {} : { reason }) }
}

/** SHA-256 over the public key's DER, hex, cut to 16 characters: a name for people. */
export function keyFingerprint(publicKey: string | KeyObject): string {
  const key = typeof publicKey === 'string' ? createPublicKey(publicKey) : publicKey
  const der = key.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('hex').slice(0, 16)
}

export async function signHead(
  keys: Keys,
  segment: number,
  over: 'head' | 'end',
  hash: Buffer,
): Promise<HeadSignature> {
  const head = {
    type: 'signature',
    segment,
    over,
    hash: hash.toString('hex'),
    at: new Date().toISOString(),
    key: keyFingerprint(keys.publicKey),
  } as const
  const signature = await keys.sign(signedBytes(head))
  return { ...head, signature: signature.toString('base64') }
}

/** What the signature is over. */
export function signedBytes(head: Omit<HeadSignature, 'signature'>): Buffer {
  const { over, segment, hash, at, key } = head
  return Buffer.from(`countersign journal 1\n${over}\n${segment}\n${hash}\n${at}\n${key}\n`)
}

/** The JSON of a record's clear part; undefined when it is not an object of the given type. */
export function clearOf<T extends { readonly type: string }>(
  record: JournalRecord,
  type: T['type'],
): T | undefined {
  try {
    const value: unknown = JSON.parse(record.clear.toString('utf8'))
    return (value as T | null)?.type === type ? (value as T) : undefined
  } catch {
    return undefined
  }
}

export function headOf(record: JournalRecord): HeadContent | undefined {
  if (record.kind === RecordKind.Head) return clearOf<HeadContent>(record, 'head')
  if (record.kind === RecordKind.SegmentEnd) return clearOf<HeadContent>(record, 'end')
  return undefined
}
