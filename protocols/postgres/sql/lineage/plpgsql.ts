/**
 * Bodies in PL/pgSQL, read word by word: whatever relation they name is read, whatever function,
 * operator or type they name is used, and all of it may be in the result. What runs texts that are
 * made while it runs, or fetches from a cursor that is somebody else's, is not followed.
 * https://www.postgresql.org/docs/current/plpgsql-structure.html
 */
import { scanSync } from 'libpg-query'
import type { CatalogFunction } from '../../catalog.ts'
import { resolveRelation, withoutPath } from '../names.ts'
import { sinks } from './built-ins.ts'
import type { Context } from './context.ts'
import { anyOf, type Columns, derive, type Value } from './value.ts'

interface Word {
  readonly name: string
  /** What stands before it: `a` of `a.name`, or the word before. */
  readonly after: string
  /** `name.something` */
  readonly dotted: boolean
  /** `name(`: a call. */
  readonly called: boolean
  /** `something.name`: a field, or a function of a row. */
  readonly field: boolean
}

interface Body {
  readonly words: readonly Word[]
  readonly operators: readonly string[]
}

/** What the walk of names needs of its callers. */
export interface Reader {
  relation(schema: string, name: string, context: Context): Columns
  called(candidate: CatalogFunction, args: Value, context: Context): Value
}

const bodies = new WeakMap<CatalogFunction, Body | undefined>()

/** All that the function's result may be made of; undefined: it cannot be followed. */
export function plpgsqlResult(
  called: CatalogFunction,
  args: Value,
  context: Context,
  reader: Reader,
): Value | undefined {
  const body = bodyFor(called)
  if (body === undefined) return undefined
  const names = withoutPath(context.names)
  const known: Value[] = [args]
  for (const { name } of body.words) {
    for (const { schema } of resolveRelation(names, undefined, name)) {
      // Catalogs of the server that hold no values have names like other words.
      if (!isServers(schema) || valueCatalogs.test(name))
        known.push(anyOf(reader.relation(schema, name, context)))
    }
  }
  const read = derive(known)
  const run: Value[] = [read]
  for (const candidate of functionsOf(body, context)) {
    const sink = candidate.builtIn ? sinks.get(candidate.name) : undefined
    if (sink !== undefined)
      context.move(read, { type: sink, schema: undefined, name: candidate.name })
    run.push(reader.called(candidate, read, context))
  }
  return derive(run)
}

/** Columns of the new row that a trigger names; undefined: it may change any. */
export function rowFields(called: CatalogFunction): ReadonlySet<string> | undefined {
  const body = bodyFor(called)
  if (body === undefined || called.language !== 'plpgsql') return undefined
  const fields = new Set<string>()
  for (const { name, after, dotted, field } of body.words) {
    if (field && after === 'new') fields.add(name)
    else if (name === 'new' && !dotted && after !== 'return') return undefined
    // It gives another row than the one it was given.
    else if (after === 'return' && !givenRows.has(name)) return undefined
  }
  return fields
}

const givenRows: ReadonlySet<string> = new Set(['new', 'old', 'null'])

function functionsOf({ words, operators }: Body, { names }: Context): Set<CatalogFunction> {
  const { catalog } = names
  const found = new Set<CatalogFunction>()
  for (const { name, called, field } of words) {
    for (const each of catalog.functions(undefined, name))
      if (called || (field && !each.builtIn)) found.add(each)
    for (const way of ['from', 'to'])
      for (const each of catalog.functions(undefined, `${way} ${name}`)) found.add(each)
  }
  for (const operator of operators)
    for (const each of catalog.functions(undefined, `operates ${operator}`)) found.add(each)
  return found
}

function bodyFor(called: CatalogFunction): Body | undefined {
  if (!bodies.has(called)) bodies.set(called, bodyOf(called.source ?? ''))
  return bodies.get(called)
}

function isServers(schema: string): boolean {
  return schema === 'pg_catalog' || schema === 'information_schema'
}

const valueCatalogs = /^pg_(?:stat|largeobject|prepared|cursors|backend)/

function bodyOf(source: string): Body | undefined {
  let tokens: ReturnType<typeof scanSync>['tokens']
  try {
    tokens = scanSync(source).tokens
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
  const words: Word[] = []
  const operators = new Set<string>()
  const bytes = Buffer.from(source)
  for (const [i, { start, end }] of tokens.entries()) {
    const text = bytes.toString('utf8', start, end)
    if (/^u&/i.test(text)) return undefined
    const quoted = text.startsWith('"')
    if (quoted || /^[\p{L}_]/u.test(text)) {
      const name = quoted ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase()
      if (!quoted && unfollowed.has(name)) return undefined
      const called = charAt(bytes, tokens[i + 1]) === '('
      const dotted = charAt(bytes, tokens[i + 1]) === '.'
      const after = words.at(-1)?.name ?? ''
      words.push({ name, after, dotted, called, field: charAt(bytes, tokens[i - 1]) === '.' })
    } else if (/^[-+*/<>=~!@#%^&|`?]+$/.test(text)) {
      operators.add(text)
    }
  }
  return words.length === 0 ? undefined : { words, operators: [...operators] }
}

function charAt(bytes: Buffer, token: { readonly start: number } | undefined): string {
  return token === undefined ? '' : String.fromCharCode(bytes[token.start] ?? 0)
}

const unfollowed: ReadonlySet<string> = new Set(['execute', 'fetch', 'move'])
