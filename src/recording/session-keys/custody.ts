/**
 * The one way to destroy keys, and to keep them from it. Each of its acts is a note in the journal
 * first, on the disk before anything is changed: a key that is gone without such a note was taken by
 * somebody else, and `verify` says so. One after the other, so that no hold comes too late.
 *
 * Whoever writes the journal has it: the proxy while it runs, which others on the machine ask over a
 * socket in the data directory that only its owner can open; else whoever takes the journal's lock.
 */
import { join } from 'node:path'
import type { Keys } from '../../keys/keys.ts'
import { Journal } from '../journal/journal.ts'
import type { JournalNote } from '../journal/segment.ts'
import { askSocket, isServed, serveSocket } from '../local-socket.ts'
import { destroyKeys, findKeys } from './erase.ts'
import { type HeldSession, holdOn, type LegalHold, readHolds, writeHolds } from './holds.ts'
import type { Erasure } from './session-keys.ts'

export interface Erased {
  readonly erased: readonly string[]
  /** A legal hold keeps them. */
  readonly held: readonly string[]
  /** They run, or their keys are in the segment that is written now: try again when it has ended. */
  readonly busy: readonly string[]
}

export interface Custody {
  /** Those without a key are left out. */
  erase(sessions: readonly HeldSession[], erasure: Erasure): Promise<Erased>
  /** Rejects with HoldMistaken when there is one of that name. */
  hold(hold: LegalHold): Promise<void>
  /** Rejects with HoldMistaken when there is none of that name. */
  release(name: string, by: string): Promise<LegalHold>
  close(): Promise<void>
}

export class HoldMistaken extends Error {
  readonly code = 'COUNTERSIGN_HOLD_MISTAKEN'

  constructor(message: string) {
    super(message)
    this.name = 'HoldMistaken'
  }
}

/** What it needs of whoever writes the journal. */
export type CustodyJournal = Pick<Journal, 'note' | 'flush' | 'sync'>

/** A note of this type is what `verify` looks for: see `ErasedNote`. */
export const erasedNote = 'session.erased'

/** The clear part of that note. */
export interface ErasedNote extends Erasure {
  readonly type: typeof erasedNote
  readonly session: string
}

export class OwnCustody implements Custody {
  readonly #dataDir: string
  readonly #journal: CustodyJournal
  readonly #running: (session: string) => boolean
  #last: Promise<unknown> = Promise.resolve()

  constructor(
    dataDir: string,
    journal: CustodyJournal,
    running: (session: string) => boolean = () => false,
  ) {
    this.#dataDir = dataDir
    this.#journal = journal
    this.#running = running
  }

  erase(sessions: readonly HeldSession[], erasure: Erasure): Promise<Erased> {
    return this.#next(() => this.#erase(sessions, erasure))
  }

  hold(hold: LegalHold): Promise<void> {
    return this.#next(async () => {
      const holds = await readHolds(this.#dataDir)
      if (holds.some(({ name }) => name === hold.name)) {
        throw new HoldMistaken(
          `expected a new name, there is a hold ${hold.name}: release it first`,
        )
      }
      // First: what could not be noted is held nevertheless.
      await writeHolds(this.#dataDir, [...holds, hold])
      await this.#note({ type: 'hold.placed', hold })
    })
  }

  release(name: string, by: string): Promise<LegalHold> {
    return this.#next(async () => {
      const holds = await readHolds(this.#dataDir)
      const found = holds.find(each => each.name === name)
      if (found === undefined) throw new HoldMistaken(`expected the name of a hold, got ${name}`)
      await this.#note({ type: 'hold.released', by, hold: found })
      await writeHolds(
        this.#dataDir,
        holds.filter(each => each !== found),
      )
      return found
    })
  }

  async close(): Promise<void> {
    await this.#last.catch((error: unknown) => error)
  }

  async #erase(sessions: readonly HeldSession[], erasure: Erasure): Promise<Erased> {
    const journalDir = join(this.#dataDir, 'journal')
    const holds = await readHolds(this.#dataDir)
    const held = sessions.filter(each => holdOn(holds, each) !== undefined)
    const kept = new Set(held)
    const free = sessions.filter(each => !kept.has(each)).map(({ id }) => id)
    const open = free.filter(id => this.#running(id))
    const { ended, busy } = await findKeys(
      journalDir,
      new Set(free.filter(id => !this.#running(id))),
    )
    const erased = [...ended.values()].flat()
    if (erased.length > 0) {
      await this.#note(...erased.map(session => ({ type: erasedNote, session, ...erasure })))
      await destroyKeys(journalDir, ended, erasure)
    }
    return { erased, held: held.map(({ id }) => id), busy: [...open, ...busy] }
  }

  async #note(...notes: readonly JournalNote[]): Promise<void> {
    for (const note of notes) this.#journal.note(note)
    this.#journal.flush()
    await this.#journal.sync()
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work)
    this.#last = next
    return next
  }
}

type Question =
  | { readonly ask: 'erase'; readonly sessions: readonly HeldSession[]; readonly erasure: Erasure }
  | { readonly ask: 'hold'; readonly hold: LegalHold }
  | { readonly ask: 'release'; readonly name: string; readonly by: string }

/** Answers others on this machine. */
export function serveCustody(
  dataDir: string,
  custody: Custody,
): Promise<{ close(): Promise<void> }> {
  return serveSocket<Question>(socketPath(dataDir), async question => {
    try {
      if (question.ask === 'erase')
        return [await custody.erase(question.sessions, question.erasure)]
      if (question.ask === 'release') return [await custody.release(question.name, question.by)]
      await custody.hold(question.hold)
      return [{}]
    } catch (error) {
      if (error instanceof HoldMistaken) return [{ mistaken: error.message }]
      throw error
    }
  })
}

/** Of the proxy that runs; without one, of this process, which then writes the journal: close it. */
export async function openCustody(dataDir: string, keys: Keys): Promise<Custody> {
  const path = socketPath(dataDir)
  if (await isServed(path)) return asking(path)
  const journal = await Journal.open({
    ...{ dir: join(dataDir, 'journal'), keys, log: undefined },
    // It is closed again at once.
    ...{ segmentBytesMax: Infinity, segmentMsMax: Infinity, segmentSessionsMax: Infinity },
  })
  const own = new OwnCustody(dataDir, journal)
  const { erase, hold, release } = bound(own)
  return { erase, hold, release, close: () => own.close().then(() => journal.close()) }
}

function asking(path: string): Custody {
  const ask = async <T>(question: Question): Promise<T> => {
    const [answer] = await askSocket(path, question)
    const mistaken = answer?.['mistaken']
    if (typeof mistaken === 'string') throw new HoldMistaken(mistaken)
    return answer as T
  }
  return {
    erase: (sessions, erasure) => ask<Erased>({ ask: 'erase', sessions, erasure }),
    hold: async hold => {
      await ask<object>({ ask: 'hold', hold })
    },
    release: (name, by) => ask<LegalHold>({ ask: 'release', name, by }),
    close: async () => undefined,
  }
}

function bound(own: OwnCustody): Omit<Custody, 'close'> {
  return {
    erase: (sessions, erasure) => own.erase(sessions, erasure),
    hold: hold => own.hold(hold),
    release: (name, by) => own.release(name, by),
  }
}

function socketPath(dataDir: string): string {
  return join(dataDir, 'keys.sock')
}
