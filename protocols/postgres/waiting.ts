/** What the client's half of the relay waits for before it is called again. One thing at a time. */
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

  /** Names that a segment under way may make or unmake are known once the server answered it. */
  forSegment(): void {
    this.for(
      new Promise(resolve => {
        this.#answered = resolve
      }),
    )
  }

  segmentAnswered(): void {
    const answered = this.#answered
    this.#answered = undefined
    answered?.()
  }
}
