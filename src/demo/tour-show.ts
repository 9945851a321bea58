/** How the tour shows results, and runs the auditor's commands. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'

const cellLengthMax = 60

export const waitMsMax = 20_000

export interface Shown {
  readonly fields: readonly { readonly name: string }[]
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

/** A result as psql would print it, long cells cut. */
export function table(result: Shown): string {
  const names = result.fields.map(field => field.name)
  const rows = result.rows.map(row => names.map(name => cell(row[name])))
  const widths = names.map((name, at) =>
    Math.max(name.length, ...rows.map(cells => cells[at]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    cells.map((text, at) => ` ${text.padEnd(widths[at] ?? 0)} `).join('|')
  const rule = widths.map(width => '-'.repeat(width + 2)).join('+')
  return [line(names), rule, ...rows.map(line)].map(text => text.trimEnd()).join('\n')
}

const planned = /EXPLAIN (?:\(FORMAT JSON, VERBOSE\)|FORMAT=JSON) /

/** How often a statement ran, by the database's own log. That it was planned for reviewers is no run. */
export async function timesIn(log: string | undefined, text: string): Promise<number> {
  if (log === undefined) return 0
  const lines = (await readFile(log, 'utf8')).split('\n')
  return lines.filter(line => line.includes(text) && !planned.test(line)).length
}

export function errorReason(error: unknown): string {
  return error instanceof Error ? error.message : 'there was no error'
}

export function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map(line => (line === '' ? '' : `     ${line}`))
    .join('\n')
}

/** Runs this program once more, with other arguments. */
export function runCommand(
  args: readonly string[],
): Promise<{ readonly status: number; readonly output: string }> {
  const script = process.argv[1]
  if (script === undefined) throw new Error('this program does not know its own name')
  return new Promise(resolve => {
    const options = { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 }
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ status, output: `${stdout}${stderr}` })
    })
  })
}

function cell(value: unknown): string {
  const text =
    value === null
      ? ''
      : value instanceof Date
        ? value.toISOString().slice(0, 10)
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value)
  return text.length > cellLengthMax ? `${text.slice(0, cellLengthMax - 1)}…` : text
}
