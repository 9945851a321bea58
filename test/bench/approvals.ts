/**
 * How soon people are asked, and how soon their answer runs, while many statements wait: the real
 * program before a scripted server, and Slack's edge over a socket. And how much memory many take.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/demo/kept-server.ts'
import { scramVerifier } from '../../src/identity/scram-verifier.ts'
import { startPostgres } from '../support/postgres.ts'
import { password } from '../support/running-program.ts'
import { admin, appToken, botToken, channel, type FakeSlack, startSlack } from '../support/slack.ts'
import { query, WireClient } from '../support/wire-client.ts'
import { type Arrived, now } from './scripted-postgres.ts'
import { end, startCountersign } from './targets.ts'

/** Milliseconds, medians; MiB. */
export interface ApprovalFigures {
  readonly held: number
  readonly holdToSlack: number
  readonly clickToUpstream: number
  readonly rssMiB: number
}

export interface ApprovalsOptions {
  /** Statements that wait meanwhile. */
  readonly held: number
  /** How many more are held, told and decided, one after the other. */
  readonly samples: number
  readonly say: (text: string) => void
}

const atOnce = 40
const maintenance = 100

export async function measureApprovals(options: ApprovalsOptions): Promise<ApprovalFigures> {
  const place = await start()
  try {
    const { clients, slack } = place
    const held = await holdMany(place, options.held)
    options.say(`${held} held, ${await rss(place.child)} MiB\n`)
    await settled(slack, held)
    const rssMiB = await rss(place.child)
    const samples: { asked: number; run: number }[] = []
    for (let n = 0; n < options.samples; n++) samples.push(await sample(place, n))
    for (const client of clients) client.close()
    return {
      held,
      holdToSlack: median(samples.map(({ asked }) => asked)),
      clickToUpstream: median(samples.map(({ run }) => run)),
      rssMiB,
    }
  } finally {
    await place.stop()
  }
}

/** Each session has two descriptors in the proxy, and the limit is the system's. */
export async function heldMax(): Promise<number> {
  const [, soft] = /Max open files +(\d+)/.exec(await readFile('/proc/self/limits', 'utf8')) ?? []
  return Math.floor((Number(soft ?? 1024) - maintenance) / 2)
}

interface Place {
  readonly slack: FakeSlack
  readonly child: ChildProcess
  readonly port: number
  readonly clients: WireClient[]
  /** Resolves with the time at which that text reached the server. */
  arrival(text: string): Promise<number>
  stop(): Promise<void>
}

async function start(): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-bench-approvals-'))
  const slack = await startSlack()
  const real = await startPostgres()
  const script = fileURLToPath(new URL('./scripted-postgres.js', import.meta.url))
  const upstream = fork(script, [String(real.port)])
  const [{ port: upstreamPort }] = (await once(upstream, 'message')) as [{ port: number }]
  const arrivals = new Map<string, (at: number) => void>()
  upstream.on('message', ({ text, at }: Arrived) => arrivals.get(text)?.(at))
  const port = await freePort()
  const url = new URL(real.url)
  url.port = String(upstreamPort)
  const config = await configuration(port, await freePort(), slack.apiUrl)
  const child = await startCountersign(dir, port, url.href, config, {
    BOT_TOKEN: botToken,
    APP_TOKEN: appToken,
  })
  const clients: WireClient[] = []
  return {
    ...{ slack, child, port, clients },
    arrival: text =>
      new Promise(resolve => {
        arrivals.set(text, resolve)
      }),
    stop: async () => {
      for (const client of clients) client.close()
      await end(child)
      upstream.disconnect()
      await real.stop()
      await slack.stop()
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function configuration(port: number, http: number, apiUrl: string): Promise<string> {
  const verifier = JSON.stringify(await scramVerifier(password))
  return `
listen: { postgres: ${port}, http: ${http} }
data_dir: ./data
databases: { shop: { upstream: { url_file: ./upstream.url, tls: disable } } }
users:
  analyst: { password_verifier: ${verifier}, groups: [analysts] }
  rita: { password_verifier: ${verifier}, groups: [reviewers], slack: ${admin} }
policy: { preset: recommended }
approvals:
  expires: 1h
  reviewers: { any: [{ group: reviewers }] }
  slack:
    bot_token_env: BOT_TOKEN
    app_token_env: APP_TOKEN
    channel: ${channel}
    api_url: "${apiUrl}"
recording: { archive: none }
`
}

/** Logs in, sends what is held, and waits for the notice; so many at once as a crowd would. */
async function holdMany({ port, clients }: Place, count: number): Promise<number> {
  let next = 0
  const one = async (): Promise<void> => {
    while (next < count) {
      const n = next++
      const client = await WireClient.connect(port)
      clients.push(client)
      client.send(query(`DELETE FROM held -- ${n}`))
      const frame = await client.next()
      if (frame?.type !== 'N') throw new Error(`expected a notice, got ${frame?.type}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return clients.length
}

/** Until Slack was told of all of them. */
async function settled(slack: FakeSlack, count: number): Promise<void> {
  while ((slack.calls.get('chat.postMessage') ?? 0) < count || slack.sockets.size === 0)
    await new Promise(resolve => setTimeout(resolve, 50))
}

async function sample(place: Place, n: number): Promise<{ asked: number; run: number }> {
  const { slack, port } = place
  const text = `DELETE FROM sampled -- ${n}`
  const client = await WireClient.connect(port)
  place.clients.push(client)
  const told = new Promise<{ at: number; blocks: string }>(resolve => {
    slack.heard = (method, values) => {
      const blocks = values.get('blocks') ?? ''
      if (method === 'chat.postMessage' && values.get('thread_ts') === null)
        resolve({ at: now(), blocks })
    }
  })
  const sent = now()
  client.send(query(text))
  const { at, blocks } = await told
  const arrived = place.arrival(text)
  const message = { ts: '1', text: '', blocks: JSON.parse(blocks) }
  const click = await slack.click(message, 'countersign_approve')
  const clicked = now()
  await slack.send(click)
  const ran = await arrived
  await client.untilReady()
  return { asked: at - sent, run: ran - clicked }
}

async function rss({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) * 10) / 10
}
