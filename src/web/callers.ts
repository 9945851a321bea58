/**
 * Who calls the API: a person or agent by name and password (HTTP Basic), or a program by a token
 * (Bearer), which acts as its user within its scopes. Nothing is read from a cookie.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TokenScope } from '../identity/tokens.ts'
import type { Attempts } from './attempts.ts'
import type { Account, WebOptions } from './options.ts'

/** What an operation needs of a token; `password`: no token will do, `open`: nobody is asked. */
export type Access = 'open' | TokenScope | 'password'

export interface Caller {
  readonly account: Account
  /** The token's name; undefined with a password. */
  readonly token: string | undefined
  readonly scopes: readonly TokenScope[] | undefined
}

export class Callers {
  readonly #options: WebOptions
  readonly #attempts: Attempts
  readonly #callers = new WeakMap<FastifyRequest, Caller>()

  constructor(options: WebOptions, attempts: Attempts) {
    this.#options = options
    this.#attempts = attempts
  }

  of(request: FastifyRequest): Caller {
    const caller = this.#callers.get(request)
    if (caller === undefined) throw new Error('expected an authenticated request, got none')
    return caller
  }

  /** Whether a token, if it is one, has this scope, too. */
  may(request: FastifyRequest, scope: TokenScope): boolean {
    return this.of(request).scopes?.includes(scope) ?? true
  }

  /** Undefined when the caller may go on; otherwise the answer was sent. */
  async admit(
    request: FastifyRequest,
    reply: FastifyReply,
    access: Access,
  ): Promise<FastifyReply | undefined> {
    if (access === 'open') return undefined
    const bearer = /^Bearer +(\S{1,200})$/i.exec(request.headers.authorization ?? '')?.[1]
    if (bearer !== undefined) return this.#byToken(request, reply, access, bearer)
    const credentials = basicCredentials(request.headers.authorization)
    if (credentials === undefined) {
      const expected = 'expected HTTP Basic with a user and a password, or a Bearer token'
      return refuse(reply, 401, 'unauthorized', expected)
    }
    const [user, password] = credentials
    const attempt = await this.#attempts.check(user, request.ip, () =>
      this.#options.users.verifyPassword(user, password),
    )
    if (attempt.ok) {
      this.#callers.set(request, { account: attempt.value, token: undefined, scopes: undefined })
      return undefined
    }
    this.#failed(request, { user })
    if (attempt.waitSeconds === 0) {
      return refuse(reply, 401, 'unauthorized', 'user or password is wrong')
    }
    reply.header('retry-after', attempt.waitSeconds)
    return refuse(reply, 429, 'too_many_tries', `wait ${attempt.waitSeconds} s`)
  }

  #byToken(
    request: FastifyRequest,
    reply: FastifyReply,
    access: Exclude<Access, 'open'>,
    text: string,
  ): FastifyReply | undefined {
    const found = this.#options.tokens?.find(text) ?? { kind: 'unknown' }
    if (found.kind !== 'valid') {
      this.#failed(request, found.kind === 'unknown' ? {} : { token: found.token.name })
      const message = found.kind === 'unknown' ? 'the token is unknown' : 'the token has expired'
      return refuse(reply, 401, 'unauthorized', message)
    }
    const { name, user, scopes } = found.token
    const account = this.#options.users.find(user)
    if (account === undefined) return refuse(reply, 401, 'unauthorized', 'the token is of nobody')
    if (access === 'password') {
      return refuse(reply, 403, 'no_token', 'tokens do not open this: expected HTTP Basic')
    }
    if (!scopes.includes(access)) {
      const message = `expected a token with the scope ${access}, got ${scopes.join(', ')}`
      return refuse(reply, 403, 'scope', message)
    }
    this.#callers.set(request, { account, token: name, scopes })
    return undefined
  }

  #failed(request: FastifyRequest, who: object): void {
    this.#options.log?.('warn', 'a sign-in to the API failed', { ...who, address: request.ip })
  }
}

/** RFC 7617. Undefined when there are none, or no valid ones. */
function basicCredentials(header: string | undefined): readonly [string, string] | undefined {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]{1,4000})$/i.exec(header ?? '') ?? []
  if (encoded === undefined) return undefined
  const [, user, password] =
    /^([^:]{1,200}):(.{0,1000})$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  return user === undefined || password === undefined ? undefined : [user, password]
}

/** No `www-authenticate: Basic`: browsers would ask, remember, and send it for other sites. */
export function refuse(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
): FastifyReply {
  return reply.code(status).send({ error: { code, message } })
}
