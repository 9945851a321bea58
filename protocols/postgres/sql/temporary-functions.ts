/**
 * Functions that a text makes for its own use, in `pg_temp`: only that name calls them, and they go
 * with the session. Sequelize's findOrCreate puts an INSERT into one, calls it and drops it, all in
 * one text. https://www.postgresql.org/docs/current/sql-createfunction.html
 */
import type { CatalogFunction } from '../catalog.ts'
import { as, type FieldsOf, type Node, nameOf, qualified, stringOf } from './tree.ts'

/** Its schema, as it has to be written where it is called. */
export const temporarySchema = 'pg_temp'

/**
 * One that takes nothing, so that a call can mean no other of its name, and has the rights of who
 * calls it. Undefined for all others, and where anything about it is not plain.
 */
export function temporaryFunction(
  create: FieldsOf<'CreateFunctionStmt'> | undefined,
): CatalogFunction | undefined {
  if (create === undefined || create.is_procedure === true) return undefined
  const { schema, name } = qualified(nameOf(create.funcname))
  const options = new Map(
    (create.options ?? []).map(node => {
      const option = as(node, 'DefElem')
      return [option?.defname ?? '', option?.arg] as const
    }),
  )
  const plain = [...options.keys()].every(each => each === 'language' || each === 'as')
  const language = stringOf(options.get('language'))?.toLowerCase() ?? ''
  const source = nameOf(as(options.get('as'), 'List')?.items)
  const given = outputs(create.parameters)
  if (schema !== temporarySchema || !plain || source.length !== 1 || given === undefined)
    return undefined
  return {
    ...{ oid: 0, schema, name, kind: 'function', language, volatility: 'volatile' },
    ...{ builtIn: false, securityDefiner: false, returnsRelation: undefined },
    source: source[0],
    // Which types they have makes no difference to what the body does.
    signature: `(${given.map(each => `OUT "${each.replaceAll('"', '""')}" text`).join(', ')})`,
  }
}

/** The names of its parameters, all of which it gives back. */
function outputs(parameters: readonly Node[] | undefined): string[] | undefined {
  const names: string[] = []
  for (const node of parameters ?? []) {
    const parameter = as(node, 'FunctionParameter')
    if (parameter?.mode !== 'FUNC_PARAM_OUT' || parameter.name === undefined) return undefined
    names.push(parameter.name)
  }
  return names
}
