/** Small helpers over the syntax tree of libpg-query: nodes are objects of one key, their kind. */
import type { Node } from 'libpg-query'

export type { Node } from 'libpg-query'

/** Every kind of node that the grammar has. */
export type NodeKind = Node extends infer Each ? (Each extends Node ? keyof Each : never) : never

/** The fields of one kind of node. */
export type FieldsOf<Kind extends NodeKind> = Node extends infer Each
  ? Each extends { [K in Kind]: infer Fields }
    ? Fields
    : never
  : never

export function kindOf(node: Node): NodeKind | undefined {
  for (const kind in node) return kind as NodeKind
  return undefined
}

/** The fields of a node of that kind, or undefined when it is of another. */
export function as<Kind extends NodeKind>(
  node: Node | undefined,
  kind: Kind,
): FieldsOf<Kind> | undefined {
  if (node === undefined) return undefined
  return (node as unknown as Record<string, unknown>)[kind] as FieldsOf<Kind> | undefined
}

/** The text of a String node; undefined for all others. */
export function stringOf(node: Node | undefined): string | undefined {
  const string = as(node, 'String')
  return string === undefined ? undefined : (string.sval ?? '')
}

/** A name as the grammar keeps it, a list of String nodes; other nodes in it are left out. */
export function nameOf(nodes: readonly Node[] | undefined): string[] {
  const parts: string[] = []
  for (const node of nodes ?? []) {
    const part = stringOf(node)
    if (part !== undefined) parts.push(part)
  }
  return parts
}

/** `[database.]schema.name` or `name`. */
export function qualified(parts: readonly string[]): {
  schema: string | undefined
  name: string
} {
  return { schema: parts.at(-2), name: parts.at(-1) ?? '' }
}

/** A constant's value in words: strings, numbers, booleans; undefined for NULL and all others. */
export function constantOf(node: Node | undefined): string | undefined {
  const constant = as(node, 'A_Const')
  if (constant === undefined || constant.isnull === true) return undefined
  if (constant.sval !== undefined) return constant.sval.sval ?? ''
  if (constant.ival !== undefined) return String(constant.ival.ival ?? 0)
  if (constant.fval !== undefined) return constant.fval.fval ?? ''
  if (constant.boolval !== undefined) return String(constant.boolval.boolval ?? false)
  return undefined
}

/** Calls `visit` for every node under a value, itself included, parents first. */
export function walk(value: unknown, visit: (kind: string, fields: unknown) => void): void {
  const pending: unknown[] = [value]
  while (pending.length > 0) {
    const next = pending.pop()
    if (Array.isArray(next)) {
      for (let index = next.length - 1; index >= 0; index--) pending.push(next[index])
    } else if (typeof next === 'object' && next !== null) {
      for (const key in next) {
        const under: unknown = (next as Record<string, unknown>)[key]
        if (key.charCodeAt(0) <= 0x5a) visit(key, under)
        if (typeof under === 'object') pending.push(under)
      }
    }
  }
}
