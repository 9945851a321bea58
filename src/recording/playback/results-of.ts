/**
 * Which results are of which statement. The wire gives them in the order of the statements and the
 * journal says when a statement ended; but the ends of what was pipelined come together, behind all
 * of their results, and what was refused has no end, only an error in its place.
 */
import type { PlayedResult, PlayedStatement } from './played.ts'

/** A statement that may still get results. */
export interface Expecting {
  readonly statement: PlayedStatement
  /** People or the policy said no, or it could not be recorded: its client got an error. */
  refused: boolean
  /** As the journal has its end. */
  end: { readonly tag: string | null; readonly error: string | null } | undefined
}

/** A result, and whether its last frame has been seen. */
export interface Shown {
  readonly result: PlayedResult
  done: boolean
}

/** Takes from the front of both what belongs together. */
export function giveResults(
  waiting: Expecting[],
  results: Shown[],
  give: (statement: PlayedStatement, result: PlayedResult) => void,
): void {
  for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
    const { statement, refused, end } = first
    const next = results[0]
    // Statements end in their order: one behind it has ended.
    const over = end === undefined && waiting.some(each => each.end !== undefined)
    if (end === undefined && !refused && !over) {
      // It runs: with nobody behind it all is its own; otherwise what has no end yet.
      if (waiting.length === 1 || (results.length === 1 && next?.done === false)) {
        for (const { result } of results.splice(0)) give(statement, result)
      }
      return
    }
    const stopped = refused || over || end?.error === 'skipped' || end?.error === 'unfinished'
    if (refused && !over && next === undefined) return
    if (stopped) {
      // The error that stopped a pipeline stands where its first statement that did not run was.
      if (next?.result.error !== undefined && next.result.rows === 0) {
        results.shift()
        give(statement, next.result)
      }
    } else {
      takeOwn(statement, end?.tag ?? null, waiting.length - 1, results, give)
    }
    waiting.shift()
  }
}

function takeOwn(
  statement: PlayedStatement,
  tag: string | null,
  others: number,
  results: Shown[],
  give: (statement: PlayedStatement, result: PlayedResult) => void,
): void {
  let last = statement.results.at(-1)
  while (results.length > 0) {
    const complete = last !== undefined && (last.tag === tag || last.error !== undefined)
    if (others > 0 && last !== undefined && (complete || results.length <= others)) return
    last = results.shift()?.result
    if (last !== undefined) give(statement, last)
  }
}
