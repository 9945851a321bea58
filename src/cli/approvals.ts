/** `countersign approvals`: review from a terminal, over the console's HTTP API. */
import { type Command, InvalidArgumentError } from 'commander'
import { grantText } from '../approvals/describe.ts'
import type { GrantTerms } from '../approvals/grant.ts'
import { lineText, listText, showText } from './approval-text.ts'
import {
  type ApprovalView,
  type ConsoleClient,
  type ConsoleFlags,
  Refused,
} from './console-client.ts'
import type { Deps } from './deps.ts'
import { type GrantFlags, grantOption } from './grant-flags.ts'
import { consoleCommand, guarded } from './guarded.ts'
import { ask, type Io, processIo, safeJson, UsageError } from './io.ts'

const watchMs = 2000

interface Flags extends ConsoleFlags {
  readonly json?: true
}

interface ApproveFlags extends Flags, GrantFlags {
  readonly reason?: string
  readonly yes?: true
}

const examples = `
Examples:
  countersign approvals --user rita
  countersign approvals show k7x9 --user rita
  countersign approvals approve k7x9 --user rita
  countersign approvals approve k7x9 --grant statement --for 1h --times 20 --user rita
  countersign approvals close-review k7x9 --comment 'as agreed in INC-7' --user rita
  countersign approvals deny k7x9 --reason 'narrow it to one customer' --user rita
  COUNTERSIGN_USER=rita COUNTERSIGN_URL=https://db.example.com countersign approvals watch

The password is asked for, or read from COUNTERSIGN_PASSWORD.
Exit codes: 0 done, 1 refused, 2 used wrongly.`

export function approvalsCommand(_deps: Deps, io: Io = processIo()): Command {
  const command = consoleCommand('approvals')
    .description('review held statements: list, show, approve, deny, watch')
    .addHelpText('after', examples)

  command
    .command('list', { isDefault: true })
    .description('what you may see, newest first')
    .option('--all', 'also what was decided')
    .option('--limit <count>', 'at most so many', count, 50)
    .action((_options: unknown, self: Command) =>
      guarded<Flags & { all?: true; limit: number }>(self, io, async (flags, client) => {
        const query = flags.all ? {} : { state: 'pending,approved,running' }
        const [reviews, others] = await Promise.all([
          client.list({ review: 'open', limit: flags.limit }),
          client.list({ ...query, limit: flags.limit }),
        ])
        // What already ran waits longest for somebody who looks at it.
        const approvals = [
          ...reviews,
          ...others.filter(({ id }) => reviews.every(review => review.id !== id)),
        ].slice(0, flags.limit)
        const text = flags.json
          ? `${safeJson(approvals, 2)}\n`
          : listText(approvals, new Date(), io.stdout.columns)
        io.stdout.write(text)
      }),
    )

  command
    .command('show <id>')
    .description('one request, with the whole statement')
    .action((id: string, _options: unknown, self: Command) =>
      guarded<Flags>(self, io, async (flags, client) => print(await client.get(id), flags, io)),
    )

  command
    .command('approve <id>')
    .description('shows the request, asks, and approves what was shown')
    .option('--reason <text>', 'a comment for the record')
    .option('--yes', 'do not ask')
    .option('--grant <kind>', 'allow more than this run: statement, table or rule')
    .option('--for <time>', 'with --grant: for how long, such as 30m; else the longest permitted')
    .option('--times <count>', 'with --grant: how often; else as often as permitted')
    .action((id: string, _options: unknown, self: Command) =>
      guarded<ApproveFlags>(self, io, async (flags, client) => {
        const approval = await client.get(id)
        const grant = grantOption(flags, approval)
        // With --json the answer is for a program; the person still has to see what it is about.
        const shown = showText(approval, new Date(), io.stdout.columns)
        const screen = flags.json ? io.stderr : io.stdout
        screen.write(shown)
        if (approval.bars.approve !== undefined) throw new Refused('barred', approval.bars.approve)
        if (!flags.yes && !(await confirmed(io, grant))) {
          throw new Refused('not_confirmed', 'nothing was approved')
        }
        const { digest } = approval
        const decided = await client.decide(approval.id, 'approve', {
          digest,
          reason: flags.reason,
          grant,
        })
        told(decided, flags, io)
      }),
    )

  command
    .command('deny <id>')
    .description('ends the request; the requester is told why')
    .requiredOption('--reason <text>', 'why')
    .action((id: string, _options: unknown, self: Command) =>
      guarded<Flags & { reason: string }>(self, io, async (flags, client) => {
        const { id: whole, digest } = await client.get(id)
        const answer = { digest, reason: flags.reason }
        told(await client.decide(whole, 'deny', answer), flags, io)
      }),
    )

  command
    .command('close-review <id>')
    .description('says that you have looked at what broke the glass')
    .requiredOption('--comment <text>', 'with what result')
    .action((id: string, _options: unknown, self: Command) =>
      guarded<Flags & { comment: string }>(self, io, async (flags, client) =>
        told(await client.closeReview(id, flags.comment), flags, io),
      ),
    )

  command
    .command('watch')
    .description('prints requests as they come and change; Ctrl-C ends it')
    .action((_options: unknown, self: Command) =>
      guarded<Flags>(self, io, (flags, client) => watch(flags, client, io)),
    )
  return command
}

async function confirmed(io: Io, grant: GrantTerms | undefined): Promise<boolean> {
  if (io.stdin.isTTY !== true) {
    throw new UsageError('expected --yes, or a terminal to ask on')
  }
  const more = grant === undefined ? '' : `, and ${grantText(grant)}`
  const answer = await ask(io, `\nApprove this${more}? [y/N] `)
  return /^y(es)?$/i.test(answer.trim())
}

function print(approval: ApprovalView, flags: Flags, io: Io): void {
  io.stdout.write(
    flags.json ? `${safeJson(approval, 2)}\n` : showText(approval, new Date(), io.stdout.columns),
  )
}

function told(approval: ApprovalView, flags: Flags, io: Io): void {
  if (flags.json) io.stdout.write(`${safeJson(approval, 2)}\n`)
  else io.stdout.write(lineText(approval, new Date()))
}

/** Asks again and again: an answer that is lost harms nothing. */
async function watch(flags: Flags, client: ConsoleClient, io: Io): Promise<void> {
  const known = new Map<string, string>()
  for (;;) {
    const approvals = await client.list({ limit: 100 })
    for (const approval of approvals.toReversed()) {
      const { id, state, answers, drifts } = approval
      const version = `${state} ${answers.length} ${drifts.length}`
      const before = known.get(id)
      known.set(id, version)
      // What was over before we came is no news.
      const isNews = before === undefined ? state === 'pending' : before !== version
      if (!isNews) continue
      io.stdout.write(flags.json ? `${safeJson(approval)}\n` : lineText(approval, new Date()))
    }
    await pause(watchMs, io.signal)
    if (io.signal.aborted) return
  }
}

/** Ends early when the signal fires. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
}

function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 500) {
    throw new InvalidArgumentError('expected a number from 1 to 500')
  }
  return value
}
