import t from 'tap'
import { startMariadb } from '../../support/mysql.ts'
import { testTypes } from '../../support/mysql-type-tests.ts'
import { typesTable } from '../../support/mysql-types.ts'

const server = await startMariadb({ sql: typesTable, sqlMode: '' })
t.teardown(() => server.stop())

await testTypes(t, server, ['mariadb'], 56)
