/** Wraps every session's key anew. Only while nobody writes the journal: it takes its lock. */
import { type Keys, KeyUnusable } from '../../keys/keys.ts'
import { keyContext } from '../journal/crypt.ts'
import { takeLock } from '../journal/lock.ts'
import { listSegments } from '../journal/segment.ts'
import { changeSessionKeys, type StoredKey } from './session-keys.ts'

export interface Rewrapped {
  readonly rewrapped: number
  /** Sessions whose key no key of ours opens: they are left as they are. */
  readonly unusable: readonly string[]
}

/** `work` is done under the lock, too: first `before`, then the keys, then `after`. */
export async function rewrapSessionKeys(
  journalDir: string,
  before: () => Promise<Keys>,
  after: (keys: Keys) => Promise<void>,
): Promise<Rewrapped> {
  const lock = await takeLock(journalDir)
  try {
    const keys = await before()
    const unusable: string[] = []
    let rewrapped = 0
    for (const segment of await listSegments(journalDir)) {
      rewrapped += await changeSessionKeys(journalDir, segment, async (key): Promise<StoredKey> => {
        if ('erased' in key) return key
        try {
          const { session, wrapped, first } = key
          const again = await keys.rewrap(wrapped, keyContext(session))
          return { session, wrapped: again, first, rewrapped: true }
        } catch (error) {
          if (!(error instanceof KeyUnusable)) throw error
          unusable.push(key.session)
          return key
        }
      })
    }
    await after(keys)
    return { rewrapped, unusable }
  } finally {
    await lock.release()
  }
}
