/** The text of a statement as the server would read it, or why it is not read. */
import { isUtf8 } from 'node:buffer'
import { type PostgresRefusal, tooLarge } from './refusal.ts'

/** The server stops at the first NUL; so do we, and refuse what is not UTF-8 or too long. */
export function statementText(bytes: Buffer, bytesMax: number): string | PostgresRefusal {
  if (bytes.length > bytesMax) return tooLarge(bytes.length, bytesMax)
  if (!isUtf8(bytes)) return notUtf8
  const nul = bytes.indexOf(0)
  return bytes.toString('utf8', 0, nul < 0 ? bytes.length : nul)
}

const notUtf8: PostgresRefusal = {
  code: 'unreadable',
  sqlState: '22021',
  message: 'the statement is not valid UTF-8',
  detail: undefined,
  hint: 'Set client_encoding to UTF8.',
}
