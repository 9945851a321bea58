/**
 * The statements and expressions of a body in PL/pgSQL, found by the server's own parser of it.
 * https://www.postgresql.org/docs/current/plpgsql-statements.html
 */
import { parsePlPgSQLSync } from 'libpg-query'
import type { CatalogFunction } from '../../catalog.ts'
import { parse } from '../parse.ts'
import type { Node } from '../tree.ts'

/**
 * All that running the body evaluates. undefined: it runs texts that are made while it runs, or
 * something in it is not known.
 */
export function plpgsqlStatements(
  { kind, signature, source = '' }: CatalogFunction,
  bytesMax: number,
): readonly Node[] | undefined {
  if (signature === undefined || source.length > bytesMax) return undefined
  const what = kind === 'procedure' ? 'PROCEDURE' : 'FUNCTION'
  const body = source.replaceAll("'", "''")
  try {
    const tree: unknown = parsePlPgSQLSync(
      `CREATE ${what} f${signature} LANGUAGE plpgsql AS '${body}'`,
    )
    const found: Node[] = []
    return collect(tree, found, bytesMax) ? found : undefined
  } catch (error) {
    // What the parser does not take, or is nested too deeply for it, nobody can read.
    if (error instanceof Error) return undefined
    throw error
  }
}

/** false: a part of it cannot be read. */
function collect(value: unknown, found: Node[], bytesMax: number): boolean {
  if (Array.isArray(value)) return value.every(each => collect(each, found, bytesMax))
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, under]) => {
    if (key === 'dynquery' || (key.startsWith('PLpgSQL_stmt_') && !statements.has(key)))
      return false
    if (key !== 'PLpgSQL_expr') return collect(under, found, bytesMax)
    const { query = '', parseMode } = under as { query?: string; parseMode?: number }
    const texts = parseMode === statementMode ? [query] : expressions(query, parseMode)
    return texts.every(text => {
      const parsed = parse(text, bytesMax)
      if (parsed.ok) found.push(...parsed.statements.map(({ node }) => node))
      return parsed.ok
    })
  })
}

const statementMode = 0
const expressionMode = 2

/** `a + 1`, or of an assignment both sides: `a[f()] := 1`. */
function expressions(query: string, mode: number | undefined): readonly string[] {
  if (mode === expressionMode) return [`SELECT ${query}`]
  const assigned = /^(.*?):?=(.*)$/s.exec(query)
  return assigned === null ? [query] : [`SELECT ${assigned[1]}`, `SELECT ${assigned[2]}`]
}

/** Those whose parts are all in the tree; EXECUTE and FOR … IN EXECUTE are not. */
const statements: ReadonlySet<string> = new Set(
  [
    ...['block', 'assign', 'if', 'case', 'loop', 'while', 'fori', 'fors', 'forc', 'foreach_a'],
    ...['exit', 'return', 'return_next', 'return_query', 'raise', 'assert', 'execsql', 'perform'],
    ...['call', 'commit', 'rollback', 'getdiag', 'open', 'fetch', 'close'],
  ].map(word => `PLpgSQL_stmt_${word}`),
)
