/**
 * Names that are alike but for the case of letters beyond ASCII: each server has a table of its own
 * of what is the same there. MySQL takes `İ` for `i`, MariaDB does not; neither takes `Ა` for `ა`.
 */

/** One of two such names in the tree; undefined: every name is the same as itself only. */
export function likeNames(text: string, tree: unknown): string | undefined {
  if (!/[^\0-\x7f]/.test(text)) return undefined
  const known = new Map<string, string>()
  const left: unknown[] = [tree]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value === 'string') {
      const name = plainly(value)
      const before = known.get(broadly(value))
      if (before !== undefined && before !== name) return value
      known.set(broadly(value), name)
    } else if (typeof value === 'object' && value !== null) {
      const { kind, type } = value as { kind?: unknown; type?: unknown }
      // Values, and tokens, which have no kind.
      const isToken = typeof type === 'number' && kind === undefined
      if (kind !== 'literal' && !isToken) for (const each of Object.values(value)) left.push(each)
    }
  }
  return undefined
}

function plainly(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => letter.toLowerCase())
}

/** Alike under any table of cases. */
function broadly(name: string): string {
  return name.toLowerCase().toUpperCase().toLowerCase().replaceAll('i\u0307', 'i')
}
