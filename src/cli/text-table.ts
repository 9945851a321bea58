/** Rows as columns of visible text. */
import { visibleLine } from '../recording/playback/visible.ts'

export function textTable(rows: readonly (readonly string[])[]): string {
  const shown = rows.map(row => row.map(visibleLine))
  const widths = (shown[0] ?? []).map((_, index) =>
    shown.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), 0),
  )
  return shown
    .map(row =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map(line => `${line}\n`)
    .join('')
}
