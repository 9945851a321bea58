/**
 * What a value codec is: between a type's binary wire format and its text form, which is what the
 * server's output function gives under DateStyle ISO, time zone UTC, IntervalStyle postgres.
 * Source: the `_send` and `_out` functions in Postgres' src/backend/utils/adt.
 */
export interface Codec {
  /** Undefined when the bytes are no value of the type. */
  readonly decode: (bytes: Buffer) => string | undefined
  /** Undefined when the text is not in the type's text form, or out of its range. */
  readonly encode: (text: string) => Buffer | undefined
}

export type Codecs = Readonly<Record<string, Codec>>
