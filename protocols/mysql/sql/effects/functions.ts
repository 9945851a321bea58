/**
 * What calling a function does. Those of the server that only compute or look give nothing, those
 * known to do more say what. Stored ones are `execute`, with what their body does where it can be
 * read; a name that is neither may be a loadable function: nobody knows what it does.
 */
import type { Routine } from '../../catalog.ts'
import { folded, resolveRoutines } from '../names.ts'
import { builtInEffects } from './built-in-functions.ts'
import { type Called, type Collector, words } from './collector.ts'
import { isHarmlessFunction } from './harmless-functions.ts'

/** MariaDB's names for its own functions under each dialect. */
const builtInSchemas: ReadonlySet<string> = new Set([
  'mariadb_schema',
  'oracle_schema',
  'maxdb_schema',
])

/** A function call anywhere in an expression, or a CALL. */
export function called({ schema, name: written, how }: Called, out: Collector): void {
  const name = folded(written)
  const own = schema === undefined || builtInSchemas.has(folded(schema))
  if (own && how === undefined) {
    // Quotes and gaps do not keep the server from taking a name for a function of its own.
    const special = builtInEffects(name)
    if (special !== undefined) {
      special(name, out)
      return
    }
    if (isHarmlessFunction(name)) return
  }
  const isProcedure = how === 'call'
  const candidates = resolveRoutines(out.names, schema, written).filter(
    ({ kind }) => (kind === 'procedure') === isProcedure,
  )
  if (candidates.length === 0) {
    const type = isProcedure ? 'procedure' : 'function'
    out.add('execute', { type, schema, name: written }, { detail: words('unknown', how) })
  }
  for (const candidate of candidates) routine(candidate, out, how)
}

function routine(candidate: Routine, out: Collector, how: 'call' | undefined): void {
  const { kind, schema, name, language, securityDefiner } = candidate
  // What a body does with its arguments stands in literals of the caller.
  out.literalsMatter = true
  const understood = out.body(candidate)
  const detail = words(
    how,
    language,
    securityDefiner ? 'definer' : undefined,
    understood ? undefined : 'opaque',
  )
  out.add('execute', { type: kind, schema, name }, { detail })
}
