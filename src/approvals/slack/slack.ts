/**
 * Approvals in Slack: messages by the outbox, clicks over Socket Mode (no port has to be open) or
 * over HTTP with signatures. Slack being away changes nothing for the other surfaces.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import bolt from '@slack/bolt'
import type { Person } from '../approval.ts'
import type { Approvals } from '../approvals.ts'
import { type Route, threadText } from '../chat.ts'
import type { Outbox } from '../outbox.ts'
import { handleClicks } from './clicks.ts'
import { SlackCourier } from './courier.ts'
import { SlackSockets } from './sockets.ts'

export type SlackLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  data: Readonly<Record<string, unknown>>,
) => void

/** Who is who. Slack's own ids are the bond; e-mail addresses only where that is switched on. */
export interface SlackPeople {
  bySlackId(id: string): Person | undefined
  byEmail(email: string): Person | undefined
  slackId(name: string): string | undefined
}

export interface SlackRoute extends Route {
  readonly channel: string
  /** A user group to be told. */
  readonly mention: string | undefined
}

export interface SlackOptions {
  readonly botToken: string
  /** `xapp-…`: Socket Mode. */
  readonly appToken: string | undefined
  /** HTTP mode, where there is no app token. */
  readonly signingSecret: string | undefined
  /** Where no route fits. A channel's id. */
  readonly channel: string
  readonly mention: string | undefined
  readonly routes: readonly SlackRoute[]
  readonly literals: boolean
  readonly matchEmail: boolean
  readonly people: SlackPeople
  readonly log: SlackLog
  /** Slack's, unless told; ends with `/api/`. */
  readonly apiUrl?: string
}

export interface SlackStatus {
  readonly state: 'starting' | 'connected' | 'away'
  readonly why: string | undefined
}

/** Paths that Slack calls in HTTP mode. */
export const slackPath = '/slack/events'
/** Bolt refuses what is older than five minutes, and nothing that is from the future. */
const futureSecondsMax = 60
const authRetryMs = 5_000

export class Slack {
  readonly #app: InstanceType<typeof bolt.App>
  readonly #options: SlackOptions
  readonly #sockets: SlackSockets | undefined
  readonly #http: InstanceType<typeof bolt.HTTPReceiver> | undefined
  readonly #outbox: Outbox
  readonly #off: () => void
  #team: string | undefined
  #why: string | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false

  /** Returns at once: that Slack does not answer yet is a state, not a failure. */
  static start(approvals: Approvals, options: SlackOptions): Slack {
    return new Slack(approvals, options)
  }

  private constructor(approvals: Approvals, options: SlackOptions) {
    this.#options = options
    const logger = quietLogger(options.log)
    const { appToken, apiUrl, botToken, signingSecret, log } = options
    if (appToken !== undefined) this.#sockets = new SlackSockets({ appToken, apiUrl, logger, log })
    else if (signingSecret !== undefined)
      this.#http = new bolt.HTTPReceiver({ signingSecret, endpoints: [slackPath], logger })
    const receiver = this.#sockets?.receivers[0] ?? this.#http
    if (receiver === undefined)
      throw new TypeError('expected an app token or a signing secret for Slack, got neither')
    this.#app = new bolt.App({
      receiver,
      logger,
      // Whose token it is is asked below, so that a Slack that is away cannot end the process.
      authorize: () => Promise.resolve({ botToken }),
      clientOptions: {
        ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
        timeout: 5_000,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
      },
    })
    for (const other of this.#sockets?.receivers.slice(1) ?? []) other.init(this.#app)
    const client = new bolt.webApi.WebClient(botToken, {
      ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
      logger,
      timeout: 5_000,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    })
    handleClicks(this.#app, { approvals, options, team: () => this.#team })
    this.#outbox = approvals.outbox(new SlackCourier(client, options), threadText, error =>
      log('warn', 'Slack', { why: error instanceof Error ? error.message : String(error) }),
    )
    this.#off = approvals.on(({ approval }) => this.#outbox.changed(approval.id))
    void this.#connect(client)
  }

  get status(): SlackStatus {
    const open = this.#sockets === undefined || this.#sockets.open > 0
    if (this.#team !== undefined && open) return { state: 'connected', why: undefined }
    return { state: this.#why === undefined ? 'starting' : 'away', why: this.#why }
  }

  /** In HTTP mode: a request to `slackPath`, its body not read yet. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const at = Number(request.headers['x-slack-request-timestamp'])
    const early = Number.isFinite(at) && at - Date.now() / 1000 > futureSecondsMax
    if (this.#http === undefined || early) {
      response.writeHead(this.#http === undefined ? 404 : 401).end()
      return
    }
    this.#http.requestListener(request, response)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#off()
    await this.#sockets?.close()
    await this.#outbox.close()
  }

  /** Asks whose token it is, until Slack says; the workspace is pinned from then on. */
  async #connect(client: InstanceType<typeof bolt.webApi.WebClient>): Promise<void> {
    try {
      const { team_id: team } = await client.auth.test()
      if (this.#closed) return
      this.#team = team
      this.#why = undefined
      this.#sockets?.start()
      await this.#outbox.resume()
    } catch (error) {
      this.#why = error instanceof Error ? error.message : String(error)
      this.#options.log('warn', 'Slack does not answer', { why: this.#why })
      if (this.#closed) return
      this.#retry = setTimeout(() => void this.#connect(client), authRetryMs).unref()
    }
  }
}

/** Bolt logs requests whole: what it says is kept to a line, and below errors to nothing. */
function quietLogger(log: SlackLog): InstanceType<typeof bolt.App>['logger'] {
  const said = (...parts: unknown[]): string =>
    parts
      .map(part => (part instanceof Error ? part.message : String(part)))
      .join(' ')
      .slice(0, 300)
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (...parts: unknown[]) => log('warn', 'Slack', { why: said(...parts) }),
    setLevel: () => undefined,
    setName: () => undefined,
    getLevel: () => bolt.LogLevel.ERROR,
  }
}
