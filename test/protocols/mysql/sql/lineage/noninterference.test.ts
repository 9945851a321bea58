/** Two databases of MariaDB that differ in nothing but the secret columns. */
import t from 'tap'
import { startMariadb } from '../../../../support/mysql.ts'
import { nothingInterferes } from '../../../../support/mysql-noninterference.ts'

t.test('MariaDB', async t => {
  const server = await startMariadb()
  t.teardown(() => server.stop())
  await nothingInterferes(t, server)
})
