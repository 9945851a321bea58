/**
 * Approvals in Microsoft Teams: cards by the outbox, presses over the Bot Framework's HTTP, by hand.
 * Teams being away changes nothing for the other surfaces.
 */
import type { Person } from '../approval.ts'
import type { Approvals } from '../approvals.ts'
import { type Route, threadText } from '../chat.ts'
import type { Outbox } from '../outbox.ts'
import { visibleLine } from '../visible-text.ts'
import { type Activity, readActivity } from './activity.ts'
import { AppToken } from './app-token.ts'
import { Callers } from './callers.ts'
import { Connector } from './connector.ts'
import type { Conversations } from './conversations.ts'
import { TeamsCourier } from './courier.ts'
import { type InvokeAnswer, Invokes } from './invokes.ts'

export type TeamsLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  data: Readonly<Record<string, unknown>>,
) => void

/** Who is who, by Entra object ids in lower case. Never by e-mail addresses. */
export interface TeamsPeople {
  byTeamsId(id: string): Person | undefined
  teamsId(name: string): string | undefined
}

export interface TeamsRoute extends Route {
  readonly conversation: string
}

/** Microsoft's, unless told otherwise: other clouds, and tests. */
export interface TeamsEndpoints {
  /** Gives tokens to the app. */
  readonly token: string
  /** Keys that Teams signs with. */
  readonly keys: string
  /** Who signs. */
  readonly issuer: string
  /** Where channels are reached that were never heard of. */
  readonly service: string
  /** Other hosts are never answered. */
  readonly serviceHosts: readonly string[]
}

export interface TeamsOptions {
  readonly appId: string
  /** Absent in the playground, which has no tokens. */
  readonly appPassword: string | undefined
  readonly tenant: string
  /** Where no route fits: the id of a channel or a group chat. */
  readonly conversation: string
  readonly routes: readonly TeamsRoute[]
  readonly literals: boolean
  readonly endpoints: TeamsEndpoints
  readonly people: TeamsPeople
  readonly log: TeamsLog
  /** For tests: how long is waited for an answer, and for somebody to see a card. */
  readonly answerMsMax?: number
  readonly seenMsMax?: number
}

export interface TeamsStatus {
  readonly state: 'starting' | 'connected' | 'away'
  readonly why: string | undefined
}

/** What came, before anything about it is known. */
export interface TeamsRequest {
  readonly authorization: string | undefined
  readonly body: unknown
  /** From this machine, and through nothing between. */
  readonly local: boolean
}

export interface TeamsReply {
  readonly status: 200 | 400 | 401 | 403 | 503
  readonly body: InvokeAnswer | Readonly<Record<string, never>>
}

/** What Teams calls. */
export const teamsPath = '/teams/messages'
const retryMs = 5_000
const refusalsToldMs = 10_000

export class Teams {
  readonly #options: TeamsOptions
  readonly #token: AppToken | undefined
  readonly #callers: Callers
  readonly #conversations: Conversations
  readonly #outbox: Outbox
  readonly #invokes: Invokes
  readonly #off: () => void
  #connected = false
  #why: string | undefined
  #retry: NodeJS.Timeout | undefined
  #refusalToldAt = 0
  #closed = false

  /** Returns at once: that Teams does not answer yet is a state, not a failure. */
  static start(approvals: Approvals, options: TeamsOptions): Teams {
    return new Teams(approvals, options)
  }

  private constructor(approvals: Approvals, options: TeamsOptions) {
    const { appId, appPassword, tenant, endpoints, log, answerMsMax } = options
    const limits = answerMsMax === undefined ? {} : { answerMsMax }
    this.#options = options
    this.#token =
      appPassword === undefined
        ? undefined
        : new AppToken({ url: endpoints.token, appId, password: appPassword, ...limits })
    this.#callers = new Callers({
      ...{ appId, tenant, issuer: endpoints.issuer, keysUrl: endpoints.keys },
      serviceHosts: endpoints.serviceHosts,
      playground: appPassword === undefined,
      ...limits,
    })
    this.#conversations = approvals.conversations()
    const connector = new Connector({
      token: this.#token,
      serviceHosts: endpoints.serviceHosts,
      ...limits,
    })
    const courier = new TeamsCourier({ options, connector, conversations: this.#conversations })
    this.#outbox = approvals.outbox(
      courier,
      // A chat has no threads: there the card alone says everything.
      (approval, part, place) =>
        courier.hasThreads(place) ? threadText(approval, part) : undefined,
      error =>
        log('warn', 'Teams', { why: error instanceof Error ? error.message : String(error) }),
    )
    this.#invokes = new Invokes({ approvals, options, outbox: this.#outbox, courier })
    this.#off = approvals.on(({ approval }) => this.#outbox.changed(approval.id))
    void this.#connect()
  }

  get status(): TeamsStatus {
    if (this.#connected) return { state: 'connected', why: undefined }
    return { state: this.#why === undefined ? 'starting' : 'away', why: this.#why }
  }

  /** A request to `teamsPath`. Nothing of it counts before its sender is known. */
  async receive({ authorization, body, local }: TeamsRequest): Promise<TeamsReply> {
    const activity = readActivity(body)
    if (activity === undefined) return { status: 400, body: {} }
    const refusal = await this.#callers.refusal(activity, authorization, local)
    if (refusal !== undefined) {
      this.#tell(refusal.why)
      return { status: refusal.status, body: {} }
    }
    if (activity.type === 'invoke')
      return { status: 200, body: await this.#invokes.answer(activity) }
    if (noted.has(activity.type)) await this.#heard(activity)
    return { status: 200, body: {} }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#off()
    await this.#outbox.close()
  }

  /** Where we were added, removed or spoken to. */
  async #heard(activity: Activity): Promise<void> {
    const { routes, tenant, people, log } = this.#options
    const { id, kind } = activity.conversation
    if (activity.removed) return this.#conversations.forget(id)
    const configured = [this.#options.conversation, ...routes.map(route => route.conversation)]
    const known = activity.person !== undefined && people.byTeamsId(activity.person) !== undefined
    const kept = configured.includes(id) || (kind === 'personal' && known)
    await this.#conversations.heard(activity, tenant, kept)
    if (activity.type === 'message' || kept) return
    // Whoever sets this up needs the id.
    log('info', 'Teams added the app to a conversation', { conversation: visibleLine(id), kind })
  }

  /** The first token says that we are known; what waits is sent from then on. */
  async #connect(): Promise<void> {
    try {
      await this.#token?.get()
      if (this.#closed) return
      this.#connected = true
      this.#why = undefined
      await this.#outbox.resume()
    } catch (error) {
      this.#why = error instanceof Error ? error.message : String(error)
      this.#options.log('warn', 'Teams does not answer', { why: this.#why })
      if (this.#closed) return
      this.#retry = setTimeout(() => void this.#connect(), retryMs).unref()
    }
  }

  /** Anybody can make us refuse, and must not fill the log with it. */
  #tell(why: string): void {
    if (Date.now() - this.#refusalToldAt < refusalsToldMs) return
    this.#refusalToldAt = Date.now()
    this.#options.log('warn', 'a call as if from Teams was refused', { why })
  }
}

const noted: ReadonlySet<string> = new Set(['installationUpdate', 'conversationUpdate', 'message'])
