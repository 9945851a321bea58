/**
 * What goes to one side, in order: spans of the chunk that the other side sent, and frames of ours
 * between them. What nobody changes is neither copied nor looked at twice.
 */
export class Spans {
  /** Emptied by whoever sends it. */
  readonly output: Buffer[] = []
  #start = 0

  /** A new chunk: nothing of it was passed yet. */
  begin(): void {
    this.#start = 0
  }

  /** Everything before `end` that was neither passed nor dropped passes. */
  pass(bytes: Buffer, end: number): void {
    if (end > this.#start) this.emit(bytes.subarray(this.#start, end))
    this.#start = end
  }

  /** What came before `from` passes; from there to `end` does not. */
  drop(bytes: Buffer, from: number, end: number): void {
    this.pass(bytes, from)
    this.#start = end
  }

  /** A frame of ours, or one that was kept. */
  emit(bytes: Buffer): void {
    this.output.push(bytes)
  }
}
