/**
 * Erases sessions that are past the time for which they may be read. Reads the journal a little at a
 * time, since it does so in the proxy's own process; what it found out of a segment it remembers, so
 * that a segment is read about as often as one of its sessions comes to be due.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { RetentionConfig } from '../events.ts'
import { clearOf } from '../journal/chain.ts'
import { readEntries, type SessionEntry } from '../journal/clear.ts'
import { type JournalRecord, RecordKind } from '../journal/record.ts'
import { listSegments, type RecoveredNote } from '../journal/segment.ts'
import { JournalTail } from '../reading/journal-tail.ts'
import type { Custody } from './custody.ts'
import { liveKeys } from './erase.ts'
import type { HeldSession } from './holds.ts'

export interface ExpiryOptions {
  /** The journal's folder. */
  readonly dir: string
  /** From a session's end. */
  readonly readable: RetentionConfig
  readonly custody: Pick<Custody, 'erase'>
}

const dayMs = 86_400_000
/** Between two pieces of a segment: the sessions have the rest of the time. */
const restMs = 4

interface Tracked {
  readonly entry: SessionEntry
  endedMs: number | undefined
}

export class Expiry {
  readonly #options: ExpiryOptions
  readonly #shortestMs: number | undefined
  /** By segment: before then no key of its file has to be looked at. */
  readonly #nextMs = new Map<number, number>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: ExpiryOptions) {
    this.#options = options
    const { defaultMs, databases, environments } = options.readable
    const all = [...databases, ...environments].map(([, ms]) => ms)
    if (defaultMs !== undefined) all.push(defaultMs)
    this.#shortestMs = all.length === 0 ? undefined : Math.min(...all)
  }

  /** Erases what is due by then, after a run that is under way. Resolves with its sessions. */
  run(nowMs: number, stop?: AbortSignal): Promise<readonly string[]> {
    const next = this.#last.then(
      () => this.#run(nowMs, stop),
      () => this.#run(nowMs, stop),
    )
    this.#last = next
    return next
  }

  /** Once none is under way; whatever came of it. */
  async settled(): Promise<void> {
    await this.#last.catch((error: unknown) => error)
  }

  async #run(nowMs: number, stop: AbortSignal | undefined): Promise<readonly string[]> {
    const shortestMs = this.#shortestMs
    if (shortestMs === undefined) return []
    const { dir, custody } = this.#options
    const erased = new Set<string>()
    // To the last one keys are still added.
    for (const segment of (await listSegments(dir)).slice(0, -1)) {
      if (stop?.aborted === true) break
      if (nowMs < (this.#nextMs.get(segment) ?? 0)) continue
      const live = new Set(await liveKeys(dir, segment))
      const found = await this.#track(segment, live, nowMs - shortestMs, stop)
      // The segments behind it are younger still.
      if (found === undefined) break
      const busy = new Set<string>()
      for (const [ageMs, sessions] of this.#due(found, nowMs)) {
        const reason = `readable for ${Math.round(ageMs / dayMs)} days`
        const done = await custody.erase(sessions, {
          ...{ at: new Date(nowMs).toISOString(), by: 'recording.shred_after', reason },
        })
        for (const id of done.erased) erased.add(id)
        for (const id of done.busy) busy.add(id)
      }
      const left = found.filter(({ entry }) => !erased.has(entry.id))
      const unseen = live.size > found.length ? [nowMs + dayMs] : []
      this.#nextMs.set(
        segment,
        Math.min(Infinity, ...unseen, ...left.map(each => this.#againMs(each, busy, nowMs))),
      )
    }
    return [...erased]
  }

  /**
   * The sessions of a segment's keys, with their ends as far as those lie before the limit;
   * undefined when the segment begins behind it.
   */
  async #track(
    segment: number,
    live: ReadonlySet<string>,
    limitMs: number,
    stop: AbortSignal | undefined,
  ): Promise<readonly Tracked[] | undefined> {
    const tracked = new Map<number, Tracked>()
    let open = live.size
    let begun = false
    if (open === 0) return []
    for await (const records of new JournalTail(this.#options.dir, segment).read()) {
      for (const record of records) {
        if (record.timeUs / 1000 > limitMs) return begun ? [...tracked.values()] : undefined
        begun = true
        open -= ended(record, live, tracked)
      }
      if (open === 0 || stop?.aborted === true) break
      await wait(restMs)
    }
    return [...tracked.values()]
  }

  /** Those that are past their time, by what that time is. */
  #due(found: readonly Tracked[], nowMs: number): ReadonlyMap<number, readonly HeldSession[]> {
    const groups = new Map<number, HeldSession[]>()
    for (const { entry, endedMs } of found) {
      const ageMs = this.#ageMs(entry)
      if (endedMs === undefined || endedMs + ageMs > nowMs) continue
      const { id, user, database } = entry
      const group = groups.get(ageMs)
      if (group === undefined) groups.set(ageMs, [{ id, user, database }])
      else group.push({ id, user, database })
    }
    return groups
  }

  /** When one that was left has to be looked at again. */
  #againMs({ entry, endedMs }: Tracked, busy: ReadonlySet<string>, nowMs: number): number {
    const ageMs = this.#ageMs(entry)
    if (busy.has(entry.id)) return nowMs
    if (ageMs === Infinity) return Infinity
    // What goes on, or is held, is looked at once a day.
    return Math.max(nowMs + dayMs, (endedMs ?? -Infinity) + ageMs)
  }

  /** A database's own time beats its environment's, which beats the default. */
  #ageMs({ database, environment }: SessionEntry): number {
    const { defaultMs, databases, environments } = this.#options.readable
    const own = (classes: RetentionConfig['databases'], name: string): number | undefined =>
      classes.find(([each]) => each === name)?.[1]
    return own(databases, database) ?? own(environments, environment) ?? defaultMs ?? Infinity
  }
}

/** Takes in what a record says of beginnings and ends. Returns how many ended. */
function ended(
  record: JournalRecord,
  live: ReadonlySet<string>,
  tracked: Map<number, Tracked>,
): number {
  const endedMs = record.timeUs / 1000
  if (record.kind === RecordKind.Note) {
    const recovered = clearOf<RecoveredNote>(record, 'recovered')
    if (recovered === undefined) return 0
    const cut = new Set(recovered.openSessions)
    const those = [...tracked.values()].filter(
      each => each.endedMs === undefined && cut.has(each.entry.id),
    )
    for (const each of those) each.endedMs = endedMs
    return those.length
  }
  if (record.kind !== RecordKind.Session) return 0
  const known = tracked.get(record.session)
  if (known === undefined && record.counter > 0) return 0
  // Parsing each would take longer than all else.
  if (known !== undefined && !record.clear.includes('"session.end"')) return 0
  const entries = readEntries(record.clear)
  const [first] = entries
  let track = known
  if (track === undefined && first?.type === 'session' && live.has(first.id)) {
    track = { entry: first, endedMs: undefined }
    tracked.set(record.session, track)
  }
  if (track === undefined || track.endedMs !== undefined) return 0
  if (!entries.some(({ type }) => type === 'session.end')) return 0
  track.endedMs = endedMs
  return 1
}
