/** What goes to the client: it is recorded as it is shown, in the same order. */
import type { Session } from './protocol.ts'
import { Spans } from './spans.ts'

export class RecordedSpans extends Spans {
  readonly #session: Pick<Session, 'record'>
  #full: Promise<void> | undefined

  constructor(session: Pick<Session, 'record'>) {
    super()
    this.#session = session
  }

  override emit(bytes: Buffer): void {
    this.output.push(bytes)
    this.record(bytes)
  }

  /** For what the client is not sent again, but has to be known to read the recording. */
  record(bytes: Buffer): void {
    this.#full = this.#session.record({ type: 'frames', from: 'server', bytes }) ?? this.#full
  }

  /** When the recorder is full: what has to settle before more is read. Told once. */
  takeFull(): Promise<void> | undefined {
    const full = this.#full
    this.#full = undefined
    return full
  }
}
