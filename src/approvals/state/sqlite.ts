/** The state in a file of this machine, for one process. */
import { closeSync, openSync } from 'node:fs'
import { Kysely } from 'kysely'
import Database from 'libsql'
import { migrate } from '../migrations.ts'
import { enterProcess, isAlive, leaveProcess } from '../proxy-process.ts'
import type { Tables } from '../schema.ts'
import { PatientSqliteDialect } from './patient-sqlite.ts'
import type { State } from './state.ts'

/** Makes the file if need be, readable by its owner only: statements carry people's data. */
export async function openSqlite(path: string): Promise<State> {
  closeSync(openSync(path, 'a', 0o600))
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('busy_timeout = 0')
  const db = new Kysely<Tables>({ dialect: new PatientSqliteDialect({ database }) })
  try {
    await migrate(db, 'sqlite')
  } catch (cause) {
    await db.destroy()
    throw new Error(`cannot prepare the tables in ${path}`, { cause })
  }
  const node = enterProcess()
  return {
    db,
    node,
    away: undefined,
    dead: async nodes =>
      new Map(nodes.filter(other => !isAlive(other)).map(other => [other, 'the proxy restarted'])),
    // Nobody else writes here.
    watch: () => undefined,
    close: async () => {
      leaveProcess(node)
      await db.destroy()
    },
  }
}
