/**
 * The token that says who we are to Teams: client credentials at Entra, kept until shortly before it
 * ends. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
import { CallError, call } from './http.ts'

const scope = 'https://api.botframework.com/.default'
/** It has to live for as long as the request that it goes with. */
const spareMs = 5 * 60_000
const lifeMsMin = 10_000

export interface AppTokenOptions {
  readonly url: string
  readonly appId: string
  readonly password: string
  readonly answerMsMax?: number
}

export class AppToken {
  readonly #options: AppTokenOptions
  #token: { readonly text: string; readonly until: number } | undefined
  #asking: Promise<string> | undefined

  constructor(options: AppTokenOptions) {
    this.#options = options
  }

  /** Throws CallError; of several that ask at once, one asks. */
  get(): Promise<string> {
    if (this.#token !== undefined && this.#token.until > Date.now())
      return Promise.resolve(this.#token.text)
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  /** Somebody would not take it. */
  forget(): void {
    this.#token = undefined
  }

  async #ask(): Promise<string> {
    const { url, appId, password, answerMsMax } = this.#options
    const form = { client_id: appId, client_secret: password, scope }
    const asked = await call({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString(),
      ...(answerMsMax !== undefined && { answerMsMax }),
    }).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : 'failed'
      // Whatever became of that request, nothing was posted.
      throw new CallError(`no token: ${why}`, 'no', { cause })
    })
    const { access_token: text, expires_in: seconds, error } = asked.body
    if (asked.status !== 200 || typeof text !== 'string') {
      const said = typeof error === 'string' ? ` ${error.slice(0, 60)}` : ''
      const options = asked.retryAfterMs === undefined ? {} : { retryAfterMs: asked.retryAfterMs }
      throw new CallError(
        `no token: ${new URL(url).host} says ${asked.status}${said}`,
        'no',
        options,
      )
    }
    const lifeMs = 1000 * (Number(seconds) || 0) - spareMs
    this.#token = { text, until: Date.now() + Math.max(lifeMsMin, lifeMs) }
    return text
  }
}
