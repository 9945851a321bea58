/** The one door to the journal: opens it, hands out a recorder for each session, ships, closes. */
import { join } from 'node:path'
import type { Keys } from '../keys/keys.ts'
import { KeyPool } from '../keys/pool.ts'
import type { AnchorPlace } from './anchors/anchor.ts'
import { AnchorKeeper, type AnchorStatus } from './anchors/keeper.ts'
import type {
  ArchiveConfig,
  Log,
  RetentionConfig,
  SessionRecorder,
  SessionStart,
  StorageState,
} from './events.ts'
import { Compressor } from './journal/compress.ts'
import { keyContext, sessionKey } from './journal/crypt.ts'
import { Journal } from './journal/journal.ts'
import { type RecorderPort, SealedSession } from './journal/session-recorder.ts'
import { freeBytes, storageState } from './journal/storage.ts'
import { JournalUnavailable } from './journal/unavailable.ts'
import { KeyKeeper } from './session-keys/keeper.ts'
import { appendSessionKey, wrappedHash } from './session-keys/session-keys.ts'
import { ShippingKeeper, type ShippingStatus } from './shipping/keeper.ts'
import type { SiemConfig } from './siem/to-siem.ts'

export interface RecorderOptions {
  /** The data directory; the journal is in its folder `journal`. */
  readonly dir: string
  readonly keys: Keys
  /** What a session's end waits for. What statements wait for, the session decides: `durable`. */
  readonly durability: 'write' | 'fsync'
  readonly archive: ArchiveConfig
  /** Of the archive's rows; absent: as it was. */
  readonly retention?: RetentionConfig
  /** For how long sessions can be read, from when they ended; absent: for ever. */
  readonly shredAfter?: RetentionConfig
  /** Who is told what happens. */
  readonly siem?: readonly SiemConfig[]
  /** Where signed heads are kept beside; closed with the recorder. */
  readonly anchors?: readonly AnchorPlace[]
  /** Whether frames are recorded. */
  readonly rows: boolean
  /** Free bytes below which the storage is low and critical. */
  readonly lowBytes?: number
  readonly criticalBytes?: number
  /** When a segment is ended, and how often the heads are signed. */
  readonly segmentBytesMax?: number
  readonly segmentMsMax?: number
  readonly headMs?: number
  /** How long a full journal may hold up a session's frames before the session fails. */
  readonly stallMsMax?: number
  readonly log?: Log
  /** Told at every change of the storage's state. */
  readonly onState?: (state: StorageState) => void
  /** Told each time that free space is measured and is critical: sessions end while they still can. */
  readonly onCritical?: () => void
}

const mebibyte = 1024 * 1024
const defaults = {
  lowBytes: 512 * mebibyte,
  criticalBytes: 256 * mebibyte,
  segmentBytesMax: 64 * mebibyte,
  segmentMsMax: 60 * 60_000,
  headMs: 5 * 60_000,
  stallMsMax: 10_000,
}
const segmentSessionsMax = 10_000
const keptForEver: RetentionConfig = { defaultMs: undefined, databases: [], environments: [] }
/** How long what is not urgent may wait in memory. */
const flushMsMax = 100
const storageMs = 2_000
/** Logins that a KMS which is away does not stop, and for how long a key may wait for its session. */
const poolSize = 16
const poolMsMax = 15 * 60_000
/** What may wait for a journal that cannot be written, over all sessions. */
const stalledBytesMax = 16 * mebibyte

export class Recorder {
  readonly #options: RecorderOptions & typeof defaults
  readonly #journal: Journal
  readonly #journalDir: string
  readonly #sessions = new Set<SealedSession>()
  #pending: SealedSession[] = []
  #waiting: SealedSession[] = []
  #flushTimer: NodeJS.Timeout | undefined
  readonly #timers: readonly NodeJS.Timeout[]
  readonly #stalled = new Set<(error: Error | undefined) => void>()
  #free: StorageState = 'healthy'
  #state: StorageState = 'healthy'
  #closing: Promise<void> | undefined
  #archive: ShippingKeeper | undefined
  #siem: ShippingKeeper | undefined
  readonly #anchors: AnchorKeeper | undefined
  readonly #pool: KeyPool
  readonly #port: RecorderPort
  #keys: KeyKeeper | undefined

  /** Recovers what an earlier run left unsealed. */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const filled = { ...defaults, ...options }
    const journalDir = join(options.dir, 'journal')
    const anchors = options.anchors && new AnchorKeeper(options.dir, options.anchors, options.log)
    const journal = await Journal.open({
      dir: journalDir,
      onSigned: (id, signature) => anchors?.anchor(id, signature),
      keys: options.keys,
      segmentBytesMax: filled.segmentBytesMax,
      segmentMsMax: filled.segmentMsMax,
      segmentSessionsMax,
      log: options.log,
    })
    const recorder = new Recorder(filled, journal, journalDir, anchors)
    await recorder.#measure()
    const { archive, dir, log } = options
    const { retention, shredAfter = keptForEver, siem = [] } = options
    recorder.#keys = await KeyKeeper.open({
      ...{ dataDir: dir, journal, shredAfter, log },
      running: id => [...recorder.#sessions].some(({ start }) => start.id === id),
    })
    if (archive.kind !== 'none') {
      recorder.#archive = new ShippingKeeper({
        ...{ program: 'archive/archive-process', names: ['archive'], log },
        order: { dataDir: dir, config: archive, retention },
      })
    }
    if (siem.length > 0) {
      recorder.#siem = new ShippingKeeper({
        ...{ program: 'siem/siem-process', names: siem.map(({ name }) => name), log },
        order: { dataDir: dir, targets: siem },
      })
    }
    return recorder
  }

  private constructor(
    options: RecorderOptions & typeof defaults,
    journal: Journal,
    journalDir: string,
    anchors: AnchorKeeper | undefined,
  ) {
    this.#anchors = anchors
    this.#pool = new KeyPool(options.keys, {
      size: options.keys.remote ? poolSize : 0,
      ageMsMax: poolMsMax,
      context: keyContext,
      onAway: error => options.log?.warn({ error: String(error) }, 'no data keys can be made'),
    })
    this.#options = options
    this.#journal = journal
    this.#journalDir = journalDir
    this.#port = {
      journal,
      rows: options.rows,
      compressor: new Compressor(),
      refusal: () => this.#refusal(),
      pending: session => this.#addPending(session),
      waiting: session => this.#addWaiting(session),
      overflow: session => this.#overflow(session),
      commit: () => this.commit(),
      sync: () => this.sync(),
      ended: session => this.#ended(session),
    }
    this.#timers = [
      setInterval(() => this.#tick(() => this.#head()), options.headMs).unref(),
      setInterval(() => void this.#measure(), storageMs).unref(),
    ]
  }

  get state(): StorageState {
    return this.#state
  }

  /** Best for a new session: its key may be ready. */
  newSessionId(): string {
    return this.#pool.newId()
  }

  /** Keys that wait for a session; 0 when they are made when they are needed. */
  get readyKeys(): number {
    return this.#pool.size
  }

  /**
   * Rejects with JournalUnavailable while the storage is low or critical, when there is no key for
   * it, or when the recorder closes.
   */
  async openSession(start: SessionStart): Promise<SessionRecorder> {
    if (this.#state !== 'healthy') {
      throw new JournalUnavailable(
        `no session may begin: the journal's storage is ${this.#state === 'low' ? 'low' : 'full'}`,
      )
    }
    const { plain, wrapped } = await this.#pool.take(start.id).catch((cause: unknown) => {
      throw new JournalUnavailable('no session may begin: there is no key to seal it with', {
        cause,
      })
    })
    const key = sessionKey(plain, start.id)
    let segment: number
    try {
      // Keys of a segment that ended meanwhile may be changed under us: then the next one has it.
      do {
        segment = this.#journal.segment
        await appendSessionKey(this.#journalDir, segment, start.id, wrapped)
      } while (segment !== this.#journal.segment)
    } catch (cause) {
      throw new JournalUnavailable("a session's key cannot be kept", { cause })
    }
    if (this.#closing !== undefined) throw new JournalUnavailable('the recorder closes')
    const facts = {
      keys: segment,
      wrapped: wrappedHash(wrapped),
      commitment: key.commitment,
    }
    const head = this.#journal.newSession()
    const session = new SealedSession(this.#port, start, key, facts, head)
    this.#sessions.add(session)
    session.begin()
    this.#addPending(session)
    this.commit()
    return session
  }

  /** Something that belongs to no session: a policy was loaded, the proxy starts or stops. */
  note(type: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#journal.note({ type, ...fields })
    this.#tick(() => this.#journal.flush())
  }

  /** One write of every session's statements and approvals. Throws JournalUnavailable. */
  commit(): void {
    const pending = this.#pending
    if (pending.length > 0) {
      this.#pending = []
      for (const session of pending) {
        session.isPending = false
        session.seal()
      }
    }
    try {
      this.#journal.flush()
    } catch (error) {
      for (const session of pending) session.refuse('the journal could not be written')
      this.#failed()
      throw error
    }
    for (const session of pending) session.committed()
    if (this.#journal.full) this.#rotate()
  }

  /** Resolves once all that was committed has reached the disk. */
  sync(): Promise<void> {
    return this.#journal.sync()
  }

  /** Whether the archive keeps up, and with how much it is behind; undefined when there is none. */
  get archive(): ShippingStatus | undefined {
    return this.#archive?.status.get('archive')
  }

  /** How far each SIEM has come, by name; empty when there is none. */
  get siem(): ReadonlyMap<string, ShippingStatus> {
    return this.#siem?.status ?? new Map()
  }

  /** How far each place has come; empty when there is none. */
  get anchors(): readonly AnchorStatus[] {
    return this.#anchors?.status ?? []
  }

  /** Erases sessions that are past their time by then. Resolves with their ids. */
  async expire(nowMs: number): Promise<readonly string[]> {
    return (await this.#keys?.expire(nowMs)) ?? []
  }

  /** Why sessions past their time can still be read; undefined when none can. */
  get expiryFailure(): string | undefined {
    return this.#keys?.failure
  }

  /** Seals the journal. Sessions that are still open get an end. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    this.#pool.close()
    await Promise.all([...this.#sessions].map(session => session.end('the proxy stopped')))
    clearTimeout(this.#flushTimer)
    this.#sealAll()
    await this.#keys?.close()
    try {
      await this.#journal.close()
    } finally {
      await Promise.all([this.#archive?.close(), this.#siem?.close(), this.#anchors?.close()])
    }
  }

  /** Signs how far it has come. Where nothing happens, a segment that is old ends here. */
  #head(): void {
    if (this.#journal.full) this.#rotate()
    this.#journal.head()
  }

  #addPending(session: SealedSession): void {
    if (session.isPending) return
    session.isPending = true
    this.#pending.push(session)
  }

  #addWaiting(session: SealedSession): void {
    if (session.isWaiting) return
    session.isWaiting = true
    this.#waiting.push(session)
    // Not unreferenced: what waits here is not in the file yet.
    this.#flushTimer ??= setTimeout(() => this.#flushWaiting(), flushMsMax)
  }

  #flushWaiting(): void {
    this.#flushTimer = undefined
    this.#sealAll()
    this.#tick(() => this.commit())
    if (this.#journal.failure !== undefined || this.#waiting.length > 0) {
      this.#flushTimer ??= setTimeout(() => this.#flushWaiting(), flushMsMax)
    }
  }

  /** Everything that was gathered becomes records, and every stretch gets its tag. */
  #sealAll(): void {
    // While nothing can be written, what is gathered stays where its limits are.
    if (this.#journal.waiting > stalledBytesMax) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const session of waiting) {
      session.isWaiting = true
      session.seal()
      session.closeStretch()
      session.isWaiting = false
    }
  }

  #overflow(session: SealedSession): Promise<void> | undefined {
    if (this.#journal.waiting <= stalledBytesMax) session.seal()
    try {
      this.#journal.flush()
    } catch {
      // Kept in `journal.failure`, and told to whoever waits below.
      this.#failed()
      this.#addWaiting(session)
      return this.#stall()
    }
    if (this.#journal.full) this.#rotate()
    return undefined
  }

  /** Waits for the journal to be written again. */
  #stall(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | undefined): void => {
        clearTimeout(timer)
        this.#stalled.delete(settle)
        if (error === undefined) resolve()
        else reject(error)
      }
      const timer = setTimeout(() => {
        const why = this.#journal.failure
        settle(new JournalUnavailable('the journal did not come back in time', { cause: why }))
      }, this.#options.stallMsMax)
      this.#stalled.add(settle)
    })
  }

  #rotate(): void {
    for (const session of this.#sessions) {
      if (!session.hasContent) continue
      session.seal()
      session.closeStretch()
    }
    this.#tick(() => {
      this.#journal.flush()
      const error = this.#journal.rotate()
      if (error !== undefined) throw error
    })
  }

  #refusal(): JournalUnavailable | undefined {
    if (this.#closing !== undefined) return new JournalUnavailable('the recorder closes')
    if (this.#state !== 'critical') return undefined
    // A write that failed may succeed by now; measured storage has to be measured again.
    if (this.#free !== 'critical') {
      this.#tick(() => this.#journal.flush())
      if (this.#journal.failure === undefined) return undefined
    }
    return new JournalUnavailable('nothing may run: it could not be recorded', {
      cause: this.#journal.failure,
    })
  }

  async #ended(session: SealedSession): Promise<void> {
    session.seal()
    session.closeStretch()
    this.#sessions.delete(session)
    try {
      this.commit()
    } catch (error) {
      // Its records stay in the buffer; the next flush that succeeds writes them.
      this.#options.log?.error({ error: String(error) }, "a session's end is not written yet")
      this.#addWaiting(session)
      return
    }
    if (this.#options.durability === 'fsync') await this.sync()
  }

  /** Work whose failure nobody waits for: it is logged, and the state says it. */
  #tick(work: () => void): void {
    try {
      work()
      this.#settle()
    } catch (error) {
      this.#failed()
      this.#options.log?.error({ error: String(error) }, 'the journal cannot be written')
    }
  }

  async #measure(): Promise<void> {
    try {
      this.#free = storageState(await freeBytes(this.#journalDir), this.#options)
    } catch (error) {
      this.#options.log?.error({ error: String(error) }, 'the free space is not known')
      this.#free = 'critical'
    }
    this.#settle()
    if (this.#free === 'critical') this.#options.onCritical?.()
  }

  #failed(): void {
    this.#change('critical')
  }

  #settle(): void {
    const failing = this.#journal.failure !== undefined
    if (!failing) for (const settle of [...this.#stalled]) settle(undefined)
    this.#change(failing ? 'critical' : this.#free)
  }

  #change(state: StorageState): void {
    const before = this.#state
    if (state === before) return
    this.#state = state
    this.#journal.note({ type: 'storage', state, before })
    this.#options.log?.warn({ state, before }, "the journal's storage changed its state")
    this.#options.onState?.(state)
  }
}
