/**
 * The text format of COPY: fields between delimiters, special characters behind backslashes.
 * See https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
import { addField, type Fields, type LineFormat, NEWLINE } from './lines.ts'
import type { CopyOptions } from './options.ts'

const BACKSLASH = 0x5c

const LETTERS: Readonly<Record<string, string>> = {
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\v': 'v',
}
const CHARACTERS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(LETTERS).map(([character, letter]) => [letter, character]),
)

export function textLines(options: CopyOptions): LineFormat {
  const nullField = Buffer.from(options.null)
  const delimiter = options.delimiter.charCodeAt(0)
  // A client may choose a NULL that a value looks like, and ask in this way which rows have that
  // value. Then both are treated as the value, and masked. The empty text tells nothing.
  const ambiguous =
    options.null !== '' && escaped(unescaped(options.null), options.delimiter) === options.null
  return {
    cut: (bytes, start, fields) => cut(bytes, start, fields, delimiter),
    read: field =>
      !ambiguous && field.equals(nullField) ? null : unescaped(field.toString('utf8')),
    write: value => (value === null ? nullField : Buffer.from(escaped(value, options.delimiter))),
  }
}

function cut(bytes: Buffer, start: number, fields: Fields, delimiter: number): number {
  fields.count = 0
  let from = start
  for (let i = start; i < bytes.length; i += 1) {
    const byte = bytes[i]
    // The byte behind a backslash is data, whatever it is.
    if (byte === BACKSLASH) i += 1
    else if (byte === delimiter || byte === NEWLINE) {
      addField(fields, from, i)
      from = i + 1
      if (byte === NEWLINE) return from
    }
  }
  return -1
}

function escaped(value: string, delimiter: string): string {
  let text = ''
  for (const character of value) {
    const letter = LETTERS[character]
    if (letter !== undefined) text += `\\${letter}`
    else text += character === '\\' || character === delimiter ? `\\${character}` : character
  }
  return text
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(.)/gsu, (_, character: string) => CHARACTERS[character] ?? character)
}
