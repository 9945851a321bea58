/**
 * Random pipelines, chopped at random bytes, through the proxy and straight to the server: what
 * comes back must be the same, frame by frame, or one of the two has lost its place. A statement
 * that the policy refuses is replaced, on the straight way, by one that fails by itself.
 *
 * FUZZ_SEED is the first seed, FUZZ_SECONDS how long to go on.
 */
import t from 'tap'
import { connectUpstream } from '../../protocols/postgres/upstream.ts'
import { leaksIn } from '../support/canary.ts'
import { type Proxy as RunningProxy, startProxy } from '../support/proxy.ts'
import {
  bind,
  close,
  copyData,
  copyDone,
  copyFail,
  describe,
  execute,
  type Frame,
  fieldsOf,
  flush,
  parse,
  query,
  sync,
  WireClient,
} from '../support/wire-client.ts'

const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1)
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 12)

const rules = `
  rules:
    - { name: no-truncate, action: deny, effects: [truncate] }
`
const refused = 'TRUNCATE audit'
/** Fails where a refused statement does: described as one without rows, not before Execute. */
const standIn = `DO $$ BEGIN RAISE insufficient_privilege; END $$`

const statements = [
  'SELECT n, n::text FROM generate_series(1, 5) n',
  'SELECT id, email FROM customers ORDER BY id LIMIT 3',
  'SELECT count(*) FROM customers',
  'SELECT 10 / (3 - n) FROM generate_series(1, 5) n',
  "INSERT INTO audit (what) VALUES ('fuzz') RETURNING what",
  'UPDATE audit SET what = what WHERE id = -1',
  'COPY (SELECT email, id FROM customers WHERE id < 4) TO STDOUT',
  'BEGIN',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT a',
  'ROLLBACK TO a',
  "SET application_name = 'fuzz'",
  'SELECT * FROM nowhere',
  'SELEC 1',
  '',
  '-- nothing',
  refused,
]

const texts = [
  ...statements,
  'SELECT 1; SELECT email FROM customers WHERE id = 2; SELECT 3',
  'SELECT 1; SELECT 1/0; SELECT 2',
  'BEGIN; SELECT 1',
  `SELECT 1; ${refused}`,
  ';;',
]

const names = ['', '', '', 'a', 'b']

interface Pipeline {
  readonly proxied: Buffer[]
  readonly direct: Buffer[]
}

type Random = (below: number) => number

function randomOf(seed: number): Random {
  let state = (seed * 0x9e3779b9) >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function pipelineOf(random: Random): Pipeline {
  const proxied: Buffer[] = []
  const direct: Buffer[] = []
  const pick = <T>(of: readonly T[]): T => of[random(of.length)] as T
  const both = (...messages: Buffer[]): void => {
    proxied.push(...messages)
    direct.push(...messages)
  }
  const parsed = (text: string, name: string): void => {
    proxied.push(parse(text, name))
    direct.push(
      parse(
        text.replace(refused, () => standIn),
        name,
      ),
    )
  }
  /**
   * The Parse of a refused statement may be taken back, and then its name has no meaning; on the
   * straight way it has one. So it stands alone, or its name is given another meaning at once.
   */
  const group = (): void => {
    const name = pick(names)
    const text = pick(statements)
    // A portal's name is taken until its failed transaction ends; that of a refused one never was.
    const portal = text === refused ? '' : pick(names)
    if (text === refused && name !== '') both(sync)
    parsed(text, name)
    if (text === refused && name !== '') both(sync)
    both(bind({ statement: name, portal, format: pick([0, 1]) }))
    if (random(2) === 0) both(pick([describe('P', portal), describe('S', name)]))
    both(execute(portal, random(3)))
    if (text === refused && name === '') both(sync, close('P', ''), parse('SELECT 4', ''))
  }
  const single = (): void => {
    const name = pick(names)
    switch (random(9)) {
      case 0:
        both(bind({ statement: name, portal: pick(names), format: pick([0, 1]) }), flush)
        break
      case 1:
        both(random(2) === 0 ? describe('S', name) : describe('P', pick(['a', 'b'])))
        break
      case 2:
      case 3:
        // Not the unnamed portal that a failed Query left behind: Postgres 18 may crash on it.
        both(execute(pick(['a', 'b']), random(3)))
        break
      case 4:
        both(close(pick(['S', 'P']), name))
        break
      case 5:
        both(flush)
        break
      case 6:
        // What is before a refused Execute is refused with it, up to a Flush.
        both(parse(pick(statements.filter(text => text !== refused)), name), flush)
        break
      default:
        both(sync)
    }
  }
  const simple = (): void => {
    const text = pick(texts)
    proxied.push(query(text))
    // One refused part refuses the whole text.
    direct.push(query(text.includes(refused) ? standIn : text))
  }
  const copied = (): void => {
    const data = [copyData(Buffer.from('one\ntwo\n')), copyData(Buffer.from('thr'))]
    const end = pick([copyDone, copyDone, copyFail('no')])
    const columns = pick(['what', 'what', 'id'])
    const text = `COPY audit (${columns}) FROM STDIN`
    if (random(2) === 0) {
      // What follows a failed COPY must not be taken for a part of it by either.
      both(query(text), ...data, end)
      return
    }
    both(sync, parse(text), bind(), execute())
    if (random(2) === 0) both(sync)
    both(...data, end, sync)
  }
  const count = 10 + random(30)
  for (let i = 0; i < count; i += 1) {
    const kind = random(10)
    if (kind < 4) group()
    else if (kind < 7) single()
    else if (kind < 9) simple()
    else copied()
  }
  both(sync, query('ROLLBACK'), query("SELECT 'the end'"))
  return { proxied, direct }
}

async function send(client: WireClient, messages: readonly Buffer[], random: Random) {
  const bytes = Buffer.concat(messages)
  const whole = random(4) === 0
  for (let at = 0; at < bytes.length && !client.closed; ) {
    const next = whole ? bytes.length : at + 1 + random(random(2) === 0 ? 12 : 200)
    client.socket.write(bytes.subarray(at, next))
    at = next
    for (let pause = random(3); pause > 0; pause -= 1) await new Promise(setImmediate)
  }
}

async function received(client: WireClient): Promise<Frame[]> {
  const frames: Frame[] = []
  let end = false
  for (let frame = await client.next(); frame !== undefined; frame = await client.next()) {
    frames.push(frame)
    if (frame.type === 'D') end = frame.body.includes('the end')
    if (frame.type === 'Z' && end) return frames
  }
  return frames
}

/** What the client is told, without what may differ: words, and masked values. */
function shown({ type, body }: Frame): string {
  if (type === 'E' || type === 'N') return `${type} ${fieldsOf(body).get('C')}`
  if (type === 'D' || type === 'd') return `${type} ${body.toString('latin1')}`
  return `${type} ${body.toString('latin1')}`
}

/** Replies to what may have been taken back with a refused Execute. */
const maybeTakenBack = new Set(['1', '2', 't', 'T', 'n'])

/** One line for each frame; before an error, replies that a refusal takes back are left out. */
function story(frames: readonly Frame[], masked: readonly boolean[]): string[] {
  const lines: string[] = []
  for (const [i, frame] of frames.entries()) {
    if (frame.type === 'E') while (maybeTakenBack.has(lines.at(-1)?.charAt(0) ?? '')) lines.pop()
    lines.push(masked[i] === true ? frame.type : shown(frame))
  }
  return lines
}

/** Where the two differ, or undefined. A refusal stands for whatever error was there. */
function difference(proxied: readonly Frame[], direct: readonly Frame[]): string | undefined {
  const secret = (frame: Frame): boolean => leaksIn(frame.body).length > 0
  const want = story(direct, direct.map(secret))
  const got = story(proxied, [])
  const length = Math.max(want.length, got.length)
  for (let i = 0; i < length; i += 1) {
    const a = got[i]
    const b = want[i]
    if (a === b) continue
    if (a === 'E 42501' && b?.startsWith('E ') === true) continue
    // An internal error of Postgres 18 at an implicit transaction's odd end; ours comes before it.
    if (b === 'E XX000' && a?.startsWith('E ') === true) continue
    // A Query that failed leaves its portal behind, which the proxy does not know.
    if (a === 'E 34000' && (b === 'E 55000' || b === 'E 25P02')) continue
    if (b !== undefined && b.length === 1 && a?.charAt(0) === b) continue
    const from = Math.max(0, i - 8)
    return `frame ${i}\n  proxy:  ${JSON.stringify(got.slice(from, i + 3))}\n  direct: ${JSON.stringify(want.slice(from, i + 3))}`
  }
  return undefined
}

async function connectDirect(proxy: RunningProxy): Promise<WireClient> {
  const url = new URL(proxy.upstream.url)
  const { socket, leftover } = await connectUpstream(
    {
      host: url.hostname,
      port: Number(url.port),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
      tls: { mode: 'disable' },
    },
    {
      parameters: new Map(),
      protocolMinor: 0,
      signal: AbortSignal.timeout(20_000),
      timeoutMs: 20_000,
    },
  )
  return new WireClient(socket, leftover)
}

const written = (messages: readonly Buffer[]): string =>
  messages.map(message => JSON.stringify(message.toString('latin1'))).join('\n')

t.test('random pipelines are answered as by the server itself', async t => {
  const proxy = await startProxy(t, { rules })
  const deadline = Date.now() + seconds * 1000
  let rounds = 0
  for (let seed = firstSeed; Date.now() < deadline; seed += 1) {
    const random = randomOf(seed)
    const { proxied, direct } = pipelineOf(random)
    const clients = [await WireClient.connect(proxy.port), await connectDirect(proxy)] as const
    // What hangs is as wrong as what differs.
    const late = setTimeout(() => {
      for (const client of clients) client.close()
    }, 10_000)
    const [through, straight] = await Promise.all([
      send(clients[0], proxied, random).then(() => received(clients[0])),
      send(clients[1], direct, randomOf(seed)).then(() => received(clients[1])),
    ])
    clearTimeout(late)
    for (const client of clients) client.close()
    const different = difference(through, straight)
    const leaks = leaksIn(clients[0].received)
    rounds += 1
    if (different === undefined && leaks.length === 0) continue
    t.comment(written(proxied))
    t.fail(`seed ${seed}: ${leaks.length > 0 ? `shows ${leaks}` : different}`)
    return
  }
  t.ok(rounds > 10, `${rounds} pipelines`)
  t.equal(proxy.child.exitCode, null)
})
