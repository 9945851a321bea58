/**
 * Our connection to the real server: TLS, handshake, authentication, up to its OK. The only file
 * of the relay that reads an upstream's password.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
 */
import type { Socket } from 'node:net'
import { ProtocolError, UpstreamError } from '../errors.ts'
import type { Upstream } from '../protocol.ts'
import { onThisMachine, place, withinLimit } from '../upstream-socket.ts'
import { forUpstream, missing } from './capabilities.ts'
import type { Channel } from './channel.ts'
import { collationForUpstream } from './character-sets.ts'
import {
  authMoreDataHeader,
  authSwitchHeader,
  decodeAuthMoreData,
  decodeAuthSwitchRequest,
} from './packets/auth-switch.ts'
import { Command } from './packets/commands.ts'
import { type ConnectAttributes, noAttributes } from './packets/connect-attributes.ts'
import { decodeErr, ErrorCode, errHeader } from './packets/err.ts'
import { encodeHandshakeResponse } from './packets/handshake-response.ts'
import { type Flavour, flavourOf, type HandshakeV10 } from './packets/handshake-v10.ts'
import { decodeOk, okHeader } from './packets/ok.ts'
import type { ServerGreeting } from './startup.ts'
import { UpstreamAuthentication } from './upstream-auth.ts'
import { type Beginning, type ReachedUpstream, reachUpstream } from './upstream-connection.ts'
import { UpstreamRefused } from './upstream-error.ts'

export { UpstreamRefused, upstreamErrorForClient } from './upstream-error.ts'

export interface UpstreamOptions {
  /** As agreed on with the client. */
  readonly capabilities: bigint
  /** As `StartedClient.collation`: one that the server knows. */
  readonly collation: number
  readonly attributes: ConnectAttributes
  /** Undefined: that of the upstream's configuration. Empty: none. */
  readonly database: string | undefined
  readonly signal: AbortSignal
  /** For all of it, until OK. */
  readonly timeoutMs: number
}

/** A server that is ready for its first command. */
export interface UpstreamConnection {
  /** Paused; an 'error' listener stays on it. */
  readonly socket: Socket
  readonly greeting: ServerGreeting
  readonly version: string
  readonly flavour: Flavour
  readonly connectionId: number
  readonly statusFlags: number
  /** The payload of the OK that ended authentication. */
  readonly okPacket: Buffer
  /** What came after it, if anything. */
  readonly leftover: Buffer
}

/** For a command of our own, on a connection of its own. */
export interface CommandOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs: number
}

/** The largest packet that we take: what servers allow at most. */
const packetBytesMax = 0x40000000

/** Rejects with UpstreamError (its message is for logs: it names the address, no credentials). */
export async function connectUpstream(
  upstream: Upstream,
  options: UpstreamOptions,
): Promise<UpstreamConnection> {
  return withinLimit(upstream, options.timeoutMs, options.signal, limit =>
    logIn(upstream, options, limit, ({ channel, handshake }, okPacket) => {
      const { statusFlags } = decodeOk(okPacket, options.capabilities)
      const { version, connectionId, capabilities, collation } = handshake
      const flavour = flavourOf(version)
      const greeting = { version, flavour, capabilities, collation }
      const { socket } = channel
      const leftover = channel.detach()
      const connected = { version, flavour, connectionId, statusFlags, okPacket, leftover }
      return { socket, greeting, ...connected }
    }),
  )
}

/** What the server says of itself, by a login: one that leaves before it is held against us. */
export async function learnGreeting(
  upstream: Upstream,
  options: CommandOptions,
): Promise<ServerGreeting> {
  return alone(upstream, options, undefined, async (_channel, greeting) => greeting)
}

/**
 * Ends what that connection runs now, if anything. Resolves once the server has said so, also when
 * it knows no such connection any more. Rejects with UpstreamError.
 */
export async function killQuery(
  upstream: Upstream,
  connectionId: number,
  options: CommandOptions,
): Promise<void> {
  await alone(upstream, options, '', async channel => {
    channel.restart()
    const text = `KILL QUERY ${Math.trunc(connectionId)}`
    channel.write(Buffer.concat([Buffer.of(Command.COM_QUERY), Buffer.from(text)]))
    const answer = await channel.read()
    if (answer[0] === okHeader) return
    if (answer[0] !== errHeader) throw new ProtocolError('an answer to KILL', `${answer[0]}`)
    const err = decodeErr(answer)
    if (err.code !== ErrorCode.ER_NO_SUCH_THREAD) throw new UpstreamRefused(place(upstream), err)
  })
}

/** A login, `work`, and COM_QUIT. */
async function alone<T>(
  upstream: Upstream,
  { timeoutMs, signal }: CommandOptions,
  database: string | undefined,
  work: (channel: Channel, greeting: ServerGreeting) => Promise<T>,
): Promise<T> {
  const login = { capabilities: 0n, collation: 45, attributes: noAttributes, database }
  return withinLimit(upstream, timeoutMs, signal, limit =>
    logIn(upstream, login, limit, async ({ channel, handshake }) => {
      const { version, capabilities, collation } = handshake
      const greeting = { version, flavour: flavourOf(version), capabilities, collation }
      const done = await work(channel, greeting)
      channel.restart()
      channel.write(Buffer.of(Command.COM_QUIT))
      channel.detach()
      channel.socket.destroySoon()
      return done
    }),
  )
}

type Wanted = Pick<UpstreamOptions, 'capabilities' | 'collation' | 'attributes' | 'database'>

/** Closes the connection when `use` or the login fails. */
async function logIn<T>(
  upstream: Upstream,
  wanted: Wanted,
  limit: AbortSignal,
  use: (reached: ReachedUpstream, okPacket: Buffer) => T | Promise<T>,
): Promise<T> {
  const database = wanted.database ?? upstream.database
  const beginning = (handshake: HandshakeV10, tls: boolean): Beginning => ({
    capabilities: forUpstream(wanted.capabilities, handshake.capabilities, {
      tls,
      database: database !== '',
    }),
    packetBytesMax,
    collation: knownCollation(upstream, wanted.collation, handshake),
  })
  const reached = await reachUpstream(upstream, beginning, limit)
  try {
    checkCapabilities(upstream, wanted, reached.handshake)
    const { channel, handshake } = reached
    const response = { ...beginning(handshake, channel.tls), database }
    const okPacket = await authenticate(upstream, { ...wanted, ...response }, reached)
    return await use(reached, okPacket)
  } catch (error) {
    reached.channel.detach()
    reached.channel.socket.destroy()
    throw error
  }
}

/** The client was promised what another server has: ours was exchanged in between. */
function checkCapabilities(upstream: Upstream, wanted: Wanted, handshake: HandshakeV10): void {
  const lacks = missing(wanted.capabilities, handshake.capabilities)
  if (lacks.length === 0) return
  throw new UpstreamError(`the upstream at ${place(upstream)} has no ${lacks.join(', ')}`)
}

/** One that this server knows: of another it would take its own, whose characters we may not read. */
function knownCollation(upstream: Upstream, collation: number, handshake: HandshakeV10): number {
  const { version } = handshake
  const known = collationForUpstream(collation, { version, flavour: flavourOf(version) })
  if (known !== undefined) return known
  throw new UpstreamError(`the upstream at ${place(upstream)} has no collation ${collation}`)
}

/** Returns the payload of the OK. */
async function authenticate(
  upstream: Upstream,
  wanted: Beginning & { readonly attributes: ConnectAttributes; readonly database: string },
  { channel, handshake }: ReachedUpstream,
): Promise<Buffer> {
  const proof = new UpstreamAuthentication({
    password: upstream.password === '' ? undefined : upstream.password,
    private: channel.tls || onThisMachine(upstream.host),
  })
  const { plugin, data } = proof.first(handshake.plugin, handshake.scramble)
  const response = { ...wanted, user: upstream.user, plugin, authenticationData: data }
  channel.write(encodeHandshakeResponse(response))
  for (;;) {
    const payload = await channel.read()
    switch (payload[0]) {
      case okHeader:
        return payload
      case errHeader:
        throw new UpstreamRefused(place(upstream), decodeErr(payload))
      case authSwitchHeader:
        channel.write(proof.switchTo(decodeAuthSwitchRequest(payload)))
        break
      case authMoreDataHeader: {
        const answer = proof.more(decodeAuthMoreData(payload))
        if (answer !== undefined) channel.write(answer)
        break
      }
      default:
        throw new ProtocolError('the end of authentication', `a packet of type ${payload[0]}`)
    }
  }
}
