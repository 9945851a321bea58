/** The catalog of MariaDB; that of MySQL is in catalog-mysql.test.ts. */
import t from 'tap'
import { Catalog } from '../../../protocols/mysql/catalog.ts'
import { startMariadb } from '../../support/mysql.ts'
import { catalogIsRight, upstreamOf } from '../../support/mysql-catalog.ts'

const mariadb = await startMariadb()
t.teardown(() => mariadb.stop())

t.test('MariaDB', t => catalogIsRight(t, mariadb))

t.test('TLS is not given up where it is asked for', async t => {
  const tls = { mode: 'require' } as const
  await t.rejects(Catalog.open(upstreamOf(mariadb, { tls })), { code: 'COUNTERSIGN_UPSTREAM' })
})
