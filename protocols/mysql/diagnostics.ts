/**
 * Errors, and what an OK says besides counts, on their way to the client. When the statement
 * touches what is masked, only what cannot hold a value passes: errno, SQLSTATE, counts, and
 * messages of which every word is the server's own or the client's.
 * https://dev.mysql.com/doc/mysql-errors/9.7/en/server-error-reference.html
 */
import type { Analysis, Column, ResultMask } from '../protocol.ts'
import type { Run } from './exchange.ts'
import { decodeErr, type ErrPacket, encodeErr } from './packets/err.ts'
import { decodeOk, encodeOk, type OkPacket } from './packets/ok.ts'

export const hiddenMessage = 'the message is hidden: it may show masked data'

/** The payload itself when nothing in it is hidden. `text` is what the client sent. */
export function concealedErr(
  payload: Buffer,
  hides: { readonly all: boolean; readonly code: boolean },
  text: string,
): { readonly shown: Buffer; readonly errno: number } {
  const err = decodeErr(payload)
  const hidden = hides.all ? !isKnown(err, text) : hides.code && isSaidByCode(err)
  const shown = hidden ? encodeErr({ ...err, message: hiddenMessage }) : payload
  return { shown, errno: err.code }
}

/** An OK without its text and without what the session's variables are now. */
export function concealedOk(payload: Buffer, capabilities: bigint): Buffer {
  const ok = decodeOk(payload, capabilities)
  const info = countsOnly.test(ok.info) ? ok.info : ''
  if (info === ok.info && ok.sessionStateChanges.length === 0) return payload
  const shown: OkPacket = { ...ok, info, sessionStateChanges: Buffer.alloc(0) }
  return encodeOk(shown, capabilities)
}

/** SHOW WARNINGS has Level, Code and Message; SHOW COUNT(*) WARNINGS a number. */
export function messageMask(columns: readonly Column[]): ResultMask | undefined {
  if (columns.length < 3) return undefined
  const message = { kind: 'constant', value: hiddenMessage, rule: 'diagnostics' } as const
  return columns.map((_, i) => (i < 2 ? undefined : message))
}

/**
 * Whether a text, or one of its statements, asks for what earlier ones said. `alone`: it shows that
 * and nothing else.
 */
export function asksForDiagnostics(analysis: Analysis): AsksForDiagnostics {
  const known = asking.get(analysis)
  if (known !== undefined) return known
  const asks = asksNow(analysis)
  asking.set(analysis, asks)
  return asks
}

export type AsksForDiagnostics = 'alone' | 'shows' | 'gets' | 'no'

const asking = new WeakMap<Analysis, AsksForDiagnostics>()

function asksNow({ normalized, results }: Analysis): AsksForDiagnostics {
  if (getsDiagnostics.test(normalized)) return 'gets'
  if (!showsDiagnostics.test(normalized)) return 'no'
  return results.length === 1 && onlyShowsDiagnostics.test(normalized) ? 'alone' : 'shows'
}

/** What is read alike under every setting, and must see the diagnostics as they are. */
export function readsAlike(text: string): boolean {
  return text.length < 100 && onlyDiagnostics.test(text)
}

const getsDiagnostics = /\bget\s+(?:current\s+|stacked\s+)?diagnostics\b/i
const showsDiagnostics = /\bshow\s+(?:count\s*\(\s*\*\s*\)\s*)?(?:warnings|errors)\b/i
const onlyShowsDiagnostics =
  /^\s*show\s+(?:count\s*\(\s*\*\s*\)\s*)?(?:warnings|errors)(?:\s+limit\s+[?\d\s,]+)?[;\s]*$/i
const onlyDiagnostics =
  /^\s*(?:show\s+(?:count\(\*\)\s+)?(?:warnings|errors)|select\s+(?:row_count\(\)|found_rows\(\)|@@(?:session\.)?(?:warning|error)_count))(?:\s+limit\s+\d+)?\s*$/i

/** As UPDATE, INSERT … SELECT and ALTER TABLE say it. */
const countsOnly = /^(?:[A-Z][a-z]+(?: [a-z]+)?: \d+ {0,2})*$/

/** A trigger or a procedure raised it, and chose every word: SIGNAL, or a SQLSTATE of no server. */
function isSaidByCode({ code, sqlState }: ErrPacket): boolean {
  return code === 1644 || code === 1643 || code === 1642 || sqlState.startsWith('45')
}

/**
 * A procedure can give its own message any number, so that the number proves nothing: the whole
 * message has to be one that the server writes, around words of the client's own text.
 */
function isKnown({ code, message }: ErrPacket, text: string): boolean {
  const pattern = known.get(code)
  const match = pattern?.exec(message)
  if (match === null || match === undefined) return false
  return match.slice(1).every(word => word === undefined || text.includes(word))
}

const known: ReadonlyMap<number, RegExp> = new Map([
  [1046, /^No database selected$/],
  [1051, /^Unknown table '(?:[^'.]+\.)?([^']+)'$/],
  [1054, /^Unknown column '([^']+)' in '(?:[a-z]+ ){0,3}[a-zA-Z]+'$/],
  [1060, /^Duplicate column name '([^']+)'$/],
  [
    1064,
    /^You have an error in your SQL syntax; check the manual that corresponds to your (?:MySQL|MariaDB) server version for the right syntax to use near '([\s\S]*)' at line \d+$/,
  ],
  [1065, /^Query was empty$/],
  [1146, /^Table '(?:[^'.]+\.)?([^']+)' doesn't exist$/],
  [1205, /^Lock wait timeout exceeded; try restarting transaction$/],
  [1213, /^Deadlock found when trying to get lock; try restarting transaction$/],
  [1222, /^The used SELECT statements have a different number of columns$/],
  [1241, /^Operand should contain \d+ column\(s\)$/],
  [1242, /^Subquery returns more than 1 row$/],
  [1317, /^Query execution was interrupted$/],
  [1969, /^Query execution was interrupted \(max_statement_time exceeded\)$/],
  [3024, /^Query execution was interrupted, maximum statement execution time exceeded$/],
])

/** Stands for code that runs in the server and that nobody has read. */
export const codeOfTheServer: Analysis = {
  tag: '',
  effects: [],
  results: [],
  reads: [],
  moves: [],
  relations: [],
  normalized: '',
  unreadable: 'code that runs in the server',
}

/** MariaDB keeps what it would warn of until a statement uses a table. */
export function clearsDiagnostics({ analysis, hidesDiagnostics, diagnostics }: Run): boolean {
  const { relations, results } = analysis
  const uses = relations.length > 0 && results.length === 1
  return uses && !hidesDiagnostics && diagnostics === undefined
}
