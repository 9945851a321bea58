/** `countersign serve -c FILE`: the proxy. */
import { setFlagsFromString } from 'node:v8'
import { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import type { Deps } from './deps.ts'

/**
 * How V8 keeps its heap small: it may outgrow what lives in it by a fifth, where it may fourfold
 * by itself, and pages that are a fifth empty are put together (set while it runs, that is all that the
 * second does). Thousands of sessions that wait are not to take more than they need, and what a
 * statement leaves behind dies young and pays nothing for it.
 */
const memoryFlags = ['--heap-growing-percent=20', '--optimize-for-size']

export function serveCommand(deps: Deps): Command {
  return new Command('serve')
    .description('run the proxy and its console until SIGINT or SIGTERM')
    .requiredOption('-c, --config <file>', 'the configuration')
    .addHelpText(
      'after',
      `
Examples:
  countersign check -c countersign.yaml     # every mistake, with line and column
  countersign serve -c countersign.yaml`,
    )
    .action(async ({ config }: { config: string }) => {
      // A file at a size limit is a full disk, which is told and survived; not a reason to die.
      process.on('SIGXFSZ', () => undefined)
      for (const flag of memoryFlags) setFlagsFromString(flag)
      const stop = new Promise<void>(resolve => {
        process.once('SIGINT', () => resolve())
        process.once('SIGTERM', () => resolve())
      })
      try {
        const server = await deps.start(await loadConfig(config))
        for (const [name, { host, port }] of Object.entries(server.listening))
          process.stderr.write(`${`${name}:`.padEnd(9)} ${host}:${port}\n`)
        process.stderr.write(`console:  ${server.http}\n`)
        await stop
        await server.close()
      } catch (error) {
        process.stderr.write(
          `countersign serve: ${error instanceof Error ? error.message : String(error)}\n`,
        )
        process.exitCode = 1
      }
    })
}
