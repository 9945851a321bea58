/**
 * What may be said of a stored function's result: what its body says when that is one expression,
 * else nothing.
 */
import type { Routine } from '../../catalog.ts'
import type { Query } from '../ast.ts'
import { folded, inDatabase } from '../names.ts'
import { parse } from '../parse.ts'
import { wholly } from './conditions.ts'
import { BODY_DEPTH_MAX, type Context } from './context.ts'
import { emptyScope, type Scope } from './scope.ts'
import { anyOf, derive, untraced, type Value } from './value.ts'

/** The result of one function that the call may mean. */
export function functionResult(called: Routine, args: readonly Value[], context: Context): Value {
  const query = called.language === 'sql' ? bodyOf(called) : undefined
  if (query === undefined || context.bodyDepth >= BODY_DEPTH_MAX) {
    context.callsUntraced = true
    // It may keep what it is given, whatever it says of itself.
    const { schema, name } = called
    context.move(derive(args), { type: 'function', schema, name })
    return untraced
  }
  const { session } = context.names
  const inner = inDatabase(context.names, called.schema, called.lexer)
  // Variables are the session's; temporary tables may stand for others, too.
  const inside = context.inside({ ...inner, session: visible(session) })
  const { columns, conditions } = inside.query(query, bodyScope(called, args))
  context.absorb(inside)
  // It is called for what it makes of its arguments, looking things up by them included.
  return derive([anyOf(columns), wholly(conditions)])
}

function visible(session: Context['names']['session']): Context['names']['session'] {
  return {
    relations: (schema, name) => session.relations(schema, name),
    prepared: () => [],
    variable: name => session.variable(name),
    variables: () => session.variables(),
    handlers: () => [],
  }
}

function bodyScope({ parameters }: Routine, args: readonly Value[]): Scope {
  const values = new Map(
    parameters.map(({ name }, i): [string, Value] => [folded(name), derive(args.slice(i, i + 1))]),
  )
  return { ...emptyScope, locals: name => values.get(folded(name)) }
}

const bodies = new WeakMap<Routine, Query | undefined>()

function bodyOf(called: Routine): Query | undefined {
  if (bodies.has(called)) return bodies.get(called)
  const query = returned(called)
  bodies.set(called, query)
  return query
}

/** `RETURN expression`, with or without BEGIN and END around it, as the query of that expression. */
function returned({ source, lexer }: Routine): Query | undefined {
  if (source === undefined) return undefined
  const only = /^\s*BEGIN\s+([^;]*);?\s*END\s*$/i.exec(source)?.[1] ?? source
  const expression = /^\s*RETURN\b([\s\S]*?);?\s*$/i.exec(only)?.[1]
  if (expression === undefined) return undefined
  const parsed = parse(`SELECT (${expression}\n)`, lexer)
  if (!parsed.ok || parsed.statements.length !== 1) return undefined
  const node = parsed.statements[0]?.node
  if (node?.kind !== 'query' || node.body.kind !== 'select') return undefined
  // The parentheses hold it all, and nothing else.
  return node.body.items.length === 1 && node.body.from.length === 0 ? node : undefined
}
