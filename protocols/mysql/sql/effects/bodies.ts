/**
 * What the body of a stored program does: its statements, wherever conditions and loops put them,
 * and its expressions. What is not read completely is opaque.
 * https://dev.mysql.com/doc/refman/en/sql-compound-statements.html
 */
import type { Effect } from '../../../protocol.ts'
import type { Routine } from '../../catalog.ts'
import type { Program } from '../ast.ts'
import type { LexerOptions } from '../lexer/options.ts'
import { folded, inDatabase } from '../names.ts'
import { parse } from '../parse.ts'
import type { Collector, Source } from './collector.ts'

export interface Body {
  readonly understood: boolean
  readonly effects: readonly Effect[]
}

export interface BodySource {
  readonly schema: string
  readonly source: string | undefined
  readonly lexer: LexerOptions
  /** Names that are parameters or, in a trigger, rows; folded. */
  readonly locals: ReadonlySet<string>
  /** What stands before the body in a CREATE of it. */
  readonly head: string
}

const heads = {
  function: 'CREATE FUNCTION f() RETURNS INT',
  procedure: 'CREATE PROCEDURE p()',
} as const

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
  const locals = new Set(routine.parameters.map(({ name }) => folded(name)))
  const head = heads[routine.kind === 'function' ? 'function' : 'procedure']
  const body = bodyEffects({ ...routine, locals, head }, within)
  within.reading.delete(routine)
  if (outermost) known.set(routine, body)
  return body
}

/** The names of the body mean those of the database that it is in. */
export function bodyEffects(body: BodySource, within: Collector): Body {
  const { source, lexer, head } = body
  const unread: Body = { understood: false, effects: [] }
  if (source === undefined || source.trim() === '' || source.length > bodyLengthMax) return unread
  const text = `${head} ${source}`
  const parsed = parse(text, lexer)
  const [statement, more] = parsed.ok ? parsed.statements : []
  const node = statement?.node
  if (node?.kind !== 'createRoutine' || node.program === undefined || more !== undefined)
    return unread
  const out = within.beside(inDatabase(within.names, body.schema, lexer))
  const locals = body.locals
  programEffects(node.program, { text, tokens: statement?.tokens ?? [], locals }, out)
  // Signals, commits and the like of a body are no matter of rules.
  return { understood: true, effects: out.effects.filter(({ kind }) => kind !== 'transaction') }
}

export function programEffects(
  { statements, expressions, variables }: Program,
  { text, tokens, locals }: Source,
  out: Collector,
): void {
  const names = new Set([...(locals ?? []), ...variables.map(folded)])
  const inner = out.beside(out.names, { text, tokens, locals: names })
  for (const each of statements) inner.statement(each)
  inner.evaluated(expressions)
  out.addAll(inner.effects)
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
