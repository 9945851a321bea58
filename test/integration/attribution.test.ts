import t from 'tap'
import { encodeMessage } from '../../protocols/postgres/messages/message.ts'
import { leaksIn } from '../support/canary.ts'
import { startProxy } from '../support/proxy.ts'
import {
  bind,
  close,
  describe,
  execute,
  type Frame,
  flush,
  parse,
  query,
  summary,
  sync,
  values,
  WireClient,
} from '../support/wire-client.ts'

const rules = `
  rules:
    - { name: no-truncate, action: deny, effects: [truncate] }
`
const refused = 'TRUNCATE audit'
/** An INSERT that answers with rows. */
const ruled = `
  CREATE TABLE ruled (n int);
  CREATE RULE also AS ON INSERT TO ruled DO ALSO SELECT email FROM customers;
`

/** Results must be taken for those of the statement that they are of, whatever a client does. */
t.test('results belong to their statements', { timeout: 50_000 }, async t => {
  const proxy = await startProxy(t, { log: true, rules, sql: ruled })
  const open = async (): Promise<WireClient> => {
    const client = await WireClient.connect(proxy.port)
    // What is not answered fails where it is waited for.
    const late = setTimeout(() => client.close(), 10_000)
    t.teardown(() => {
      clearTimeout(late)
      client.close()
    })
    return client
  }
  const ask = async (client: WireClient, ...messages: readonly Buffer[]): Promise<string> => {
    client.send(...messages)
    return summary(await client.untilReady())
  }
  const approved = async (client: WireClient, message: Buffer): Promise<string> => {
    client.send(message)
    await proxy.decide(await proxy.pending(), 'approve')
    return summary(await client.untilReady())
  }
  const works = async (client: WireClient): Promise<void> => {
    client.send(query("SELECT 'still here'"))
    const frames = await client.untilReady()
    t.equal(summary(frames), 'T D C(SELECT 1) Z(I)')
    t.strictSame(texts(frames), [['still here']])
  }
  const hidden = (client: WireClient): void => {
    t.strictSame(leaksIn(client.received), [])
  }

  await t.test('a portal that was refused is refused again, after a savepoint too', async () => {
    const client = await open()
    t.equal(await ask(client, query('BEGIN')), 'C(BEGIN) Z(T)')
    t.equal(
      await ask(client, parse(refused, 's'), bind({ portal: 'p', statement: 's' }), sync),
      '1 2 Z(T)',
    )
    t.equal(await ask(client, query('SAVEPOINT a')), 'C(SAVEPOINT) Z(T)')
    t.equal(await ask(client, execute('p'), sync), 'E(42501) Z(E)')
    t.equal(await ask(client, query('ROLLBACK TO a')), 'C(ROLLBACK) Z(T)')
    t.equal(await ask(client, execute('p'), sync), 'E(42501) Z(E)')
    t.equal(await ask(client, query('ROLLBACK')), 'C(ROLLBACK) Z(I)')
    await works(client)
  })

  await t.test('a portal whose Execute was skipped is reviewed when it runs', async () => {
    const client = await open()
    await ask(client, query('BEGIN'))
    await ask(client, parse('SELECT 1'), bind({ portal: 'p' }), sync)
    await ask(client, query('SAVEPOINT a'))
    t.equal(
      await ask(
        client,
        parse('SELECT 1/0', 'z'),
        bind({ statement: 'z' }),
        execute(),
        execute('p'),
        sync,
      ),
      '1 E(22012) Z(E)',
    )
    t.equal(await ask(client, query('ROLLBACK TO a')), 'C(ROLLBACK) Z(T)')
    t.equal(await ask(client, execute('p'), sync), 'D C(SELECT 1) Z(T)')
    await ask(client, query('ROLLBACK'))
  })

  await t.test('names that the server would cut to the same 63 bytes are refused', async () => {
    const client = await open()
    const one = `${'x'.repeat(63)}1`
    const two = `${'x'.repeat(63)}2`
    await ask(client, parse('SELECT name FROM customers', one), describe('S', one), sync)
    await ask(client, close('S', two), sync)
    await ask(client, parse('SELECT email FROM customers', two), sync)
    await ask(client, bind({ statement: one }), execute(), sync)
    hidden(client)
    await ask(client, query('BEGIN'))
    await ask(
      client,
      parse('SELECT name FROM customers', 'n'),
      bind({ portal: one, statement: 'n' }),
      sync,
    )
    await ask(client, close('P', two), sync)
    await ask(
      client,
      parse('SELECT email FROM customers', 'e'),
      bind({ portal: two, statement: 'e' }),
      sync,
    )
    await ask(client, execute(one), sync)
    hidden(client)
    await ask(client, query('ROLLBACK'))
    t.equal(await ask(client, parse('SELECT 1', one), sync), 'E(42622) Z(I)')
    t.equal(await ask(client, bind({ portal: one }), sync), 'E(42622) Z(I)')
    t.equal(await ask(client, describe('S', one), sync), 'E(42622) Z(I)')
    t.equal(await ask(client, close('S', one), sync), 'E(42622) Z(I)')
    t.equal(await ask(client, execute(one), sync), 'E(42622) Z(I)')
    t.equal(await ask(client, parse('SELECT 1', one.slice(0, 63)), sync), '1 Z(I)')
    await works(client)
  })

  await t.test('people are asked before SQL runs what the protocol prepared', async () => {
    const client = await open()
    await ask(client, parse(refused, 's'), sync)
    await ask(client, parse("UPDATE audit SET what = 'all' RETURNING 1", 'u'), sync)
    client.send(query('EXECUTE s'))
    await proxy.decide(await proxy.pending(), 'deny')
    t.equal(summary(await client.untilReady()), 'N(00000) E(42501) Z(I)')
    await ask(client, query('BEGIN'))
    await ask(client, bind({ portal: 'p', statement: 'u' }), sync)
    client.send(query('FETCH ALL FROM p'))
    await proxy.decide(await proxy.pending(), 'deny')
    t.equal(summary(await client.untilReady()), 'N(00000) E(42501) Z(E)')
    await ask(client, query('ROLLBACK'))
    await works(client)
  })

  await t.test('SQL that reads what the protocol prepared shows nothing', async () => {
    const client = await open()
    await ask(client, parse('SELECT email FROM customers', 's'), sync)
    t.match(await approved(client, query('EXECUTE s')), /^N\(00000\) T( D){50} C/)
    await ask(client, query('BEGIN'))
    await ask(client, bind({ portal: 'p', statement: 's' }), sync)
    t.match(await approved(client, query('FETCH ALL FROM p')), /^N\(00000\) T( D){50} C/)
    await ask(client, query('ROLLBACK'))
    hidden(client)
    await works(client)
  })

  await t.test('a description that is out of date masks no other rows', async () => {
    for (const before of [
      'UPDATE audit SET what = what WHERE false',
      'SELECT name FROM customers',
    ]) {
      const client = await open()
      await ask(client, query(`PREPARE s AS ${before}`))
      await ask(client, parse('EXECUTE s', 'w'), describe('S', 'w'), sync)
      await ask(client, query('DEALLOCATE s'))
      await ask(client, query('PREPARE s AS SELECT email FROM customers'))
      await ask(client, bind({ statement: 'w' }), execute(), sync)
      await ask(client, bind({ statement: 'w', format: 1 }), execute(), sync)
      hidden(client)
    }
  })

  await t.test('a fast-path call between others is not sent with them', async () => {
    const client = await open()
    const call = encodeMessage('F', body => body.int32(1598).int16(0).int16(0).int16(0))
    client.send(parse('DELETE FROM orders', 'd'), call, bind({ statement: 'd' }), execute(), sync)
    t.equal((await client.next())?.type, '1')
    // The notice comes at once: among the earlier answers, or after them.
    t.match(summary(await client.untilReady()), /^(N\(00000\) )?E\(42501\) (N\(00000\) )?Z\(I\)$/)
    const waiting = await proxy.pending()
    await proxy.decide(waiting, 'approve')
    t.match(summary(await client.untilReady()), /^(N\(00000\) )?2 C\(DELETE 150\) Z\(I\)$/)
    await works(client)
  })

  await t.test('what follows an error is skipped, however late it comes', async () => {
    const client = await open()
    client.send(parse('SELEC 1', 'bad'), flush)
    t.equal((await client.next())?.type, 'E')
    client.send(parse('SELECT 2', 'late'), bind({ statement: 'late' }), flush)
    client.send(describe('P'), execute(), close('S', 'late'), query('SELECT 3'), parse(refused))
    t.equal(await ask(client, bind(), execute(), sync), 'Z(I)')
    await works(client)
    t.equal(await ask(client, bind({ statement: 'late' }), sync), 'E(26000) Z(I)')
    await works(client)
  })

  await t.test('nobody is asked about what the server would skip', async () => {
    const client = await open()
    client.send(parse('SELECT 1/0'), bind(), execute(), flush)
    while ((await client.next())?.type !== 'E');
    t.equal(await ask(client, parse('DELETE FROM orders'), bind(), execute(), sync), 'Z(I)')
    await works(client)
  })

  await t.test('a Describe that fails in an earlier segment is not waited for', async () => {
    const client = await open()
    await ask(client, parse('SELECT 5 AS n', 's'), sync)
    await ask(client, query('BEGIN'))
    await ask(client, query('SELECT 1/0'))
    client.send(
      describe('S', 's'),
      sync,
      query('ROLLBACK'),
      bind({ statement: 's' }),
      execute(),
      sync,
    )
    t.equal(summary(await client.untilReady()), 'E(25P02) Z(E)')
    t.equal(summary(await client.untilReady()), 'C(ROLLBACK) Z(I)')
    t.equal(summary(await client.untilReady()), '2 D C(SELECT 1) Z(I)')
    await works(client)
  })

  await t.test('a statement denied after what came before it was answered', async () => {
    const client = await open()
    client.send(
      parse('SELECT pg_sleep(0.3)'),
      bind(),
      execute(),
      sync,
      parse('DELETE FROM customers'),
      bind(),
      execute(),
      sync,
    )
    const waiting = await proxy.pending()
    const frames: Frame[] = [...(await client.untilReady())]
    await proxy.decide(waiting, 'deny')
    frames.push(...(await client.untilReady()))
    t.match(
      summary(frames),
      /^(N\(00000\) )?1 2 D C\(SELECT 1\) Z\(I\) (N\(00000\) )?E\(42501\) Z\(I\)$/,
    )
    await works(client)
  })

  await t.test('a statement approved after what came before it in its segment failed', async () => {
    const client = await open()
    client.send(
      parse('SELECT 1/(0 * length(pg_sleep(0.3)::text))'),
      bind(),
      execute(),
      parse('DELETE FROM orders'),
      bind(),
      execute(),
      sync,
    )
    const waiting = await proxy.pending()
    for (let frame = await client.next(); frame !== undefined && frame.type !== 'E'; )
      frame = await client.next()
    await proxy.decide(waiting, 'approve')
    t.match(summary(await client.untilReady()), /^(N\(00000\) )?Z\(I\)$/)
    await works(client)
  })

  await t.test(
    'people are asked before a setting that is reported takes a masked value',
    async () => {
      const client = await open()
      const one = '(SELECT email FROM customers WHERE id = 1)'
      client.send(query(`SELECT set_config('application_name', ${one}, false)`))
      await proxy.decide(await proxy.pending(), 'deny')
      t.equal(summary(await client.untilReady()), 'N(00000) E(42501) Z(I)')
      await ask(client, query('SHOW application_name'))
      hidden(client)
    },
  )

  await t.test('COPY in the middle of a pipeline', async () => {
    const client = await open()
    client.send(
      parse('SELECT email FROM customers WHERE id = 1'),
      bind(),
      execute(),
      parse('COPY (SELECT email, id FROM customers WHERE id < 3) TO STDOUT'),
      bind(),
      execute(),
      parse('SELECT email FROM customers WHERE id = 2'),
      bind(),
      execute(),
      sync,
    )
    t.equal(
      summary(await client.untilReady()),
      '1 2 D C(SELECT 1) 1 2 H d d c C(COPY 2) 1 2 D C(SELECT 1) Z(I)',
    )
    hidden(client)
    await works(client)
  })

  await t.test('two portals that take turns keep their own masks', async () => {
    const client = await open()
    await ask(client, query('BEGIN'))
    await ask(
      client,
      parse('SELECT name FROM customers ORDER BY id', 'n'),
      parse('SELECT email FROM customers ORDER BY id', 'e'),
      bind({ portal: 'a', statement: 'n' }),
      bind({ portal: 'b', statement: 'e' }),
      bind({ portal: 'c', statement: 'e', format: 1 }),
      sync,
    )
    const turn = [execute('a', 1), execute('b', 1), execute('c', 1)]
    t.equal(await ask(client, ...turn, ...turn, sync), 'D s D s D s D s D s D s Z(T)')
    t.equal(await ask(client, query('COMMIT')), 'C(COMMIT) Z(I)')
    hidden(client)
  })

  await t.test('a name that is taken away and given again within one segment', async () => {
    const client = await open()
    await ask(client, parse('SELECT name FROM customers', 's'), describe('S', 's'), sync)
    client.send(
      bind({ statement: 's' }),
      execute('', 1),
      close('S', 's'),
      parse('SELECT email FROM customers', 's'),
      bind({ statement: 's' }),
      execute('', 1),
      sync,
    )
    t.equal(summary(await client.untilReady()), '2 D s 3 1 2 D s Z(I)')
    hidden(client)
    client.send(
      close('S', 's'),
      parse('SELEC', 's'),
      sync,
      parse('SELECT name FROM customers', 's'),
      sync,
      bind({ statement: 's' }),
      execute('', 1),
      sync,
    )
    t.equal(summary(await client.untilReady()), '3 E(42601) Z(I)')
    t.equal(summary(await client.untilReady()), '1 Z(I)')
    t.equal(summary(await client.untilReady()), '2 D s Z(I)')
    await works(client)
  })

  await t.test('rules that add results to a statement show nothing', async () => {
    const client = await open()
    await ask(client, query('INSERT INTO ruled VALUES (1); SELECT id FROM customers LIMIT 1'))
    await ask(client, parse('INSERT INTO ruled VALUES (2)'), bind(), describe('P'), execute(), sync)
    hidden(client)
    await works(client)
  })

  await t.test('messages without an answer do not pile up', async () => {
    const client = await open()
    const many = Buffer.concat(
      Array.from({ length: 20_000 }, () => encodeMessage('c', () => undefined)),
    )
    client.send(many, many)
    await works(client)
    await ask(
      client,
      query('COPY audit (what) FROM STDIN').subarray(0),
      encodeMessage('d', b => b.string('x\n')),
      encodeMessage('c', () => undefined),
    )
    await works(client)
  })

  await t.test('nothing that was refused reached the server', async t => {
    const log = await proxy.ran()
    t.notMatch(log, /(execute|statement)[^\n]*TRUNCATE audit/)
  })
})

function texts(frames: readonly Frame[]): (string | null)[][] {
  return frames.filter(frame => frame.type === 'D').map(values)
}
