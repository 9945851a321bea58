/** The journal's own error, with the code that a protocol's RecordingUnavailable has. */

/** The journal cannot take more. A statement must not run, a session must not begin. */
export class JournalUnavailable extends Error {
  readonly code = 'COUNTERSIGN_RECORDING_UNAVAILABLE'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'JournalUnavailable'
  }
}
