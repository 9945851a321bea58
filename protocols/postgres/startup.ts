/**
 * The client's side of a session's start: encryption, StartupMessage, authentication.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */
import type { Socket } from 'node:net'
import { ByteReader } from '../bytes.ts'
import { type Deadline, startDeadline } from '../deadline.ts'
import { AccessDenied, ProtocolError } from '../errors.ts'
import { ConnectionClosed, HandshakeReader } from '../handshake-reader.ts'
import type { Gateway, Login, Session } from '../protocol.ts'
import type { CancelRegistry } from './cancel.ts'
import { type ClientConnection, readFirstPacket } from './client-connection.ts'
import { FatalError } from './fatal.ts'
import {
  decodeSASLInitialResponse,
  encodeAuthenticationOk,
  encodeAuthenticationSASL,
  encodeAuthenticationSASLContinue,
  encodeAuthenticationSASLFinal,
} from './messages/authentication.ts'
import { encodeErrorResponse } from './messages/error-response.ts'
import { encodeNegotiateProtocolVersion } from './messages/session.ts'
import type { StartupMessage } from './messages/startup.ts'
import { ScramServer, scramMechanisms } from './scram.ts'
import { startupParameters } from './startup-settings.ts'

/** A client that has proved who it is and was sent AuthenticationOk, and nothing after it. */
export interface StartedClient {
  /** The TLS socket when the client asked for one. Paused; an 'error' listener stays on it. */
  readonly socket: Socket
  readonly session: Session
  readonly login: Login
  /** 0 or 2: what was agreed on. */
  readonly protocolMinor: number
  /**
   * `user`, `database`, and every setting, names in lower case. What came inside `options` stands
   * here as settings of their own (`search_path`, `statement_timeout`, …); `options` is not here.
   */
  readonly parameters: ReadonlyMap<string, string>
  /** What the client sent after its last message of the start, if anything. */
  readonly leftover: Buffer
}

/** PG_MAX_AUTH_TOKEN_LENGTH */
const authenticationBytesMax = 65535

/** For a client that was told why it is sent away to read it and close. */
const farewellMsMax = 1000

/**
 * Undefined when there is no session: the connection was a CancelRequest, was refused (and told
 * so), or is gone; the socket is then closed or closing. Rejects only for a bug of ours.
 */
export async function startClient(
  socket: Socket,
  gateway: Gateway,
  cancels: CancelRegistry,
): Promise<StartedClient | undefined> {
  const { startupBytesMax, startupMsMax } = gateway.limits
  const late = new FatalError('57014', 'canceling authentication due to timeout')
  const deadline = startDeadline(startupMsMax, late)
  const reader = new HandshakeReader(socket, {
    signal: deadline.signal,
    bufferedBytesMax: startupBytesMax,
  })
  // Whoever owns the socket listens to 'close', which follows.
  socket.on('error', () => undefined)
  const connection: ClientConnection = { socket, reader, tls: false, endPoint: undefined }
  try {
    return await start(connection, gateway, cancels, deadline)
  } catch (error) {
    if (!turnAway(connection, error)) throw error
    return undefined
  } finally {
    deadline.clear()
  }
}

async function start(
  connection: ClientConnection,
  gateway: Gateway,
  cancels: CancelRegistry,
  deadline: Deadline,
): Promise<StartedClient | undefined> {
  const packet = await readFirstPacket(connection, gateway, deadline.signal)
  if (packet.type === 'CancelRequest') {
    cancels.cancel(packet.processId, packet.secret)
    connection.reader.detach()
    connection.socket.destroy()
    return undefined
  }
  const protocolMinor = negotiate(connection.socket, packet)
  const parameters = startupParameters(packet.parameters)
  const login: Login = {
    protocol: 'postgres',
    user: parameters.get('user') ?? '',
    database: parameters.get('database') ?? '',
    application: parameters.get('application_name'),
    remoteAddress: connection.socket.remoteAddress ?? 'local',
    tls: connection.tls,
  }
  const proved = await authenticate(connection, gateway, login)
  const session = await logIn(connection, gateway, login, deadline.signal)
  const { socket, reader } = connection
  socket.write(Buffer.concat([encodeAuthenticationSASLFinal(proved), encodeAuthenticationOk()]))
  return { socket, session, login, protocolMinor, parameters, leftover: reader.detach() }
}

/**
 * The newest minor version that both know: 3.0 or 3.2. There never was a 3.1, and the answer must
 * not be newer than the question.
 */
function negotiate(socket: Socket, startup: StartupMessage): number {
  const minor = startup.minor >= 2 ? 2 : 0
  const options = [...startup.parameters.keys()].filter(name => name.startsWith('_pq_.'))
  if (minor !== startup.minor || options.length > 0) {
    socket.write(encodeNegotiateProtocolVersion({ minor, options }))
  }
  return minor
}

/** SCRAM up to the client's proof. Returns server-final, which is not sent yet. */
async function authenticate(
  connection: ClientConnection,
  gateway: Gateway,
  login: Login,
): Promise<string> {
  const { socket, reader, endPoint } = connection
  const bytesMax = Math.min(authenticationBytesMax, gateway.limits.startupBytesMax)
  const mechanisms = scramMechanisms(endPoint)
  socket.write(encodeAuthenticationSASL(mechanisms))
  const initial = decodeSASLInitialResponse(await readResponse(reader, bytesMax))
  if (!mechanisms.includes(initial.mechanism)) {
    throw new FatalError('08P01', 'client selected an invalid SASL authentication mechanism')
  }
  const credential = gateway.credential(login)
  const scram = new ScramServer({ mechanism: initial.mechanism, endPoint, credential })
  socket.write(encodeAuthenticationSASLContinue(scram.first(initial.data)))
  const proved = scram.final((await readResponse(reader, bytesMax)).rest())
  if (proved === undefined) throw wrongPassword(login.user)
  return proved
}

async function readResponse(reader: HandshakeReader, bytesMax: number): Promise<ByteReader> {
  const header = await reader.take(5)
  const type = header.readUInt8(0) // Byte1('p')
  const length = header.readUInt32BE(1) // Int32
  if (type !== 0x70) {
    throw new FatalError('08P01', `expected SASL response, got message type ${type}`)
  }
  if (length < 4 || length - 4 > bytesMax) throw new FatalError('08P01', 'invalid message length')
  return new ByteReader(await reader.take(length - 4))
}

/** A client that was late, or has left, is not let in, and its session ends before it began. */
async function logIn(
  connection: ClientConnection,
  gateway: Gateway,
  login: Login,
  signal: AbortSignal,
): Promise<Session> {
  const expire = (): boolean => turnAway(connection, signal.reason)
  signal.addEventListener('abort', expire)
  try {
    const session = await gateway.login(login)
    if (!signal.aborted && !connection.reader.closed) return session
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
      return wrongPassword(login.user)
    case 'database':
      return new FatalError('3D000', `database "${login.database}" does not exist`)
    case 'policy':
      return new FatalError('42501', error.message)
    case 'capacity':
      return new FatalError('53300', error.message)
  }
}

/** The same words for a user that does not exist. */
function wrongPassword(user: string): FatalError {
  return new FatalError('28P01', `password authentication failed for user "${user}"`)
}

/** Tells the client why, if it is there to be told. False when the error is a bug of ours. */
function turnAway(connection: ClientConnection, error: unknown): boolean {
  const { socket, reader } = connection
  reader.detach()
  const closed = error instanceof ConnectionClosed
  const fatal = asFatal(error)
  if (closed || fatal === undefined) {
    socket.destroy()
  } else if (!socket.destroyed && !socket.writableEnded) {
    // Bytes left unread would make the system reset the connection, and the message be lost.
    socket.resume()
    socket.end(encodeErrorResponse(fatal.fields))
    const farewell = setTimeout(() => socket.destroy(), farewellMsMax)
    socket.once('close', () => clearTimeout(farewell))
  }
  return closed || fatal !== undefined
}

function asFatal(error: unknown): FatalError | undefined {
  if (error instanceof FatalError) return error
  if (error instanceof ConnectionClosed) return undefined
  return error instanceof ProtocolError ? new FatalError('08P01', error.message) : undefined
}
