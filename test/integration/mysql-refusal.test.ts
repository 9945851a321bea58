/** What is refused never reaches the server, and leaves session and transaction as MySQL would. */
import { once } from 'node:events'
import type { RowDataPacket } from 'mysql2/promise'
import t from 'tap'
import { whyNoMysql } from '../support/mysql.ts'
import { failure, startMysqlProxy } from '../support/mysql-proxy.ts'
import { execute, MysqlWire, prepare, query, statusFlag } from '../support/mysql-wire.ts'

const rules = `
  rules:
    - { name: no-deletes, action: deny, effects: [delete], objects: ['*.audit', audit], reason: 'not here' }
`
const noMysql = await whyNoMysql()
const byte = (code: number, ...more: number[]): Buffer => Buffer.from([code, ...more])

for (const flavour of ['mariadb', 'mysql'] as const) {
  t.test(`before ${flavour}`, { skip: flavour === 'mysql' && noMysql }, async t => {
    const proxy = await startMysqlProxy(t, { flavour, rules })

    await t.test('a denied statement fails with one line, and the session goes on', async t => {
      const client = await proxy.client(t)
      t.match(await failure(client.query('DELETE FROM audit /* denied-1 */')), {
        errno: 1227,
        sqlState: '42000',
        message: /^Countersign: [^\n]*not here[^\n]*$/,
      })
      t.match(await failure(client.execute('DELETE FROM audit WHERE id = ? /* denied-2 */', [1])), {
        errno: 1227,
      })
      t.match((await client.query('SELECT 1 AS one'))[0], [{ one: 1 }])
      t.equal(await proxy.runs('Query\tDELETE FROM audit'), 0)
      t.equal(await proxy.runs('Execute\tDELETE FROM audit'), 0)
    })

    await t.test('sequence numbers and status flags are what a server has', async t => {
      const wire = await MysqlWire.connect(proxy.place())
      t.teardown(() => wire.close())
      t.match(await wire.query('DELETE FROM audit'), [{ kind: 'error', sequence: 1 }])
      t.match(await wire.query('START TRANSACTION'), [{ kind: 'ok', sequence: 1 }])
      const [begun] = await wire.query("INSERT INTO audit (what) VALUES ('one')")
      t.ok(begun?.kind === 'ok' && begun.status & statusFlag.inTransaction)
      t.match(await wire.query('DELETE FROM audit'), [{ kind: 'error', errno: 1227 }])
      const [after] = await wire.query("INSERT INTO audit (what) VALUES ('two')")
      t.ok(after?.kind === 'ok' && after.status & statusFlag.inTransaction, 'it is still open')
      await wire.query('ROLLBACK')
      const [rows] = await (await proxy.client(t)).query('SELECT * FROM audit')
      t.strictSame(rows, [], 'and all of it was one transaction')
    })

    await t.test('in a text of several, nothing of it runs', async t => {
      const wire = await MysqlWire.connect(proxy.place())
      t.teardown(() => wire.close())
      const text = "INSERT INTO audit (what) VALUES ('first-of-two'); DELETE FROM audit"
      t.match(await wire.query(text), [{ kind: 'error', errno: 1227 }])
      t.equal(await proxy.runs('first-of-two'), 0)
    })

    await t.test('what cannot be read is held or refused, and never runs', async t => {
      const client = await proxy.client(t, 'hasty')
      for (const text of [
        'SELEKT unreadable-1',
        "SELECT 'unreadable-2",
        'SELECT 1 /* unreadable-3',
        'SELECT ( unreadable_4',
        'SELECT * FROM customers WHERE unreadable_5 )',
        'FROBNICATE customers unreadable_6',
        'SELECT /*!50000 unreadable_7',
      ]) {
        t.ok([1064, 1227, 50100].includes((await failure(client.query(text))).errno), text)
      }
      t.equal(await proxy.runs('unreadable'), 0)
      t.match((await client.query('SELECT 1 AS one'))[0], [{ one: 1 }])
    })

    await t.test('commands that are none of a client are refused, one by one', async t => {
      const wire = await MysqlWire.connect(proxy.place())
      t.teardown(() => wire.close())
      const commands = {
        sleep: byte(0x00),
        createDatabase: byte(0x05, 0x78),
        dropDatabase: byte(0x06, 0x78),
        refresh: byte(0x07, 0x01),
        shutdown: byte(0x08),
        processInfo: byte(0x0a),
        connect: byte(0x0b),
        debug: byte(0x0d),
        time: byte(0x0f),
        delayedInsert: byte(0x10),
        binlogDump: Buffer.concat([byte(0x12, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0), Buffer.from('b.1')]),
        tableDump: byte(0x13, 1, 0x61, 1, 0x62),
        connectOut: byte(0x14),
        registerSlave: Buffer.concat([byte(0x15, 1, 0, 0, 0), Buffer.alloc(20)]),
        daemon: byte(0x1d),
        binlogDumpGtid: Buffer.concat([byte(0x1e), Buffer.alloc(24)]),
        clone: byte(0x20, 1),
        subscribe: byte(0x21),
        unknown: byte(0x63, 1, 2, 3),
        highest: byte(0xff),
      }
      for (const [name, payload] of Object.entries(commands)) {
        wire.send(payload)
        const packet = await wire.packet()
        t.equal(packet?.payload[0], 0xff, name)
        t.equal(packet?.sequence, 1, name)
      }
      t.match(await wire.query('SELECT 1'), [{ kind: 'rows' }], 'the session lives on')
      t.notMatch(await proxy.ran(), /Binlog Dump|Shutdown|Register|Debug|Create DB|Refresh/)
    })

    await t.test('the commands of a client are answered as the server answers them', async t => {
      const wires = await Promise.all(
        [proxy.direct(), proxy.place()].map(place => MysqlWire.connect(place)),
      )
      t.teardown(() => {
        for (const wire of wires) wire.close()
      })
      // The id of the statement that was prepared is each server's own.
      const steps: Readonly<Record<string, Buffer | ((id: number) => Buffer)>> = {
        ping: byte(0x0e),
        initDb: Buffer.concat([byte(0x02), Buffer.from('shop')]),
        initDbNone: Buffer.concat([byte(0x02), Buffer.from('nowhere')]),
        empty: byte(0x03),
        comment: query('-- nothing'),
        setOptionOff: byte(0x1b, 1, 0),
        severalRefused: query('SELECT 1; SELECT 2'),
        setOptionOn: byte(0x1b, 0, 0),
        several: query('SELECT 1; SELECT 2'),
        prepare: prepare('SELECT id, note FROM orders WHERE id < 3'),
        execute: id => execute(id),
        executeNone: execute(77),
        reset: id => byte(0x1a, id, 0, 0, 0),
        resetNone: byte(0x1a, 77, 0, 0, 0),
        fetchNone: byte(0x1c, 77, 0, 0, 0, 1, 0, 0, 0),
        resetConnection: byte(0x1f),
        gone: execute(77),
      }
      const ids = new Map<MysqlWire, number>()
      for (const [name, step] of Object.entries(steps)) {
        const [direct, through] = await Promise.all(
          wires.map(async wire => {
            const payload = typeof step === 'function' ? step(ids.get(wire) ?? 0) : step
            const results = await wire.ask(payload)
            return results.map(each => {
              // The servers name functions of their own here.
              if (each.kind === 'error') {
                return { ...each, message: each.message.replace(/ given to \w+/, '') }
              }
              if (each.kind !== 'prepared') return each
              ids.set(wire, each.id)
              return { ...each, id: 0 }
            })
          }),
        )
        t.strictSame(through, direct, name)
      }
      for (const wire of wires) wire.send(byte(0x19, 77, 0, 0, 0))
      const [direct, through] = await Promise.all(wires.map(wire => wire.ask(byte(0x0e))))
      t.strictSame(through, direct, 'COM_STMT_CLOSE has no answer')
      t.match(await wires[1]?.ask(byte(0x09)), [{ kind: 'other', payload: /Uptime/ }])
      for (const wire of wires) {
        const closed = once(wire.socket, 'close')
        wire.send(byte(0x01))
        await closed
      }
      t.pass('COM_QUIT closes')
    })

    await t.test('a text that sets the mode of the lexer is read by what it sets', async t => {
      const wire = await MysqlWire.connect(proxy.place())
      t.teardown(() => wire.close())
      const words = (await wire.query("SELECT 'a\\'; DELETE FROM audit; -- '")).at(0)
      t.match(words, { kind: 'rows' }, 'one string')
      await wire.query("SET sql_mode = 'NO_BACKSLASH_ESCAPES'")
      t.match(await wire.query("SELECT 'a\\'; DELETE FROM audit; -- '"), [
        { kind: 'error', errno: 1227 },
      ])
      t.equal(await proxy.runs("'; DELETE FROM audit"), 1)
      const both = "SET sql_mode = ''; SELECT 'b\\'; DELETE FROM audit; -- '"
      await wire.query(both)
      const [rows] = await (await proxy.client(t)).query<RowDataPacket[]>('SELECT 1 AS one')
      t.strictSame(rows, [{ one: 1 }])
    })

    await t.test('a database that is not there, and a user that may not', async t => {
      t.match(await failure(MysqlWire.connect({ ...proxy.place(), database: 'elsewhere' })), {
        errno: 1049,
      })
      t.match(await failure(MysqlWire.connect({ ...proxy.place(), password: 'wrong' })), {
        errno: 1045,
      })
      t.match(await failure(MysqlWire.connect({ ...proxy.place('nobody') })), { errno: 1045 })
    })
  })
}
