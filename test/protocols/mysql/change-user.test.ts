/** Pools of real drivers log in again on their connections. */
import { createConnection as createMariadb } from 'mariadb'
import { createConnection as createMysql2 } from 'mysql2/promise'
import t from 'tap'
import { startMysqlRelay } from '../../support/mysql-relay.ts'

const relay = await startMysqlRelay(t)
const { host, port, user, password, database } = relay
const place = { host, port, user, password, database }
const text = "SELECT CONCAT('n', @n) AS n, DATABASE() AS d"

t.test('mysql2 changes the user', async t => {
  const connection = await createMysql2(place)
  const n = async () => (await connection.query({ sql: text, rowsAsArray: true }))[0]
  await connection.query('SET @n = 1')
  t.strictSame(await n(), [['n1', 'shop']])
  await connection.changeUser(place)
  t.strictSame(await n(), [[null, 'shop']], 'a session of its own')
  await connection.changeUser(place)
  await t.rejects(connection.changeUser({ ...place, password: 'wrong' }), /Access denied/)
  connection.destroy()
})

t.test('the connector of MariaDB changes the user', async t => {
  const connection = await createMariadb({ ...place, allowPublicKeyRetrieval: true })
  const n = () => connection.query({ sql: text, rowsAsArray: true })
  await connection.query('SET @n = 1')
  t.strictSame([...(await n())], [['n1', 'shop']])
  await connection.changeUser(place)
  t.strictSame([...(await n())], [[null, 'shop']], 'a session of its own')
  await t.rejects(connection.changeUser({ ...place, password: 'wrong' }), /Access denied/)
  connection.destroy()
})
