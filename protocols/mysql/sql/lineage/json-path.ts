/**
 * What is taken from a JSON document by a constant path: `->`, `->>`, JSON_EXTRACT and JSON_VALUE.
 * Anything else depends on the whole document.
 * https://dev.mysql.com/doc/refman/9.7/en/json.html#json-path-syntax
 */
import { columnPart } from '../../../column-parts.ts'
import type { Expression, FunctionCall } from '../ast.ts'
import { derive, type Value } from './value.ts'

export function extractedByArrow(path: string, document: Value): Value {
  return part(document, keysOf(path)) ?? derive([document])
}

/** Undefined when the call of the server's own function is no such one. */
export function extractedByFunction(
  name: string,
  { args: nodes, words }: Pick<FunctionCall, 'args' | 'words'>,
  args: readonly Value[],
): Value | undefined {
  const [document] = args
  if (document === undefined) return undefined
  if (name === 'json_unquote' && args.length === 1)
    return document.copies.some(({ path }) => path !== undefined) ? document : undefined
  if ((name !== 'json_extract' && name !== 'json_value') || args.length !== 2) return undefined
  const taken = part(document, keysOf(literalText(nodes[1])))
  // RETURNING makes another value of it.
  return taken !== undefined && words.length > 0 ? derive([taken]) : taken
}

/** The part of each column that the value is a copy of; all of its sources are names of one. */
function part(
  { sources, copies, untraced }: Value,
  keys: readonly string[] | undefined,
): Value | undefined {
  if (keys === undefined || copies.length === 0 || untraced) return undefined
  return {
    sources: sources.map(source => columnPart(source, keys)),
    copies: copies.map(copy => columnPart(copy, keys)),
    untraced,
  }
}

const LEG = /\s*(?:\.\s*(?:"((?:[^"\\]|\\["\\/])*)"|([\p{L}_$][\p{L}\p{N}_$]*))|\[\s*\d+\s*\])/uy

/** Keys; positions in arrays are left out. Undefined for wildcards, ranges and what is no path. */
function keysOf(path: string | undefined): readonly string[] | undefined {
  if (path?.startsWith('$') !== true) return undefined
  const keys: string[] = []
  LEG.lastIndex = 1
  while (LEG.lastIndex < path.length) {
    const match = LEG.exec(path)
    if (match === null) return undefined
    const [, quoted, plain] = match
    const key = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')
    if (key !== undefined) keys.push(key)
  }
  return keys
}

function literalText(node: Expression | undefined): string | undefined {
  if (node?.kind !== 'literal' || node.type !== 'string' || node.charset !== undefined)
    return undefined
  return node.value
}
