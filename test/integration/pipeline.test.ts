import t from 'tap'
import { encodeMessage } from '../../protocols/postgres/messages/message.ts'
import { startProxy } from '../support/proxy.ts'
import {
  bind,
  close,
  copyData,
  copyDone,
  copyFail,
  describe,
  execute,
  fieldsOf,
  flush,
  parse,
  query,
  summary,
  sync,
  values,
  WireClient,
} from '../support/wire-client.ts'

const denyTruncate = `
  rules:
    - { name: no-truncate, action: deny, effects: [truncate] }
    - { name: no-lock, action: deny, effects: [lock] }
`
const refused = 'TRUNCATE audit'

t.test('client, proxy and server stay in step', async t => {
  const proxy = await startProxy(t, { log: true, rules: denyTruncate })
  const open = async (): Promise<WireClient> => {
    const client = await WireClient.connect(proxy.port)
    t.teardown(() => client.close())
    return client
  }
  const works = async (client: WireClient): Promise<void> => {
    client.send(query("SELECT 'still here'"))
    const frames = await client.untilReady()
    t.equal(summary(frames), 'T D C(SELECT 1) Z(I)')
    t.strictSame(values(frames[1] ?? { type: '', body: Buffer.alloc(2) }), ['still here'])
  }

  await t.test('a refused simple query is an error, and the next one works', async () => {
    const client = await open()
    client.send(query(refused))
    const frames = await client.untilReady()
    t.equal(summary(frames), 'E(42501) Z(I)')
    t.match(fieldsOf(frames[0]?.body ?? Buffer.alloc(0)).get('M'), /^denied by policy/)
    await works(client)
  })

  await t.test('one refused part refuses a text of several statements whole', async () => {
    const client = await open()
    client.send(query(`INSERT INTO audit (what) VALUES ('part one'); ${refused}`))
    t.equal(summary(await client.untilReady()), 'E(42501) Z(I)')
    client.send(query("SELECT count(*) FROM audit WHERE what = 'part one'"))
    t.strictSame(values((await client.untilReady())[1] as never), ['0'])
  })

  await t.test('a refusal in the middle of a pipeline rolls back and skips to Sync', async () => {
    const client = await open()
    client.send(
      parse("INSERT INTO audit (what) VALUES ('before')"),
      bind(),
      execute(),
      parse(refused),
      bind(),
      execute(),
      parse("INSERT INTO audit (what) VALUES ('after')"),
      bind(),
      execute(),
      sync,
      parse("SELECT count(*) FROM audit WHERE what IN ('before', 'after')"),
      bind(),
      describe('P'),
      execute(),
      sync,
    )
    t.equal(summary(await client.untilReady()), '1 2 C(INSERT 0 1) E(42501) Z(I)')
    const frames = await client.untilReady()
    t.equal(summary(frames), '1 2 T D C(SELECT 1) Z(I)')
    t.strictSame(values(frames[3] as never), ['0'], 'the implicit transaction was rolled back')
    await works(client)
  })

  await t.test('a refusal in a transaction fails it, as any error does', async () => {
    const client = await open()
    client.send(query('BEGIN'))
    t.equal(summary(await client.untilReady()), 'C(BEGIN) Z(T)')
    client.send(query(refused))
    t.equal(summary(await client.untilReady()), 'E(42501) Z(E)')
    client.send(query('SELECT 1'))
    t.equal(summary(await client.untilReady()), 'E(25P02) Z(E)')
    client.send(query('ROLLBACK'))
    t.equal(summary(await client.untilReady()), 'C(ROLLBACK) Z(I)')
    await works(client)
  })

  await t.test('a refusal of a named statement that was prepared earlier', async () => {
    const client = await open()
    client.send(parse(refused, 's'), describe('S', 's'), sync)
    t.equal(summary(await client.untilReady()), '1 t n Z(I)')
    client.send(bind({ statement: 's' }), execute(), sync)
    t.equal(summary(await client.untilReady()), 'E(42501) Z(I)')
    client.send(close('S', 's'), sync)
    t.equal(summary(await client.untilReady()), '3 Z(I)')
    await works(client)
  })

  await t.test('many refusals in one write are answered one by one', async () => {
    const client = await open()
    const one = [parse(refused), bind(), execute(), sync, query(refused), query('SELECT 1')]
    client.send(...one, ...one, ...one)
    for (let i = 0; i < 3; i++) {
      t.equal(summary(await client.untilReady()), 'E(42501) Z(I)')
      t.equal(summary(await client.untilReady()), 'E(42501) Z(I)')
      t.equal(summary(await client.untilReady()), 'T D C(SELECT 1) Z(I)')
    }
  })

  await t.test('bytes that trickle in one at a time make no difference', async () => {
    const client = await open()
    const all = Buffer.concat([parse(refused), bind(), execute(), sync, query('SELECT 1')])
    client.socket.setNoDelay(true)
    for (const byte of all) {
      client.send(Buffer.of(byte))
      await new Promise(resolve => setImmediate(resolve))
    }
    // Parse and Bind may have been sent before Execute came and was refused.
    t.match(summary(await client.untilReady()), /^(1 )?(2 )?E\(42501\) Z\(I\)$/)
    t.equal(summary(await client.untilReady()), 'T D C(SELECT 1) Z(I)')
  })

  await t.test('SQL that does not parse is a syntax error', async () => {
    const client = await open()
    client.send(query("SELECT 'ü',, 1"))
    const frames = await client.untilReady()
    t.equal(summary(frames), 'E(42601) Z(I)')
    t.equal(fieldsOf(frames[0]?.body ?? Buffer.alloc(0)).get('P'), '12')
    client.send(parse('SELEC 1'), bind(), execute(), sync)
    t.equal(summary(await client.untilReady()), 'E(42601) Z(I)')
    await works(client)
  })

  await t.test('an empty query, and one of comments', async () => {
    const client = await open()
    for (const text of ['', ';', '-- nothing', '/* nothing */ ;;']) {
      client.send(query(text))
      t.equal(summary(await client.untilReady()), 'I Z(I)', text)
    }
    client.send(parse(''), bind(), describe('P'), execute(), sync)
    t.equal(summary(await client.untilReady()), '1 2 n I Z(I)')
  })

  await t.test('portals give their rows in pieces', async () => {
    const client = await open()
    client.send(query('BEGIN'))
    await client.untilReady()
    client.send(
      parse('SELECT n FROM generate_series(1, 5) n'),
      bind({ portal: 'p' }),
      describe('P', 'p'),
      execute('p', 2),
      flush,
    )
    const first: string[] = []
    for (let frame = await client.next(); frame !== undefined; frame = await client.next()) {
      first.push(frame.type)
      if (frame.type === 's') break
    }
    t.strictSame(first, ['1', '2', 'T', 'D', 'D', 's'])
    client.send(execute('p', 2), execute('p', 2), sync)
    t.equal(summary(await client.untilReady()), 'D D s D C(SELECT 1) Z(T)')
    client.send(query('COMMIT'))
    await client.untilReady()
    client.send(execute('p', 2), sync)
    t.equal(summary(await client.untilReady()), 'E(34000) Z(I)')
    await works(client)
  })

  await t.test('MOVE in a portal that ran does what the portal does', async () => {
    const client = await open()
    client.send(query('BEGIN'))
    await client.untilReady()
    const numbers = parse('SELECT n FROM generate_series(1, 9) n')
    client.send(numbers, bind({ portal: 'p' }), execute('p', 2), sync)
    t.equal(summary(await client.untilReady()), '1 2 D D s Z(T)')
    client.send(query('MOVE FORWARD 3 p'))
    t.equal(summary(await client.untilReady()), 'C(MOVE 3) Z(T)')
    client.send(execute('p', 1), sync)
    const frames = await client.untilReady()
    t.strictSame(values(frames[0] as never), ['6'])
    client.send(query('ROLLBACK'))
    await client.untilReady()
    await works(client)
  })

  await t.test('MOVE in a portal that was only bound is held', async () => {
    const client = await open()
    client.send(query('BEGIN'))
    await client.untilReady()
    const sneaky = parse("INSERT INTO audit (what) VALUES ('sneaky') RETURNING id")
    client.send(sneaky, bind({ portal: 'q' }), sync)
    t.equal(summary(await client.untilReady()), '1 2 Z(T)')
    client.send(query('MOVE ALL q'))
    const frame = await client.next()
    t.match(fieldsOf(frame?.body ?? Buffer.alloc(0)).get('M'), /^held for approval/)
    client.close()
  })

  await t.test('rows of a statement that nobody described are the same rows', async () => {
    const client = await open()
    client.send(parse('SELECT 7 AS n'), bind(), execute(), sync)
    const frames = await client.untilReady()
    t.equal(summary(frames), '1 2 D C(SELECT 1) Z(I)')
    t.strictSame(values(frames[2] as never), ['7'])
  })

  await t.test('a statement or portal that does not exist', async () => {
    const client = await open()
    client.send(bind({ statement: 'nope' }), execute(), sync)
    t.equal(summary(await client.untilReady()), 'E(26000) Z(I)')
    client.send(execute('nope'), sync)
    t.equal(summary(await client.untilReady()), 'E(34000) Z(I)')
    await works(client)
  })

  await t.test('a name keeps its statement when a second Parse for it fails', async () => {
    const client = await open()
    client.send(parse('SELECT 1', 'a'), sync)
    await client.untilReady()
    client.send(
      parse('SELECT 2', 'a'),
      sync,
      bind({ statement: 'a' }),
      describe('P'),
      execute(),
      sync,
    )
    t.equal(summary(await client.untilReady()), 'E(42P05) Z(I)')
    const frames = await client.untilReady()
    t.equal(summary(frames), '2 T D C(SELECT 1) Z(I)')
    t.strictSame(values(frames[2] as never), ['1'])
  })

  await t.test('COPY in both directions, and CopyFail', async () => {
    const client = await open()
    client.send(query('COPY audit (what) FROM STDIN'))
    t.equal((await client.next())?.type, 'G')
    client.send(copyData(Buffer.from('one\ntwo\n')), copyData(Buffer.from('three\n')), copyDone)
    t.equal(summary(await client.untilReady()), 'C(COPY 3) Z(I)')
    client.send(query('COPY audit (what) FROM STDIN'))
    await client.next()
    client.send(copyData(Buffer.from('lost\n')), copyFail('changed my mind'))
    t.equal(summary(await client.untilReady()), 'E(57014) Z(I)')
    // Everything at once, as a client may that does not wait for CopyInResponse.
    client.send(
      parse('COPY audit (what) FROM STDIN'),
      bind(),
      execute(),
      sync,
      copyData(Buffer.from('four\n')),
      copyDone,
      sync,
    )
    t.equal(summary(await client.untilReady()), '1 2 G C(COPY 1) Z(I)')
    client.send(query("COPY (SELECT what FROM audit WHERE what = 'four') TO STDOUT"))
    const frames = await client.untilReady()
    t.equal(summary(frames), 'H d c C(COPY 1) Z(I)')
    t.equal(frames[1]?.body.toString(), 'four\n')
    await works(client)
  })

  await t.test('fast-path function calls are refused', async () => {
    const client = await open()
    client.send(encodeMessage('F', body => body.int32(1598).int16(0).int16(0).int16(0)))
    t.equal(summary(await client.untilReady()), 'E(42501) Z(I)')
    await works(client)
  })

  await t.test('notifications come through', async () => {
    const listener = await open()
    listener.send(query('LISTEN channel'))
    await listener.untilReady()
    const other = await open()
    other.send(query("NOTIFY channel, 'hello'"))
    t.equal(summary(await other.untilReady()), 'C(NOTIFY) Z(I)')
    t.equal((await listener.next())?.type, 'A')
    await works(listener)
  })

  await t.test('nothing that was refused reached the server', async t => {
    t.notMatch(await proxy.ran(), /TRUNCATE audit/)
  })
})
