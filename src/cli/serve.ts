/** `countersign serve -c FILE`: the proxy. */
import { setFlagsFromString } from 'node:v8'
import { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import type { Deps } from './deps.ts'

/**
 * In percent: how far the heap may outgrow what lives in it before V8 collects all of it. By itself V8
 * lets it grow up to fourfold, and thousands of sessions that are held at once are not to take more
 * than they need. What a statement leaves behind that only passes dies young, and pays nothing for it.
 */
const heapGrowthPercent = 12

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
      setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`)
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
