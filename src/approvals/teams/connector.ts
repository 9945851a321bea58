/**
 * Messages through the Bot Connector's REST: posted, replaced for everybody, taken back. The token
 * goes to no host but Microsoft's.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
 */
import type { AppToken } from './app-token.ts'
import { isTrustedService } from './callers.ts'
import { type Answer, CallError, call } from './http.ts'

/** What Teams says when asking again is no use: not a member there, no such conversation. */
const finalStatuses: ReadonlySet<number> = new Set([400, 403, 404, 405, 410, 413])
/** It was refused before anything was done. After other errors nobody can tell. */
const untouched: ReadonlySet<number> = new Set([401, 412, 429, 503])

export interface ConnectorOptions {
  /** Absent: nobody asks for one, on loopback. */
  readonly token: AppToken | undefined
  readonly serviceHosts: readonly string[]
  readonly answerMsMax?: number
}

export interface Target {
  readonly service: string
  readonly conversation: string
}

export class Connector {
  readonly #options: ConnectorOptions

  constructor(options: ConnectorOptions) {
    this.#options = options
  }

  /** Returns the message's id. */
  async post(target: Target, activity: object): Promise<string> {
    const { id } = await this.#call('POST', target, '', activity)
    if (typeof id === 'string' && id !== '') return id
    throw new CallError('Teams named no message', 'maybe')
  }

  async replace(target: Target, message: string, activity: object): Promise<void> {
    await this.#call('PUT', target, `/${encodeURIComponent(message)}`, activity)
  }

  async remove(target: Target, message: string): Promise<void> {
    await this.#call('DELETE', target, `/${encodeURIComponent(message)}`)
  }

  async #call(
    method: 'POST' | 'PUT' | 'DELETE',
    { service, conversation }: Target,
    message: string,
    activity?: object,
  ): Promise<Answer['body']> {
    const { token, serviceHosts, answerMsMax } = this.#options
    if (!isTrustedService(service, serviceHosts))
      throw new CallError('Teams is not where it said it was', 'no', { final: true })
    const authorization =
      token === undefined ? {} : { authorization: `Bearer ${await token.get()}` }
    const path = `v3/conversations/${encodeURIComponent(conversation)}/activities${message}`
    const { status, body, retryAfterMs } = await call({
      method,
      url: `${service.replace(/\/+$/, '')}/${path}`,
      headers: { 'content-type': 'application/json', ...authorization },
      ...(activity !== undefined && { body: JSON.stringify(activity) }),
      ...(answerMsMax !== undefined && { answerMsMax }),
    })
    if (status >= 200 && status < 300) return body
    if (status === 401) token?.forget()
    const final = finalStatuses.has(status)
    throw new CallError(`${method}: Teams says ${status}${codeOf(body)}`, arrival(status), {
      final,
      ...(retryAfterMs !== undefined && !final && { retryAfterMs: Math.max(1_000, retryAfterMs) }),
    })
  }
}

function arrival(status: number): 'no' | 'maybe' {
  return finalStatuses.has(status) || untouched.has(status) ? 'no' : 'maybe'
}

/** `BotNotInConversationRoster`: says more than the number. */
function codeOf(body: Answer['body']): string {
  const error = body['error']
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : ''
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? ` ${code}` : ''
}
