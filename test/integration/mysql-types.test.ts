import t from 'tap'
import { mysqlClient, startMysql, whyNoMysql } from '../support/mysql.ts'
import { testTypes } from '../support/mysql-type-tests.ts'
import { typesTable } from '../support/mysql-types.ts'

const why = await whyNoMysql()
if (why !== false) {
  t.comment(why)
  t.pass('MySQL is not here', { skip: why })
} else {
  const vectors = `alter table types add v vector(3);
    update types set v = to_vector('[1, -2.5, 3]') where id < 4;`
  const server = await startMysql({ sql: typesTable + vectors, sqlMode: '' })
  t.teardown(() => server.stop())
  await testTypes(t, server, await mysqlClient('mysql'), 57)
}
