/** `countersign grants`: what covers more than one run, over the console's HTTP API. */
import { type Command, Option } from 'commander'
import { grantKindText, spanText, what, who } from '../approvals/describe.ts'
import { type GrantState, grantedEffects } from '../approvals/grant.ts'
import { visibleLine } from '../approvals/visible-text.ts'
import type { ConsoleFlags, GrantView } from './console-client.ts'
import { consoleCommand, guarded } from './guarded.ts'
import { type Io, processIo, safeJson } from './io.ts'

interface Flags extends ConsoleFlags {
  readonly json?: true
}

const examples = `
Examples:
  countersign grants --user rita
  countersign grants show k7x9 --user rita
  countersign grants revoke k7x9 --reason 'the migration is done' --user rita
  countersign approvals approve k7x9 --grant statement --for 1h --times 20 --user rita

A grant has the id of the request that it was given with. Revoked, it is over at once: the next
statement waits again, also in sessions that are open.
Exit codes: 0 done, 1 refused, 2 used wrongly.`

export function grantsCommand(io: Io = processIo()): Command {
  const command = consoleCommand('grants')
    .description('what reviewers allowed for more than one run: list, show, revoke')
    .addHelpText('after', examples)

  command
    .command('list', { isDefault: true })
    .description('those in force that you may see, newest first')
    .option('--all', 'also those that are over')
    .action((_options: unknown, self: Command) =>
      guarded<Flags & { all?: true }>(self, io, async (flags, client) => {
        const grants = await client.grants(flags.all ? undefined : 'active')
        io.stdout.write(flags.json ? `${safeJson(grants, 2)}\n` : listText(grants, new Date()))
      }),
    )

  command
    .command('show <id>')
    .description('one grant: what it covers, and who gave it')
    .action((id: string, _options: unknown, self: Command) =>
      guarded<Flags>(self, io, async (flags, client) => print(await client.grant(id), flags, io)),
    )

  command
    .command('revoke <id>')
    .description('ends it at once')
    .addOption(new Option('--reason <text>', 'for the record'))
    .action((id: string, _options: unknown, self: Command) =>
      guarded<Flags & { reason?: string }>(self, io, async (flags, client) =>
        print(await client.revoke(id, flags.reason), flags, io),
      ),
    )
  return command
}

function print(grant: GrantView, flags: Flags, io: Io): void {
  io.stdout.write(flags.json ? `${safeJson(grant, 2)}\n` : showText(grant, new Date()))
}

function listText(grants: readonly GrantView[], now: Date): string {
  if (grants.length === 0) return 'No grant is in force.\n'
  const rows = grants.map(grant => [
    ...[grant.shortId, grant.kind, leftText(grant, now), `${grant.used} of ${grant.times}`],
    ...[visibleLine(who(grant.requester)), visibleLine(coveredText(grant))],
  ])
  const head = ['ID', 'KIND', 'LEFT', 'USED', 'WHO', 'WHAT']
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)),
  )
  return [head, ...rows]
    .map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map(line => `${line.trimEnd()}\n`)
    .join('')
}

function showText(grant: GrantView, now: Date): string {
  const { shortId, rules, by, revokedBy, revokedReason } = grant
  const because = revokedReason === undefined ? '' : `: ${revokedReason}`
  return [
    `${shortId}  ${leftText(grant, now)}, used ${grant.used} of ${grant.times} times`,
    field('covers', grantKindText[grant.kind]),
    field('for', `${who(grant.requester)} in ${grant.database} (${grant.environment})`),
    field('what', what(grantedEffects(grant.effects))),
    field('rules', rules.join(', ')),
    field('given by', by.join(', ')),
    field('until', grant.expiresAt.toISOString()),
    ...(revokedBy === undefined ? [] : [field('revoked by', `${revokedBy}${because}`)]),
    field('given for', grant.statement),
    '',
  ].join('\n')
}

function coveredText({ kind, effects, rules, database, environment }: GrantView): string {
  const covered = kind === 'rule' ? `rule ${rules.join(', ')}` : what(grantedEffects(effects))
  return `${covered} in ${database} (${environment})`
}

function leftText({ state, expiresAt }: GrantView, now: Date): string {
  const over: readonly GrantState[] = ['revoked', 'expired', 'used up']
  return over.includes(state) ? state : spanText(expiresAt.getTime() - now.getTime())
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(12)} ${visibleLine(value)}`
}
