/** What a proxy recorded of a session, read from its journal as bytes. */
import { join } from 'node:path'
import type { RecordedFrames } from '../../protocols/protocol.ts'
import { storedKeys } from '../../src/keys/open.ts'
import { JournalReader } from '../../src/recording/reading/reader.ts'
import type { SessionSummary } from '../../src/recording/reading/summaries.ts'

/** Of the session of that user which began last; waits for its end. */
export async function recordedFrames(
  dataDir: string,
  user: string,
): Promise<readonly RecordedFrames[]> {
  const keys = await storedKeys(dataDir)
  const reader = new JournalReader({ dir: join(dataDir, 'journal'), keys })
  const last = async (): Promise<SessionSummary | undefined> =>
    (await reader.sessions()).find(session => session.user === user)
  let session = await last()
  while (session?.state !== 'ended') {
    await new Promise(resolve => setImmediate(resolve))
    session = await last()
  }
  const frames: RecordedFrames[] = []
  for await (const happening of reader.happenings(session.id))
    if (happening.type === 'frames') frames.push(happening)
  return frames
}
