/**
 * Why a client wants a statement, as a comment in it says: `reason='…'` or `countersign_reason='…'`,
 * alone or among the pairs that sqlcommenter writes, values URL-encoded.
 * https://google.github.io/sqlcommenter/spec/
 */

/** A backslash keeps the quote after it from ending the value. */
const pair = /(?<![^\s,])(?<key>countersign_reason|reason)\s*=\s*'(?<value>(?:[^'\\]|\\.)*)'/gs

/** `comments` without their marks, in the order of the text: the last one that says why counts. */
export function reasonInComments(comments: readonly string[]): string | undefined {
  let found: { readonly own: boolean; readonly value: string } | undefined
  for (const comment of comments) {
    for (const { groups } of comment.matchAll(pair)) {
      const own = groups?.['key'] === 'countersign_reason'
      // The name that is ours alone is meant for us, whatever else a driver adds.
      if (found?.own === true && !own) continue
      found = { own, value: decoded(groups?.['value'] ?? '') }
    }
  }
  return found?.value
}

/** `break_glass='true'` beside the reason: the statement cannot wait for people. */
export function breaksGlassInComments(comments: readonly string[]): boolean {
  return comments.some(comment => glass.test(comment))
}

const glass = /(?<![^\s,])(?:countersign_)?break_glass\s*=\s*'true'/

function decoded(value: string): string {
  const unescaped = value.replaceAll(/\\(.)/gs, '$1')
  try {
    return decodeURIComponent(unescaped)
  } catch (error) {
    // A person wrote `100% wrong`, which is no encoding, and meant what it says.
    if (error instanceof URIError) return unescaped
    throw error
  }
}
