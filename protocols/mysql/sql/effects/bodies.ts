/**
 * What the body of a stored routine does: its statements, wherever conditions and loops put them,
 * and its expressions. What is not taken apart completely is opaque.
 * https://dev.mysql.com/doc/refman/en/sql-compound-statements.html
 */
import type { Effect } from '../../../protocol.ts'
import type { Routine } from '../../catalog.ts'
import type { LexerOptions } from '../lexer/options.ts'
import { inDatabase } from '../names.ts'
import { parse } from '../parse.ts'
import { type BodyPart, bodyParts } from './body-parts.ts'
import type { Collector } from './collector.ts'

export interface Body {
  readonly understood: boolean
  readonly effects: readonly Effect[]
}

export interface BodySource {
  readonly schema: string
  readonly source: string | undefined
  readonly lexer: LexerOptions
  /** Names that are parameters or, in a trigger, rows. */
  readonly locals: readonly string[]
}

const known = new WeakMap<Routine, Body>()
const bodyLengthMax = 256 * 1024

/** Adds what the body does. false: nobody can say what it does. */
export function readBody(routine: Routine, out: Collector): boolean {
  if (routine.kind === 'aggregate' || routine.language !== 'sql') return false
  if (out.reading.has(routine)) return true
  const body = known.get(routine) ?? read(routine, out)
  out.addAll(body.effects)
  return body.understood
}

function read(routine: Routine, within: Collector): Body {
  const outermost = within.reading.size === 0
  within.reading.add(routine)
  const locals = routine.parameters.map(({ name }) => name)
  const body = bodyEffects({ ...routine, locals }, within)
  within.reading.delete(routine)
  if (outermost) known.set(routine, body)
  return body
}

/** The names of the body mean those of the database that it is in. */
export function bodyEffects(body: BodySource, within: Collector): Body {
  const { source, lexer } = body
  const unread: Body = { understood: false, effects: [] }
  if (source === undefined || source.trim() === '' || source.length > bodyLengthMax) return unread
  // The parser takes what follows such a head for a body, and cuts it into tokens.
  const text = `CREATE PROCEDURE p() ${source}`
  const whole = parse(text, lexer)
  const [statement, more] = whole.ok ? whole.statements : []
  if (statement === undefined || more !== undefined) return unread
  const from = text.length - source.length
  const tokens = statement.tokens.filter(token => token.start >= from)
  const parts = bodyParts(tokens, text)
  if (parts === undefined) return unread
  const locals = new Set([...body.locals, ...parts.locals].map(each => each.toLowerCase()))
  const out = within.beside(inDatabase(within.names, body.schema, lexer))
  let understood = true
  for (const part of parts.parts) understood = partEffects(part, text, locals, out) && understood
  return { understood, effects: out.effects }
}

function partEffects(
  { kind, start, end }: BodyPart,
  whole: string,
  locals: ReadonlySet<string>,
  out: Collector,
): boolean {
  const slice = whole.slice(start, end)
  const text = kind === 'expression' ? `DO ${slice}` : slice
  const parsed = parse(text, out.names.lexer)
  const [statement, more] = parsed.ok ? parsed.statements : []
  if (statement === undefined || more !== undefined) return false
  const inner = out.beside(out.names, { text, tokens: statement.tokens, locals })
  inner.statement(statement.node)
  // Signals, commits and the like of a body are no matter of rules.
  out.addAll(inner.effects.filter(effect => effect.kind !== 'transaction'))
  return true
}

/** As the server keeps definitions of views: none of the modes that change how text is read. */
export function canonicalLexer({ flavour, version }: LexerOptions): LexerOptions {
  return {
    flavour,
    version,
    ansiQuotes: false,
    noBackslashEscapes: false,
    ignoreSpace: false,
    pipesAsConcat: false,
    highNotPrecedence: false,
  }
}
