/** Speaks to a running console's HTTP API with a person's name and password, or with a token. */
import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Action } from '../approvals/action.ts'
import type {
  Approval,
  ApprovalFacts,
  ApprovalSummary,
  Drift,
  PersonAnswer,
  Review,
  RunResult,
} from '../approvals/approval.ts'
import type { Grant, GrantState, GrantTerms } from '../approvals/grant.ts'
import { tokenPattern } from '../identity/tokens.ts'
import type { Bars } from '../web/api.ts'
import { askHidden, type Io, UsageError } from './io.ts'

const answerMsMax = 15_000
const waitSeconds = 30

export interface ConsoleFlags {
  readonly url?: string
  readonly user?: string
  readonly dataDir: string
}

/** The console said no. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export class ConsoleClient {
  readonly #url: string
  readonly #authorization: string
  readonly #signal: AbortSignal

  private constructor(url: string, authorization: string, signal: AbortSignal) {
    this.#url = url
    this.#authorization = authorization
    this.#signal = signal
  }

  /** Finds the console and asks for what is missing. Throws UsageError. */
  static async open(flags: ConsoleFlags, io: Io): Promise<ConsoleClient> {
    const url = checkedUrl(flags.url ?? io.env.COUNTERSIGN_URL ?? nodeUrl(flags.dataDir))
    const user = flags.user ?? io.env.COUNTERSIGN_USER
    const token = io.env.COUNTERSIGN_TOKEN
    // Who says a name means that one, whatever stands in the environment.
    if (token !== undefined && flags.user === undefined) {
      if (!tokenPattern.test(token)) throw new UsageError('expected a token in COUNTERSIGN_TOKEN')
      return new ConsoleClient(url, `Bearer ${token}`, io.signal)
    }
    if (user === undefined || user === '' || user.includes(':')) {
      throw new UsageError('expected --user NAME or COUNTERSIGN_USER: who you are')
    }
    const credentials = `${user}:${await passwordOf(user, io)}`
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
    return new ConsoleClient(url, authorization, io.signal)
  }

  async list(query: {
    state?: string
    review?: 'open'
    limit?: number
  }): Promise<readonly SummaryView[]> {
    const search = new URLSearchParams()
    if (query.review !== undefined) search.set('review', query.review)
    if (query.state !== undefined) search.set('state', query.state)
    if (query.limit !== undefined) search.set('limit', String(query.limit))
    const { approvals } = await this.#send<{ approvals: Wire<SummaryView>[] }>(
      `approvals?${search}`,
    )
    return approvals.map(wire => ({ ...wire, ...revived(wire) }))
  }

  async get(id: string): Promise<ApprovalView> {
    const wire = await this.#approval(id)
    return { ...wire, ...revived(wire) }
  }

  async decide(
    id: string,
    decision: 'approve' | 'deny',
    answer: { digest: string; reason?: string | undefined; grant?: GrantTerms | undefined },
  ): Promise<ApprovalView> {
    const wire = await this.#approval(id, decision, { ...answer, surface: 'terminal' })
    return { ...wire, ...revived(wire) }
  }

  async closeReview(id: string, comment: string): Promise<ApprovalView> {
    const wire = await this.#approval(id, 'close-review', { comment, surface: 'terminal' })
    return { ...wire, ...revived(wire) }
  }

  async grants(state: GrantState | undefined): Promise<readonly GrantView[]> {
    const path = state === undefined ? 'grants' : `grants?${new URLSearchParams({ state })}`
    const { grants } = await this.#send<{ grants: WireGrant[] }>(path)
    return grants.map(revivedGrant)
  }

  async grant(id: string): Promise<GrantView> {
    const path = `grants/${encodeURIComponent(id)}`
    return revivedGrant((await this.#send<{ grant: WireGrant }>(path)).grant)
  }

  async revoke(id: string, reason: string | undefined): Promise<GrantView> {
    const path = `grants/${encodeURIComponent(id)}`
    const body = { ...(reason !== undefined && { reason }) }
    const { grant } = await this.#send<{ grant: WireGrant }>(path, body, undefined, 'DELETE')
    return revivedGrant(grant)
  }

  async request(action: Action, reason: string | undefined): Promise<ApprovalView> {
    const body = { ...action, ...(reason !== undefined && { reason }) }
    const { approval } = await this.#send<{ approval: Wire<ApprovalView> }>('approvals', body)
    return { ...approval, ...revived(approval) }
  }

  /** Comes back when it is settled, or after a while. */
  async wait(id: string, signal: AbortSignal): Promise<ApprovalView> {
    const wire = await this.#approval(id, `wait?timeout=${waitSeconds}`, undefined, signal)
    return { ...wire, ...revived(wire) }
  }

  /** Before it is done: the digest is that of what is about to be done. */
  async claim(id: string, digest: string, leaseSeconds: number): Promise<void> {
    await this.#approval(id, 'claim', { digest, leaseSeconds })
  }

  /** It still goes on. */
  async renew(id: string): Promise<void> {
    await this.#approval(id, 'renew', {})
  }

  async finished(id: string, result: RunResult): Promise<void> {
    await this.#approval(id, 'finished', result)
  }

  async withdraw(id: string, reason: string): Promise<void> {
    await this.#approval(id, 'withdraw', { reason })
  }

  async #approval(
    id: string,
    more?: string,
    body?: object,
    signal?: AbortSignal,
  ): Promise<Wire<ApprovalView>> {
    const path = `approvals/${encodeURIComponent(id)}${more === undefined ? '' : `/${more}`}`
    return (await this.#send<{ approval: Wire<ApprovalView> }>(path, body, signal)).approval
  }

  /** The shapes are those of src/web/api.ts. */
  async #send<T>(
    path: string,
    body?: object,
    signal?: AbortSignal,
    method: 'GET' | 'POST' | 'DELETE' = body === undefined ? 'GET' : 'POST',
  ): Promise<T> {
    const answer = await this.#fetch(method, path, body, signal)
    let json: unknown
    try {
      json = await answer.json()
    } catch (error) {
      throw new Refused('unreadable', `${this.#url} answered ${answer.status}, and no JSON`, {
        cause: error,
      })
    }
    if (answer.ok) return json as T
    const { error } = json as { error?: { code?: string; message?: string } }
    const message = error?.message ?? `the console answered ${answer.status}`
    throw new Refused(error?.code ?? 'unknown', message)
  }

  async #fetch(
    method: string,
    path: string,
    body?: object,
    signal?: AbortSignal,
  ): Promise<Response> {
    const longest = answerMsMax + (path.includes('/wait?') ? waitSeconds * 1000 : 0)
    try {
      return await fetch(`${this.#url}/api/v1/${path}`, {
        method,
        // A redirect would take the password somewhere else.
        redirect: 'error',
        signal: AbortSignal.any([
          this.#signal,
          AbortSignal.timeout(longest),
          ...(signal === undefined ? [] : [signal]),
        ]),
        headers: {
          accept: 'application/json',
          authorization: this.#authorization,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    } catch (error) {
      if (this.#signal.aborted) throw error
      throw new Refused('unreachable', `no console answers at ${this.#url}`, { cause: error })
    }
  }
}

/** As it travels: dates are text, and what is undefined is absent. */
type Wire<T extends ApprovalFacts> = Omit<T, keyof Dated> & WireDated

type Dated = Pick<
  ApprovalFacts,
  'createdAt' | 'expiresAt' | 'settledAt' | 'startedAt' | 'endedAt' | 'answers' | 'drifts'
> & { readonly review: Review | undefined }

interface WireDated {
  readonly createdAt: string
  readonly expiresAt: string
  readonly settledAt?: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly review?: Omit<Review, 'at'> & { readonly at?: string }
  readonly drifts: readonly (Omit<Drift, 'at'> & { readonly at: string })[]
  readonly answers: readonly (Omit<PersonAnswer, 'at'> & { readonly at: string })[]
}

export type ApprovalView = Approval & { readonly bars: Bars }
export type SummaryView = ApprovalSummary & { readonly bars: Bars }

function revived(wire: WireDated): Dated {
  const date = (text: string | undefined): Date | undefined =>
    text === undefined ? undefined : new Date(text)
  return {
    createdAt: new Date(wire.createdAt),
    expiresAt: new Date(wire.expiresAt),
    settledAt: date(wire.settledAt),
    startedAt: date(wire.startedAt),
    endedAt: date(wire.endedAt),
    answers: wire.answers.map(answer => ({ ...answer, at: new Date(answer.at) })),
    drifts: wire.drifts.map(drift => ({ ...drift, at: new Date(drift.at) })),
    review: wire.review && { ...wire.review, at: date(wire.review.at) },
  }
}

export type GrantView = Grant & { readonly state: GrantState }

type WireGrant = Omit<GrantView, GrantDate> & {
  readonly createdAt: string
  readonly expiresAt: string
  readonly revokedAt?: string
}
type GrantDate = 'createdAt' | 'expiresAt' | 'revokedAt'

function revivedGrant(wire: WireGrant): GrantView {
  return {
    ...wire,
    createdAt: new Date(wire.createdAt),
    expiresAt: new Date(wire.expiresAt),
    revokedAt: wire.revokedAt === undefined ? undefined : new Date(wire.revokedAt),
  }
}

/** A running proxy leaves its address in its data directory. */
function nodeUrl(dataDir: string): string {
  const path = join(dataDir, 'node.json')
  try {
    // Whoever writes this file is sent the password.
    const { uid } = statSync(path)
    const own = process.getuid?.()
    if (own !== undefined && uid !== own && uid !== 0) {
      throw new UsageError(`${path} belongs to another user: say --url`)
    }
    const node = JSON.parse(readFileSync(path, 'utf8')) as { http?: unknown; pid?: unknown }
    // A proxy that was killed leaves its address behind, and somebody else may listen there now.
    if (typeof node.pid === 'number' && !isAlive(node.pid)) {
      throw new UsageError(`the proxy of ${dataDir} does not run: start it, or say --url`)
    }
    if (typeof node.http === 'string') return node.http
  } catch (error) {
    if (error instanceof UsageError) throw error
    const expected = 'expected --url, COUNTERSIGN_URL or a running proxy'
    throw new UsageError(`${expected} whose data directory is ${dataDir}`, { cause: error })
  }
  throw new UsageError(`expected "http" in ${path}: say --url`)
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new UsageError(`expected an http or https address of the console, got ${text}`)
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new UsageError(`expected https: the password would go to ${url.host} for all to read`)
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '[::1]') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

async function passwordOf(user: string, io: Io): Promise<string> {
  const given = io.env.COUNTERSIGN_PASSWORD
  if (given !== undefined) return given
  if (io.stdin.isTTY !== true) {
    throw new UsageError('expected COUNTERSIGN_PASSWORD, or a terminal to ask for the password')
  }
  return askHidden(io, `Password of ${user}: `)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // It is there, and not ours to signal.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
