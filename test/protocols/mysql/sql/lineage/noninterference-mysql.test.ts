/** Two databases of MySQL that differ in nothing but the secret columns. */
import t from 'tap'
import { startMysql, whyNoMysql } from '../../../../support/mysql.ts'
import { nothingInterferes } from '../../../../support/mysql-noninterference.ts'

t.test('MySQL', { skip: await whyNoMysql() }, async t => {
  const server = await startMysql()
  t.teardown(() => server.stop())
  await nothingInterferes(t, server)
})
