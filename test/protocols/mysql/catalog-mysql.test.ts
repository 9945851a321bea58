/** The catalog of MySQL, where it can be had. */
import t from 'tap'
import { Catalog } from '../../../protocols/mysql/catalog.ts'
import { startMysql, whyNoMysql } from '../../support/mysql.ts'
import { catalogIsRight, upstreamOf } from '../../support/mysql-catalog.ts'

t.test('MySQL', { skip: await whyNoMysql() }, async t => {
  const server = await startMysql()
  t.teardown(() => server.stop())
  await catalogIsRight(t, server)
  t.test('TLS is used, and its certificate is checked where it is to be', async t => {
    const catalog = await Catalog.open(upstreamOf(server, { tls: { mode: 'require' } }))
    await catalog.close()
    const tls = { mode: 'verify-full' } as const
    await t.rejects(Catalog.open(upstreamOf(server, { tls })), { code: 'COUNTERSIGN_UPSTREAM' })
  })
})
