/** What the planners of all protocols share: one statement at a time, within a time, or why not. */

/** Why there is no plan, without a full stop and without what a server says, which names values. */
export class NoPlan extends Error {
  override readonly name = 'NoPlan'
}

const everythingMsMax = 4_000
const waitingMax = 64
const tooLong = 'planning it took too long'

/** Of one connection: each waits for those before it, and gives up in time. */
export class Turns {
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  /**
   * Rejects with NoPlan; `whyOf` puts everything else in words. `work` ends soon after its signal
   * has fired.
   */
  async take<T>(
    gone: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    whyOf: (error: unknown) => string,
  ): Promise<T> {
    if (this.#waiting >= waitingMax) throw new NoPlan('too many statements are being planned')
    this.#waiting += 1
    const signal = AbortSignal.any([gone, AbortSignal.timeout(everythingMsMax)])
    const turn = this.#last.then(() => {
      if (signal.aborted) throw new NoPlan(tooLong)
      return work(signal)
    })
    this.#last = turn.catch(() => undefined)
    try {
      return await turn
    } catch (error) {
      if (signal.aborted) throw new NoPlan(tooLong)
      throw error instanceof NoPlan ? error : new NoPlan(whyOf(error))
    } finally {
      this.#waiting -= 1
    }
  }
}
