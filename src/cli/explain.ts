/**
 * `countersign explain`: what would happen to a statement, without running it. Reads the catalog
 * of the real database, and nothing else of it.
 */
import { randomBytes } from 'node:crypto'
import { Command, CommanderError } from 'commander'
import { compileRules } from '../../masking/rules.ts'
import { loadConfig } from '../config/load.ts'
import { explainStatement, unplannedFor } from '../explain/explain.ts'
import { explanationText } from '../explain/explanation.ts'
import { Policy } from '../policy/policy.ts'
import { choose } from './choose.ts'
import type { Deps } from './deps.ts'

interface Flags {
  readonly config: string
  readonly database?: string
  readonly user?: string
  readonly application?: string
  readonly transaction?: true
  readonly json?: true
}

export function explainCommand(deps: Deps): Command {
  return new Command('explain')
    .description('say what would happen to a statement, without running it')
    .argument('<sql>', "the statement, or '-' to read it from the standard input")
    .requiredOption('-c, --config <file>', 'the configuration')
    .option('-d, --database <name>', 'as clients ask for it (default: the only one)')
    .option('-u, --user <name>', 'who would run it (default: the only one)')
    .option('--application <name>', 'application_name of the client')
    .option('--transaction', 'as if a transaction were open')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
Exit code: 0 explained, whatever the verdict; 1 the configuration or the database is at fault;
2 used wrongly.

Examples:
  countersign explain -c countersign.yaml -d shop -u analyst 'SELECT * FROM customers'
  countersign explain -c countersign.yaml -d shop -u copilot --json 'DELETE FROM orders'
  countersign explain -c countersign.yaml -d shop -u analyst - < migration.sql`,
    )
    .action(async (sql: string, flags: Flags, command: Command) => {
      try {
        await run(sql, flags, command, deps)
      } catch (error) {
        // Used wrongly: commander has said so, and its exit code is the answer.
        if (error instanceof CommanderError) throw error
        const message = error instanceof Error ? error.message : String(error)
        process.stderr.write(`countersign explain: ${message}\n`)
        process.exitCode = 1
      }
    })
}

async function run(sql: string, flags: Flags, command: Command, deps: Deps): Promise<void> {
  const config = await loadConfig(flags.config)
  const databases = new Map(config.databases)
  const users = new Map(config.users.map(user => [user.name, user]))
  const database = choose('database', flags.database, databases, command)
  const user = choose('user', flags.user, users, command)
  const text = sql === '-' ? await standardInput() : sql
  const reader = await deps.open(database.protocol, database.upstream)
  try {
    const statement = reader.read(text)
    // Which masks hit does not depend on the key that they are made with.
    const masking = compileRules(config.masking, randomBytes(32))
    const unplanned = unplannedFor(statement.analysis, masking, user, database.name)
    const explanation = explainStatement(statement, {
      impact: await reader.impact(statement, unplanned),
      policy: new Policy(config.policy),
      masking,
      ...{ database, user, application: flags.application },
      transaction: flags.transaction ? 'open' : 'idle',
    })
    const output = flags.json
      ? JSON.stringify(explanation, undefined, 2)
      : explanationText(explanation)
    process.stdout.write(`${output}\n`)
  } finally {
    await reader.close()
  }
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
