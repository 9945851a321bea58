/** Looks for a text in what was played: statements, what was said about them, rows. Ignores case. */
import { setImmediate as turn } from 'node:timers/promises'
import type { Playback } from './playback.ts'
import type { PlayedResult, PlayedStatement } from './played.ts'
import type { ShownValue } from './row-pages.ts'

export interface Hit {
  readonly statement: number
  /** Where it is in a row; absent: in the statement itself. */
  readonly result?: number
  readonly row?: number
}

/** More than anybody steps through; who wants all of them has the exports. */
export const hitsMax = 1000
const rowsAtOnce = 2000

/** In the order of the session; no more than `hitsMax`. */
export async function searchPlayed(playback: Playback, text: string): Promise<readonly Hit[]> {
  const wanted = text.toLowerCase()
  const hits: Hit[] = []
  for (const statement of playback.statements) {
    if (said(statement).some(each => each.toLowerCase().includes(wanted)))
      hits.push({ statement: statement.number })
    for (const result of statement.results) {
      for await (const row of rowsWith(playback, result, wanted)) {
        hits.push({ statement: statement.number, result: result.id, row })
        if (hits.length >= hitsMax) return hits
      }
    }
    if (hits.length >= hitsMax) return hits
  }
  return hits
}

function said(statement: PlayedStatement): readonly string[] {
  const { text, normalized, parameters, notes, results } = statement
  return [
    text ?? normalized,
    ...parameters.filter(each => each !== null),
    ...notes.map(note => note.text),
    ...results.flatMap(({ error, tag }) => [error?.text ?? '', tag ?? '']),
  ]
}

async function* rowsWith(
  playback: Playback,
  result: PlayedResult,
  wanted: string,
): AsyncGenerator<number> {
  let row = 0
  for (const values of playback.rows(result.id)?.rows() ?? []) {
    if (values.some(value => textOf(value).toLowerCase().includes(wanted))) yield row
    row += 1
    if (row % rowsAtOnce === 0) await turn()
  }
}

function textOf(value: ShownValue): string {
  if (value === null) return ''
  return typeof value === 'string' ? value : value.cut
}
