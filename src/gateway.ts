/** What a listener gives to its protocol: who may come in, to what, and with which session. */
import { AccessDenied } from '../protocols/errors.ts'
import type { Credential, Gateway, Limits, Login, Session } from '../protocols/protocol.ts'
import type { Approvals } from './approvals/approvals.ts'
import type { Windows } from './budgets/windows.ts'
import type { Config, DatabaseConfig } from './config/config.ts'
import type { DerivedMasks } from './derived-masks.ts'
import type { Identity, Users } from './identity/users.ts'
import type { Recorder } from './recording/recorder.ts'
import { PredicateLimit } from './session/predicate-limit.ts'
import { applicationReason } from './session/requester-reason.ts'
import type { RulesInForce } from './session/rules-in-force.ts'
import { ClientSession } from './session.ts'
import type { Metrics } from './telemetry/metrics.ts'

export interface GatewayParts {
  readonly config: Config
  readonly users: Users
  readonly rules: RulesInForce
  readonly windows: Windows
  readonly approvals: Approvals
  readonly derived: Pick<DerivedMasks, 'cover'>
  readonly recorder: Recorder
  readonly metrics: Metrics
}

export class LocalGateway implements Gateway {
  readonly limits: Limits
  readonly tls: Gateway['tls']
  readonly #parts: GatewayParts
  readonly #predicateLimit: PredicateLimit | undefined
  readonly #sessions = new Map<string, ClientSession>()

  constructor(parts: GatewayParts) {
    this.#parts = parts
    this.limits = parts.config.limits
    const { predicateLimit } = parts.config
    this.#predicateLimit = predicateLimit && new PredicateLimit(predicateLimit)
    this.tls = parts.config.listen.tls
  }

  /** Those that a protocol serves. */
  databases(protocol: string): readonly DatabaseConfig[] {
    const all = [...this.#parts.config.databases.values()]
    return all.filter(database => database.protocol === protocol)
  }

  credential(login: Login): Credential {
    return this.#parts.users.credential(login.user)
  }

  async verifyPassword(login: Login, password: string): Promise<boolean> {
    return (await this.#parts.users.verifyPassword(login.user, password)) !== undefined
  }

  async login(login: Login): Promise<Session> {
    const { config, users, rules, approvals, recorder, metrics } = this.#parts
    const identity = users.find(login.user)
    if (identity === undefined)
      throw new AccessDenied('user', `password authentication failed for user "${login.user}"`)
    const database = this.#database(login, identity)
    if (typeof database === 'string') {
      metrics.refusedLogins += 1
      throw new AccessDenied('database', database)
    }
    const id = recorder.newSessionId()
    const { application, reason } = applicationReason(login.application)
    const sessionRecorder = await recorder
      .openSession({
        id,
        identity,
        database: database.name,
        environment: database.environment,
        protocol: login.protocol,
        application,
        remoteAddress: login.remoteAddress,
        tls: login.tls,
        startedAt: new Date(),
      })
      .catch((cause: unknown) => {
        throw new AccessDenied('capacity', 'the session cannot be recorded', { cause })
      })
    const session = new ClientSession({
      id,
      identity,
      database,
      application,
      reason: login.reason ?? reason,
      onHold: users.onHold(identity),
      rules,
      windows: this.#parts.windows,
      approvals,
      approvalsConfig: config.approvals,
      recorder: sessionRecorder,
      predicateLimit: this.#predicateLimit,
      cover: analysis => this.#parts.derived.cover(analysis, database.name, identity.name),
      count: verdict => {
        metrics.statements[verdict] += 1
      },
      observe: would => {
        metrics.observed[would] += 1
      },
      onEnd: () => {
        this.#sessions.delete(id)
        metrics.sessionsOpen -= 1
      },
    })
    this.#sessions.set(id, session)
    metrics.sessionsOpen += 1
    metrics.sessionsTotal += 1
    return session
  }

  /** Whether the session runs, here. */
  has(id: string): boolean {
    return this.#sessions.has(id)
  }

  /** Its client is told, and what its server does for it is cancelled. False: it is not here. */
  endSession(id: string, reason: string): boolean {
    const session = this.#sessions.get(id)
    session?.abort(reason)
    return session !== undefined
  }

  /** Or why there is none. One that somebody may not use is not told apart from one not there. */
  #database(login: Login, identity: Identity): DatabaseConfig | string {
    const usable = this.databases(login.protocol).filter(({ name }) =>
      this.#parts.users.mayUse(identity, name),
    )
    if (login.database !== '') {
      const named = usable.find(({ name }) => name === login.database)
      return named ?? `database "${login.database}" does not exist`
    }
    const [only, ...others] = usable
    if (only === undefined) return `${login.user} may use no database here`
    if (others.length === 0) return only
    return `name a database to connect to: one of ${usable.map(({ name }) => name).join(', ')}`
  }

  /** Every client is told; nobody is waited for. */
  endSessions(reason: string): void {
    for (const session of this.#sessions.values()) session.abort(reason)
  }

  /** Ends every session and waits until each has its end in the recording. */
  async close(reason: string): Promise<void> {
    const sessions = [...this.#sessions.values()]
    this.endSessions(reason)
    await Promise.all(sessions.map(session => session.end(reason)))
  }
}
