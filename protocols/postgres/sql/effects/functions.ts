/**
 * What calling a function does. Built-in functions: those that only compute or look give nothing,
 * those known to do more say what, and a volatile one that is on neither list is an `execute`.
 * All others are `execute`, with what their body does where it can be read.
 */
import type { CatalogFunction } from '../../catalog.ts'
import { resolveFunctions } from '../names.ts'
import { constantOf, type Node } from '../tree.ts'
import { builtInEffects, harmlessVolatile } from './built-in-functions.ts'
import type { Called, Collector } from './collector.ts'
import { words } from './objects.ts'

/** A function call anywhere in an expression, in FROM, or by CALL. */
export function called({ schema, name, args, how }: Called, out: Collector): void {
  const candidates = resolveFunctions(out.names, schema, name)
  if (candidates.length === 0) {
    out.add('execute', { type: 'function', schema, name }, { detail: words('unknown', how) })
    return
  }
  let builtIn = false
  for (const candidate of candidates) {
    // A function of the server may only be replaced by its superuser; overloads behave alike.
    if (candidate.builtIn) builtIn = true
    else userFunction(candidate, out, how)
  }
  if (builtIn) builtInCalled(name, args, candidates, out, how)
}

function builtInCalled(
  name: string,
  args: readonly Node[],
  candidates: readonly CatalogFunction[],
  out: Collector,
  how: 'call' | undefined,
): void {
  const special = builtInEffects(name)
  if (special !== undefined) {
    // Which setting, file or sequence it is stands in a literal.
    out.literalsMatter = true
    special(name, args.map(constantOf), out)
    return
  }
  const object = { type: 'function', schema: 'pg_catalog', name }
  if (how === 'call') out.add('execute', object, { detail: how })
  const moves = candidates.some(each => each.builtIn && each.volatility === 'volatile')
  if (moves && !harmlessVolatile.has(name) && !name.startsWith('pg_stat_get_'))
    out.add('execute', object, { detail: 'volatile' })
}

function userFunction(candidate: CatalogFunction, out: Collector, how: 'call' | undefined): void {
  const object = { type: candidate.kind, schema: candidate.schema, name: candidate.name }
  // What dblink and its like are asked to do stands in a literal.
  out.literalsMatter = true
  const understood = out.body(candidate)
  out.add('execute', object, {
    detail: words(
      how,
      candidate.language,
      candidate.volatility,
      candidate.securityDefiner ? 'definer' : undefined,
      understood ? undefined : 'opaque',
      remote.test(candidate.name) ? 'dblink' : undefined,
    ),
  })
}

const remote = /^dblink/
