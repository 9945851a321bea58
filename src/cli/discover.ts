/**
 * `countersign discover`: reads schemas and some values of a real database, and proposes what to
 * mask. It changes nothing there; with --write it adds the rules to a file.
 */
import { randomBytes } from 'node:crypto'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { Command, CommanderError } from 'commander'
import { ruleNameOf } from '../../masking/detect.ts'
import { type AddedRule, withMaskingRules } from '../config/amend.ts'
import { loadConfig } from '../config/load.ts'
import { choose } from './choose.ts'
import type { Deps } from './deps.ts'
import { type Discovery, discover, type Proposal } from './discovery.ts'
import { safeJson } from './io.ts'
import { progressBar } from './progress.ts'

interface Flags {
  readonly config: string
  readonly database?: string
  readonly sample: string
  readonly write?: string
  readonly json?: true
}

const sampleMost = 100_000

export function discoverCommand(deps: Deps): Command {
  return new Command('discover')
    .description('look for personal data in a database, and propose rules that mask it')
    .requiredOption('-c, --config <file>', 'the configuration')
    .option('-d, --database <name>', 'as clients ask for it (default: the only one)')
    .option('--sample <rows>', 'how many rows of each table are looked at; 0: none', '500')
    .option('--write <file>', 'add the rules to this file, the configuration itself or another')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
It reads names, types, comments and some values, in transactions that cannot write. No value is
printed, kept or sent. What a rule of the configuration masks already is not proposed again.

Exit code: 0 done, whatever was found; 1 the configuration or the database is at fault;
2 used wrongly.

Examples:
  countersign discover -c countersign.yaml
  countersign discover -c countersign.yaml -d shop --sample 2000 --json
  countersign discover -c countersign.yaml -d shop --write countersign.yaml`,
    )
    .action(async (flags: Flags, command: Command) => {
      try {
        await run(flags, command, deps)
      } catch (error) {
        // Used wrongly: commander has said so, and its exit code is the answer.
        if (error instanceof CommanderError) throw error
        const message = error instanceof Error ? error.message : String(error)
        process.stderr.write(`countersign discover: ${message}\n`)
        process.exitCode = 1
      }
    })
}

async function run(flags: Flags, command: Command, deps: Deps): Promise<void> {
  const rowsMax = Number(flags.sample)
  if (!Number.isInteger(rowsMax) || rowsMax < 0 || rowsMax > sampleMost) {
    const message = `error: expected --sample to be a number from 0 to ${sampleMost}`
    command.error(`${message}, got "${flags.sample}"`, { exitCode: 2 })
  }
  const config = await loadConfig(flags.config)
  const database = choose('database', flags.database, new Map(config.databases), command)
  const survey = await deps.survey(database.protocol, database.upstream)
  const bar = progressBar(process.stderr)
  let found: Discovery
  try {
    found = await discover(survey, {
      database: database.name,
      rules: config.masking,
      rowsMax,
      progress: bar.show,
    })
  } finally {
    bar.clear()
    await survey.close()
  }
  // A rule for one database of several says so; for the only one it need not.
  const databases = config.databases.size > 1 ? [database.name] : undefined
  const written = flags.write !== undefined && found.proposals.length > 0
  if (flags.write !== undefined && written) {
    await amend(flags.write, addedRules(found.proposals, databases))
  }
  process.stdout.write(
    flags.json
      ? `${safeJson({ database: database.name, ...found, written: written ? flags.write : null }, 2)}\n`
      : textOf(database.name, found, written ? flags.write : undefined),
  )
}

/** One rule for each kind and mask. */
function addedRules(
  proposals: readonly Proposal[],
  databases: readonly string[] | undefined,
): readonly AddedRule[] {
  const groups = new Map<string, Proposal[]>()
  for (const proposal of proposals) {
    const key = JSON.stringify([proposal.kind, proposal.mask])
    groups.set(key, [...(groups.get(key) ?? []), proposal])
  }
  return [...groups.values()].flatMap(group => {
    const [first] = group
    if (first === undefined) return []
    const redacted = first.kind !== 'free-text' && first.mask.kind === 'redact'
    const name = ruleNameOf(first.kind)
    return {
      name: redacted && groupsOf(proposals, first) > 1 ? `${name}-redacted` : name,
      mask: first.mask,
      databases,
      columns: group.map(({ column, evidence, confidence }) => ({
        column,
        note: `${percent(confidence)} sure: ${evidence.join('; ')}`,
      })),
    }
  })
}

/** How many masks there are for one kind: texts keep what other types cannot. */
function groupsOf(proposals: readonly Proposal[], { kind }: Proposal): number {
  const masks = proposals.filter(each => each.kind === kind).map(({ mask }) => JSON.stringify(mask))
  return new Set(masks).size
}

/** Never half written: the new text takes the old one's place at once. */
async function amend(path: string, rules: readonly AddedRule[]): Promise<void> {
  const before = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  const mode = before === undefined ? 0o600 : (await stat(path)).mode & 0o777
  const beside = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(beside, withMaskingRules(before ?? '', rules), { mode, flag: 'wx' })
  await rename(beside, path)
}

function textOf(database: string, found: Discovery, written: string | undefined): string {
  const { proposals, tables, columns, covered, unread } = found
  const width = Math.max(0, ...proposals.map(({ column }) => column.length))
  const lines = proposals.map(({ column, kind, mask, confidence, evidence }) =>
    [
      column.padEnd(width),
      kind.padEnd(11),
      mask.kind.padEnd(10),
      percent(confidence),
      evidence.join('; '),
    ].join('  '),
  )
  const summary = `${database}: ${columns} columns of ${tables} tables, ${covered} masked already, ${proposals.length} proposed`
  const end =
    written !== undefined
      ? [`added to ${written}: read it, and \`countersign check\` it`]
      : proposals.length > 0
        ? ['add them with --write FILE']
        : []
  const unreadable = unread.map(table => `${table}: its values could not be read, only its names`)
  return [...lines, ...(lines.length > 0 ? [''] : []), ...unreadable, summary, ...end]
    .map(line => `${line.trimEnd()}\n`)
    .join('')
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`
}
