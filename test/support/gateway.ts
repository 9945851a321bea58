/** A Gateway for tests of a session's start: users with passwords, and nothing behind them. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { AccessDenied } from '../../protocols/errors.ts'
import type {
  Credential,
  Gateway,
  Limits,
  Login,
  Session,
  Upstream,
} from '../../protocols/protocol.ts'

export interface TestGatewayOptions {
  readonly users: Readonly<Record<string, string>>
  readonly limits?: Partial<Limits>
  readonly tls?: Gateway['tls']
  readonly upstream?: Upstream
  /** Called in place of letting the user in. */
  readonly login?: (login: Login) => Promise<Session>
}

export interface TestGateway extends Gateway {
  readonly logins: Login[]
  /** Reasons of the sessions that ended. */
  readonly ended: string[]
}

export const testLimits: Limits = {
  startupMsMax: 10_000,
  startupBytesMax: 10_000,
  statementBytesMax: 1_000_000,
  frameBytesMax: 1_000_000,
  bufferedBytesMax: 1_000_000,
}

export function testGateway(options: TestGatewayOptions): TestGateway {
  const logins: Login[] = []
  const ended: string[] = []
  const session: Session = {
    id: 'test',
    upstream: options.upstream ?? nowhere,
    signal: new AbortController().signal,
    review: () => ({ run: true }),
    masks: () => undefined,
    maskVersion: 0,
    flow: () => undefined,
    overhears: () => undefined,
    hidesDiagnostics: () => false,
    record: () => undefined,
    end: async reason => {
      ended.push(reason)
    },
  }
  return {
    logins,
    ended,
    limits: { ...testLimits, ...options.limits },
    tls: options.tls,
    credential: login => verifier(options.users[login.user] ?? randomBytes(16).toString('hex')),
    verifyPassword: async (login, password) => options.users[login.user] === password,
    login: async login => {
      logins.push(login)
      if (options.login !== undefined) return options.login(login)
      if (options.users[login.user] === undefined) throw new AccessDenied('user', 'no such user')
      return session
    },
  }
}

/** With few iterations, so that tests are quick. */
export function verifier(
  password: string,
  salt: Buffer = randomBytes(16),
  iterations = 16,
): Credential {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  return {
    iterations,
    salt,
    storedKey: createHash('sha256').update(clientKey).digest(),
    serverKey: createHmac('sha256', salted).update('Server Key').digest(),
  }
}

const nowhere: Upstream = {
  host: '127.0.0.1',
  port: 1,
  database: 'nowhere',
  user: 'nobody',
  password: undefined,
  tls: { mode: 'disable' },
}
