/** `countersign masks`: columns that are masked because masked values were moved into them. */
import { Command } from 'commander'
import type { DerivedColumnRow } from '../approvals/derived-columns.ts'
import { visibleLine } from '../approvals/visible-text.ts'
import { loadConfig } from '../config/load.ts'
import type { Deps } from './deps.ts'
import { type Io, processIo, safeJson } from './io.ts'

interface Flags {
  readonly config: string
  readonly json?: true
}

const examples = `
Examples:
  countersign masks -c countersign.yaml
  countersign masks remove 3f9a0c1be77d -c countersign.yaml

A running proxy follows within two seconds, and its journal says so. Remove one when the column is
gone, or has a rule of its own.
Exit codes: 0 done, 1 there is no such one, 2 used wrongly.`

export function masksCommand(deps: Pick<Deps, 'derivedColumns'>, io: Io = processIo()): Command {
  const command = new Command('masks')
    .description('columns that are masked because masked values were moved into them')
    .requiredOption('-c, --config <file>', 'the configuration')
    .option('--json', 'for programs')
    .addHelpText('after', examples)

  command
    .command('list', { isDefault: true })
    .description('all of them, oldest first')
    .action((_options: unknown, self: Command) =>
      opened(self, io, deps, async (columns, flags) => {
        const rows = await columns.list()
        io.stdout.write(flags.json ? `${safeJson(rows, 2)}\n` : listText(rows))
      }),
    )

  command
    .command('remove <id>')
    .description('the column is masked by the rules of the configuration alone')
    .action((id: string, _options: unknown, self: Command) =>
      opened(self, io, deps, async (columns, flags) => {
        const removed = await columns.remove(id)
        if (!removed) throw new Error(`expected the id of one that is listed, got ${id}`)
        io.stdout.write(flags.json ? `${safeJson({ id, removed })}\n` : `removed ${id}\n`)
      }),
    )
  return command
}

async function opened(
  command: Command,
  io: Io,
  deps: Pick<Deps, 'derivedColumns'>,
  use: (
    columns: Awaited<ReturnType<Deps['derivedColumns']>>['columns'],
    flags: Flags,
  ) => Promise<void>,
): Promise<void> {
  const flags = command.optsWithGlobals<Flags>()
  try {
    const state = await deps.derivedColumns(await loadConfig(flags.config))
    await use(state.columns, flags).finally(() => state.close())
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    io.stderr.write(`countersign masks: ${message}\n`)
    io.exitCode(1)
  }
}

function listText(rows: readonly DerivedColumnRow[]): string {
  if (rows.length === 0) return 'No masked values were moved.\n'
  return rows.map(row => `${visibleLine(line(row))}\n`).join('')
}

function line({
  id,
  database,
  schema,
  table,
  column,
  path,
  rule,
  copy,
  by,
  at,
}: DerivedColumnRow): string {
  const where = [schema, table, column].map(part => (part === '' ? '*' : part)).join('.')
  const part = path === '' ? '' : ` ${path}`
  const how = copy ? `rule ${rule}` : `rule ${rule}, redacted`
  return `${id}  ${database}  ${where}${part}  ${how}  by ${by}, ${at.toISOString()}`
}
