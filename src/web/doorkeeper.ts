/** Lets people sign in, knows who a request is from, and sends away forms that are not ours. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Attempts } from './attempts.ts'
import { field, sameToken, sendPage } from './forms.ts'
import type { Account, WebOptions } from './options.ts'
import { messagePage } from './pages/layout.ts'
import { signInPage } from './pages/sign-in.ts'
import { randomToken, type SignIn, SignIns } from './sign-ins.ts'

const nameLengthMax = 200
const passwordLengthMax = 1000

export interface Visit {
  readonly account: Account
  readonly signIn: SignIn
}

export class Doorkeeper {
  readonly #options: WebOptions
  readonly #attempts: Attempts
  readonly #signIns = new SignIns()

  constructor(options: WebOptions, attempts: Attempts) {
    this.#options = options
    this.#attempts = attempts
  }

  /** Undefined: nobody, or somebody whose account is gone. Groups are those of now. */
  visit(request: FastifyRequest, touch = true): Visit | undefined {
    const signIn = this.#signIns.find(request.cookies[this.#cookie('countersign')], touch)
    const account = signIn && this.#options.users.find(signIn.user)
    if (signIn === undefined || account === undefined || account.kind !== 'person') return undefined
    return { account, signIn }
  }

  /** For pages. Undefined: the answer was sent. */
  enter(request: FastifyRequest, reply: FastifyReply): Visit | undefined {
    const visit = this.visit(request)
    if (visit !== undefined) return visit
    const next = request.method === 'GET' ? safeNext(request.url) : '/'
    reply.redirect(`/sign-in${next === '/' ? '' : `?next=${encodeURIComponent(next)}`}`, 303)
    return undefined
  }

  /** For forms: the visitor, if the form was made for this sign-in. */
  enterForm(request: FastifyRequest, reply: FastifyReply): Visit | undefined {
    const visit = this.enter(request, reply)
    if (visit === undefined) return undefined
    if (sameToken(field(request, 'csrf'), visit.signIn.csrf)) return visit
    const text = 'This form was not made for you, or it is old. Open the page again.'
    sendPage(reply.code(403), messagePage('Not accepted', text, undefined))
    return undefined
  }

  register(app: FastifyInstance): void {
    app.get<{ Querystring: { next?: unknown } }>('/sign-in', async (request, reply) => {
      const next = safeNext(request.query.next)
      if (this.visit(request) !== undefined) return reply.redirect(next, 303)
      return this.#showForm(request, reply, { next })
    })
    app.post('/sign-in', async (request, reply) => this.#signIn(request, reply))
    app.post('/sign-out', async (request, reply) => {
      if (this.enterForm(request, reply) === undefined) return reply
      const name = this.#cookie('countersign')
      this.#signIns.end(request.cookies[name] ?? '')
      return reply.clearCookie(name, this.#cookieOptions()).redirect('/sign-in', 303)
    })
  }

  async #signIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const next = safeNext(field(request, 'next'))
    const user = field(request, 'user').trim()
    const password = field(request, 'password')
    const expected = request.cookies[this.#cookie('countersign-form')] ?? ''
    const form = { next, user: user.slice(0, nameLengthMax) }
    if (!sameToken(field(request, 'csrf'), expected)) {
      const error = 'The form was old, or cookies are off. Try again.'
      return this.#showForm(request, reply.code(403), { ...form, error })
    }
    if (user.length > nameLengthMax || password.length > passwordLengthMax) {
      return this.#showForm(request, reply.code(401), { ...form, error: wrong })
    }
    const attempt = await this.#attempts.check(user, request.ip, async () => {
      const account = await this.#options.users.verifyPassword(user, password)
      // An agent's password is known to the agent, which must not come near decisions.
      return account?.kind === 'person' ? account : undefined
    })
    if (attempt.ok) {
      this.#options.log?.('info', 'signed in to the console', { user, address: request.ip })
      const id = this.#signIns.start(attempt.value.name)
      return reply
        .clearCookie(this.#cookie('countersign-form'), this.#cookieOptions())
        .setCookie(this.#cookie('countersign'), id, this.#cookieOptions())
        .redirect(next, 303)
    }
    this.#options.log?.('warn', 'a sign-in to the console failed', { user, address: request.ip })
    if (attempt.waitSeconds === 0) {
      return this.#showForm(request, reply.code(401), { ...form, error: wrong })
    }
    reply.code(429).header('retry-after', attempt.waitSeconds)
    const error = `Too many tries. Wait ${Math.ceil(attempt.waitSeconds / 60)} min.`
    return this.#showForm(request, reply, { ...form, error })
  }

  /** The token stands in the form and in a cookie; another site can set neither of them to match. */
  #showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    form: { next: string; user?: string; error?: string },
  ): FastifyReply {
    const name = this.#cookie('countersign-form')
    const csrf = request.cookies[name] ?? randomToken()
    reply.setCookie(name, csrf, this.#cookieOptions())
    return sendPage(reply, signInPage({ ...form, csrf }))
  }

  #secure(): boolean {
    return this.#options.publicUrl().startsWith('https:')
  }

  /** Browsers take `__Host-` only over TLS, and then only from this very host. */
  #cookie(name: string): string {
    return this.#secure() ? `__Host-${name}` : name
  }

  #cookieOptions(): { httpOnly: true; sameSite: 'lax'; path: '/'; secure: boolean } {
    return { httpOnly: true, sameSite: 'lax', path: '/', secure: this.#secure() }
  }
}

const wrong = 'User or password is wrong, or may not sign in here.'

/** Only pages of ours: an open redirect would lend our name to anybody. */
function safeNext(next: unknown): string {
  return typeof next === 'string' && /^\/(approvals|sessions)(\/[\w-]{1,100})?$/.test(next)
    ? next
    : '/'
}
