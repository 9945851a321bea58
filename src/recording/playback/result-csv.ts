/**
 * One result as CSV (RFC 4180): a line of names, then the rows. NULL is an empty field, an empty text
 * is "". What a spreadsheet would take for a formula gets an apostrophe in front, which makes it a
 * text there: https://owasp.org/www-community/attacks/CSV_Injection
 */
import type { FrameDecoder } from '../../../protocols/protocol.ts'
import type { SessionHappening } from '../reading/happenings.ts'
import { Playback } from './playback.ts'
import { RowPages } from './row-pages.ts'

export class NoSuchResult extends Error {
  override readonly name = 'NoSuchResult'
}

/** Results are counted over the session from 0. Throws NoSuchResult when there is none. */
export async function* resultCsv(
  happenings: AsyncIterable<SessionHappening>,
  decoder: FrameDecoder,
  wanted: number,
): AsyncGenerator<string> {
  const lines: string[] = []
  const playback = new Playback(
    decoder,
    id => new CsvRows(line => id === wanted && lines.push(line)),
  )
  let headed = false
  for await (const happening of happenings) {
    playback.push(happening)
    if (lines.length === 0) continue
    if (!headed) yield headOf(playback, wanted)
    headed = true
    yield lines.splice(0).join('')
  }
  if (!headed) yield headOf(playback, wanted)
}

/** Passes rows on, and keeps none. */
class CsvRows extends RowPages {
  readonly #line: (line: string) => void

  constructor(line: (line: string) => void) {
    super({ left: 0 })
    this.#line = line
  }

  override push(values: readonly (string | null)[], atUs: number): void {
    super.push(values, atUs)
    this.#line(csvLine(values))
  }
}

function headOf(playback: Playback, wanted: number): string {
  const result = playback.result(wanted)
  if (result === undefined) throw new NoSuchResult(`there is no result ${wanted} in this session`)
  return csvLine(result.columns.map(({ name }) => name))
}

export function csvLine(values: readonly (string | null)[]): string {
  return `${values.map(cell).join(',')}\r\n`
}

function cell(value: string | null): string {
  if (value === null) return ''
  const text = formula.test(value) && !number.test(value) ? `'${value}` : value
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Also behind blanks, and in the full width of East Asian fonts. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/
const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
