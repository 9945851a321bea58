/**
 * Whether an activity is from Teams, and from our tenant. Microsoft signs a token for each request:
 * for our app, from one issuer, with keys that it publishes, naming the service that is to be
 * answered. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import type { Activity } from './activity.ts'

const clockToleranceSeconds = 300
const keysMsMax = 5_000
const keysAgeMsMax = 3_600_000
const channel = 'msteams'

export interface CallersOptions {
  readonly appId: string
  readonly tenant: string
  readonly keysUrl: string
  readonly issuer: string
  /** Hosts that a service may be on: nobody else is ever answered. */
  readonly serviceHosts: readonly string[]
  /** No tokens at all, on loopback. */
  readonly playground: boolean
  readonly answerMsMax?: number
}

/** What is answered to whoever it was; `why` is for the log. */
export interface Refusal {
  readonly status: 401 | 403 | 503
  readonly why: string
}

export class Callers {
  readonly #options: CallersOptions
  readonly #keys: ReturnType<typeof createRemoteJWKSet>

  constructor(options: CallersOptions) {
    this.#options = options
    this.#keys = createRemoteJWKSet(new URL(options.keysUrl), {
      timeoutDuration: options.answerMsMax ?? keysMsMax,
      cacheMaxAge: keysAgeMsMax,
    })
  }

  /** Undefined when it is to be heard. `local`: from this machine, and through nothing between. */
  async refusal(
    activity: Activity,
    authorization: string | undefined,
    local: boolean,
  ): Promise<Refusal | undefined> {
    const { playground, tenant, serviceHosts } = this.#options
    if (playground && !local) return { status: 401, why: 'the playground is on this machine only' }
    const refused = playground ? undefined : await this.#unsigned(activity, authorization)
    if (refused !== undefined) return refused
    if (activity.channelId !== channel) return { status: 403, why: 'it is not from Teams' }
    const { tenants, serviceUrl } = activity
    if (tenants.length === 0 || tenants.some(other => other !== tenant))
      return { status: 403, why: 'it is from another tenant' }
    if (!isTrustedService(serviceUrl, serviceHosts))
      return { status: 403, why: `its service is elsewhere: ${hostOf(serviceUrl)}` }
    return undefined
  }

  async #unsigned(
    activity: Activity,
    authorization: string | undefined,
  ): Promise<Refusal | undefined> {
    const token = /^Bearer ([\w.-]+)$/.exec(authorization ?? '')?.[1]
    if (token === undefined) return { status: 401, why: 'it came without a token' }
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.#keys, {
        issuer: this.#options.issuer,
        audience: this.#options.appId,
        algorithms: ['RS256'],
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'serviceurl'],
      })
      if (payload['serviceurl'] !== activity.serviceUrl)
        return { status: 403, why: 'its token is for another service' }
      if (!this.#endorsed(protectedHeader.kid))
        return { status: 403, why: 'its key does not sign for Teams' }
      return undefined
    } catch (error) {
      const code = error instanceof errors.JOSEError ? error.code : undefined
      // Without the keys nothing can be told of the token: it may be sent again.
      if (code === undefined || code === 'ERR_JWKS_TIMEOUT' || code === 'ERR_JOSE_GENERIC')
        return { status: 503, why: `the keys cannot be had: ${code ?? 'no answer'}` }
      return { status: 401, why: code }
    }
  }

  /** Each key says for which channels it signs. */
  #endorsed(kid: string | undefined): boolean {
    const key: Readonly<Record<string, unknown>> | undefined = this.#keys
      .jwks()
      ?.keys.find(each => each.kid === kid)
    const endorsements = key?.['endorsements']
    return kid !== undefined && Array.isArray(endorsements) && endorsements.includes(channel)
  }
}

/** https, or loopback for tests, and a host of the list; a port or a name within is no disguise. */
export function isTrustedService(url: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  if (username !== '' || password !== '' || !hosts.includes(hostname)) return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.slice(0, 80) : 'no URL'
}
