/**
 * The client's side of a session's start: greeting, encryption, authentication.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
 */
import type { Socket } from 'node:net'
import { startDeadline } from '../deadline.ts'
import { AccessDenied, ProtocolError } from '../errors.ts'
import { ConnectionClosed } from '../handshake-reader.ts'
import type { Gateway, Login, Session } from '../protocol.ts'
import { secureClient } from '../tls.ts'
import { authenticate, defaultPlugin, type PluginResponse } from './auth.ts'
import { agreed, Capability, has, offered, requiredOfBoth } from './capabilities.ts'
import { Channel } from './channel.ts'
import {
  characterSetOf,
  collationForUpstream,
  defaultCollation,
  type ServerKind,
} from './character-sets.ts'
import type { ConnectionIds } from './connection-ids.ts'
import { badHandshake, FatalError } from './fatal.ts'
import { PacketsOutOfOrder } from './framing.ts'
import type { ConnectAttributes } from './packets/connect-attributes.ts'
import { ErrorCode } from './packets/err.ts'
import {
  capabilitiesOf,
  decodeHandshakeResponse,
  type HandshakeResponse,
  isSslRequest,
} from './packets/handshake-response.ts'
import { encodeHandshakeV10 } from './packets/handshake-v10.ts'
import { ServerStatus } from './packets/ok.ts'
import { newScramble } from './scramble.ts'

/** What the server behind us says of itself, which drivers choose their behaviour by. */
export interface ServerGreeting extends ServerKind {
  readonly capabilities: bigint
  readonly collation: number
}

/** A client that has proved who it is. The OK that ends authentication was not sent yet. */
export interface StartedClient {
  /** The TLS socket when the client asked for one. Paused; an 'error' listener stays on it. */
  readonly socket: Socket
  readonly session: Session
  readonly login: Login
  /** What was agreed on: low 32 bits MySQL's, high 32 MariaDB's extended ones. */
  readonly capabilities: bigint
  /** For the upstream: one whose character set we can read. */
  readonly collation: number
  readonly attributes: ConnectAttributes
  /** What the client sent after its last packet of the start, if anything. */
  readonly leftover: Buffer
  /** The id that it was told; to be released when the session ends. */
  readonly connectionId: number
  /** The number of the OK. */
  readonly sequence: number
}

/** The name of the protocol in TLS (ALPN), for clients that offer one. */
export const application = 'mysql'

/** For a client that was told why it is sent away to read it and close. */
const farewellMsMax = 1000

/** As drivers name themselves, in the order in which a person wants to read it. */
const applicationAttributes = ['program_name', '_client_name']

/** Why it connects. */
const reasonAttributes = ['countersign_reason', 'reason']

/**
 * Undefined when there is no session: the client was refused (and told so) or is gone; the socket
 * is then closed or closing, and its id released. Rejects only for a bug of ours.
 */
export async function startClient(
  socket: Socket,
  gateway: Gateway,
  greeting: () => ServerGreeting,
  connections: ConnectionIds,
): Promise<StartedClient | undefined> {
  const connectionId = connections.allocate()
  const start = (channel: Channel): Promise<Started> =>
    greet(channel, gateway, greeting(), connectionId)
  try {
    const started = await runStart(socket, gateway, { sequence: 0, tls: false }, start)
    if (started !== undefined) return { ...started, connectionId }
  } catch (error) {
    connections.release(connectionId)
    throw error
  }
  connections.release(connectionId)
  return undefined
}

export type Started = Omit<StartedClient, 'connectionId'>

/** `start` with its limits; what it throws is told to the client. */
export async function runStart(
  socket: Socket,
  gateway: Gateway,
  { sequence, tls }: { readonly sequence: number; readonly tls: boolean },
  start: (channel: Channel) => Promise<Started>,
): Promise<Started | undefined> {
  const { startupBytesMax, startupMsMax } = gateway.limits
  const late = new FatalError(
    ErrorCode.ER_NET_READ_INTERRUPTED,
    '08S01',
    'Got timeout reading communication packets',
  )
  const deadline = startDeadline(startupMsMax, late)
  const { signal } = deadline
  const channel = new Channel(socket, { signal, bytesMax: startupBytesMax, sequence, tls })
  try {
    return await start(channel)
  } catch (error) {
    if (!turnAway(channel, error)) throw error
    return undefined
  } finally {
    deadline.clear()
  }
}

async function greet(
  channel: Channel,
  gateway: Gateway,
  greeting: ServerGreeting,
  connectionId: number,
): Promise<Started> {
  const scramble = newScramble()
  const capabilities = offered(greeting.capabilities, gateway.tls !== undefined)
  channel.write(
    encodeHandshakeV10({
      version: greeting.version,
      connectionId,
      scramble,
      capabilities,
      collation: ownCollation(greeting),
      statusFlags: ServerStatus.AUTOCOMMIT,
      plugin: defaultPlugin,
    }),
  )
  const response = await readResponse(channel, gateway)
  checkCharacterSet(response.collation, [response.user, response.database], greeting)
  return admit(channel, gateway, {
    user: response.user,
    database: response.database,
    collation: collationForUpstream(response.collation, greeting),
    capabilities: agreed(response.capabilities, capabilities),
    attributes: response.attributes,
    came: { plugin: response.plugin, data: response.authenticationData, scramble },
  })
}

/** Some drivers take the server's for their own: one that they may keep. */
function ownCollation(greeting: ServerGreeting): number {
  const utf8 = characterSetOf(greeting.collation) === 'utf8mb4'
  return utf8 ? greeting.collation & 0xff : defaultCollation(greeting)
}

/** TLS on the way, if the client wants it: its ClientHello may have come with the request. */
async function readResponse(channel: Channel, gateway: Gateway): Promise<HandshakeResponse> {
  const first = await channel.read()
  if (!isSslRequest(first)) return decodeResponse(first)
  const { tls } = gateway
  if (tls === undefined) throw badHandshake('this server has no TLS')
  await channel.secure((socket, unread) =>
    secureClient(socket, tls, application, unread, channel.signal),
  )
  const second = await channel.read()
  if (isSslRequest(second)) throw badHandshake('TLS was asked for inside TLS')
  return decodeResponse(second)
}

function decodeResponse(payload: Buffer): HandshakeResponse {
  const capabilities = capabilitiesOf(payload) ?? 0n
  if (has(capabilities, requiredOfBoth)) return decodeHandshakeResponse(payload)
  if (!has(capabilities, Capability.PROTOCOL_41)) {
    throw badHandshake('expected protocol 4.1; use a newer client')
  }
  throw new FatalError(
    ErrorCode.ER_NOT_SUPPORTED_AUTH_MODE,
    '08004',
    'Client does not support authentication protocol requested by server; ' +
      'consider upgrading MySQL client',
  )
}

/** Throws unless what the client will send can be read as the server reads it. */
export function checkCharacterSet(
  collation: number,
  names: readonly string[],
  server: ServerKind,
): void {
  const spelled = characterSetOf(collation) !== 'latin1' || names.every(isAscii)
  if (spelled && collationForUpstream(collation, server) !== undefined) return
  throw new FatalError(
    ErrorCode.ER_UNKNOWN_CHARACTER_SET,
    '42000',
    `Countersign: the character set of collation ${collation} cannot be used here; ` +
      'connect with utf8mb4',
  )
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text)
}

/** What a client says of itself, in its handshake or in COM_CHANGE_USER. */
export interface Claim {
  readonly user: string
  readonly database: string
  readonly collation: number | undefined
  readonly capabilities: bigint
  readonly attributes: ConnectAttributes
  readonly came: PluginResponse
}

/** From a claim to a session. */
export async function admit(channel: Channel, gateway: Gateway, claim: Claim): Promise<Started> {
  const { user, database, capabilities, attributes, collation } = claim
  if (collation === undefined) throw new TypeError('expected a collation that was checked')
  const application = applicationAttributes.map(name => attributes.get(name)).find(Boolean)
  const remoteAddress = channel.socket.remoteAddress ?? 'localhost'
  const { tls } = channel
  const login: Login = {
    ...{ protocol: 'mysql', user, database, application, remoteAddress, tls },
    reason: reasonAttributes.map(name => attributes.get(name)).find(Boolean),
  }
  const proved = await authenticate(channel, gateway, login, claim.came)
  if (!proved) throw accessDenied(login, claim.came.data.length > 0)
  const session = await logIn(channel, gateway, login)
  const { socket, sequence } = channel
  const leftover = channel.detach()
  return { socket, session, login, capabilities, collation, attributes, leftover, sequence }
}

/** A client that was late, or has left, is not let in, and its session ends before it began. */
async function logIn(channel: Channel, gateway: Gateway, login: Login): Promise<Session> {
  const { signal } = channel
  const expire = (): boolean => turnAway(channel, signal.reason)
  signal.addEventListener('abort', expire)
  try {
    const session = await gateway.login(login)
    if (!signal.aborted && !channel.closed) return session
    await session.end('the client left before it was let in')
  } catch (error) {
    throw error instanceof AccessDenied ? denied(error, login) : error
  } finally {
    signal.removeEventListener('abort', expire)
  }
  signal.throwIfAborted()
  throw new ConnectionClosed()
}

function denied(error: AccessDenied, login: Login): FatalError {
  switch (error.reason) {
    case 'password':
    case 'user':
      return accessDenied(login, true)
    case 'database':
      if (login.database === '') return new FatalError(1046, '3D000', error.message)
      return new FatalError(
        ErrorCode.ER_BAD_DB_ERROR,
        '42000',
        `Unknown database '${login.database}'`,
      )
    case 'policy':
      return new FatalError(ErrorCode.ER_ACCESS_DENIED_ERROR, '28000', error.message)
    case 'capacity':
      return new FatalError(ErrorCode.ER_CON_COUNT_ERROR, '08004', error.message)
  }
}

/** The same words for a user that does not exist. */
function accessDenied(login: Login, password: boolean): FatalError {
  return new FatalError(
    ErrorCode.ER_ACCESS_DENIED_ERROR,
    '28000',
    `Access denied for user '${login.user}'@'${login.remoteAddress}' ` +
      `(using password: ${password ? 'YES' : 'NO'})`,
  )
}

/** Tells the client why, if it is there to be told. False when the error is a bug of ours. */
function turnAway(channel: Channel, error: unknown): boolean {
  const { socket } = channel
  channel.detach()
  const closed = error instanceof ConnectionClosed
  const fatal = asFatal(error)
  if (closed || fatal === undefined) {
    socket.destroy()
  } else if (!socket.destroyed && !socket.writableEnded) {
    // Bytes left unread would make the system reset the connection, and the message be lost.
    socket.resume()
    channel.write(fatal.payload)
    socket.end()
    const farewell = setTimeout(() => socket.destroy(), farewellMsMax)
    socket.once('close', () => clearTimeout(farewell))
  }
  return closed || fatal !== undefined
}

function asFatal(error: unknown): FatalError | undefined {
  if (error instanceof FatalError) return error
  if (error instanceof ConnectionClosed) return undefined
  if (error instanceof PacketsOutOfOrder) {
    const message = 'Got packets out of order'
    return new FatalError(ErrorCode.ER_NET_PACKETS_OUT_OF_ORDER, '08S01', message)
  }
  return error instanceof ProtocolError ? badHandshake(error.message) : undefined
}
