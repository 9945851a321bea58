/**
 * A journal in memory, and what somebody who may write its files can make of it: change bytes, or
 * write it anew with chains that fit again. What they have not got is the key that signed.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Anchor } from '../../src/recording/anchors/anchor.ts'
import {
  clearOf,
  type HeadSignature,
  headContent,
  headOf,
  keyFingerprint,
  type SessionHead,
  signedBytes,
} from '../../src/recording/journal/chain.ts'
import {
  type JournalRecord,
  noHash,
  RecordKind,
  recordBytesMax,
  writeRecord,
} from '../../src/recording/journal/record.ts'
import {
  headsPath,
  keysPath,
  listSegments,
  parseSegment,
  segmentPath,
} from '../../src/recording/journal/segment.ts'
import { parseSessionKeys } from '../../src/recording/session-keys/session-keys.ts'
import type { VerifyReport } from '../../src/recording/verify/report.ts'
import { verifySource } from '../../src/recording/verify/verify.ts'

export interface JournalFiles {
  /** By number. */
  readonly segments: ReadonlyMap<number, Buffer>
  readonly keys: ReadonlyMap<number, string>
  readonly heads: string
}

export async function readJournal(dir: string): Promise<JournalFiles> {
  const segments = new Map<number, Buffer>()
  const keys = new Map<number, string>()
  for (const segment of await listSegments(dir)) {
    segments.set(segment, await readFile(segmentPath(dir, segment)))
    keys.set(segment, await readFile(keysPath(dir, segment), 'utf8'))
  }
  return { segments, keys, heads: await readFile(headsPath(dir), 'utf8') }
}

export function verifyFiles(
  files: JournalFiles,
  options: { readonly publicKey: string; readonly anchors?: readonly Anchor[] },
): Promise<VerifyReport> {
  const source = {
    written: false,
    id: undefined,
    segments: [...files.segments.keys()].sort((a, b) => a - b),
    content: async (segment: number) => {
      const bytes = files.segments.get(segment) ?? Buffer.alloc(0)
      return { content: parseSegment(bytes), bytes }
    },
    heads: async () => files.heads,
    keys: async (segment: number) => parseSessionKeys(files.keys.get(segment) ?? ''),
  }
  return verifySource(source, options)
}

export function recordsOf(files: JournalFiles, segment: number): readonly JournalRecord[] {
  return parseSegment(files.segments.get(segment) ?? Buffer.alloc(0)).records
}

/** What becomes of a record: it is left as it is, changed, or taken out. */
export type Change = (record: JournalRecord) => Partial<Changed> | undefined
export interface Changed {
  readonly session: number
  readonly clear: string
  readonly sealed: Buffer
  readonly segment: number
}

/**
 * Written anew, every hash and counter and every head as it has to be. Signatures are made by
 * `signer`; without one the old ones stay, over what is no more.
 */
export function rewritten(files: JournalFiles, change: Change, signer?: KeyObject): JournalFiles {
  const segments = new Map<number, Buffer>()
  const sessions = new Map<number, SessionHead>()
  const lines: string[] = []
  let previousEnd: Buffer = noHash
  for (const segment of [...files.segments.keys()].sort((a, b) => a - b)) {
    const parts: Buffer[] = []
    const own: SessionHead = { number: 0, count: 0, hash: noHash }
    const here = new Set<SessionHead>()
    let previousRecord = previousEnd
    let head: Buffer = noHash
    for (const record of recordsOf(files, segment)) {
      const changed = change(record)
      if (changed === undefined) continue
      const number = changed.session ?? record.session
      const chain =
        number === 0 ? own : (sessions.get(number) ?? { number, count: 0, hash: noHash })
      if (number !== 0) {
        sessions.set(number, chain)
        here.add(chain)
      }
      let clear = changed.clear ?? record.clear.toString('utf8')
      const content = headOf(record)
      if (content !== undefined) {
        const { type, nextSession, reason } = content
        clear = JSON.stringify(headContent(type, parts.length, here, nextSession, reason))
      }
      const signature = clearOf<HeadSignature>(record, 'signature')
      if (record.kind === RecordKind.Signature && signature !== undefined && signer !== undefined) {
        const again = signed({ ...signature, segment, hash: head.toString('hex') }, signer)
        clear = JSON.stringify(again)
        lines.push(`${clear}\n`)
      }
      const draft = {
        ...{ kind: record.kind, session: number, counter: chain.count, stretch: record.stretch },
        ...{ flags: record.flags, timeUs: record.timeUs, previousSession: chain.hash, clear },
        sealed: changed.sealed ?? record.sealed,
        tag: record.tag,
      }
      const bytes = Buffer.alloc(recordBytesMax(draft))
      const written = writeRecord(bytes, 0, draft, segment, previousRecord)
      parts.push(bytes.subarray(0, written.length))
      previousRecord = written.hash
      chain.count += 1
      chain.hash = written.hash
      if (content !== undefined) head = written.hash
    }
    segments.set(segment, Buffer.concat(parts))
    previousEnd = head
  }
  return { segments, keys: files.keys, heads: signer === undefined ? files.heads : lines.join('') }
}

export function strangersKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey
}

/** With the stranger's name on it, or with ours: neither helps. */
function signed(signature: HeadSignature, signer: KeyObject): HeadSignature {
  const key = signature.segment % 2 === 0 ? keyFingerprint(publicOf(signer)) : signature.key
  const head = { ...signature, key }
  return { ...head, signature: sign(null, signedBytes(head), signer).toString('base64') }
}

function publicOf(signer: KeyObject): string {
  return signer.export({ type: 'pkcs8', format: 'pem' }).toString()
}
