/** Starts a server, says where it is in one line of JSON, and waits to be killed. */
import { startPostgres } from './postgres.ts'

const { pid, dataDir } = await startPostgres()
process.stdout.write(`${JSON.stringify({ pid, dataDir })}\n`)
setInterval(() => undefined, 60_000)
