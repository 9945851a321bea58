/** What verifying says. */

/** Something is not as it was written. */
export interface Finding {
  readonly what: string
  readonly segment?: number
  readonly sessionId?: string
  /** A session's record, counted from 0. */
  readonly record?: number
}

export interface VerifiedSession {
  readonly id: string
  readonly user: string
  readonly records: number
  /** Of these, how many a valid signature covers. */
  readonly signed: number
  readonly ended: boolean
  /** Its key is gone: it is there, and nobody can read it. */
  readonly erased: boolean
}

export interface VerifyReport {
  readonly findings: readonly Finding[]
  /** True, and worth knowing: erasures, cuts that were recovered, segments still being written. */
  readonly notes: readonly string[]
  readonly sessions: readonly VerifiedSession[]
  readonly segments: number
  readonly records: number
  /** Of these, the last that no signature covers yet. */
  readonly unsigned: number
  /** What was compared with anchors; undefined when there were none to compare with. */
  readonly anchored: AnchoredPart | undefined
}

export interface AnchoredPart {
  readonly anchors: number
  /** The newest anchored head was signed then. */
  readonly at: string | undefined
  /** Records behind it: their removal would not show. */
  readonly unanchored: number
}
