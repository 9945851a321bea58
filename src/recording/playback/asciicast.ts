/**
 * A replay as a terminal would have shown it, for players of terminals: asciicast v2, a JSON array a
 * line. https://docs.asciinema.org/manual/asciicast/v2/
 */
import type { SessionSummary } from '../reading/summaries.ts'
import type { ReplayStep } from './replay.ts'

export async function* asciicast(
  session: Pick<SessionSummary, 'user' | 'database' | 'startedAt'>,
  steps: AsyncIterable<ReplayStep>,
): AsyncGenerator<string> {
  const { user, database, startedAt } = session
  const timestamp = Math.floor(Date.parse(startedAt) / 1000)
  const header = { version: 2, width: 120, height: 40, timestamp, title: `${user} on ${database}` }
  yield `${JSON.stringify(header)}\n`
  let lastUs = 0
  for await (const { atUs, text } of steps) {
    // Players want times that never fall.
    lastUs = Math.max(lastUs, atUs)
    yield `${JSON.stringify([lastUs / 1_000_000, 'o', text.replaceAll('\n', '\r\n')])}\n`
  }
}
