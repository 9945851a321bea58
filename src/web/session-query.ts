/** A search for sessions as a form or a URL sends it. */
import { parseQuery, QueryMistake, queryFields } from '../recording/reading/query-text.ts'
import type { SessionQuery } from '../recording/reading/search.ts'

export type QueryTexts = Readonly<Partial<Record<(typeof queryFields)[number], string>>>

/** What was sent twice, or is not known, counts as not sent. */
export function queryTexts(sent: Readonly<Record<string, unknown>>): QueryTexts {
  const said = queryFields.flatMap(field => {
    const value = sent[field]
    return typeof value === 'string' && value.trim() !== '' ? [[field, value.trim()] as const] : []
  })
  return Object.fromEntries(said)
}

/** What was expected, when it was not that. */
export function queryOf(texts: QueryTexts): SessionQuery | { readonly mistake: string } {
  try {
    return parseQuery(texts, new Date())
  } catch (error) {
    if (!(error instanceof QueryMistake)) throw error
    return { mistake: error.message }
  }
}
