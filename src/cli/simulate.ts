/**
 * `countersign simulate`: what would change if another policy were in force, by what was recorded.
 * Touches no database and needs no key.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Command } from 'commander'
import { compileRules } from '../../masking/rules.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { Policy } from '../policy/policy.ts'
import { archiveSource } from '../recording/archive/socket.ts'
import { QueryMistake, timeOf } from '../recording/reading/query-text.ts'
import { archivedStatements, journalStatements } from '../recording/reading/recorded-statements.ts'
import { ChangeList, reportText } from '../simulate/report.ts'
import { Simulation } from '../simulate/simulate.ts'
import { type Io, processIo, safeJson, UsageError } from './io.ts'
import { progressBar } from './progress.ts'

interface Flags {
  readonly config: string
  readonly dataDir?: string
  readonly from: string
  readonly since: string
  readonly user?: string
  readonly database?: string
  readonly check?: true
  readonly json?: true
}

const examples = `
Every statement that was recorded is judged again, by the rules and masks of the file and by what
its analysis said when it ran. Groups are those of the file. Budgets are not replayed. Statements
that cannot be judged are counted, with why: rules about rows need an estimate that was recorded.

Examples:
  countersign simulate -c new.yaml --since 30d
  countersign simulate -c new.yaml --data-dir /var/lib/countersign --user copilot
  countersign simulate -c new.yaml --since 2026-11-01 --json
  countersign simulate -c new.yaml --check || echo 'somebody would notice'

Exit codes: 0 done; 1 the file or the recording is at fault, or --check found something; 2 used
wrongly.`

export function simulateCommand(io: Io = processIo()): Command {
  return new Command('simulate')
    .description('say what another policy would have done to recorded statements')
    .requiredOption('-c, --config <file>', 'the configuration to try')
    .option('--data-dir <dir>', 'where the recordings are (default: its data_dir)')
    .option('--from <source>', 'journal or archive', 'journal')
    .option('--since <time>', 'a date, or how long ago: 30m, 12h, 7d', '30d')
    .option('--user <name>', 'of one user')
    .option('--database <name>', 'of one database')
    .option('--check', 'exit with 1 when a statement would change, or cannot be told')
    .option('--json', 'for programs')
    .addHelpText('after', examples)
    .action(async (flags: Flags) => {
      try {
        await run(flags, io)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        io.stderr.write(`countersign simulate: ${message}\n`)
        const wrongly = error instanceof UsageError || error instanceof QueryMistake
        io.exitCode(wrongly ? 2 : 1)
      }
    })
}

async function run(flags: Flags, io: Io): Promise<void> {
  const since = timeOf('since', flags.since, new Date())
  if (flags.from !== 'journal' && flags.from !== 'archive')
    throw new UsageError(`expected --from to be journal or archive, got ${flags.from}`)
  const config = await loadConfig(flags.config)
  const simulation = simulationOf(config)
  const changes = new ChangeList(since)
  const bar = progressBar(io.stderr)
  const place = flags.dataDir ?? config.dataDir
  const progress = (done: number, of: number): void => bar.show(done, of, `${flags.from}`)
  const source = flags.from === 'archive' ? await archiveSource(place) : undefined
  try {
    const statements =
      source === undefined
        ? journalStatements(join(place, 'journal'), since, progress)
        : archivedStatements(source, since, progress)
    for await (const each of statements) {
      const { user, database } = each.session
      if (each.budget === true) continue
      if (flags.user !== undefined && flags.user !== user) continue
      if (flags.database !== undefined && flags.database !== database) continue
      changes.add(each, simulation.judge(each))
    }
  } finally {
    bar.clear()
    await source?.close()
  }
  const report = changes.report()
  io.stdout.write(`${flags.json === true ? safeJson(report, 2) : reportText(report)}\n`)
  const found = report.changed > 0 || report.cannotTell.length > 0
  if (flags.check === true && found) io.exitCode(1)
}

export function simulationOf(config: Config): Simulation {
  const users = new Map(config.users.map(user => [user.name, user]))
  return new Simulation({
    policy: new Policy(config.policy),
    // Which masks hit does not depend on the key that they are made with.
    masking: compileRules(config.masking, randomBytes(32)),
    user: name => {
      const user = users.get(name)
      return user && { ...user, owner: user.owner, purpose: user.purpose }
    },
    environment: database => config.databases.get(database)?.environment,
  })
}
