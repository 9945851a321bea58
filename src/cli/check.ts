/** `countersign check`: reads the configuration and says every mistake with line and column. */
import { Command } from 'commander'
import type { Config } from '../config/config.ts'
import { jsonSchema } from '../config/json-schema.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigError, formatMistake } from '../config/mistakes.ts'
import type { Deps } from './deps.ts'

interface Flags {
  readonly config?: string
  readonly schema?: true
  readonly json?: true
}

export function checkCommand(_deps: Deps): Command {
  return new Command('check')
    .description('read the configuration and say every mistake, with line and column')
    .option('-c, --config <file>', 'the configuration')
    .option('--schema', 'print the JSON Schema of configurations, for editors')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
Exit code: 0 it is fine, 1 it has mistakes, 2 used wrongly.

Examples:
  countersign check -c countersign.yaml
  countersign check --schema > countersign.schema.json`,
    )
    .action((flags: Flags, command: Command) => run(flags, command))
}

async function run({ config, schema, json }: Flags, command: Command): Promise<void> {
  if (schema) {
    process.stdout.write(jsonSchema())
    return
  }
  if (config === undefined) {
    command.error("error: required option '-c, --config <file>' not specified", { exitCode: 2 })
  }
  try {
    const counts = countsOf(await loadConfig(config))
    process.stdout.write(json ? `${JSON.stringify({ fine: true, ...counts })}\n` : fine(counts))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.exitCode = 1
    const { mistakes } = error
    if (json) process.stdout.write(`${JSON.stringify({ fine: false, mistakes }, undefined, 2)}\n`)
    else process.stderr.write(mistakes.map(mistake => `${formatMistake(mistake)}\n`).join(''))
  }
}

interface Counts {
  readonly databases: number
  readonly users: number
  /** Of the policy and of masking; those of the preset are not counted. */
  readonly rules: number
}

function countsOf({ databases, users, policy, masking }: Config): Counts {
  return {
    databases: databases.size,
    users: users.length,
    rules: policy.rules.length + masking.length,
  }
}

function fine(counts: Counts): string {
  const parts = Object.entries(counts).map(([name, count]) =>
    count === 1 ? `1 ${name.slice(0, -1)}` : `${count} ${name}`,
  )
  return `${parts.join(', ')}: fine\n`
}
