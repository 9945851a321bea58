/**
 * Microsoft for tests: gives the app its tokens, publishes the keys that it signs with, keeps what is
 * posted, and calls the app as Teams does. With the faults of all that.
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Card, Element } from '../../src/approvals/teams/card.ts'
import type { TeamsEndpoints } from '../../src/approvals/teams/teams.ts'

export const appId = '0a1b2c3d-0000-4000-8000-000000000001'
export const appPassword = 'the-secret-of-the-app'
export const tenant = '0a1b2c3d-0000-4000-8000-0000000000aa'
export const rita = '0a1b2c3d-0000-4000-8000-0000000000b1'
export const sven = '0a1b2c3d-0000-4000-8000-0000000000b2'
export const analyst = '0a1b2c3d-0000-4000-8000-0000000000b3'
export const tom = '0a1b2c3d-0000-4000-8000-0000000000b4'
export const channel = '19:reviews@thread.tacv2'

const issuer = 'https://api.botframework.com'

type Json = Record<string, unknown>
type Route = 'token' | 'keys' | 'post' | 'put' | 'delete'

export interface TeamsMessage {
  readonly id: string
  readonly conversation: string
  readonly activity: Json
  readonly deleted: boolean
}

/** What happens to the next request of a kind instead of an answer. */
export interface Fault {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The request is carried out; its connection ends without an answer. */
  readonly lost?: true
  /** Nothing is done, and nothing is answered. */
  readonly hang?: true
  /** The connection is reset before anything is done. */
  readonly reset?: true
}

export interface Pressed {
  readonly verb: string
  readonly data?: Json
  readonly person?: string
  /** Changes of the activity. */
  readonly change?: Json
}

export interface FakeTeams {
  readonly url: string
  readonly endpoints: TeamsEndpoints
  /** Requests of each kind that came. */
  readonly calls: Map<Route, number>
  /** Tokens that came with messages. */
  readonly shown: Set<string>
  readonly messages: TeamsMessage[]
  fail(route: Route, ...faults: Fault[]): void
  /** Waits until a message says so, and is not deleted. */
  message(pattern: RegExp): Promise<TeamsMessage>
  replies(message: TeamsMessage): readonly string[]
  /** The activity of somebody pressing something of that card. */
  press(message: TeamsMessage, pressed: Pressed): Json
  activity(change: Json): Json
  /** The header of a call with that activity; `change` forges. */
  sign(activity: Json, change?: Forgery): Promise<string>
  /** From now on others are signed with, and published. */
  rotate(): Promise<void>
  stop(): Promise<void>
}

export interface Forgery {
  readonly issuer?: string
  readonly audience?: string
  readonly serviceurl?: string | undefined
  readonly expiresAt?: number
  readonly notBefore?: number
  /** A key that nobody published. */
  readonly stranger?: boolean
}

export async function startTeams(
  endorsements: readonly string[] = ['msteams'],
): Promise<FakeTeams> {
  let keys = await makeKey(endorsements)
  const stranger = await makeKey(endorsements, 1)
  const faults = new Map<Route, Fault[]>()
  const calls = new Map<Route, number>()
  const messages: TeamsMessage[] = []
  const shown = new Set<string>()
  let tokens = 0

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const path = decodeURIComponent(request.url ?? '')
    const route = routeOf(request.method ?? '', path)
    calls.set(route, (calls.get(route) ?? 0) + 1)
    const fault = faults.get(route)?.shift()
    if (fault?.hang === true) return
    if (fault?.reset === true) {
      request.socket.resetAndDestroy()
      return
    }
    const [status, answered] =
      fault?.status === undefined ? carryOut(route, path, request, body) : [fault.status, {}]
    if (fault?.lost === true) {
      request.socket.destroy()
      return
    }
    response.writeHead(status, { 'content-type': 'application/json', ...fault?.headers })
    response.end(JSON.stringify(answered))
  }

  function carryOut(
    route: Route,
    path: string,
    { headers }: IncomingMessage,
    body: string,
  ): readonly [number, object] {
    if (route === 'keys') return [200, { keys: [keys.jwk] }]
    if (route === 'token') {
      const form = new URLSearchParams(body)
      const known =
        form.get('client_id') === appId &&
        form.get('client_secret') === appPassword &&
        form.get('scope') === 'https://api.botframework.com/.default'
      if (!known) return [401, { error: 'invalid_client' }]
      tokens += 1
      return [200, { token_type: 'Bearer', expires_in: 3599, access_token: `token-${tokens}` }]
    }
    const token = headers.authorization ?? ''
    shown.add(token)
    if (token !== `Bearer token-${tokens}`) return [401, { error: { code: 'Unauthorized' } }]
    const [, conversation = '', id = ''] =
      /^\/teams\/v3\/conversations\/([^/]+)\/activities(?:\/([^/]+))?$/.exec(path) ?? []
    if (route === 'post') {
      const message = String(1_700_000_000_000 + messages.length)
      messages.push({
        id: message,
        conversation,
        activity: JSON.parse(body) as Json,
        deleted: false,
      })
      return [201, { id: message }]
    }
    const at = messages.findIndex(message => message.id === id)
    const found = messages[at]
    if (found === undefined) return [404, { error: { code: 'ActivityNotFoundInConversation' } }]
    messages[at] =
      route === 'put'
        ? { ...found, activity: JSON.parse(body) as Json }
        : { ...found, deleted: true }
    return [200, {}]
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP port')
  const url = `http://127.0.0.1:${address.port}`
  const service = `${url}/teams/`
  const personal = (change: Json): Json => ({
    id: randomUUID(),
    channelId: 'msteams',
    serviceUrl: service,
    from: { id: '29:somebody', aadObjectId: rita },
    recipient: { id: `28:${appId}` },
    conversation: { id: channel, conversationType: 'channel', tenantId: tenant },
    channelData: { tenant: { id: tenant } },
    ...change,
  })

  return {
    ...{ url, calls, messages, shown },
    endpoints: {
      token: `${url}/token`,
      keys: `${url}/keys`,
      issuer,
      service,
      serviceHosts: ['127.0.0.1'],
    },
    fail: (route, ...more) => faults.set(route, [...(faults.get(route) ?? []), ...more]),
    async message(pattern) {
      for (;;) {
        const found = messages.find(
          message => !message.deleted && pattern.test(textOf(message)) && isCard(message),
        )
        if (found !== undefined) return found
        await new Promise(resolve => setTimeout(resolve, 10))
      }
    },
    replies: ({ id, conversation }) =>
      messages
        .filter(message => message.conversation === `${conversation};messageid=${id}`)
        .map(({ activity }) => String(activity['text'])),
    press: (message, { verb, data, person = rita, change = {} }) =>
      personal({
        type: 'invoke',
        name: 'adaptiveCard/action',
        replyToId: message.id,
        from: { id: '29:somebody', aadObjectId: person },
        conversation: {
          id: `${message.conversation};messageid=${message.id}`,
          conversationType: 'channel',
          tenantId: tenant,
        },
        value: {
          action: {
            type: 'Action.Execute',
            verb,
            data: { ...executeOf(cardOf(message), verb)?.['data'], ...data },
          },
          trigger: verb === 'refresh' ? 'automatic' : 'manual',
        },
        ...change,
      }),
    activity: personal,
    async sign(activity, change = {}) {
      const now = Math.floor(Date.now() / 1000)
      const { key, kid } = change.stranger === true ? { ...stranger, kid: keys.kid } : keys
      const serviceurl = 'serviceurl' in change ? change.serviceurl : activity['serviceUrl']
      const token = await new SignJWT(serviceurl === undefined ? {} : { serviceurl })
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuer(change.issuer ?? issuer)
        .setAudience(change.audience ?? appId)
        .setNotBefore(change.notBefore ?? now)
        .setExpirationTime(change.expiresAt ?? now + 3600)
        .sign(key)
      return `Bearer ${token}`
    },
    async rotate() {
      keys = await makeKey(endorsements, 2)
    },
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export function cardOf({ activity }: TeamsMessage): Card | undefined {
  const [attachment] = (activity['attachments'] ?? []) as readonly { readonly content: Card }[]
  return attachment?.content
}

/** The action of that verb, wherever in the card it is. */
export function executeOf(card: unknown, verb: string): (Element & { data: Json }) | undefined {
  if (typeof card !== 'object' || card === null) return undefined
  if ('verb' in card && card.verb === verb) return card as unknown as Element & { data: Json }
  for (const value of Object.values(card)) {
    const found = executeOf(value, verb)
    if (found !== undefined) return found
  }
  return undefined
}

/** All that a card says, without its looks. */
export function cardText(card: unknown): string {
  if (Array.isArray(card)) return card.map(cardText).join('\n')
  if (typeof card !== 'object' || card === null) return ''
  const own = 'text' in card && typeof card.text === 'string' ? card.text : ''
  return [own, ...Object.values(card).map(cardText)].filter(part => part !== '').join('\n')
}

function textOf(message: TeamsMessage): string {
  return cardText(cardOf(message))
}

function isCard(message: TeamsMessage): boolean {
  return cardOf(message) !== undefined
}

function routeOf(method: string, path: string): Route {
  if (path === '/token') return 'token'
  if (path === '/keys') return 'keys'
  return method.toLowerCase() as Route
}

type Pair = Awaited<ReturnType<typeof generateKeyPair>>

/** RSA keys take long to make: each test may have the same, under another id. */
const pairs: Promise<Pair>[] = []

async function makeKey(endorsements: readonly string[], n = 0): Promise<Key> {
  pairs[n] ??= generateKeyPair('RS256')
  const { privateKey, publicKey } = await pairs[n]
  const kid = randomUUID()
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig', endorsements }
  return { key: privateKey, kid, jwk }
}

interface Key {
  readonly key: Pair['privateKey']
  readonly kid: string
  readonly jwk: object
}
