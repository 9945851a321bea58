/** All of what is promised with the state in SQLite, with the state in Postgres. */
import t from 'tap'
import { startPostgres } from '../../support/postgres.ts'
import { useForState } from '../../support/state.ts'

const server = await startPostgres()
t.teardown(() => server.stop())
await useForState(server)
await import('./approvals.test.ts')
await import('./returned.test.ts')
await import('./webhooks/webhooks.test.ts')
