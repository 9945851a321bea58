/**
 * Rows as psql prints them by default: format `aligned`, border 1.
 * https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMAND-PSET
 */
import { displayWidth, visible, visibleLine } from './visible.ts'

export interface TableColumn {
  readonly name: string
  /** The server's name of its type: numbers stand on the right. */
  readonly type: string
}

const numeric = new Set([
  ...['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'oid', 'money'],
  // Those of MySQL and MariaDB.
  ...['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'float', 'double', 'year'],
])

/** Lines with the footer `(n rows)` and an empty line behind it. NULL is empty, as in psql. */
export function alignedTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly (string | null)[])[],
): string {
  if (columns.length === 0) return `--\n${footer(rows.length)}`
  const headers = columns.map(({ name }) => visibleLine(name))
  const cells = rows.map(row => columns.map((_, index) => visible(row[index] ?? '').split('\n')))
  const widths = headers.map((header, index) =>
    cells.reduce(
      (width, row) => Math.max(width, ...(row[index] ?? []).map(displayWidth)),
      displayWidth(header),
    ),
  )
  const lines = [
    headers.map((header, index) => ` ${centered(header, widths[index] ?? 0)} `).join('|'),
    widths.map(width => '-'.repeat(width + 2)).join('+'),
    ...cells.flatMap(row => rowLines(row, widths, columns)),
  ]
  return `${lines.join('\n')}\n${footer(rows.length)}`
}

/** A cell with line breaks takes several lines; all but its last end with `+`. */
function rowLines(
  row: readonly (readonly string[])[],
  widths: readonly number[],
  columns: readonly TableColumn[],
): readonly string[] {
  const height = row.reduce((most, cell) => Math.max(most, cell.length), 1)
  return Array.from({ length: height }, (_, line) =>
    row
      .map((cell, index) => {
        const text = cell[line] ?? ''
        const more = line < cell.length - 1
        const right = isNumeric(columns[index]?.type ?? '')
        const last = index === row.length - 1 && !more && !right
        const space = ' '.repeat((widths[index] ?? 0) - displayWidth(text))
        const padded = right ? `${space}${text}` : `${text}${last ? '' : space}`
        return ` ${padded}${more ? '+' : last || index === row.length - 1 ? '' : ' '}`
      })
      .join('|'),
  )
}

/** MySQL adds to some of its names: `int unsigned`, `tinyint(1)`. */
function isNumeric(type: string): boolean {
  return numeric.has(type.replace(/[ (].*/, ''))
}

function centered(text: string, width: number): string {
  const space = width - displayWidth(text)
  const left = Math.floor(space / 2)
  return `${' '.repeat(left)}${text}${' '.repeat(space - left)}`
}

function footer(rows: number): string {
  return `(${rows} ${rows === 1 ? 'row' : 'rows'})\n\n`
}
