/**
 * Text to raw statements by the server's own grammar (libpg-query, WASM). Errors are data: bad SQL
 * is an ordinary thing to get from a client.
 */
import { hasSqlDetails, loadModule, type Node, parseSync } from 'libpg-query'

export type Parsed =
  | { readonly ok: true; readonly statements: readonly RawStatement[] }
  | {
      readonly ok: false
      /** The server's words, with what stands there. */
      readonly message: string
      /** In the text, in characters of the parser's count from 0; undefined when it has none. */
      readonly position: number | undefined
    }

export interface RawStatement {
  readonly node: Node
  /** The statement's own part of the text, comments before it included. */
  readonly text: string
}

/** Before the first parse. Loads once. */
export async function loadParser(): Promise<void> {
  await loadModule()
}

/** Never throws. `bytesMax` bounds the UTF-8 length; memory of the WASM module never shrinks. */
export function parse(whole: string, bytesMax: number): Parsed {
  // The server stops at the first NUL, and so does the parser.
  const nul = whole.indexOf('\0')
  const text = nul < 0 ? whole : whole.slice(0, nul)
  if (text.length > bytesMax || (text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax))
    return { ok: false, message: `longer than ${bytesMax} bytes`, position: undefined }
  if (text === '') return { ok: true, statements: [] }
  // A lone surrogate would reach the parser as something else than the server gets.
  if (/\p{Surrogate}/u.test(text))
    return { ok: false, message: 'invalid characters in the text', position: undefined }
  try {
    const { stmts = [] } = parseSync(text)
    const first = stmts[0]
    if (stmts.length === 1 && first?.stmt !== undefined)
      return { ok: true, statements: [{ node: first.stmt, text }] }
    return { ok: true, statements: slices(text, stmts) }
  } catch (error) {
    return {
      ok: false,
      message: messageOf(error),
      position: hasSqlDetails(error) ? error.sqlDetails?.cursorPosition : undefined,
    }
  }
}

/** Locations are UTF-8 bytes: absent means 0, or up to the end. */
function slices(
  text: string,
  stmts: readonly { stmt?: Node; stmt_location?: number; stmt_len?: number }[],
): RawStatement[] {
  const bytes = Buffer.from(text)
  const statements: RawStatement[] = []
  for (const { stmt, stmt_location: from = 0, stmt_len: length } of stmts) {
    if (stmt === undefined) continue
    const to = length === undefined ? bytes.length : from + length
    statements.push({ node: stmt, text: bytes.toString('utf8', from, to) })
  }
  return statements
}

function messageOf(error: unknown): string {
  // Too deep a nesting: the parser's own stack, or JSON's.
  if (error instanceof RangeError) return 'too deeply nested'
  if (!(error instanceof Error)) return 'cannot be parsed'
  return error.message
}
