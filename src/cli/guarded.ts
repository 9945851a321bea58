/** Commands that speak to a console: a failure is a line and an exit code. */
import { Command } from 'commander'
import { ConsoleClient, type ConsoleFlags, Refused } from './console-client.ts'
import { type Io, safeJson, UsageError } from './io.ts'

/** Where the console is, who asks, and whether a program does. */
export function consoleCommand(name: string): Command {
  return new Command(name)
    .option('--url <url>', 'the console; else COUNTERSIGN_URL, else the proxy of --data-dir')
    .option('--user <name>', 'who you are; else COUNTERSIGN_USER')
    .option('--data-dir <dir>', 'of a proxy on this machine', './countersign-data')
    .option('--json', 'for programs')
}

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
