/**
 * Opens what a session sealed. Feed it the session's records in their order; it gives back what
 * they hold, stretch by stretch, once the stretch's tag has vouched for it. What was altered is not
 * shown; what lost its tag to a crash is, and is said to have none.
 */
import type { DecipherGCM, KeyObject } from 'node:crypto'
import type { Keys } from '../../keys/keys.ts'
import { decompress } from './compress.ts'
import { keyContext, openStretch, sessionKey, vouch } from './crypt.ts'
import { decodePayload, type PayloadItem, PayloadType } from './payload.ts'
import { type JournalRecord, RecordFlag } from './record.ts'

/** A record's clear part and its opened items. */
export interface OpenedRecord {
  readonly record: JournalRecord
  readonly items: readonly PayloadItem[]
  /** Why there are no items although something was sealed. */
  readonly closed: 'altered' | 'no key' | undefined
}

interface Stretch {
  readonly number: number
  readonly decipher: DecipherGCM
  readonly opened: OpenedRecord[]
}

export class Unsealer {
  readonly #key: KeyObject | undefined
  readonly #sessionId: string
  #stretch: Stretch | undefined
  /** Stretches whose tag did not fit. */
  altered = 0
  /** Stretches that never got a tag. */
  untagged = 0

  constructor(key: KeyObject | undefined, sessionId: string) {
    this.#key = key
    this.#sessionId = sessionId
  }

  /** Records that can be shown now: none while a stretch is under way. */
  push(record: JournalRecord): readonly OpenedRecord[] {
    const opened: OpenedRecord[] = []
    if (record.sealed.length === 0) {
      // In the middle of a stretch it waits, so that the order stays.
      if (this.#stretch === undefined) return [{ record, items: [], closed: undefined }]
      this.#stretch.opened.push({ record, items: [], closed: undefined })
      return []
    }
    if (this.#key === undefined) return [{ record, items: [], closed: 'no key' }]
    if ((record.flags & RecordFlag.StretchStart) !== 0) {
      opened.push(...this.end())
      this.#stretch = this.#begin(this.#key, record)
    }
    const stretch = this.#stretch
    if (stretch === undefined || stretch.number !== record.stretch) {
      this.altered += 1
      return [...opened, { record, items: [], closed: 'altered' }]
    }
    const small = (record.flags & RecordFlag.Compressed) !== 0
    const plain = stretch.decipher.update(record.sealed)
    const payload = small ? decompress(plain) : plain
    const { items, cut } = payload === undefined ? unreadable : decodePayload(payload)
    stretch.opened.push({ record, items, closed: cut ? 'altered' : undefined })
    if ((record.flags & RecordFlag.StretchEnd) === 0) return opened
    this.#stretch = undefined
    return [...opened, ...this.#close(stretch, record, items)]
  }

  /** No more records: what is left has no tag. */
  end(): readonly OpenedRecord[] {
    const stretch = this.#stretch
    this.#stretch = undefined
    if (stretch === undefined) return []
    this.untagged += 1
    return stretch.opened
  }

  #begin(key: KeyObject, record: JournalRecord): Stretch {
    const { stretch: number, previousSession } = record
    const decipher = openStretch(key, this.#sessionId, number, previousSession)
    return { number, decipher, opened: [] }
  }

  #close(
    stretch: Stretch,
    last: JournalRecord,
    items: readonly PayloadItem[],
  ): readonly OpenedRecord[] {
    const vouched = items.findLast(item => item.type === PayloadType.Vouch)
    const fits = vouched?.bytes.equals(vouch(last.previousSession, last.clear)) === true
    if (fits && tagFits(stretch.decipher, last.tag)) return stretch.opened
    this.altered += 1
    return stretch.opened.map(({ record }) => ({ record, items: [], closed: 'altered' }))
  }
}

const unreadable = { items: [], cut: true } as const

function tagFits(decipher: DecipherGCM, tag: Buffer): boolean {
  try {
    decipher.setAuthTag(tag)
    decipher.final()
    return true
  } catch {
    // Node says "unable to authenticate data" and no more.
    return false
  }
}

/** Rejects with KeyUnusable; `commits` is false when the key is not the one that sealed. */
export async function unwrapSession(
  keys: Keys,
  sessionId: string,
  wrapped: Buffer,
  commitment: string,
): Promise<{ readonly key: KeyObject; readonly plain: Buffer; readonly commits: boolean }> {
  const plain = await keys.unwrap(wrapped, keyContext(sessionId))
  const copy = Buffer.from(plain)
  const derived = sessionKey(copy, sessionId)
  return { key: derived.key, plain, commits: derived.commitment === commitment }
}
