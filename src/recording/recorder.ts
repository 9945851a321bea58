/** The one door to the journal: opens it, hands out a recorder for each session, ships, closes. */
import type { Keys } from '../keys/keys.ts'
import type { ArchiveConfig, Log, SessionRecorder, SessionStart, StorageState } from './events.ts'

export interface RecorderOptions {
  /** The data directory; the journal is in its folder `journal`. */
  readonly dir: string
  readonly keys: Keys
  /** `write`: survives the process. `fsync`: survives the machine, and is slower. */
  readonly durability: 'write' | 'fsync'
  readonly archive: ArchiveConfig
  /** Whether frames are recorded. */
  readonly rows: boolean
  /** Free bytes below which the storage is low and critical. */
  readonly lowBytes?: number
  readonly criticalBytes?: number
  readonly log?: Log
  /** Told at every change of the storage's state. */
  readonly onState?: (state: StorageState) => void
}

export declare class Recorder {
  /** Recovers what an earlier run left unsealed. */
  static open(options: RecorderOptions): Promise<Recorder>
  readonly state: StorageState
  /** Rejects with RecordingUnavailable while the storage is low or critical. */
  openSession(start: SessionStart): Promise<SessionRecorder>
  /** Seals the journal. Sessions that are still open get an end. Idempotent. */
  close(): Promise<void>
}
