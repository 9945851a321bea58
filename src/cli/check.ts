/**
 * `countersign check`: reads the configuration and says every mistake with line and column, and
 * warns of what is most likely not meant.
 */
import { Command } from 'commander'
import type { SurveyedTable } from '../../protocols/protocol.ts'
import { visibleText } from '../approvals/visible-text.ts'
import type { Config } from '../config/config.ts'
import { jsonSchema } from '../config/json-schema.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigError, formatMistake, type Mistake } from '../config/mistakes.ts'
import { placed } from '../config/place.ts'
import type { Deps } from './deps.ts'
import { safeJson } from './io.ts'
import { catalogWarnings, staticWarnings, type Warning } from './warnings.ts'

interface Flags {
  readonly config?: string
  readonly schema?: true
  readonly databases?: true
  readonly strict?: true
  readonly json?: true
}

export function checkCommand(deps: Deps): Command {
  return new Command('check')
    .description('read the configuration and say every mistake, with line and column')
    .option('-c, --config <file>', 'the configuration')
    .option('--schema', 'print the JSON Schema of configurations, for editors')
    .option('--databases', 'look at the databases, too: for rules that match nothing in them')
    .option('--strict', 'take warnings for mistakes')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
It warns of rules for users, groups and databases that are not there; with --databases also of
masking rules that match no column, and of columns that look personal and have no rule.

Exit code: 0 it is fine, with warnings or without; 1 it has mistakes, or with --strict warnings;
2 used wrongly.

Examples:
  countersign check -c countersign.yaml
  countersign check -c countersign.yaml --databases --strict
  countersign check --schema > countersign.schema.json`,
    )
    .action((flags: Flags, command: Command) => run(flags, command, deps))
}

async function run(flags: Flags, command: Command, deps: Deps): Promise<void> {
  const { config, schema, json } = flags
  if (schema) {
    process.stdout.write(jsonSchema())
    return
  }
  if (config === undefined) {
    command.error("error: required option '-c, --config <file>' not specified", { exitCode: 2 })
  }
  try {
    const loaded = await loadConfig(config)
    const counts = countsOf(loaded)
    const said = [...staticWarnings(loaded)]
    if (flags.databases) said.push(...(await liveWarnings(loaded, deps)))
    const warnings = await placed(config, said)
    if (warnings.length > 0 && flags.strict) process.exitCode = 1
    if (json) process.stdout.write(`${safeJson({ fine: true, ...counts, warnings })}\n`)
    else {
      process.stderr.write(warnings.map(warning => `${warningText(warning)}\n`).join(''))
      process.stdout.write(fine(counts))
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.exitCode = 1
    const { mistakes } = error
    if (json) process.stdout.write(`${JSON.stringify({ fine: false, mistakes }, undefined, 2)}\n`)
    else process.stderr.write(mistakes.map(mistake => `${formatMistake(mistake)}\n`).join(''))
  }
}

/** A database that cannot be reached is one, too: nothing is known of it. */
async function liveWarnings(config: Config, deps: Deps): Promise<readonly Warning[]> {
  const catalogs = new Map<string, readonly SurveyedTable[]>()
  const unreached: Warning[] = []
  for (const { name, protocol, upstream } of config.databases.values()) {
    try {
      const survey = await deps.survey(protocol, upstream)
      catalogs.set(name, survey.tables)
      await survey.close()
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const message = `database "${name}" could not be looked at: ${error.message}`
      unreached.push({ path: ['databases', name], message })
    }
  }
  return [...unreached, ...catalogWarnings(config, catalogs)]
}

function warningText(warning: Mistake): string {
  return visibleText(formatMistake({ ...warning, message: `warning: ${warning.message}` }))
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
