/**
 * Socket Mode with two connections, each supervised by us: Slack recycles a connection every few
 * hours, and the library's own reconnecting leaves a gap of seconds, or ends in a rejection that
 * nobody can catch. https://docs.slack.dev/apis/events-api/using-socket-mode
 */
import { setTimeout as wait } from 'node:timers/promises'
import bolt from '@slack/bolt'
import type { SlackLog } from './slack.ts'

type SocketModeReceiver = InstanceType<typeof bolt.SocketModeReceiver>

const backOffMsMin = 100
const backOffMsMax = 5_000
const connections = 2
const closeMsMax = 1_000

export interface SocketsOptions {
  readonly appToken: string
  readonly apiUrl: string | undefined
  readonly logger: InstanceType<typeof bolt.App>['logger']
  readonly log: SlackLog
}

export class SlackSockets {
  readonly receivers: readonly SocketModeReceiver[]
  readonly #options: SocketsOptions
  readonly #stop = new AbortController()
  readonly #loops: Promise<void>[] = []
  #open = 0

  constructor(options: SocketsOptions) {
    this.#options = options
    this.receivers = Array.from({ length: connections }, () => makeReceiver(options))
  }

  /** How many are open now. */
  get open(): number {
    return this.#open
  }

  /** Connects, and connects again for as long as the process lives. */
  start(): void {
    for (const receiver of this.receivers) this.#loops.push(this.#keep(receiver))
  }

  async close(): Promise<void> {
    this.#stop.abort()
    const ended = Promise.all([this.#disconnect(), ...this.#loops])
    await Promise.race([ended, wait(closeMsMax)])
    // A socket that was still opening waits half a minute for its peer, unless it is told again.
    void this.#disconnect()
  }

  async #disconnect(): Promise<void> {
    const ends = this.receivers.map(({ client }) => client.disconnect().catch(() => undefined))
    await Promise.all(ends)
  }

  async #keep({ client }: SocketModeReceiver): Promise<void> {
    const { signal } = this.#stop
    let backOffMs = backOffMsMin
    while (!signal.aborted) {
      // 'disconnected' also comes after an end that we asked for.
      const gone = new Promise<void>(resolve => client.once('disconnected', () => resolve()))
      try {
        await client.start()
        this.#open += 1
        backOffMs = backOffMsMin
        await gone
        this.#open -= 1
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        this.#options.log('warn', 'a Slack socket cannot be opened', { why })
        await wait(backOffMs, undefined, { signal }).catch(() => undefined)
        backOffMs = Math.min(backOffMsMax, backOffMs * 2)
      }
    }
  }
}

function makeReceiver({ appToken, apiUrl, logger }: SocketsOptions): SocketModeReceiver {
  return new bolt.SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: {
        ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
        timeout: 3_000,
        retryConfig: { retries: 0 },
      },
    },
  })
}
