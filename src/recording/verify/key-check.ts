/**
 * Whether the wrapped keys are those that the sessions began with, and open what they sealed. A key
 * may be gone; whether somebody was allowed to take it, only a note in the journal can say.
 */
import { type Keys, KeyUnusable } from '../../keys/keys.ts'
import type { SessionEntry } from '../journal/clear.ts'
import { Unsealer, unwrapSession } from '../journal/unseal.ts'
import type { Erasure, StoredKey } from '../session-keys/session-keys.ts'
import type { Finding } from './report.ts'
import { type SessionTrack, trackName } from './session-track.ts'
import type { VerifySource } from './source.ts'

export class KeyCheck {
  readonly #source: VerifySource
  readonly #keys: Keys | undefined
  readonly #stored = new Map<number, ReadonlyMap<string, StoredKey>>()
  /** By session: what the journal's notes say. */
  readonly #erasures = new Map<string, Erasure>()

  constructor(source: VerifySource, keys: Keys | undefined) {
    this.#source = source
    this.#keys = keys
  }

  noted(session: string, erasure: Erasure): void {
    this.#erasures.set(session, erasure)
  }

  /** Looks at the key of a session that begins; opens it when the owner's keys are there. */
  async begin(track: SessionTrack, entry: SessionEntry): Promise<Omit<Finding, 'segment'>[]> {
    const stored = await this.#storedKeys(entry.keys)
    if (stored === undefined) return []
    const key = stored.get(entry.id)
    const found = (what: string) => [{ what, sessionId: entry.id }]
    track.key = key === undefined ? 'gone' : 'erased' in key ? key.erased : 'there'
    if (key === undefined || 'erased' in key) return []
    if (key.first !== entry.wrapped) return found('its stored key is not the one it began with')
    if (this.#keys === undefined) return []
    try {
      const { id, commitment } = entry
      const unwrapped = await unwrapSession(this.#keys, id, key.wrapped, commitment)
      if (!unwrapped.commits) return found('its key is not the one that sealed it')
      track.unsealer = new Unsealer(unwrapped.key, id)
      return []
    } catch (error) {
      // A service that does not answer says nothing about the recording.
      if (!(error instanceof KeyUnusable)) throw error
      return found(`its key cannot be unwrapped: ${error.message}`)
    }
  }

  /** Once every record was seen: the note of an erasure stands behind the session. */
  end(track: SessionTrack): { readonly finding?: Finding; readonly note?: string } {
    const sessionId = trackName(track)
    const noted = this.#erasures.get(sessionId)
    const { key, unsealer } = track
    unsealer?.end()
    if (unsealer !== undefined && unsealer.altered > 0) {
      return { finding: { what: 'what it sealed was altered', sessionId } }
    }
    if (noted !== undefined) {
      const { at, by, reason } = noted
      const still = key === 'there' ? '; its key is still there' : ''
      return { note: `session ${sessionId}: erased at ${at} by ${by}: ${reason}${still}` }
    }
    if (key === 'there' || key === 'unchecked') return {}
    const said = key === 'gone' ? '' : `, as its file says at ${key.at} by ${key.by}`
    const what = `its wrapped key is gone${said}, and no note in the journal says that it was erased`
    return { finding: { what, sessionId } }
  }

  isErased(track: SessionTrack): boolean {
    return track.key === 'unchecked' ? this.#erasures.has(trackName(track)) : track.key !== 'there'
  }

  async #storedKeys(segment: number): Promise<ReadonlyMap<string, StoredKey> | undefined> {
    if (this.#source.keys === undefined) return undefined
    const known = this.#stored.get(segment) ?? (await this.#source.keys(segment))
    this.#stored.set(segment, known)
    return known
  }
}
