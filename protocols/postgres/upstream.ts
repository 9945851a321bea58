/**
 * Our connection to the real database: TLS, StartupMessage, authentication, up to its first
 * ReadyForQuery. The only file here that reads an upstream's password.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */
import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { ByteReader } from '../bytes.ts'
import { ProtocolError, UpstreamError } from '../errors.ts'
import { ConnectionClosed } from '../handshake-reader.ts'
import type { Upstream } from '../protocol.ts'
import { onThisMachine, place, withinLimit } from '../upstream-socket.ts'
import {
  type Authentication,
  decodeAuthentication,
  encodePasswordMessage,
  encodeSASLInitialResponse,
  encodeSASLResponse,
} from './messages/authentication.ts'
import { decodeErrorFields } from './messages/error-response.ts'
import {
  type BackendKeyData,
  decodeBackendKeyData,
  decodeNegotiateProtocolVersion,
  decodeParameterStatus,
  decodeReadyForQuery,
  type TransactionStatus,
} from './messages/session.ts'
import { encodeCancelRequest, encodeStartupMessage } from './messages/startup.ts'
import { ScramClient } from './scram.ts'
import { type ReachedUpstream, reachUpstream } from './upstream-connection.ts'
import { UpstreamRefused } from './upstream-error.ts'

export { UpstreamRefused, upstreamErrorForClient } from './upstream-error.ts'

export interface UpstreamOptions {
  /** The client's, as `StartedClient.parameters`; `user` and `database` in it are not used. */
  readonly parameters: ReadonlyMap<string, string>
  /** 0 or 2: what the client agreed on. */
  readonly protocolMinor: number
  readonly signal: AbortSignal
  /** For all of it, until ReadyForQuery. */
  readonly timeoutMs: number
}

/** A server that is ready for its first query. */
export interface UpstreamConnection {
  /** Paused; an 'error' listener stays on it. */
  readonly socket: Socket
  readonly protocolMinor: number
  /** ParameterStatus as the server reported it, in its order. */
  readonly parameters: ReadonlyMap<string, string>
  /** NoticeResponse frames, header included, that came before ReadyForQuery. */
  readonly notices: readonly Buffer[]
  readonly transactionStatus: TransactionStatus
  /** What came after ReadyForQuery, if anything. */
  readonly leftover: Buffer
  /** Where a CancelRequest has to go, and with which key; undefined when the server gave none. */
  readonly cancelTarget: CancelTarget | undefined
}

/** The very machine that was reached (a host name may stand for several), and the server's key. */
export interface CancelTarget {
  readonly upstream: Upstream
  readonly address: string
  readonly processId: number
  readonly secret: Buffer
}

/** One message of a server's start, and all of them: no server comes near either. */
const messageBytesMax = 65536
const startBytesMax = 1_048_576

/** Settings without which a statement would not mean what we read in it. */
const pinnedSettings: readonly (readonly [string, string])[] = [
  ['client_encoding', 'UTF8'],
  ['standard_conforming_strings', 'on'],
]

/** Rejects with UpstreamError (its message is for logs: it names the address, no credentials). */
export async function connectUpstream(
  upstream: Upstream,
  options: UpstreamOptions,
): Promise<UpstreamConnection> {
  const { signal, timeoutMs } = options
  return withinLimit(upstream, timeoutMs, signal, async limit => {
    const reached = await reachUpstream(upstream, upstream.host, limit)
    try {
      return await new UpstreamStart(upstream, reached).run(options)
    } catch (error) {
      reached.reader.detach()
      reached.socket.destroy()
      throw error
    }
  })
}

/**
 * Resolves when the server has closed the connection: the request was read. Whether there was
 * something to cancel is never told.
 */
export async function cancelUpstream(
  target: CancelTarget,
  options: { readonly signal?: AbortSignal; readonly timeoutMs: number },
): Promise<void> {
  const { upstream, address, processId, secret } = target
  await withinLimit(upstream, options.timeoutMs, options.signal, async limit => {
    const { socket, reader } = await reachUpstream(upstream, address, limit)
    try {
      socket.write(encodeCancelRequest(processId, secret))
      await reader.take(1)
      throw new ProtocolError('the end of the connection', 'an answer to CancelRequest')
    } catch (error) {
      if (!(error instanceof ConnectionClosed)) throw error
    } finally {
      reader.detach()
      socket.destroy()
    }
  })
}

/** From StartupMessage to ReadyForQuery. */
class UpstreamStart {
  readonly #upstream: Upstream
  readonly #reached: ReachedUpstream
  readonly #parameters = new Map<string, string>()
  readonly #notices: Buffer[] = []
  #protocolMinor = 0
  #bytes = 0
  #scram: ScramClient | undefined
  #authenticated = false
  #key: BackendKeyData | undefined
  #transactionStatus: TransactionStatus | undefined

  constructor(upstream: Upstream, reached: ReachedUpstream) {
    this.#upstream = upstream
    this.#reached = reached
  }

  async run(options: UpstreamOptions): Promise<UpstreamConnection> {
    const { socket, reader } = this.#reached
    this.#protocolMinor = options.protocolMinor
    const parameters = startParameters(this.#upstream, options.parameters)
    socket.write(encodeStartupMessage(options.protocolMinor, parameters))
    while (this.#transactionStatus === undefined) await this.#next()
    this.#checkSettings()
    return {
      socket,
      protocolMinor: this.#protocolMinor,
      parameters: this.#parameters,
      notices: this.#notices,
      transactionStatus: this.#transactionStatus,
      leftover: reader.detach(),
      cancelTarget: this.#key && {
        upstream: this.#upstream,
        address: socket.remoteAddress ?? this.#upstream.host,
        ...this.#key,
      },
    }
  }

  async #next(): Promise<void> {
    const { reader } = this.#reached
    const header = await reader.take(5)
    const type = String.fromCharCode(header.readUInt8(0)) // Byte1
    const length = header.readUInt32BE(1) // Int32
    this.#bytes += length
    if (length < 4 || length > messageBytesMax || this.#bytes > startBytesMax) {
      throw new ProtocolError('a message of the start', `type ${type} of ${length} bytes`)
    }
    const bytes = await reader.take(length - 4)
    const body = new ByteReader(bytes)
    switch (type) {
      case 'E':
        throw new UpstreamRefused(place(this.#upstream), decodeErrorFields(body))
      case 'N':
        this.#notices.push(Buffer.concat([header, bytes]))
        return
      case 'R':
        return this.#authenticate(decodeAuthentication(body))
      case 'v':
        return this.#negotiated(decodeNegotiateProtocolVersion(body).minor)
    }
    if (!this.#authenticated) throw new ProtocolError('authentication', `message ${type}`)
    switch (type) {
      case 'S': {
        const { name, value } = decodeParameterStatus(body)
        this.#parameters.set(shared(name), shared(value))
        return
      }
      case 'K':
        this.#key = decodeBackendKeyData(body)
        return
      case 'Z':
        this.#transactionStatus = decodeReadyForQuery(body)
        return
      default:
        throw new ProtocolError('ReadyForQuery', `message ${type}`)
    }
  }

  #negotiated(minor: number): void {
    if (minor > this.#protocolMinor || minor === 1) {
      throw new ProtocolError(`protocol 3.${this.#protocolMinor} or older`, `3.${minor}`)
    }
    this.#protocolMinor = minor
  }

  async #authenticate(asked: Authentication): Promise<void> {
    const { socket, tls, endPoint } = this.#reached
    if (this.#authenticated) throw new ProtocolError('ReadyForQuery', `${asked.type} again`)
    switch (asked.type) {
      case 'Ok':
        // A forged server could say so without having proved anything.
        if (this.#scram !== undefined && !this.#scram.verified) {
          throw new UpstreamError('the upstream did not prove that it knows the password')
        }
        this.#authenticated = true
        return
      case 'CleartextPassword':
        if (!tls && !onThisMachine(this.#upstream.host)) {
          throw new UpstreamError('the upstream asks for the password in clear, without TLS')
        }
        socket.write(encodePasswordMessage(this.#password()))
        return
      case 'MD5Password':
        socket.write(encodePasswordMessage(md5(this.#upstream.user, this.#password(), asked.salt)))
        return
      case 'SASL': {
        if (this.#scram !== undefined) throw new ProtocolError('SASLContinue', 'SASL again')
        const { mechanisms } = asked
        const scram = new ScramClient({ mechanisms, password: this.#password(), tls, endPoint })
        this.#scram = scram
        socket.write(encodeSASLInitialResponse(scram.mechanism, scram.first()))
        return
      }
      case 'SASLContinue':
        if (this.#scram === undefined) throw new ProtocolError('SASL', 'SASLContinue')
        socket.write(encodeSASLResponse(await this.#scram.final(asked.data)))
        return
      case 'SASLFinal':
        if (this.#scram === undefined) throw new ProtocolError('SASL', 'SASLFinal')
        this.#scram.verify(asked.data)
        return
      case 'other':
        throw new UpstreamError(
          `the upstream asks for an authentication that we cannot do (${asked.code})`,
        )
    }
  }

  #password(): string {
    const { password } = this.#upstream
    if (password !== undefined) return password
    throw new UpstreamError('the upstream asks for a password, and none is configured')
  }

  /** A pooler in between, or a server of another kind, may not have heeded what we asked for. */
  #checkSettings(): void {
    for (const [name, value] of pinnedSettings) {
      const reported = this.#parameters.get(name)
      if (reported !== value) {
        throw new UpstreamError(
          `the upstream reports ${name} ${JSON.stringify(reported)}, and not ${value}`,
        )
      }
    }
  }
}

/** Ours come first and last: nothing that the client sent can take their place. */
function startParameters(
  upstream: Upstream,
  wanted: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const parameters = new Map([
    ['user', upstream.user],
    ['database', upstream.database],
  ])
  for (const [name, value] of wanted) {
    if (!ownParameters.has(name)) parameters.set(name, value)
  }
  for (const [name, value] of pinnedSettings) parameters.set(name, value)
  return parameters
}

const ownParameters: ReadonlySet<string> = new Set(['user', 'database', 'replication', 'options'])

function md5(user: string, password: string, salt: Buffer): string {
  const inner = createHash('md5')
    .update(password + user)
    .digest('hex')
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`
}

/** Servers report the same few settings to everybody: thousands of sessions keep one copy. */
function shared(text: string): string {
  const known = reported.get(text)
  if (known !== undefined) return known
  if (reported.size < reportedMax) reported.set(text, text)
  return text
}

const reported = new Map<string, string>()
const reportedMax = 1000
