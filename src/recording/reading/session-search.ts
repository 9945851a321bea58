/** Where a search is answered: by the archive when one is at work, else from the journal's files. */
import { runningArchive } from '../archive/socket.ts'
import type { JournalReader } from './reader.ts'
import type { SessionPage, SessionQuery } from './search.ts'

/** `reader` reads the journal of `dataDir`. An archive that fails to answer is told by `onAway`. */
export async function searchSessions(
  dataDir: string,
  reader: JournalReader,
  query: SessionQuery,
  onAway: (error: unknown) => void = () => undefined,
): Promise<SessionPage> {
  const archive = await runningArchive(dataDir)
  if (archive === undefined) return reader.search(query)
  try {
    return await archive.search(query)
  } catch (error) {
    onAway(error)
    return reader.search(query)
  }
}
