import { readFile } from 'node:fs/promises'
import t from 'tap'
import { mysql } from '../../../protocols/mysql/index.ts'
import { startMysqlRelay } from '../../support/mysql-relay.ts'
import {
  execute,
  fetch,
  flags,
  MysqlWire,
  packets,
  prepare,
  query,
  statusFlag,
  textsOf,
} from '../../support/mysql-wire.ts'

const relay = await startMysqlRelay(t, {
  sql: `
    CREATE TABLE people (id int PRIMARY KEY, name varchar(50), email varchar(100), born date);
    INSERT INTO people VALUES
      (1, 'Ann', 'ann@example.org', '1990-01-02'), (2, 'Bob', 'bob@example.org', NULL);
    CREATE TABLE secrets (id int PRIMARY KEY, token varchar(20));
    INSERT INTO secrets VALUES (1, 'hunter2');
    CREATE PROCEDURE two() BEGIN SELECT 1 AS a; SELECT email FROM people; END;
  `,
})

for (const [name, deprecate] of [
  ['with EOF packets', 0],
  ['without EOF packets', flags.deprecateEof],
] as const) {
  t.test(`results pass and masked columns are masked, ${name}`, async t => {
    const wire = await MysqlWire.connect(relay, { flags: deprecate | flags.sessionTrack })
    t.teardown(() => wire.close())
    const [people] = await wire.query('SELECT id, email FROM people ORDER BY id')
    if (people?.kind !== 'rows') throw new Error(people?.kind)
    t.strictSame(people.rows.map(textsOf), [
      ['1', '***************'],
      ['2', '***************'],
    ])
    const many = await wire.query('SELECT 1; SELECT email FROM people; DO 1; CALL two(); SELECT 3')
    t.strictSame(
      many.map(result => (result.kind === 'rows' ? result.rows.length : result.kind)),
      [1, 2, 'ok', 1, 2, 'ok', 1],
    )
    t.notOk(wire.received().includes('example.org'))
    const [bad] = await wire.query('SELEC 1')
    t.match(bad, { kind: 'error', errno: 1064, sqlState: '42000' })
    t.match(await wire.query(''), [{ kind: 'error', errno: 1065 }])
  })

  t.test(`a cursor gives the rows of the execute that was reviewed, ${name}`, async t => {
    const wire = await MysqlWire.connect(relay, { flags: deprecate })
    t.teardown(() => wire.close())
    const [made] = await wire.ask(prepare('SELECT id, email FROM people ORDER BY id'))
    if (made?.kind !== 'prepared') throw new Error(made?.kind)
    t.match(await wire.ask(fetch(made.id, 1)), [{ kind: 'error', errno: 1421 }])
    const before = relay.reviewed.length
    const [opened] = await wire.ask(execute(made.id, 1))
    t.match(opened, { kind: 'rows', rows: [] })
    t.ok(opened?.kind === 'rows' && (opened.status & statusFlag.cursor) !== 0)
    const [first] = await wire.ask(fetch(made.id, 1))
    const [second] = await wire.ask(fetch(made.id, 5))
    t.equal(relay.reviewed.length, before + 1)
    for (const part of [first, second]) {
      if (part?.kind !== 'rows') throw new Error(part?.kind)
      t.equal(part.rows.length, 1)
      t.ok(part.rows[0]?.includes('***************'))
    }
    t.notOk(wire.received().includes('example.org'))
    const reset = Buffer.of(0x1a, 0, 0, 0, 0)
    reset.writeUInt32LE(made.id, 1)
    t.match(await wire.ask(reset), [{ kind: 'ok' }])
    t.match(await wire.ask(fetch(made.id, 1)), [{ kind: 'error', errno: 1421 }])
    wire.send(Buffer.concat([Buffer.of(0x19), reset.subarray(1)]))
    t.match(await wire.ask(execute(made.id)), [{ kind: 'error', errno: 1243 }])
  })
}

t.test('the texts and the long data of prepared statements are bounded', async t => {
  const wire = await MysqlWire.connect(relay)
  t.teardown(() => wire.close())
  const ids: number[] = []
  const long = prepare(`SELECT 1 /* ${'x'.repeat(900_000)} */`)
  for (;;) {
    const [made] = await wire.ask(long)
    if (made?.kind !== 'prepared') {
      t.match(made, { kind: 'error', errno: 1461 })
      break
    }
    ids.push(made.id)
  }
  t.equal(ids.length, 35)
  const named = (code: number, id: number, more = Buffer.alloc(0)): Buffer => {
    const head = Buffer.of(code, 0, 0, 0, 0)
    head.writeUInt32LE(id, 1)
    return Buffer.concat([head, more])
  }
  for (const id of ids) wire.send(named(0x19, id))
  const [again] = await wire.ask(long)
  t.match(again, { kind: 'prepared' })
  const parameter = Buffer.of(0, 0, 0x61)
  // Without a cursor, once; nothing is NULL, and the type is bound: a BLOB.
  const body = Buffer.of(0, 1, 0, 0, 0, 0, 1, 0xfc, 0)
  const outcomes: string[] = []
  const made: number[] = []
  for (let i = 0; i < 17; i++) {
    const [each] = await wire.ask(prepare('SELECT ?'))
    if (each?.kind !== 'prepared') throw new Error(each?.kind)
    made.push(each.id)
    wire.send(named(0x18, each.id, parameter))
  }
  for (const id of made) {
    const [result] = await wire.ask(named(0x17, id, body))
    outcomes.push(result?.kind === 'error' ? String(result.errno) : (result?.kind ?? ''))
  }
  t.strictSame(outcomes, [...Array.from({ length: 16 }, () => 'rows'), '1153'])
})

t.test('a refused statement never reaches the server, and the session lives', async t => {
  const wire = await MysqlWire.connect(relay)
  t.teardown(() => wire.close())
  t.match(await wire.query("SELECT 'DENY', 4711"), [
    { kind: 'error', errno: 1227, sqlState: '42000', sequence: 1, message: /denied by the test/ },
  ])
  const [made] = await wire.ask(prepare('INSERT INTO people (id) VALUES (99) -- DENY'))
  if (made?.kind !== 'prepared') throw new Error(made?.kind)
  t.match(await wire.ask(execute(made.id)), [{ kind: 'error', errno: 1227 }])
  t.match(await wire.query('SELECT count(*) FROM people'), [{ kind: 'rows' }])
  const log = await readFile(relay.server.logPath, 'utf8')
  t.notMatch(log, /4711/)
  t.notMatch(log, /Execute.*DENY/)
})

t.test('commands that are not let through are refused, and the session lives', async t => {
  const wire = await MysqlWire.connect(relay)
  t.teardown(() => wire.close())
  for (const code of [0x07, 0x08, 0x0d, 0x12, 0x15, 0x1e])
    t.match(await wire.ask(Buffer.of(code, 0, 0, 0, 0)), [{ kind: 'error', errno: 1227 }])
  for (const code of [0x00, 0x05, 0x06, 0x0a, 0x0f, 0x1d, 0x7f, 0xfe])
    t.match(await wire.ask(Buffer.of(code, 0x61)), [{ kind: 'error', errno: 1047 }])
  wire.socket.write(Buffer.of(0, 0, 0, 0))
  t.match(await wire.answer(0), [{ kind: 'error', errno: 1047 }])
  t.match(await wire.ask(Buffer.of(0x0e)), [{ kind: 'ok' }])
  t.match(await wire.ask(Buffer.of(0x09)), [{ kind: 'other', payload: /Uptime/ }])
  t.match(await wire.ask(Buffer.of(0x1b, 1, 0)), [{ kind: 'ok' }])
  t.match(await wire.ask(Buffer.from('\x02mysql')), [{ kind: 'ok' }])
  await wire.query('DO 1')
  t.equal(relay.reviewed.at(-1)?.context.searchPath, 'mysql')
  t.match(await wire.ask(Buffer.from('\x02nowhere')), [{ kind: 'error', errno: 1049 }])
})

t.test('numbers out of order end the session with an error', async t => {
  const wire = await MysqlWire.connect(relay)
  wire.send(query('SELECT 1'), 1)
  t.match(await wire.answer(3), [{ kind: 'error', errno: 1156, sqlState: '08S01', sequence: 1 }])
  t.equal(await wire.packet(), undefined)
})

t.test('single bytes make the same statements', async t => {
  const wire = await MysqlWire.connect(relay)
  t.teardown(() => wire.close())
  for (const byte of packets(query("SELECT 'slow'"))) {
    wire.socket.write(Buffer.of(byte))
    await new Promise(setImmediate)
  }
  const [result] = await wire.answer(3)
  t.ok(result?.kind === 'rows' && textsOf(result.rows[0] ?? Buffer.alloc(0))[0] === 'slow')
})

t.test('a held statement runs when it is approved', async t => {
  const wire = await MysqlWire.connect(relay)
  t.teardown(() => wire.close())
  await wire.query('DO 1')
  const held = relay.held()
  const answer = wire.query("SELECT 'HOLD'")
  await held
  relay.holds.shift()?.({ run: true })
  t.match(await answer, [{ kind: 'rows' }])
})

t.test('KILL QUERY from another connection withdraws a held statement', async t => {
  const wire = await MysqlWire.connect(relay)
  const other = await MysqlWire.connect(relay)
  t.teardown(() => {
    wire.close()
    other.close()
  })
  await wire.query('DO 1')
  const held = relay.held()
  const answer = wire.query("SELECT 'HOLD'")
  await held
  t.match(await other.query(`KILL QUERY ${wire.greeting.connectionId}`), [{ kind: 'ok' }])
  t.match(await answer, [{ kind: 'error', errno: 1317, sqlState: '70100' }])
  relay.holds.shift()
  t.match(await wire.query('SELECT 1'), [{ kind: 'rows' }])
  t.match(await other.query('KILL 1'), [{ kind: 'error', errno: 1094 }])
})

t.test('KILL reaches what runs, and ends a session', async t => {
  const wire = await MysqlWire.connect(relay)
  const other = await MysqlWire.connect(relay)
  t.teardown(() => other.close())
  await wire.query('DO 1')
  const answer = wire.query('SELECT sleep(30)')
  const id = Buffer.of(0x0c, 0, 0, 0, 0)
  id.writeUInt32LE(wire.greeting.connectionId, 1)
  await other.query('DO 1')
  t.match(await other.query(`KILL QUERY ${wire.greeting.connectionId}`), [{ kind: 'ok' }])
  const [killed] = await answer
  t.ok(killed?.kind === 'rows' || (killed?.kind === 'error' && killed.errno === 1317))
  t.match(await other.ask(id), [{ kind: 'ok' }])
  t.match(await wire.answer(3), [{ kind: 'error', errno: 1927 }])
  t.equal(await wire.packet(), undefined)
})

t.test('a client that leaves withdraws what it waits for', async t => {
  const wire = await MysqlWire.connect(relay)
  await wire.query('DO 1')
  const held = relay.held()
  void wire.query("SELECT 'HOLD', 815")
  await held
  const withdrawn = new Promise<void>(resolve => {
    const { ended } = relay
    const push = ended.push.bind(ended)
    ended.push = (...reasons: string[]) => {
      resolve()
      ended.push = push
      return push(...reasons)
    }
  })
  wire.socket.end()
  await withdrawn
  t.notMatch(await readFile(relay.server.logPath, 'utf8'), /815/)
  relay.holds.shift()
})

t.test('diagnostics of what is hidden show numbers and no words', async t => {
  const wire = await MysqlWire.connect(relay)
  t.teardown(() => wire.close())
  const text = "INSERT INTO secrets VALUES (1, 'other')"
  const [failed] = await wire.query(text)
  t.match(failed, { kind: 'error', errno: 1062, sqlState: '23000' })
  if (failed?.kind === 'error') t.match(failed.message, /Duplicate entry|hidden/)
})

t.test('the server forgets on COM_RESET_CONNECTION, and texts can still be read', async t => {
  const wire = await MysqlWire.connect(relay)
  t.teardown(() => wire.close())
  await wire.query("SET sql_mode = 'ANSI_QUOTES'")
  await wire.query('DO 1')
  t.match(relay.reviewed.at(-1)?.context.settings, /ANSI_QUOTES/)
  t.match(await wire.ask(Buffer.of(0x1f)), [{ kind: 'ok' }])
  t.match(await wire.query('SELECT 1'), [{ kind: 'rows' }])
  t.notMatch(relay.reviewed.at(-1)?.context.settings, /ANSI_QUOTES/)
})

t.test('what was recorded is what the client saw', async t => {
  const wire = await MysqlWire.connect(relay, { flags: flags.deprecateEof })
  t.teardown(() => wire.close())
  await wire.query('DO 1')
  const from = relay.events.length
  await wire.query('SELECT id, email FROM people WHERE id = 1; SELEC 2')
  await wire.query("SELECT 'DENY'")
  const [made] = await wire.ask(prepare('SELECT id, email, born FROM people ORDER BY id'))
  if (made?.kind !== 'prepared') throw new Error(made?.kind)
  await wire.ask(execute(made.id, 1))
  await wire.ask(fetch(made.id, 5))
  await wire.query('DO 2')
  const events = relay.events.slice(from)
  const frames = events.flatMap(event =>
    event.type === 'frames' ? [{ from: event.from, atUs: 0, bytes: event.bytes }] : [],
  )
  const decoder = mysql().frameDecoder()
  const shown = frames.flatMap(each => decoder.push(each))
  t.strictSame(
    shown.flatMap(event => (event.type === 'row' ? [event.values] : [])),
    [
      ['1', '***************'],
      ['1', '***************', '1990-01-02'],
      ['2', '***************', null],
    ],
  )
  t.strictSame(
    shown.flatMap(event => (event.type === 'error' ? [event.code] : [])),
    ['1064 (42000)', '1227 (42000)'],
  )
  const ends = events.flatMap(event => (event.type === 'statement.end' ? [event] : []))
  t.match(ends, [
    { rows: 1, error: '1064' },
    { rows: 2, error: undefined },
    { rows: 0, error: undefined },
  ])
})

t.test('the transaction is known from what the server says', async t => {
  const wire = await MysqlWire.connect(relay)
  t.teardown(() => wire.close())
  await wire.query('BEGIN')
  await wire.query("SELECT 'DENY'")
  t.equal(relay.reviewed.at(-1)?.context.transaction, 'open')
  await wire.query('ROLLBACK')
  await wire.query('DO 1')
  t.equal(relay.reviewed.at(-1)?.context.transaction, 'idle')
})
