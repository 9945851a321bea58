/** What the player shows of a session: plain data, sent as JSON. Times are µs since its start. */

export interface PlayedStatement {
  readonly number: number
  readonly atUs: number
  /** Undefined when its key is gone; then `normalized` is all there is. */
  readonly text: string | undefined
  readonly normalized: string
  /** Cut like values; bytes as `\x` and hexadecimal digits. */
  readonly parameters: readonly (string | null)[]
  readonly tag: string
  readonly effects: readonly string[]
  readonly tables: readonly string[]
  readonly verdict: 'allow' | 'hold' | 'deny'
  readonly rules: readonly string[]
  readonly reason: string
  readonly observed: 'hold' | 'deny' | undefined
  approval: string | undefined
  /** While people were asked. */
  waitedUs: { readonly from: number; readonly to: number | undefined } | undefined
  endedUs: number | undefined
  rows: number
  bytes: number
  error: string | undefined
  readonly notes: PlayedNote[]
  readonly results: PlayedResult[]
}

/** Something that was said about a statement, or to its client. */
export interface PlayedNote {
  readonly atUs: number
  readonly kind: 'waiting' | 'good' | 'bad' | 'notice'
  readonly text: string
}

export interface PlayedResult {
  /** Of the session; by it its rows are asked for. */
  readonly id: number
  readonly atUs: number
  columns: readonly PlayedColumn[]
  /** Rules that hide columns of a COPY, which has no columns of its own. */
  hidden: readonly string[]
  /** `copy`: each row is one line of what was copied, in or out. */
  kind: 'rows' | 'copy in' | 'copy out' | 'none'
  rows: number
  /** Fewer than `rows` when there was no room to keep more. */
  kept: number
  /** `[atUs, rows]`: how many had come by then. */
  marks: readonly (readonly [number, number])[]
  tag: string | undefined
  error: { readonly code: string; readonly text: string } | undefined
}

export interface PlayedColumn {
  readonly name: string
  readonly type: string
  /** The masking rule that hid its values. */
  readonly rule?: string
}

/** Something that is missing. */
export interface PlayedGap {
  readonly atUs: number
  readonly reason: string
  readonly bytes: number
}
