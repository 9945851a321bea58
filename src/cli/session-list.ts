/** `countersign sessions list`: which sessions, by who, when, and what their statements did. */
import { Command } from 'commander'
import {
  pageDefault,
  pageMax,
  parseQuery,
  type QueryField,
  QueryMistake,
} from '../recording/reading/query-text.ts'
import type { FoundSession, SessionPage, SessionQuery } from '../recording/reading/search.ts'
import { type Io, safeJson, UsageError } from './io.ts'
import { textTable } from './text-table.ts'

const examples = `
Examples:
  countersign sessions list --user ada --since 7d
  countersign sessions list --table public.customers --effect delete --since 2026-11-01 --until 2026-12-01
  countersign sessions list --verdict hold --approver rita
  countersign sessions list --column ssn --rows 10000
  countersign sessions list --text 'from invoices where' --json
  countersign sessions list --limit 100 --after eyJ…   (as the page before said)

All that is asked of statements has to be true of one of them. Text is looked for in statements
without their values. The archive answers when one is at work, else the journal: --from journal.`

export type ListOptions = Readonly<Partial<Record<QueryField, string>>> & {
  readonly json?: true
}

export function listCommand(): Command {
  return new Command('list')
    .description('newest first, by what is asked')
    .option('--user <name>', 'of a person or an agent')
    .option('--agent <name>', 'of an agent')
    .option('--owner <name>', "of this person's agents")
    .option('--database <name>', 'as the configuration names it')
    .option('--environment <name>', 'as the configuration names it')
    .option('--since <time>', 'a date, or how long ago: 30m, 12h, 7d')
    .option('--until <time>', 'the same; excluded')
    .option('--table <name>', 'one statement was about it: customers, public.customers')
    .option('--column <name>', 'one read it: email, customers.email, public.customers.email')
    .option('--effect <effect>', 'one had it: read, insert, update, delete, drop, grant, …')
    .option('--verdict <verdict>', 'one got it: allow, hold, deny')
    .option('--rule <name>', 'it spoke about one')
    .option('--approver <name>', 'approved or denied one')
    .option('--text <text>', 'one has it')
    .option('--rows <count>', 'one showed or touched at least so many')
    .option('--bytes <size>', 'one showed at least so much: 10MiB')
    .option('--limit <count>', `how many sessions, up to ${pageMax}`, String(pageDefault))
    .option('--after <cursor>', 'the page behind the one that said so')
    .addHelpText('after', examples)
}

export async function listSessions(
  options: ListOptions,
  search: (query: SessionQuery) => Promise<SessionPage>,
  io: Io,
): Promise<void> {
  const page = await search(queryOf(options))
  if (page.behindBytes !== undefined) {
    const behind = Math.ceil(page.behindBytes / 1_048_576)
    io.stderr.write(
      `countersign: the archive is ${behind} MiB behind: --from journal has what is missing\n`,
    )
  }
  if (options.json === true) {
    for (const session of page.sessions) await print(`${safeJson(session)}\n`, io)
  } else if (page.sessions.length === 0) {
    await print('No sessions.\n', io)
  } else {
    await print(table(page.sessions), io)
  }
  // Not among the lines of JSON, each of which is a session.
  if (page.next !== undefined) io.stderr.write(`more: --after ${page.next}\n`)
}

function queryOf(options: ListOptions): SessionQuery {
  try {
    return parseQuery(options, new Date())
  } catch (error) {
    if (!(error instanceof QueryMistake)) throw error
    throw new UsageError(error.message.replace(`"${error.field}"`, `--${error.field}`))
  }
}

function table(found: readonly FoundSession[]): string {
  const counted = found.some(({ matched }) => matched !== undefined)
  const rows = found.map(session => [
    session.id,
    session.startedAt.replace('T', ' ').slice(0, 19),
    session.kind === 'agent' ? `${session.user} (agent)` : session.user,
    session.database,
    session.state,
    String(session.statements),
    ...(counted ? [String(session.matched ?? '')] : []),
    countsOf(session),
  ])
  const head = ['SESSION', 'STARTED', 'USER', 'DATABASE', 'STATE', 'STATEMENTS']
  return textTable([[...head, ...(counted ? ['FOUND'] : []), ''], ...rows])
}

function countsOf({ brokeGlass, held, denied, failed }: FoundSession): string {
  const counts: readonly (readonly [number, string])[] = [
    [brokeGlass, 'BREAK-GLASS'],
    [held, 'held'],
    [denied, 'denied'],
    [failed, 'failed'],
  ]
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')
}

/** Waits for a slow pipe. */
function print(text: string, io: Io): Promise<void> {
  if (io.stdout.write(text)) return Promise.resolve()
  return new Promise(resolve => io.stdout.once('drain', resolve))
}
