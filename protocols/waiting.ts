/** What the client's half of a relay waits for before it is called again. One thing at a time. */
export class Waiting {
  /** Set while nothing more may be read from the client. */
  wait: Promise<void> | undefined
  #answered: (() => void) | undefined

  /** Whoever waits looks again when it settles. */
  for(settled: Promise<void>): void {
    this.wait = settled.then(() => {
      this.wait = undefined
    })
  }

  /** As `for`, where what is waited for already comes first. */
  alsoFor(settled: Promise<void> | undefined): void {
    if (settled !== undefined && this.wait === undefined) this.for(settled)
  }

  /** What the client said last may change what comes next: the server answers first. */
  forAnswer(): void {
    this.for(
      new Promise(resolve => {
        this.#answered = resolve
      }),
    )
  }

  /** The server answered. */
  answered(): void {
    const answered = this.#answered
    this.#answered = undefined
    answered?.()
  }
}
