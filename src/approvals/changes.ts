/**
 * Every change of an approval's state: stored, then told to whoever listens. What happened while the
 * database of the state was away is owed to it, and stored as soon as it answers.
 */
import type { Approval, ApprovalEvent, ApprovalState } from './approval.ts'
import { Owed } from './owed.ts'
import type { Change } from './rows.ts'
import { StateAway } from './state/away.ts'
import type { Store } from './store.ts'

type Left = Exclude<ApprovalState, 'pending'>

export class Changes {
  readonly #store: Store
  readonly #emit: (event: ApprovalEvent) => void
  readonly #owed = new Owed()

  constructor(store: Store, emit: (event: ApprovalEvent) => void) {
    this.#store = store
    this.#emit = emit
  }

  /** Whether this call made the change. */
  async make(
    id: string,
    from: readonly ApprovalState[],
    to: Left,
    change: Change,
    digest?: string,
  ): Promise<boolean> {
    const made = await this.#store.move(id, from, to, change, digest)
    if (made)
      await this.tell(to, id).catch((error: unknown) => {
        if (!(error instanceof StateAway)) throw error
        this.#owed.add(`${id} told ${to}`, () => this.tell(to, id))
      })
    return made
  }

  /** The same for what cannot be taken back; it rejects when it is stored later. */
  async makeOrOwe(
    id: string,
    from: readonly ApprovalState[],
    to: Left,
    change: Change,
  ): Promise<boolean> {
    try {
      return await this.make(id, from, to, change)
    } catch (error) {
      if (error instanceof StateAway) this.owe(id, from, to, change)
      throw error
    }
  }

  /** To be made as soon as the state answers, if it then still can be. */
  owe(id: string, from: readonly ApprovalState[], to: Left, change: Change): void {
    this.#owed.add(`${id} ${to}`, () => this.make(id, from, to, change))
  }

  /** The state may have heard a claim whose answer was lost, and nobody would ever end it. */
  oweUnclaimed(id: string, startedAt: number): void {
    const error = 'the state database did not answer, so it was not run'
    const change = { endedAt: Date.now(), result: { ok: false, error, durationMs: 0 } }
    this.#owed.add(`${id} unclaimed`, async () => {
      const approval = await this.#store.get(id)
      // Somebody else's claim of the same request is none of ours.
      if (approval?.startedAt?.getTime() !== startedAt) return
      await this.make(id, ['running'], 'failed', change)
    })
  }

  /** Of what is stored already. */
  async tell(type: ApprovalEvent['type'], id: string): Promise<Approval | undefined> {
    const approval = await this.#store.get(id)
    if (approval !== undefined) this.#emit({ type, approval })
    return approval
  }

  /** Tries once more to store what is owed. */
  close(): Promise<void> {
    return this.#owed.close()
  }
}
