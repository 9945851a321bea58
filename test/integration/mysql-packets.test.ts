/** Packets of every size and shape: the right answer or the right error, never a wrong statement. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import { whyNoMysql } from '../support/mysql.ts'
import { startMysqlProxy } from '../support/mysql-proxy.ts'
import {
  execute,
  flags,
  MysqlWire,
  packets,
  prepare,
  query,
  textsOf,
} from '../support/mysql-wire.ts'

const mebibyte = 1024 * 1024
const sizes = {
  '16 MiB - 2': 16 * mebibyte - 2,
  '16 MiB - 1': 16 * mebibyte - 1,
  '16 MiB': 16 * mebibyte,
  '16 MiB + 1': 16 * mebibyte + 1,
  '2 * (16 MiB - 1)': 2 * (16 * mebibyte - 1),
  '32 MiB': 32 * mebibyte,
  '64 MiB': 64 * mebibyte,
}
/** The whole of them takes a while, and is the same code before both. */
const few = Object.entries(sizes).filter(([name]) => /^16 MiB( - 1)?$/.test(name))
const limits = 'limits: { statement_size: 80MiB, frame_size: 160MiB }'
const sql = `
  CREATE TABLE big (id int PRIMARY KEY, body longtext, secret longtext);
  INSERT INTO big VALUES (1, '', ''), (2, '', REPEAT('canary', 3000000));
`
const rules = `
masking:
  rules:
    - { name: secret, columns: [shop.big.secret], mask: redact }
`
const noMysql = await whyNoMysql()

for (const flavour of ['mariadb', 'mysql'] as const) {
  t.test(`before ${flavour}`, { skip: flavour === 'mysql' && noMysql }, async t => {
    const settings = { 'max-allowed-packet': '160M' }
    const proxy = await startMysqlProxy(t, {
      ...{ flavour, sql, limits, settings, unmasked: true, rules, customers: 3 },
    })
    const place = proxy.place()
    const chosen = flavour === 'mariadb' ? Object.entries(sizes) : few

    await t.test('a statement by single bytes, and several at once', async t => {
      const wire = await MysqlWire.connect(place)
      t.teardown(() => wire.close())
      for (const each of packets(query("SELECT 'by bytes'"))) {
        await new Promise<void>(resolve => wire.socket.write(Buffer.from([each]), () => resolve()))
      }
      const [result] = await wire.answer(3)
      t.strictSame(result?.kind === 'rows' && result.rows.map(textsOf), [['by bytes']])
      const texts = Array.from({ length: 50 }, (_, n) => `SELECT ${n} AS n, 'number ${n}'`)
      wire.socket.write(Buffer.concat(texts.map(text => packets(query(text)))))
      for (const n of texts.keys()) {
        const [answer] = await wire.answer(3)
        const rows = answer?.kind === 'rows' ? answer.rows.map(textsOf) : answer
        t.strictSame(rows, [[String(n), `number ${n}`]])
      }
    })

    await t.test('an empty statement is answered as the server answers it', async t => {
      const answers = []
      for (const each of [proxy.direct(), place]) {
        const wire = await MysqlWire.connect(each)
        answers.push(await wire.query(''), await wire.query('SELECT 1'))
        wire.close()
      }
      t.strictSame(answers.slice(2), answers.slice(0, 2))
    })

    await t.test('an empty packet is no command', async t => {
      const wire = await MysqlWire.connect(place)
      wire.send(Buffer.alloc(0))
      const packet = await wire.packet()
      t.ok(packet === undefined || packet.payload[0] === 0xff)
      wire.close()
    })

    await t.test('a wrong sequence number ends in an error, and nothing runs', async t => {
      for (const sequence of [1, 2, 255]) {
        const wire = await MysqlWire.connect(place)
        wire.send(query(`INSERT INTO audit (what) VALUES ('sequence-${sequence}')`), sequence)
        t.match(await wire.answer(3), [{ kind: 'error', errno: 1156, sqlState: '08S01' }])
        t.equal(await wire.packet(), undefined, 'and it is over')
        wire.close()
      }
      const wire = await MysqlWire.connect(place)
      const text = `INSERT INTO audit (what) VALUES ('sequence-later${'x'.repeat(17 * mebibyte)}')`
      const bytes = packets(query(text))
      // The second segment of it.
      bytes.writeUInt8(7, 4 + 0xffffff + 3)
      wire.socket.write(bytes)
      const [answer] = await wire.answer(3)
      t.match(answer?.kind, /^(error|closed)$/)
      wire.close()
      t.equal(await proxy.runs('sequence-'), 0)
    })

    await t.test('what is cut never runs', async t => {
      for (const [name, bytes] of Object.entries({
        'in its header': packets(query("INSERT INTO audit (what) VALUES ('cut-1')")).subarray(0, 3),
        'in its text': packets(query("INSERT INTO audit (what) VALUES ('cut-2')")).subarray(0, -1),
        'behind its first segment': packets(
          query(`INSERT INTO audit (what) VALUES ('cut-3${'x'.repeat(17 * mebibyte)}')`),
        ).subarray(0, 0xffffff + 4),
      })) {
        const wire = await MysqlWire.connect(place)
        const closed = once(wire.socket, 'close')
        wire.socket.end(bytes)
        await closed
        t.pass(name)
      }
      t.equal(await proxy.runs('cut-'), 0)
    })

    await t.test('random bytes harm nobody', async t => {
      const bystander = await MysqlWire.connect(place)
      t.teardown(() => bystander.close())
      for (let round = 0; round < 60; round++) {
        // Before a login, and after one; with a header that fits, and with none.
        const wire = await (round % 2 === 0 ? MysqlWire.dial(place) : MysqlWire.connect(place))
        const closed = once(wire.socket, 'close')
        const noise = randomBytes(1 + ((round * 37) % 900))
        wire.socket.end(round % 4 < 2 ? packets(noise, round % 2 === 0 ? 1 : 0) : noise)
        await closed
      }
      t.match(await bystander.query('SELECT 1'), [{ kind: 'rows' }])
    })

    await t.test('statements', async t => {
      const wire = await MysqlWire.connect(place)
      t.teardown(() => wire.close())
      const before = "SELECT SHA2('"
      const after = "', 256), 'the end'"
      for (const [name, size] of chosen) {
        // The first byte of the payload is the command.
        const text = 'x'.repeat(size - 1 - before.length - after.length)
        const [result] = await wire.query(before + text + after)
        const found = result?.kind === 'rows' ? result.rows.map(textsOf) : result
        const digest = createHash('sha256').update(text).digest('hex')
        t.strictSame(found, [[digest, 'the end']], name)
      }
      const [held] = await wire.query(`SELECT '${'x'.repeat(81 * mebibyte)}' FROM big`)
      t.match(held, { kind: 'error' }, 'longer than what is read')
      t.match(await wire.query('SELECT 1'), [{ kind: 'rows' }], 'the session goes on')
    })

    await t.test('rows', async t => {
      for (const eof of [0, flags.deprecateEof]) {
        const wire = await MysqlWire.connect(place, { flags: eof })
        t.teardown(() => wire.close())
        for (const [name, size] of chosen) {
          // A length before the value: 4 bytes below 16 MiB, 9 from there on.
          const length = size - (size - 4 < 16 * mebibyte ? 4 : 9)
          const [result] = await wire.query(`SELECT REPEAT('r', ${length}) AS r`)
          if (result?.kind !== 'rows') throw new Error(`${name}: ${JSON.stringify(result)}`)
          const [row] = result.rows
          t.equal(row?.length, size, name)
          t.ok(
            row?.subarray(size - length).every(each => each === 0x72),
            `${name}, its bytes`,
          )
        }
        wire.close()
      }
    })

    await t.test('binary rows, and parameters as long data', async t => {
      const wire = await MysqlWire.connect(place)
      t.teardown(() => wire.close())
      const [made] = await wire.ask(prepare(`SELECT REPEAT('b', ${17 * mebibyte}) AS b`))
      if (made?.kind !== 'prepared') throw new Error('it was not prepared')
      const [big] = await wire.ask(execute(made.id))
      t.equal(big?.kind === 'rows' && big.rows[0]?.length, 17 * mebibyte + 9 + 2)
      const client = await proxy.client(t)
      const body = 'p'.repeat(33 * mebibyte)
      await client.execute('UPDATE big SET body = ? WHERE id = ?', [body, 1])
      const [rows] = await client.query(
        'SELECT LENGTH(body) AS l, SHA2(body, 256) AS m FROM big WHERE id = 1',
      )
      t.match(rows, [{ l: body.length, m: createHash('sha256').update(body).digest('hex') }])
    })

    await t.test('a large row with a masked value', async t => {
      const wire = await MysqlWire.connect(place)
      t.teardown(() => wire.close())
      const text = `SELECT id, secret, REPEAT('u', ${17 * mebibyte}) AS u FROM big WHERE id = 2`
      const [result] = await wire.query(text)
      const values = result?.kind === 'rows' ? textsOf(result.rows[0] ?? Buffer.alloc(0)) : []
      t.strictSame(values.slice(0, 2), ['2', '[redacted]'])
      t.equal(values[2]?.length, 17 * mebibyte)
      t.notOk(wire.received().includes('canary'))
    })
  })
}
