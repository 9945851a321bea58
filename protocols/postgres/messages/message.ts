/**
 * The frame of every message but the first of a connection, and of the first.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 *
 *   ┌──────┬────────┬──────────┐        ┌────────┬──────────┐
 *   │ type │ length │ body     │        │ length │ body     │
 *   └──────┴────────┴──────────┘        └────────┴──────────┘
 *      1       4      length-4              4      length-4
 */
import { ByteWriter } from '../../bytes.ts'

/** `type` is the manual's letter: `R`, `S`, `K`. `write` puts the body. */
export function encodeMessage(type: string, write: (body: ByteWriter) => void): Buffer {
  const writer = new ByteWriter().string(type).int32(0)
  write(writer)
  return writer.patchInt32(1, writer.length - 1).finish()
}

/** A message without a type byte: StartupMessage, SSLRequest, CancelRequest. */
export function encodeUntyped(write: (body: ByteWriter) => void): Buffer {
  const writer = new ByteWriter().int32(0)
  write(writer)
  return writer.patchInt32(0, writer.length).finish()
}
