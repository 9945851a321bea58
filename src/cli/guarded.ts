/** Commands that speak to a console: a failure is a line and an exit code. */
import type { Command } from 'commander'
import { ConsoleClient, type ConsoleFlags, Refused } from './console-client.ts'
import { type Io, safeJson, UsageError } from './io.ts'

/** Runs a command's work and turns its failure into a line and an exit code. */
export async function guarded<F extends ConsoleFlags>(
  self: Command,
  io: Io,
  work: (flags: F, client: ConsoleClient) => Promise<void> | void,
): Promise<void> {
  const flags = self.optsWithGlobals<F>()
  try {
    await work(flags, await ConsoleClient.open(flags, io))
  } catch (error) {
    if (io.signal.aborted) return
    if (!(error instanceof Refused || error instanceof UsageError)) throw error
    io.stderr.write(`countersign: ${safeJson(error.message).slice(1, -1)}\n`)
    io.exitCode(error instanceof UsageError ? 2 : 1)
  }
}
