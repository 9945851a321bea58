/**
 * Slack for tests: the Web API is an emulator's (`emulate`), and an edge in front of it does what it
 * does not: Socket Mode, clicks, signed requests, limits and faults.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createEmulator, type Emulator } from 'emulate'
import { type WebSocket, WebSocketServer } from 'ws'

export const botToken = 'xoxb-countersign-test'
export const appToken = 'xapp-countersign-test'
export const signingSecret = 'countersign-signing-secret'
export const channel = 'C000000001'
export const admin = 'U000000001'
export const team = 'T000000001'

type Json = Record<string, unknown>

export interface SlackMessage {
  readonly ts: string
  readonly text: string
  readonly blocks?: readonly Json[]
  readonly thread_ts?: string
}

/** What the edge does to the next calls of a method instead of passing them on. */
export interface Fault {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Json
  /** The emulator gets the call; its answer is lost. */
  readonly lost?: true
  /** No answer, and the emulator gets nothing: for ever, or until the connection is cut at once. */
  readonly silent?: 'hang' | 'reset'
}

export interface FakeSlack {
  readonly apiUrl: string
  /** Calls of each method that reached the edge. */
  readonly calls: Map<string, number>
  /** Envelopes that were acknowledged, with what they were answered. */
  readonly acks: Map<string, Json | undefined>
  /** Ephemeral messages: who, and what. */
  readonly whispers: { readonly user: string; readonly text: string }[]
  readonly sockets: Set<WebSocket>
  /** Told of each call as it arrives. */
  heard: ((method: string, values: URLSearchParams) => void) | undefined
  fail(method: string, ...faults: Fault[]): void
  messages(place?: string): Promise<readonly SlackMessage[]>
  replies(ts: string, place?: string): Promise<readonly SlackMessage[]>
  /** Waits until a message says so. */
  message(pattern: RegExp, place?: string): Promise<SlackMessage>
  /** The payload of somebody pressing a button of that message. */
  click(message: SlackMessage, action: string, user?: string, change?: Json): Promise<Json>
  /** The payload of somebody sending the open modal off. */
  submit(reason: string, user?: string): Promise<Json>
  /** Over one of the sockets; resolves with what it was acknowledged with. */
  send(payload: Json): Promise<Json | undefined>
  view(): Json | undefined
  stop(): Promise<void>
}

/** As Slack signs a request to an endpoint of ours. */
export function signed(payload: Json, at: number = Math.floor(Date.now() / 1000)): RequestInit {
  const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`
  const hmac = createHmac('sha256', signingSecret).update(`v0:${at}:${body}`).digest('hex')
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${hmac}`,
    },
  }
}

export async function startSlack(): Promise<FakeSlack> {
  const emulator = await createEmulator({
    service: 'slack',
    port: await freePort(),
    seed: {
      slack: {
        oauth_apps: [
          {
            app_id: 'A000000001',
            client_id: 'test',
            client_secret: 'test',
            name: 'countersign',
            redirect_uris: [],
            bot_id: 'B000000001',
            bot_user_id: 'U00000BOT1',
            bot_name: 'countersign',
            scopes: ['chat:write', 'users:read', 'channels:history', 'im:write', 'im:history'],
          },
        ],
        tokens: [
          {
            token: botToken,
            type: 'bot',
            user_id: 'U00000BOT1',
            bot_id: 'B000000001',
            bot_user_id: 'U00000BOT1',
            app_id: 'A000000001',
          },
        ],
      },
    },
  })
  return new Edge(emulator).start()
}

class Edge implements FakeSlack {
  apiUrl = ''
  readonly calls = new Map<string, number>()
  readonly acks = new Map<string, Json | undefined>()
  readonly whispers: { user: string; text: string }[] = []
  readonly sockets = new Set<WebSocket>()
  heard: FakeSlack['heard'] = undefined
  readonly #emulator: Emulator
  readonly #faults = new Map<string, Fault[]>()
  readonly #waiting = new Map<string, (answer: Json | undefined) => void>()
  readonly #server: Server
  readonly #socketServer = new WebSocketServer({ noServer: true })
  #view: Json | undefined
  #port = 0

  constructor(emulator: Emulator) {
    this.#emulator = emulator
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error))
      })
    })
    this.#server.on('upgrade', (request, socket, head) => {
      this.#socketServer.handleUpgrade(request, socket, head, opened => this.#opened(opened))
    })
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no TCP port')
    this.#port = address.port
    this.apiUrl = `http://127.0.0.1:${address.port}/api/`
    return this
  }

  fail(method: string, ...faults: Fault[]): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), ...faults])
  }

  async messages(place: string = channel): Promise<readonly SlackMessage[]> {
    const { messages } = await this.#api('conversations.history', { channel: place, limit: 200 })
    return (messages ?? []) as readonly SlackMessage[]
  }

  async replies(ts: string, place: string = channel): Promise<readonly SlackMessage[]> {
    const { messages } = await this.#api('conversations.replies', {
      channel: place,
      ts,
      limit: 200,
    })
    return ((messages ?? []) as readonly SlackMessage[]).filter(message => message.ts !== ts)
  }

  async message(pattern: RegExp, place: string = channel): Promise<SlackMessage> {
    for (;;) {
      const found = (await this.messages(place)).find(({ text }) => pattern.test(text))
      if (found !== undefined) return found
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }

  async click(
    message: SlackMessage,
    action: string,
    user = admin,
    change: Json = {},
  ): Promise<Json> {
    const { trigger_id } = await this.#api('views.generateTriggerId', { user_id: admin })
    return {
      type: 'block_actions',
      api_app_id: 'A000000001',
      team: { id: team, domain: 'emulate' },
      user: { id: user, team_id: team },
      channel: { id: channel, name: 'general' },
      message,
      trigger_id,
      actions: [{ ...buttonOf(message, action), type: 'button', action_ts: '1' }],
      ...change,
    }
  }

  async submit(reason: string, user = admin): Promise<Json> {
    const view = this.#view
    if (view === undefined) throw new Error('no modal was opened')
    return {
      type: 'view_submission',
      api_app_id: 'A000000001',
      team: { id: team, domain: 'emulate' },
      user: { id: user, team_id: team },
      view: {
        ...view,
        state: { values: { reason: { reason: { type: 'plain_text_input', value: reason } } } },
      },
    }
  }

  send(payload: Json): Promise<Json | undefined> {
    const [socket] = this.sockets
    if (socket === undefined) throw new Error('no socket is open')
    const envelope_id = randomUUID()
    const answer = new Promise<Json | undefined>(resolve => {
      this.#waiting.set(envelope_id, resolve)
    })
    const envelope = { envelope_id, type: 'interactive', accepts_response_payload: true, payload }
    socket.send(JSON.stringify(envelope))
    return answer
  }

  view(): Json | undefined {
    return this.#view
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate()
    this.#server.closeAllConnections()
    this.#server.close()
    await this.#emulator.close()
  }

  #opened(socket: WebSocket): void {
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('message', data => {
      const { envelope_id, payload } = JSON.parse(String(data)) as Json
      const id = String(envelope_id)
      this.acks.set(id, payload as Json | undefined)
      this.#waiting.get(id)?.(payload as Json | undefined)
      this.#waiting.delete(id)
    })
    socket.send(JSON.stringify({ type: 'hello', num_connections: 1, connection_info: {} }))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = (request.url ?? '').replace(/^\/api\//, '').replace(/\?.*/, '')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1)
    const sent = new URLSearchParams(body.toString('utf8'))
    this.heard?.(method, sent)
    const fault = this.#faults.get(method)?.shift()
    if (fault?.silent === 'reset') response.destroy()
    if (fault?.silent !== undefined) return
    if (fault !== undefined && fault.lost === undefined) {
      response.writeHead(fault.status ?? 200, {
        'content-type': 'application/json',
        ...fault.headers,
      })
      response.end(JSON.stringify(fault.body ?? { ok: false, error: 'fault' }))
      return
    }
    if (method === 'apps.connections.open') {
      const ok = request.headers.authorization === `Bearer ${appToken}`
      const url = `ws://127.0.0.1:${this.#port}/socket`
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(ok ? { ok, url } : { ok, error: 'invalid_auth' }))
      return
    }
    if (method === 'chat.postEphemeral')
      this.whispers.push({ user: sent.get('user') ?? '', text: sent.get('text') ?? '' })
    const answer = await fetch(`${this.#emulator.url}/api/${method}`, {
      method: request.method ?? 'POST',
      headers: {
        'content-type': request.headers['content-type'] ?? 'application/json',
        authorization: request.headers.authorization ?? '',
      },
      ...(request.method === 'GET' ? {} : { body }),
    })
    const text = await answer.text()
    if (method === 'views.open') {
      const { view } = JSON.parse(text) as Json
      this.#view = view as Json
    }
    if (fault?.lost === true) response.destroy()
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
  }

  async #api(method: string, values: Json): Promise<Json> {
    const response = await fetch(`${this.#emulator.url}/api/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${botToken}` },
      body: JSON.stringify(values),
    })
    return (await response.json()) as Json
  }
}

export function buttonOf(message: SlackMessage, action: string): Json | undefined {
  const elements = (message.blocks ?? []).flatMap(block => (block['elements'] ?? []) as Json[])
  return elements.find(element => element['action_id'] === action)
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no TCP port')
  return address.port
}
