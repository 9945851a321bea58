import type { Connection, RowDataPacket } from 'mysql2/promise'
import t from 'tap'
import { whyNoMysql } from '../support/mysql.ts'
import { failure, type MysqlProxy, startMysqlProxy } from '../support/mysql-proxy.ts'
import { MysqlWire, packets, query } from '../support/mysql-wire.ts'

/** Each test deletes from a table of its own, so that the server's log says which one ran. */
const tables = [
  ...['approved', 'denied', 'killed', 'killed_by_command', 'gone', 'expired', 'own', 'bound'],
  ...['twice', 'several', 'returned', 'typed', 'prepared', 'database_changed', 'cut'],
]
const sql = tables
  .map(name => `CREATE TABLE ${name} (n int); INSERT INTO ${name} VALUES (1), (2), (3);`)
  .join('\n')

const noMysql = await whyNoMysql()

const runs = (proxy: MysqlProxy, table: string): Promise<number> =>
  proxy.runs(`DELETE FROM ${table}`)

async function count(client: Connection, table: string): Promise<number> {
  const [rows] = await client.query<RowDataPacket[]>(`SELECT COUNT(*) AS many FROM ${table}`)
  return rows[0]?.['many']
}

for (const flavour of ['mariadb', 'mysql'] as const) {
  t.test(`before ${flavour}`, { skip: flavour === 'mysql' && noMysql }, async t => {
    const proxy = await startMysqlProxy(t, {
      flavour,
      sql,
      approvals: '  expires: 10m\n  expires_in_transaction: 2s',
    })

    await t.test('waits, and runs once when it is approved', async t => {
      const analyst = await proxy.client(t)
      const deleted = analyst.query('DELETE FROM approved')
      const approval = await proxy.pending()
      t.match(approval, { text: 'DELETE FROM approved' })
      t.equal(await runs(proxy, 'approved'), 0, 'nothing of it has reached the server')
      t.equal(await proxy.decide(approval, 'approve'), 200)
      t.match((await deleted)[0], { affectedRows: 3 })
      t.equal(await runs(proxy, 'approved'), 1)
      t.equal(await proxy.decide(approval, 'approve', 'sven'), 409, 'a decision is used once')
      t.equal(await count(analyst, 'approved'), 0)
    })

    await t.test('never reaches the server when it is denied', async t => {
      const analyst = await proxy.client(t)
      const deleted = analyst.query('DELETE FROM denied')
      t.equal(await proxy.decide(await proxy.pending(), 'deny'), 200)
      t.match(await failure(deleted), {
        errno: 1227,
        sqlState: '42000',
        message: /^Countersign: .*was denied by rita.*looked at it/,
      })
      t.equal(await runs(proxy, 'denied'), 0)
      t.equal(await count(analyst, 'denied'), 3)
    })

    await t.test('is withdrawn by KILL QUERY from another connection', async t => {
      const analyst = await proxy.client(t)
      const deleted = analyst.query('DELETE FROM killed')
      const approval = await proxy.pending()
      const other = await proxy.client(t)
      await other.query(`KILL QUERY ${analyst.threadId}`)
      t.match(await failure(deleted), { errno: 1317, sqlState: '70100' })
      t.equal(await runs(proxy, 'killed'), 0)
      t.equal(await proxy.decide(approval, 'approve'), 409)
      t.equal(await count(analyst, 'killed'), 3)
    })

    await t.test('a KILL of the connection ends it, and what it waited for', async t => {
      const analyst = await proxy.client(t)
      const deleted = failure(analyst.query('DELETE FROM killed_by_command'))
      await proxy.pending()
      const other = await proxy.client(t)
      await other.query(`KILL ${analyst.threadId}`)
      t.match(await deleted, { errno: /^(1927|1317|3169)$/ })
      t.equal(await runs(proxy, 'killed_by_command'), 0)
      t.match(await failure(other.query('KILL 4000000')), { errno: 1094 })
    })

    await t.test('KILL QUERY ends what runs at the server', async t => {
      const analyst = await proxy.client(t)
      const sleeping = analyst.query('SELECT SLEEP(60) AS slept')
      const other = await proxy.client(t)
      while ((await proxy.runs('SELECT SLEEP(60)')) === 0) {
        await other.query('DO 1')
      }
      await other.query(`KILL QUERY ${analyst.threadId}`)
      // SLEEP that is interrupted says so by its value, or with an error.
      const ended = await sleeping.then(
        ([rows]) => rows,
        error => error.errno,
      )
      t.match(JSON.stringify(ended), /^(1317|\[\{"slept":1\}\])$/)
      t.match((await analyst.query('SELECT 1 AS one'))[0], [{ one: 1 }])
    })

    await t.test('is withdrawn when its client leaves', async t => {
      const wire = await MysqlWire.connect(proxy.place())
      wire.send(query('DELETE FROM gone'))
      const approval = await proxy.pending()
      wire.close()
      // The answer says that it is too late; until then the client may not have been missed.
      let status = 0
      while (status !== 409 && status !== 410) {
        status = await proxy.decide(approval, 'deny')
        if (status === 200) break
      }
      t.equal(await runs(proxy, 'gone'), 0)
    })

    await t.test('expires to a denial, sooner in a transaction, which goes on', async t => {
      const analyst = await proxy.client(t)
      await analyst.query('START TRANSACTION')
      await analyst.query("INSERT INTO audit (what) VALUES ('before')")
      t.match(await failure(analyst.query('DELETE FROM expired')), {
        errno: 1227,
        message: /expired/,
      })
      // A refused statement is one that failed: it takes nothing of the transaction with it.
      await analyst.query("INSERT INTO audit (what) VALUES ('after')")
      await analyst.query('COMMIT')
      const [rows] = await analyst.query('SELECT what FROM audit ORDER BY id')
      t.strictSame(rows, [{ what: 'before' }, { what: 'after' }])
      t.equal(await runs(proxy, 'expired'), 0)
    })

    await t.test('is not decided by its requester', async t => {
      const rita = await proxy.client(t, 'rita')
      const deleted = rita.query('DELETE FROM own')
      const approval = await proxy.pending()
      t.equal(await proxy.decide(approval, 'approve', 'rita'), 403)
      t.equal(await proxy.decide(approval, 'approve', 'sven'), 200)
      t.match((await deleted)[0], { affectedRows: 3 })
    })

    await t.test('cannot be approved unseen', async t => {
      const analyst = await proxy.client(t)
      const deleted = analyst.query('DELETE FROM bound')
      const approval = await proxy.pending()
      t.equal(await proxy.decide({ ...approval, digest: '0'.repeat(64) }, 'approve'), 409)
      t.equal(await proxy.decide(approval, 'deny'), 200)
      t.match(await failure(deleted), { errno: 1227 })
    })

    await t.test('prepared, shows its parameters to the reviewer', async t => {
      const analyst = await proxy.client(t)
      const text = 'DELETE FROM prepared WHERE n > ? OR true'
      const deleted = analyst.execute(text, [0])
      const approval = await proxy.pending()
      t.match(approval, { text, parameters: ['0'] })
      t.equal(await proxy.decide(approval, 'approve'), 200)
      t.match((await deleted)[0], { affectedRows: 3 })
      const again = analyst.execute(text, [1])
      const second = await proxy.pending()
      t.not(second.id, approval.id, 'every execution is one')
      t.equal(await proxy.decide(second, 'deny'), 200)
      t.match(await failure(again), { errno: 1227 })
    })

    await t.test('among several in a text, holds up all of them', async t => {
      const analyst = await proxy.client(t, 'analyst', { multipleStatements: true })
      const text = "INSERT INTO audit (what) VALUES ('several'); DELETE FROM several; SELECT 1"
      const all = analyst.query(text)
      const approval = await proxy.pending()
      t.match(approval, { text })
      t.equal(await proxy.runs("VALUES ('several')"), 0)
      t.equal(await proxy.decide(approval, 'approve'), 200)
      t.match((await all)[0], [{ affectedRows: 1 }, { affectedRows: 3 }, [{ 1: 1 }]])
      t.equal(await runs(proxy, 'several'), 1)
    })

    await t.test('with on_hold: return fails at once, and runs once when sent again', async t => {
      const hasty = await proxy.client(t, 'hasty')
      const failed = await hasty.query('DELETE FROM returned').catch((error: unknown) => error)
      const approval = await proxy.pending()
      t.match(failed, { errno: 50100, sqlState: 'HY000', message: new RegExp(approval.shortId) })
      t.match(await failure(hasty.query('DELETE FROM returned')), { errno: 50100 }, 'still not')
      t.equal((await proxy.pending()).id, approval.id, 'and asks nobody twice')
      t.equal(await proxy.decide(approval, 'approve'), 200)
      t.equal(await runs(proxy, 'returned'), 0, 'nobody is there to run it')
      t.match(await failure(hasty.query('DELETE FROM returned WHERE n < 99 OR 1')), {
        errno: 50100,
      })
      t.equal(await proxy.decide(await proxy.pending(), 'deny'), 200)
      t.match((await hasty.query('DELETE FROM returned'))[0], { affectedRows: 3 })
      t.match(await failure(hasty.query('DELETE FROM returned')), { errno: 50100 }, 'once')
      t.equal(await proxy.decide(await proxy.pending(), 'deny'), 200)
      t.equal(await runs(proxy, 'returned'), 1)
    })

    await t.test('with on_hold: return is bound to values and to what they are', async t => {
      const hasty = await proxy.client(t, 'hasty')
      const text = 'DELETE FROM typed WHERE n > ? OR TRUE'
      const asked = async (
        value: string | number | Buffer | null,
        decision: 'approve' | 'deny',
      ) => {
        t.match(await failure(hasty.execute(text, [value])), { errno: 50100 }, String(value))
        t.equal(await proxy.decide(await proxy.pending(), decision), 200)
      }
      await asked('0', 'approve')
      // As an integer it would equal every name.
      await asked(0, 'deny')
      t.match((await hasty.execute(text, ['0']))[0], { affectedRows: 3 })
      await asked('\\x00ff', 'approve')
      await asked(Buffer.of(0, 0xff), 'deny')
      t.match((await hasty.execute(text, ['\\x00ff']))[0], { affectedRows: 0 })
      await asked('NULL', 'approve')
      await asked(null, 'deny')
      t.match((await hasty.execute(text, ['NULL']))[0], { affectedRows: 0 })
    })

    await t.test('holds up what its client sent behind it', async t => {
      const wire = await MysqlWire.connect(proxy.place())
      t.teardown(() => wire.close())
      const texts = ['DELETE FROM twice', 'SELECT COUNT(*) FROM twice', 'SELECT 7']
      wire.socket.write(Buffer.concat(texts.map(text => packets(query(text)))))
      const approval = await proxy.pending()
      t.equal(await proxy.runs('FROM twice'), 0)
      t.equal(await proxy.decide(approval, 'approve'), 200)
      t.match(await wire.answer(3), [{ kind: 'ok', affected: 3 }])
      t.match(await wire.answer(3), [{ kind: 'rows', rows: [Buffer.from([1, 0x30])] }])
      t.match(await wire.answer(3), [{ kind: 'rows', rows: [Buffer.from([1, 0x37])] }])
    })

    await t.test('that is not whole when its client leaves was never there', async t => {
      const wire = await MysqlWire.connect(proxy.place())
      const bytes = packets(query('DELETE FROM cut'))
      wire.socket.end(bytes.subarray(0, bytes.length - 1))
      await new Promise(resolve => wire.socket.once('close', resolve))
      t.equal(await runs(proxy, 'cut'), 0)
    })

    await t.test('of an agent cannot be approved by its owner', async t => {
      const agent = await proxy.client(t, 'copilot')
      const inserted = agent.query('DELETE FROM orders')
      const approval = await proxy.pending()
      t.not(await proxy.decide(approval, 'approve', 'analyst'), 200)
      t.equal(await proxy.decide(approval, 'deny'), 200)
      t.match(await failure(inserted), { errno: 1227 })
    })
  })
}
