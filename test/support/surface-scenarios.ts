/**
 * The scenarios that every way to decide has to pass, before Postgres and before MariaDB: the server's
 * own log says that a statement ran once or never, and each copy says how it ended.
 */
import { readFile, writeFile } from 'node:fs/promises'
import pg from 'pg'
import type { Test } from 'tap'
import { freePort } from '../../src/demo/kept-server.ts'
import { connected, startMysqlProxy } from './mysql-proxy.ts'
import { startProxy } from './proxy.ts'
import {
  type Connect,
  type Ended,
  mysqlRequester,
  postgresRequester,
  type Requester,
} from './requester.ts'
import { slackIds } from './slack-surface.ts'
import { type Asked, basic, type Surface, soon } from './surface.ts'
import { teamsIds } from './teams-surface.ts'

/** The real program, of either protocol. */
export interface Proxy {
  readonly port: number
  readonly http: string
  readonly config: string
  ran(): Promise<string>
  restart(signal: NodeJS.Signals): Promise<void>
}

const rule = (name: string, group: string, count: number): string =>
  `    - { name: ${name.replace('*', '')}, action: hold, effects: [delete], objects: ['*.${name}'], approvers: { any: [{ group: ${group}, count: ${count} }] } }`
const rules = `  rules:
${rule('one', 'reviewers', 1)}
${rule('two', 'reviewers', 2)}
${rule('drift*', 'reviewers', 1)}`

const surfacesMax = 8
const drifting: readonly string[] = Array.from({ length: surfacesMax }, (_, n) => `drift${n}`)
const sql = ['one', 'two', ...drifting]
  .map(name => `CREATE TABLE ${name} AS SELECT 1 AS n;`)
  .join('\n')

export type ProtocolName = 'Postgres' | 'MariaDB'

/** The real program before such a server, with these sections of `approvals`. */
export async function startPlace(
  t: Test,
  protocol: ProtocolName,
  sections: string,
  wrap: readonly string[] = [],
): Promise<Place> {
  const approvals = `
  expires: 1m
  expires_in_transaction: 2s
${sections}`
  const options = { wrap, rules, approvals, customers: 1, sql }
  const place = await (protocol === 'Postgres' ? beforePostgres : beforeMariadb)(t, options)
  await prepare(place.proxy)
  return place
}

interface Options {
  readonly wrap: readonly string[]
  readonly rules: string
  readonly approvals: string
  readonly customers: number
  readonly sql: string
}

async function beforePostgres(t: Test, options: Options): Promise<Place> {
  const proxy = await startProxy(t, { ...options, log: true })
  const direct = new pg.Client(proxy.upstream.url)
  await direct.connect()
  t.teardown(() => direct.end())
  return new Place(proxy, postgresRequester, sql => direct.query(sql))
}

async function beforeMariadb(t: Test, options: Options): Promise<Place> {
  const proxy = await startMysqlProxy(t, options)
  const direct = await connected(t, proxy.direct())
  return new Place(proxy, mysqlRequester, sql => direct.query(sql))
}

/** A statement that waits, and whoever wants it. */
interface Held {
  readonly asked: Asked
  readonly requester: Requester
  readonly ended: Promise<Ended>
  runs(): Promise<number>
}

interface HoldOptions {
  readonly table?: string
  readonly user?: string
  readonly first?: string
}

export class Place {
  readonly proxy: Proxy
  readonly #connect: Connect
  /** Past the proxy, which is not told of it. */
  readonly direct: (sql: string) => Promise<unknown>
  /** One for each surface, since what is altered drifts for all who wait for it. */
  readonly drifting: string[] = [...drifting]
  #count = 0

  constructor(proxy: Proxy, connect: Connect, direct: Place['direct']) {
    this.proxy = proxy
    this.direct = direct
    this.#connect = connect
  }

  async hold(t: Test, options: HoldOptions = {}): Promise<Held> {
    const { table = 'one', user = 'analyst', first } = options
    const tag = `tag${++this.#count}x`
    const requester = await this.#connect(this.proxy.port, user)
    t.teardown(() => requester.leave())
    if (first !== undefined) await requester.run(first)
    const ended = requester.run(`DELETE FROM ${table} WHERE n = 1 /* ${tag} */`)
    const runs = async (): Promise<number> => (await this.proxy.ran()).split(tag).length - 1
    return { asked: await this.#asked(tag), requester, ended, runs }
  }

  async state({ id }: Asked): Promise<string> {
    const { approval } = (await this.#get(id)) as { approval: { state: string } }
    return approval.state
  }

  /** As it is asked again, once it has drifted. */
  async again({ id }: Asked): Promise<Asked> {
    for (;;) {
      const { approval } = (await this.#get(id)) as {
        approval: Asked & { state: string; drifts: unknown[] }
      }
      if (approval.state === 'pending' && approval.drifts.length > 0) return approval
      await soon()
    }
  }

  async #asked(tag: string): Promise<Asked> {
    for (;;) {
      const { approvals: all } = (await this.#get('?limit=50')) as {
        approvals: { id: string; preview: string }[]
      }
      const found = all.find(({ preview }) => preview.includes(tag))
      if (found !== undefined) return ((await this.#get(found.id)) as { approval: Asked }).approval
      await soon()
    }
  }

  async #get(path: string): Promise<object> {
    const url = `${this.proxy.http}/api/v1/approvals${path.startsWith('?') ? '' : '/'}${path}`
    const headers = { authorization: basic('sven') }
    return (await fetch(url, { headers })).json() as Promise<object>
  }
}

type Scenario = (t: Test, surface: Surface, place: Place) => Promise<void>

const scenarios: Readonly<Record<string, Scenario>> = {
  'approved, it runs once': async (t, surface, place) => {
    const { asked, ended, runs } = await place.hold(t)
    const copy = await surface.open(asked, 'rita')
    t.equal(await runs(), 0)
    t.match(await copy.approve(), { counted: true })
    t.match(await ended, { ok: true })
    await surface.see(asked, /finished/)
    t.equal(await runs(), 1)
  },

  'denied, it never runs, and the requester is told why': async (t, surface, place) => {
    const { asked, ended, runs } = await place.hold(t)
    const copy = await surface.open(asked, 'rita')
    t.match(await copy.deny('not on a Friday'), { counted: true })
    t.match(await ended, { ok: false, said: /denied by rita.*not on a Friday/s })
    await surface.see(asked, /denied[\s\S]*not on a Friday|not on a Friday[\s\S]*denied/)
    t.equal(await runs(), 0)
  },

  'two of two have to approve': async (t, surface, place) => {
    const { asked, ended, runs } = await place.hold(t, { table: 'two' })
    t.match(await (await surface.open(asked, 'rita')).approve(), { counted: true })
    t.equal(await place.state(asked), 'pending')
    t.equal(await runs(), 0)
    t.match(await (await surface.open(asked, 'sven')).approve(), { counted: true })
    t.match(await ended, { ok: true })
    await surface.see(asked, /finished/)
    t.equal(await runs(), 1)
  },

  'the same person twice is one': async (t, surface, place) => {
    const { asked, requester, runs } = await place.hold(t, { table: 'two' })
    const [first, second] = [await surface.open(asked, 'rita'), await surface.open(asked, 'rita')]
    t.match(await first.approve(), { counted: true })
    await second.approve()
    t.equal(await place.state(asked), 'pending')
    requester.leave()
    await surface.see(asked, /withdrawn/)
    t.equal(await runs(), 0)
  },

  'nobody decides their own request': async (t, surface, place) => {
    const { asked, ended, runs } = await place.hold(t, { user: 'rita' })
    t.match(await (await surface.open(asked, 'rita')).approve(), {
      counted: false,
      said: /nobody decides their own request/,
    })
    t.equal(await place.state(asked), 'pending')
    t.equal(await runs(), 0)
    t.match(await (await surface.open(asked, 'sven')).approve(), { counted: true })
    t.match(await ended, { ok: true })
    t.equal(await runs(), 1)
  },

  'nor does somebody of another group': async (t, surface, place) => {
    const { asked, requester, runs } = await place.hold(t)
    t.match(await (await surface.open(asked, 'admin')).approve(), { counted: false })
    t.equal(await place.state(asked), 'pending')
    requester.leave()
    await surface.see(asked, /withdrawn/)
    t.equal(await runs(), 0)
  },

  'a second click changes nothing': async (t, surface, place) => {
    const { asked, ended, runs } = await place.hold(t)
    const [first, second] = [await surface.open(asked, 'rita'), await surface.open(asked, 'sven')]
    t.match(await first.approve(), { counted: true })
    t.match(await ended, { ok: true })
    t.match(await second.approve(), { counted: false })
    await surface.see(asked, /finished/)
    t.equal(await runs(), 1)
  },

  'silence is a denial': async (t, surface, place) => {
    const { asked, ended, runs } = await place.hold(t, { first: 'BEGIN' })
    const copy = await surface.open(asked, 'rita')
    t.match(await ended, { ok: false, said: /expired/ })
    await surface.see(asked, /expired/)
    t.match(await copy.approve(), { counted: false })
    t.equal(await runs(), 0)
  },

  'what drifted is asked again': async (t, surface, place) => {
    const table = place.drifting.shift()
    const { asked, ended, runs } = await place.hold(t, { ...(table !== undefined && { table }) })
    const copy = await surface.open(asked, 'rita')
    await place.direct(`ALTER TABLE ${table} ADD COLUMN more int`)
    t.match(await copy.approve(), { counted: true })
    const again = await place.again(asked)
    t.not(again.digest, asked.digest)
    t.equal(await runs(), 0)
    await surface.see(asked, /drift(ed|s)[\s\S]*was changed/)
    t.match(await (await surface.open(again, 'sven')).approve(), { counted: true })
    t.match(await ended, { ok: true })
    await surface.see(asked, /finished/)
    t.equal(await runs(), 1)
  },

  'what its requester takes back never runs': async (t, surface, place) => {
    const { asked, ended, requester, runs } = await place.hold(t)
    const copy = await surface.open(asked, 'rita')
    await requester.cancel()
    t.match(await ended, { ok: false })
    await surface.see(asked, /withdrawn/)
    t.match(await copy.approve(), { counted: false })
    t.equal(await runs(), 0)
  },

  'nor does what its client left': async (t, surface, place) => {
    const { asked, requester, runs } = await place.hold(t)
    const copy = await surface.open(asked, 'rita')
    requester.leave()
    await surface.see(asked, /withdrawn[\s\S]*client left|client left[\s\S]*withdrawn/)
    t.match(await copy.approve(), { counted: false })
    t.equal(await runs(), 0)
  },
}

/** The same on each, side by side; then all at once over a crash of the proxy. */
export async function everything(
  t: Test,
  place: Place,
  surfaces: readonly Surface[],
): Promise<void> {
  await Promise.all(
    surfaces.map(surface =>
      t.test(surface.name, { buffered: true }, async t => {
        for (const [name, scenario] of Object.entries(scenarios))
          await t.test(name, t => scenario(t, surface, place))
      }),
    ),
  )
  await t.test('what waited when the proxy was killed is withdrawn, everywhere', async t => {
    const waiting = []
    for (const surface of surfaces) {
      const held = await place.hold(t)
      waiting.push({ surface, held, copy: await surface.open(held.asked, 'rita') })
    }
    await place.proxy.restart('SIGKILL')
    for (const { surface, held, copy } of waiting) {
      t.match(await held.ended, { ok: false }, surface.name)
      await surface.see(held.asked, /withdrawn/)
      t.match(await copy.approve(), { counted: false }, surface.name)
      t.equal(await held.runs(), 0)
    }
  })
  for (const surface of surfaces) await surface.close()
}

/** Everybody is somebody in both chats, and the console stays where it is over a restart. */
async function prepare(proxy: Proxy): Promise<void> {
  let text = await readFile(proxy.config, 'utf8')
  for (const [name, id] of Object.entries(slackIds))
    text = text.replace(
      new RegExp(`(\n  ${name}: {.*) }\n`),
      `$1, slack: ${id}, teams: ${teamsIds[name]} }\n`,
    )
  text = text.replace('http: 127.0.0.1:0', `http: 127.0.0.1:${await freePort()}`)
  await writeFile(proxy.config, text)
  await proxy.restart('SIGTERM')
}
