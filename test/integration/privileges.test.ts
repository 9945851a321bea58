/** What a server says that an account may not read, lineage knows to be read. */
import t from 'tap'
import { mysqlPrivileges, type Privileges, postgresPrivileges } from '../trials/privileges.ts'

const oracles: readonly (readonly [name: string, ask: () => Promise<Privileges>])[] = [
  ['Postgres', () => postgresPrivileges(1200, 1)],
  ['MariaDB', () => mysqlPrivileges('mariadb', 1000, 1)],
]

for (const [name, ask] of oracles) {
  t.test(`no masked column is read unknown to us: ${name}`, async t => {
    const { asked, denied, missed, more } = await ask()
    t.strictSame(missed, [])
    t.ok(asked > 150, `${asked} statements`)
    t.ok(denied > asked / 2, `the server denied ${denied}`)
    t.ok(more < asked * 0.1, `lineage saw ${more} more`)
  })
}
