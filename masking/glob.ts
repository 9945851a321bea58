/**
 * Globs over names. `*` is any run of characters, `?` is one, a backslash takes the next one as it
 * is. Case is ignored: a rule that hides `public.customers.email` also hides `"Email"`, which errs
 * on the side of hiding.
 */

/** A glob for one name. It is matched against the whole name. */
export function nameGlob(glob: string): (name: string) => boolean {
  if (/^\*+$/.test(glob)) return () => true
  let pattern = ''
  for (const token of glob.match(/\\.|\*+|\?|[^\\*?]+|\\$/gsu) ?? []) pattern += fragment(token)
  const matcher = new RegExp(`^${pattern}$`, 'isu')
  return name => matcher.test(name)
}

/**
 * A glob for `schema.table.column`. Each part is matched by itself, so that a dot inside of a
 * quoted name cannot shift the parts. Throws RangeError unless there are exactly three.
 */
export function columnGlob(
  glob: string,
): (schema: string, table: string, column: string) => boolean {
  const parts = glob.match(/(?:\\.|[^.\\])+/gsu) ?? []
  const [schema, table, column] = parts.map(nameGlob)
  const whole = parts.join('.') === glob && parts.length === 3
  if (!whole || schema === undefined || table === undefined || column === undefined)
    throw new RangeError(`expected schema.table.column, got ${JSON.stringify(glob)}`)
  return (s, t, c) => column(c) && table(t) && schema(s)
}

function fragment(token: string): string {
  if (token.startsWith('*')) return '.*'
  if (token === '?') return '.'
  const literal = token.startsWith('\\') && token.length > 1 ? token.slice(1) : token
  return literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
