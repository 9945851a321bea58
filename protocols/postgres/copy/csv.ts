/**
 * The CSV format of COPY: fields may be quoted, and newlines may be within quotes.
 * See https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
import type { Column } from '../../protocol.ts'
import { addField, type Fields, type LineFormat, NEWLINE } from './lines.ts'
import type { CopyOptions } from './options.ts'

export function csvLines(options: CopyOptions, columns: readonly Column[]): LineFormat {
  const nullField = Buffer.from(options.null)
  const { delimiter, quote, escape: escaper, forceQuote } = options
  const codes = [delimiter, quote, escaper].map(c => c.charCodeAt(0)) as [number, number, number]
  const special = new RegExp(`[${[delimiter, quote].map(literal).join('')}\\r\\n]`)
  const doubled = new RegExp(`[${[quote, escaper].map(literal).join('')}]`, 'g')
  const forced = columns.map(({ name }) => forceQuote === 'all' || forceQuote.includes(name))
  return {
    cut: (bytes, start, fields) => cut(bytes, start, fields, ...codes),
    // The server quotes a value that looks like its NULL.
    read: field =>
      field.equals(nullField) ? null : unquoted(field.toString('utf8'), quote, escaper),
    write: (value, column) => {
      if (value === null) return nullField
      const bare =
        forced[column] !== true &&
        value !== options.null &&
        !(columns.length === 1 && value === '\\.') &&
        !special.test(value)
      return Buffer.from(
        bare ? value : quote + value.replace(doubled, found => escaper + found) + quote,
      )
    },
  }
}

function cut(
  bytes: Buffer,
  start: number,
  fields: Fields,
  delimiter: number,
  quote: number,
  escaper: number,
): number {
  fields.count = 0
  let from = start
  let quoted = false
  for (let i = start; i < bytes.length; i += 1) {
    const byte = bytes[i]
    if (quoted) {
      const next = bytes[i + 1]
      if (byte === escaper && (next === quote || next === escaper)) i += 1
      else if (byte === quote) quoted = false
    } else if (byte === quote) quoted = true
    else if (byte === delimiter || byte === NEWLINE) {
      addField(fields, from, i)
      from = i + 1
      if (byte === NEWLINE) return from
    }
  }
  return -1
}

function unquoted(text: string, quote: string, escaper: string): string {
  if (!text.startsWith(quote)) return text
  const end = text.length - 1
  let value = ''
  for (let i = 1; i < end; i += 1) {
    const next = text[i + 1]
    if (text[i] === escaper && i + 1 < end && (next === quote || next === escaper)) i += 1
    value += text[i] ?? ''
  }
  return value
}

function literal(character: string): string {
  return character.replace(/[\\^\]-]/, '\\$&')
}
