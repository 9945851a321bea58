/**
 * What a client says beside a text and its values that changes what they mean, in one line: the
 * types of parameters (an integer 0 equals every name that does not begin with a digit, a text 0
 * does not) and query attributes, which functions can read.
 */
import type { Parameter, StatementContext } from '../protocol.ts'
import type { ParameterType, QueryAttribute } from './parameters.ts'

/** Put in words only when it is asked for: few statements are held. */
export function contextWith(
  context: StatementContext,
  said: () => string | undefined,
): StatementContext {
  return {
    ...context,
    get settings() {
      return [context.settings ?? '', said() ?? ''].join('; ')
    },
  }
}

export function sentAs(
  parameters: readonly Parameter[],
  types: readonly ParameterType[],
  longData: ReadonlyMap<number, unknown>,
  attributes: readonly QueryAttribute[],
): string | undefined {
  const said = [
    ...(types.length === 0 ? [] : [`types=${typesText(parameters, types, longData)}`]),
    ...(attributes.length === 0 ? [] : [`attributes=${attributesText(attributes)}`]),
  ]
  return said.length === 0 ? undefined : said.join(' ')
}

/** Of the rows of a bulk execute, too: there are types for the first of them, or for none. */
function typesText(
  parameters: readonly Parameter[],
  types: readonly ParameterType[],
  longData: ReadonlyMap<number, unknown>,
): string {
  const bulk = parameters.length !== types.length
  return types
    .map(({ type, unsigned }, i) => {
      // Long data is a text, whatever its type.
      if (longData.has(i)) return `${type} long`
      // Drivers give NULL any type, and it means nothing.
      if (!bulk && parameters[i] === null) return 'null'
      return unsigned ? `${type} unsigned` : String(type)
    })
    .join()
}

function attributesText(attributes: readonly QueryAttribute[]): string {
  return JSON.stringify(
    attributes
      .filter(({ name }) => !tracing.has(name))
      .map(({ name, value }) => [
        name,
        value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('hex') } : value,
      ]),
  )
}

/** Another with every statement, by drivers that are told to: https://www.w3.org/TR/trace-context/ */
const tracing: ReadonlySet<string> = new Set(['traceparent', 'tracestate'])
