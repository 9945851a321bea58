/** `countersign tokens new`: makes a token, and says what the configuration has to know of it. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { stringify } from 'yaml'
import { newToken, type TokenScope, tokenHash, tokenScopes } from '../identity/tokens.ts'
import { type Io, processIo, safeJson } from './io.ts'

interface Flags {
  readonly user: string
  readonly scope: readonly TokenScope[]
  readonly name?: string
  readonly days?: number
  readonly json?: true
}

const examples = `
Examples:
  countersign tokens new --user deploy --scope request --scope read --name ci
  countersign tokens new --user rita --scope read --scope decide --days 30

Nothing is stored: the token is shown once, and the configuration gets its SHA-256.`

export function tokensCommand(io: Io = processIo()): Command {
  const command = new Command('tokens').description('tokens of programs for the HTTP API')
  command
    .command('new')
    .description('make a token; it is shown this once')
    .requiredOption('--user <name>', 'who it acts as')
    .addOption(
      new Option('--scope <scope>', 'what it may do; again for more')
        .argParser<readonly TokenScope[]>(scope)
        .makeOptionMandatory(),
    )
    .option('--name <name>', 'what the configuration calls it; else the user')
    .option('--days <count>', 'until it expires; else never', days)
    .option('--json', 'for programs')
    .addHelpText('after', examples)
    .action((flags: Flags) => {
      const token = newToken()
      const name = flags.name ?? flags.user
      const entry = {
        sha256: tokenHash(token),
        user: flags.user,
        scopes: flags.scope,
        ...(flags.days !== undefined && { expires: expiry(flags.days) }),
      }
      if (flags.json) {
        io.stdout.write(`${safeJson({ token, name, ...entry })}\n`)
        return
      }
      const key = stringify(name).trim()
      const yaml = stringify(entry, { collectionStyle: 'flow', lineWidth: 0 }).trim()
      io.stdout.write(
        `${token}\n\nIt is shown this once. Under tokens: in the configuration:\n\n` +
          `tokens:\n  ${key}: ${yaml}\n`,
      )
    })
  return command
}

function scope(text: string, before: readonly TokenScope[] | undefined): readonly TokenScope[] {
  const found = tokenScopes.find(each => each === text)
  if (found === undefined) throw new InvalidArgumentError(`expected ${tokenScopes.join(', ')}`)
  return [...new Set([...(before ?? []), found])]
}

function days(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 3650) {
    throw new InvalidArgumentError('expected a number from 1 to 3650')
  }
  return value
}

/** To the second: the configuration takes no fractions. */
function expiry(count: number): string {
  const at = new Date(Date.now() + count * 86_400_000)
  return at.toISOString().replace(/\.\d+Z$/, 'Z')
}
