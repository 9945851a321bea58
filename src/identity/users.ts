/**
 * The people and agents of the configuration: who they are, how they prove it, what they may
 * open. Unknown names are answered like known ones, so that they cannot be told apart.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Credential } from '../../protocols/protocol.ts'
import { defaultIterations, deriveCredential, parseVerifier } from './scram-verifier.ts'

/** Who is calling. One object for all sessions of a user. */
export interface Identity {
  readonly name: string
  readonly kind: 'person' | 'agent'
  readonly groups: readonly string[]
  /** The person who answers for an agent. */
  readonly owner: string | undefined
  readonly purpose: string | undefined
}

export interface UserConfig {
  readonly name: string
  /** A SCRAM-SHA-256 verifier. */
  readonly credential: string
  /** SHA-1(SHA-1(password)), where old MySQL clients may prove it so. */
  readonly nativePassword?: Buffer
  readonly kind: 'person' | 'agent'
  readonly groups: readonly string[]
  /** Whether a held statement waits for people, or fails and is to be sent again. Absent: wait. */
  readonly onHold?: 'wait' | 'return'
  /** A Slack user's id. */
  readonly slack?: string
  /** An Entra object id. */
  readonly teams?: string
  readonly email?: string
  readonly owner?: string
  readonly purpose?: string
  /** Globs over the configuration's databases; absent: all. */
  readonly databases?: readonly string[]
}

interface User {
  readonly identity: Identity
  readonly credential: Credential
  readonly onHold: 'wait' | 'return'
  readonly slack: string | undefined
  readonly teams: string | undefined
  readonly email: string | undefined
  readonly databases: RegExp | undefined
}

export class Users {
  readonly #users = new Map<string, User>()
  readonly #secret: Buffer
  readonly #decoyIterations: number
  readonly #decoyNative: boolean

  /**
   * `secret` makes the decoys: keep it over restarts, or a decoy's salt would change where that
   * of a real user does not. Throws when a credential is no verifier.
   */
  constructor(users: readonly UserConfig[], secret: Buffer) {
    this.#secret = secret
    for (const user of users) {
      const credential = parseVerifier(user.credential)
      if (!credential) throw new TypeError(`expected a SCRAM-SHA-256 verifier for ${user.name}`)
      this.#users.set(user.name, {
        identity: {
          name: user.name,
          kind: user.kind,
          groups: user.groups,
          owner: user.owner,
          purpose: user.purpose,
        },
        credential: {
          ...credential,
          ...(user.nativePassword !== undefined && { nativePassword: user.nativePassword }),
        },
        onHold: user.onHold ?? 'wait',
        slack: user.slack,
        teams: user.teams?.toLowerCase(),
        email: user.email,
        databases: user.databases && globs(user.databases),
      })
    }
    const credentials = [...this.#users.values()].map(({ credential }) => credential)
    this.#decoyIterations = commonest(credentials.map(each => each.iterations)) ?? defaultIterations
    this.#decoyNative =
      commonest(credentials.map(each => each.nativePassword !== undefined)) ?? false
  }

  find(name: string): Identity | undefined {
    return this.#users.get(name)?.identity
  }

  /** What a client has to prove; for an unknown name a decoy that nothing proves. */
  credential(name: string): Credential {
    return this.#users.get(name)?.credential ?? this.#decoy(name)
  }

  /** For places where the password itself arrives. Takes as long for unknown names. */
  async verifyPassword(name: string, password: string): Promise<Identity | undefined> {
    const expected = this.credential(name)
    const came = await deriveCredential(password, expected.salt, expected.iterations)
    const proven = timingSafeEqual(came.storedKey, expected.storedKey)
    return proven ? this.find(name) : undefined
  }

  /** The one user who is that Slack user. Undefined when there is none, or several. */
  bySlackId(id: string): Identity | undefined {
    return this.#only(user => user.slack === id)
  }

  /** The same by e-mail address, whatever its case. */
  byEmail(email: string): Identity | undefined {
    const wanted = email.toLowerCase()
    return this.#only(user => user.email?.toLowerCase() === wanted)
  }

  slackId(name: string): string | undefined {
    return this.#users.get(name)?.slack
  }

  /** The one user who has that Entra object id, in lower case. Undefined: none, or several. */
  byTeamsId(id: string): Identity | undefined {
    return this.#only(user => user.teams === id)
  }

  teamsId(name: string): string | undefined {
    return this.#users.get(name)?.teams
  }

  email(name: string): string | undefined {
    return this.#users.get(name)?.email
  }

  all(): readonly Identity[] {
    return [...this.#users.values()].map(({ identity }) => identity)
  }

  #only(matches: (user: User) => boolean): Identity | undefined {
    const [first, ...others] = [...this.#users.values()].filter(matches)
    return others.length === 0 ? first?.identity : undefined
  }

  onHold(identity: Identity): 'wait' | 'return' {
    return this.#users.get(identity.name)?.onHold ?? 'wait'
  }

  mayUse(identity: Identity, database: string): boolean {
    const user = this.#users.get(identity.name)
    if (!user) return false
    return user.databases === undefined || user.databases.test(database)
  }

  /** The same for the same name, as a real verifier is. */
  #decoy(name: string): Credential {
    const bytes = (purpose: string) =>
      createHmac('sha256', this.#secret).update(`${purpose}\0${name}`).digest()
    return {
      iterations: this.#decoyIterations,
      salt: bytes('salt').subarray(0, 16),
      storedKey: bytes('stored key'),
      serverKey: bytes('server key'),
      ...(this.#decoyNative && { nativePassword: bytes('native password').subarray(0, 20) }),
    }
  }
}

/** A decoy has to look like most users do. */
function commonest<Value>(values: readonly Value[]): Value | undefined {
  const counts = new Map<Value, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const [first] = [...counts].sort(([, a], [, b]) => b - a)
  return first?.[0]
}

function globs(patterns: readonly string[]): RegExp {
  const sources = patterns.map(pattern =>
    pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.'),
  )
  return new RegExp(`^(?:${sources.join('|')})$`, 's')
}
