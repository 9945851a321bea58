import { randomBytes } from 'node:crypto'
import t from 'tap'
import {
  encodeSASLInitialResponse,
  encodeSASLResponse,
} from '../../protocols/postgres/messages/authentication.ts'
import { encodeMessage } from '../../protocols/postgres/messages/message.ts'
import { ScramClient } from '../../protocols/postgres/scram.ts'
import { password, startProxy } from '../support/proxy.ts'
import { RawClient, startupPacket } from '../support/start-client.ts'
import {
  bind,
  copyData,
  copyDone,
  copyFail,
  execute,
  type Frame,
  fieldsOf,
  parse,
  query,
  summary,
  sync,
  values,
  WireClient,
} from '../support/wire-client.ts'

const limits = `
limits: { startup_time: 2s, startup_size: 8KiB, statement_size: 64KiB, frame_size: 256KiB }
`
const shop = { user: 'analyst', database: 'shop' }

t.test('whatever a client sends, it hurts nobody but itself', { timeout: 80_000 }, async t => {
  const proxy = await startProxy(t, { log: true, limits })

  const sessionsOpen = async (): Promise<number> => {
    const text = await (await fetch(`${proxy.http}/metrics`)).text()
    return Number(/^countersign_sessions_open (\d+)$/m.exec(text)?.[1])
  }
  /** Somebody who works all the while, and must not notice. */
  const bystander = await WireClient.connect(proxy.port, 'rita')
  let working = true
  const work = (async () => {
    let count = 0
    for (; working; count += 1) {
      bystander.send(query(`SELECT ${count} AS n, pg_sleep(0.01)::text`))
      const frames = await bystander.untilReady()
      if (summary(frames) !== 'T D C(SELECT 1) Z(I)') throw new Error(summary(frames))
      if (values(frames[1] as Frame)[0] !== String(count)) throw new Error('a reply of another')
    }
    return count
  })()
  const before = await sessionsOpen()
  t.equal(before, 1)

  const clients: WireClient[] = []
  const open = async (): Promise<WireClient> => {
    const client = await WireClient.connect(proxy.port)
    clients.push(client)
    // What is not answered fails where it is waited for.
    const late = setTimeout(() => client.close(), 15_000)
    t.teardown(() => {
      clearTimeout(late)
      client.close()
    })
    return client
  }
  const works = async (client: WireClient, state = 'I'): Promise<void> => {
    client.send(query('SELECT 1'))
    t.equal(summary(await client.untilReady()), `T D C(SELECT 1) Z(${state})`)
  }
  /** The SQLSTATE of the error that a connection ends with, before there is a session. */
  const refusal = async (...packets: Buffer[]): Promise<string> => {
    const client = await RawClient.connect(proxy.port)
    client.write(Buffer.concat(packets))
    const { C = '', S } = await client.fatal()
    t.equal(S, 'FATAL')
    return C
  }
  /** In a session: what comes until the connection is closed. */
  const ending = async (client: WireClient, ...bytes: Buffer[]): Promise<string> => {
    client.send(...bytes)
    const frames: Frame[] = []
    for (let frame = await client.next(); frame !== undefined; frame = await client.next())
      frames.push(frame)
    const last = frames.at(-1)
    if (last?.type === 'E') t.equal(fieldsOf(last.body).get('S'), 'FATAL')
    return summary(frames)
  }

  await t.test('a first packet of a wrong length or kind', async t => {
    for (const length of [0, 3, 4, 7, 8193, 0x7fffffff, 0x80000000, 0xffffffff]) {
      const header = Buffer.alloc(8)
      header.writeUInt32BE(length)
      t.equal(await refusal(header), '08P01', String(length))
    }
    t.equal(await refusal(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')), '08P01')
    for (const version of [0x20000, 0x40000, 0x00000, -1])
      t.equal(await refusal(startupPacket(shop, version)), '0A000', String(version))
    const cut = Buffer.from(startupPacket(shop))
    cut[cut.length - 1] = 0x41
    t.equal(await refusal(cut), '08P01', 'no terminator')
    t.equal(await refusal(startupPacket({ ...shop, replication: 'true' })), '0A000')
    t.equal(await refusal(startupPacket({ ...shop, replication: 'database' })), '0A000')
    t.equal(await refusal(startupPacket({ database: 'shop' })), '28000', 'no user')
  })

  await t.test('a start that never ends is cut off', async t => {
    const client = await RawClient.connect(proxy.port)
    const header = Buffer.alloc(8)
    header.writeUInt32BE(8192)
    header.writeUInt32BE(0x30000, 4)
    client.write(header)
    client.write(Buffer.alloc(8192 - 9, 0x41))
    t.equal((await client.fatal())['C'], '57014')
  })

  await t.test('random bytes', async t => {
    for (let i = 0; i < 40; i += 1) {
      const client = await RawClient.connect(proxy.port)
      client.write(randomBytes(1 + ((i * 37) % 400)))
      client.socket.end()
      await client.message().catch(() => undefined)
      client.socket.destroy()
    }
    t.equal(proxy.child.exitCode, null)
  })

  await t.test(
    'an unknown user is told what a wrong password is told, by the same path',
    async t => {
      const attempt = async (user: string, secret: string): Promise<string[]> => {
        const client = await RawClient.connect(proxy.port)
        client.startup({ user, database: 'shop' })
        const said: string[] = []
        const asked = await client.message()
        const scram = new ScramClient({
          mechanisms: ['SCRAM-SHA-256'],
          password: secret,
          tls: false,
          endPoint: undefined,
        })
        client.write(encodeSASLInitialResponse(scram.mechanism, scram.first()))
        const challenge = await client.message()
        const data = challenge.body.subarray(4)
        said.push(asked.body.toString('latin1'))
        said.push(/,i=\d+$/.exec(data.toString('latin1'))?.[0] ?? '', String(challenge.body.length))
        client.write(encodeSASLResponse(await scram.final(data)))
        const { C, M, S } = await client.fatal()
        return [...said, S ?? '', C ?? '', (M ?? '').replace(user, 'USER')]
      }
      const wrong = await attempt('analyst', 'not this')
      t.equal(wrong.at(-2), '28P01')
      t.strictSame(await attempt('nobody', 'not this'), wrong)
      t.strictSame(await attempt('postgres', password), wrong)
      const salts = new Set<string>()
      for (let i = 0; i < 2; i += 1) {
        const client = await RawClient.connect(proxy.port)
        client.startup({ user: 'nobody', database: 'shop' })
        await client.message()
        client.write(encodeSASLInitialResponse('SCRAM-SHA-256', 'n,,n=,r=abcdefghijklmnopqrstuvwx'))
        const { body } = await client.message()
        salts.add(/,s=([^,]+)/.exec(body.toString('latin1'))?.[1] ?? '')
        client.socket.destroy()
      }
      t.equal(salts.size, 1, 'an unknown user has the same salt each time')
    },
  )

  await t.test('a database that is not there', async t => {
    await t.rejects(
      (async () => {
        const client = await RawClient.connect(proxy.port)
        client.startup({ user: 'analyst', database: 'nowhere' })
        await client.message()
        const scram = new ScramClient({
          mechanisms: ['SCRAM-SHA-256'],
          password,
          tls: false,
          endPoint: undefined,
        })
        client.write(encodeSASLInitialResponse(scram.mechanism, scram.first()))
        const { body } = await client.message()
        client.write(encodeSASLResponse(await scram.final(body.subarray(4))))
        throw new Error((await client.fatal())['C'])
      })(),
      { message: '3D000' },
    )
  })

  await t.test('an exchange of passwords that is none', async t => {
    const start = startupPacket(shop)
    const first = encodeSASLInitialResponse('SCRAM-SHA-256', 'n,,n=,r=abcdefghijklmnopqrstuvwx')
    /** What is said after AuthenticationSASL, and after each challenge. */
    const exchange = async (...messages: Buffer[]): Promise<string> => {
      const client = await RawClient.connect(proxy.port)
      client.write(start)
      for (const message of messages) {
        const { type } = await client.message()
        t.equal(type, 'R')
        client.write(message)
      }
      return (await client.fatal())['C'] ?? ''
    }
    const initial = (mechanism: string, data: string): Buffer =>
      encodeSASLInitialResponse(mechanism, data)
    t.equal(await exchange(initial('PLAIN', 'x')), '08P01')
    t.equal(
      await exchange(initial('SCRAM-SHA-256-PLUS', 'p=tls-server-end-point,,n=,r=x')),
      '08P01',
    )
    for (const data of ['', 'n', 'n,,', 'n,,n=,r=', 'y,,m=1,n=,r=abc', '\0\0\0', 'n,,n=x,r=\u00e9'])
      t.match(await exchange(initial('SCRAM-SHA-256', data)), /^(08P01|28P01|28000|0A000)$/, data)
    t.equal(await exchange(query('SELECT 1')), '08P01')
    t.equal(await exchange(encodeMessage('p', body => body.bytes(Buffer.alloc(70_000)))), '08P01')
    for (const length of [0, 3, 0x80000000]) {
      const header = Buffer.alloc(5)
      header.write('p')
      header.writeUInt32BE(length, 1)
      t.equal(await exchange(header), '08P01')
    }
    for (const data of ['', 'c=biws', 'c=biws,r=x,p=AA==', 'p=AA==', '\xff\xfe'])
      t.match(await exchange(first, encodeSASLResponse(data)), /^(08P01|28P01|28000|0A000)$/, data)
  })

  await t.test('frames of a wrong length, in a session', async t => {
    for (const type of ['Q', 'P', 'B', 'D', 'E', 'C', 'S', 'H', 'd', 'c', 'f', 'F'])
      for (const length of [0, 3, 0x40000000, 0x7fffffff, 0x80000000, 0xffffffff]) {
        const header = Buffer.alloc(9)
        header.write(type)
        header.writeUInt32BE(length, 1)
        t.equal(await ending(await open(), header), 'E(08P01)', `${type} ${length}`)
      }
  })

  await t.test('frames whose fields do not fit', async t => {
    for (const [type, bodies] of Object.entries({
      P: ['', '00', '0000', '000000', '61', '61006100', '0061000001', '006100ffff00000000'],
      B: ['', '00', '0000', '00000000000000', '0000000000010000', '000000000001fffffffe0000'],
      D: ['', '53', '5361', '5800', '00'],
      C: ['', '53', '5361', '5800'],
      E: ['', '61'],
      Q: ['', '53454c'],
    }))
      for (const body of bodies) {
        const client = await open()
        const bytes = Buffer.from(body, 'hex')
        const message = encodeMessage(type, writer => writer.bytes(bytes))
        client.send(message, sync)
        const frames = await client.untilReady()
        t.match(summary(frames), /E\((08P01|26000|34000|22021)\)( Z\(I\))?$/, `${type} ${body}`)
        client.close()
      }
  })

  await t.test('frames that are cut off', async t => {
    const whole = Buffer.concat([parse('SELECT 1'), bind(), execute(), sync, query('SELECT 2')])
    for (let cut = 1; cut < whole.length; cut += 3) {
      const client = await open()
      client.socket.end(whole.subarray(0, cut))
      for (let frame = await client.next(); frame !== undefined; ) frame = await client.next()
      client.close()
    }
    t.equal(proxy.child.exitCode, null)
  })

  await t.test('messages that are out of place', async t => {
    const client = await open()
    client.send(
      copyData(Buffer.from('x')),
      copyDone,
      copyFail('no'),
      copyData(randomBytes(300_000)),
    )
    await works(client)
    client.send(execute('nothing'), sync)
    t.equal(summary(await client.untilReady()), 'E(34000) Z(I)')
    await works(client)
    for (const message of [
      encodeMessage('p', body => body.cstring(password)),
      encodeSASLInitialResponse('SCRAM-SHA-256', 'n,,n=,r=x'),
      encodeMessage('R', body => body.int32(0)),
      encodeMessage('Z', body => body.string('I')),
      encodeMessage('\0', body => body.int32(0)),
      encodeMessage('W', body => body.int32(0)),
      Buffer.from('00000008000000', 'hex'),
      startupPacket(shop),
    ])
      t.equal(await ending(await open(), message), 'E(08P01)', message.toString('hex', 0, 8))
    const inCopy = await open()
    inCopy.send(query('COPY audit (what) FROM STDIN'))
    t.equal((await inCopy.next())?.type, 'G')
    t.match(await ending(inCopy, query('SELECT 1')), /E\(08P01\)/)
  })

  await t.test('statements that are too long, or no text, and the session goes on', async t => {
    const client = await open()
    for (const size of [70_000, 300_000, 2_000_000]) {
      const long = `SELECT 1 /* ${'x'.repeat(size)} */`
      client.send(query(long), query('SELECT 2'))
      t.equal(summary(await client.untilReady()), 'E(54000) Z(I)', `Query of ${size}`)
      t.equal(summary(await client.untilReady()), 'T D C(SELECT 1) Z(I)')
      client.send(parse(long), bind(), execute(), sync)
      t.equal(summary(await client.untilReady()), 'E(54000) Z(I)', `Parse of ${size}`)
      await works(client)
    }
    const big = 'y'.repeat(400_000)
    client.send(parse('SELECT length($1::text)'), bind({ parameters: [big] }), execute(), sync)
    t.match(summary(await client.untilReady()), /^(1 )?E\(54000\) Z\(I\)$/, 'Bind')
    await works(client)
    client.send(
      parse('SELECT 1'),
      encodeMessage('E', body => body.cstring(big).int32(0)),
      sync,
    )
    t.match(summary(await client.untilReady()), /E\(08P01\)$/, 'an Execute that nobody would send')
    const other = await open()
    const invalid = Buffer.from("SELECT '\xff\xc0\x80'\0", 'latin1')
    other.send(encodeMessage('Q', body => body.bytes(invalid)))
    t.equal(summary(await other.untilReady()), 'E(22021) Z(I)')
    other.send(
      encodeMessage('P', body => body.cstring('').bytes(invalid).int16(0)),
      sync,
    )
    t.equal(summary(await other.untilReady()), 'E(22021) Z(I)')
    other.send(encodeMessage('Q', body => body.bytes(Buffer.from('SELECT 1\0; SELECT 2\0'))))
    t.equal(summary(await other.untilReady()), 'E(08P01) Z(I)', 'a NUL in the middle')
    other.send(parse('SELECT $1::text'), bind({ parameters: ['a\0b'] }), execute(), sync)
    t.equal(summary(await other.untilReady()), '1 E(22021) Z(I)')
    await works(other)
  })

  await t.test('deeply nested statements are errors and no more', async t => {
    const client = await open()
    for (const text of [
      `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
      `SELECT ${'-'.repeat(1)}${' - '.repeat(10_000)}1`,
      `SELECT 1 ${'+ 1 '.repeat(10_000)}`,
      `${'SELECT 1;'.repeat(5_000)}`,
      `SELECT ${'ARRAY['.repeat(5_000)}1${']'.repeat(5_000)}`,
    ]) {
      client.send(query(text))
      t.match(summary(await client.untilReady()), /(E\(\w{5}\)|C\(SELECT 1\)) Z\(I\)$/)
    }
    await works(client)
  })

  await t.test('clients that say nothing are closed, and many of them are no harm', async t => {
    const silent = await Promise.all(
      Array.from({ length: 300 }, () => RawClient.connect(proxy.port)),
    )
    await works(await open())
    const codes = await Promise.all(silent.map(async client => (await client.fatal())['C']))
    t.strictSame(new Set(codes), new Set(['57014']))
    // One that says who it is and then nothing.
    const named = await RawClient.connect(proxy.port)
    named.startup(shop)
    t.equal((await named.message()).type, 'R')
    t.equal((await named.fatal())['C'], '57014')
    await works(await open())
  })

  await t.test('nobody else noticed, and nothing is left', async t => {
    working = false
    t.ok((await work) > 50)
    await works(bystander)
    for (const client of clients) client.close()
    while ((await sessionsOpen()) !== before) await new Promise(setImmediate)
    bystander.close()
    while ((await sessionsOpen()) !== 0) await new Promise(setImmediate)
    t.equal(proxy.child.exitCode, null)
    t.notMatch(proxy.output(), /mistake of ours|Error:/)
  })
})
