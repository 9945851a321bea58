/** `countersign report`: the evidence of a period, as an auditor files it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { storedKeys } from '../keys/open.ts'
import { visibleLine } from '../recording/playback/visible.ts'
import { QueryMistake, timeOf } from '../recording/reading/query-text.ts'
import { gather } from '../recording/report/gather.ts'
import { makeReport, type Report, reportCsv } from '../recording/report/report.ts'
import { verifyJournal } from '../recording/verify/verify.ts'
import { reportPage } from '../web/pages/report.ts'
import { type Io, processIo, safeJson, UsageError } from './io.ts'

const examples = `
Examples:
  countersign report --since 2026-10-01 --until 2027-01-01 -o q4.html
  countersign report --since 7d --format csv -o week.csv
  countersign report --since 30d --format json | jq '.counts'

HTML prints to PDF from any browser. Every decision names the records that prove it: their hashes are
checked by \`countersign sessions verify\`. Exit codes: 0 done, 1 the journal was altered (the report is
written and says so), 2 used wrongly.`

interface Options {
  readonly since: string
  readonly until?: string
  readonly format: string
  readonly output?: string
  readonly dataDir: string
}

export function reportCommand(io: Io = processIo()): Command {
  return new Command('report')
    .description('evidence of every privileged decision in a period, with its proof')
    .requiredOption('--since <time>', 'a date, or how long ago: 30d')
    .option('--until <time>', 'the same; excluded. Now unless given')
    .option('--format <format>', 'html, csv (a line a decision) or json', 'html')
    .option('-o, --output <file>', 'else standard output')
    .option('--data-dir <dir>', 'of a proxy on this machine', './countersign-data')
    .addHelpText('after', examples)
    .action(async (options: Options) => {
      try {
        await write(options, io)
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        io.stderr.write(`countersign: ${visibleLine(error.message)}\n`)
        io.exitCode(2)
      }
    })
}

async function write(options: Options, io: Io): Promise<void> {
  const now = new Date()
  const since = when('since', options.since, now)
  const until = options.until === undefined ? now : when('until', options.until, now)
  if (since >= until) throw new UsageError('expected --since to be before --until')
  const form = formOf(options.format)
  const keys = await storedKeys(options.dataDir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UsageError(
      `expected a data directory in ${options.dataDir}, got none: use --data-dir`,
    )
  })
  const dir = join(options.dataDir, 'journal')
  const verified = await verifyJournal({ dir, publicKey: keys.publicKeys, keys })
  const report = makeReport(await gather(dir, since, until), verified, now)
  const text = form(report)
  if (options.output === undefined) await print(text, io)
  else {
    await writeFile(options.output, text, { mode: 0o600 })
    const { decisions, happenings } = report
    const wrote = `${decisions.length} decisions, ${happenings.length} other events`
    io.stderr.write(`wrote ${visibleLine(options.output)}: ${wrote}\n`)
  }
  if (report.integrity.findings.length === 0) return
  io.stderr.write(
    `countersign: the journal was altered: ${report.integrity.findings.length} findings, ` +
      'see countersign sessions verify\n',
  )
  io.exitCode(1)
}

function formOf(format: string): (report: Report) => string {
  switch (format) {
    case 'html':
      return report => reportPage(report).markup
    case 'csv':
      return reportCsv
    case 'json':
      return report => `${safeJson(report, 2)}\n`
    default:
      throw new UsageError(`expected --format to be html, csv or json, got ${format}`)
  }
}

function when(field: 'since' | 'until', text: string, now: Date): Date {
  try {
    return timeOf(field, text, now)
  } catch (error) {
    if (!(error instanceof QueryMistake)) throw error
    throw new UsageError(error.message.replace(`"${field}"`, `--${field}`))
  }
}

/** Waits for a slow pipe. */
function print(text: string, io: Io): Promise<void> {
  if (io.stdout.write(text)) return Promise.resolve()
  return new Promise(resolve => io.stdout.once('drain', resolve))
}
