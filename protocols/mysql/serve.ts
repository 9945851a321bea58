/**
 * One MySQL client, from accept to close: the start on both sides, then two loops around the relay;
 * once more for each COM_CHANGE_USER. All waiting is here: for the start, for 'drain', for the
 * recorder, for a held statement.
 */
import type { Socket } from 'node:net'
import { AccessDenied, ProtocolError, UpstreamError } from '../errors.ts'
import { Flow } from '../flow.ts'
import { FrameReader } from '../frame-reader.ts'
import type { Gateway, Session } from '../protocol.ts'
import { send } from '../send.ts'
import { changeUser } from './change-user.ts'
import type { ConnectionIds } from './connection-ids.ts'
import type { Database, Databases } from './databases.ts'
import { Exchange, type Run } from './exchange.ts'
import { FatalError } from './fatal.ts'
import { encodePacket, PacketsOutOfOrder } from './framing.ts'
import { FromClient } from './from-client.ts'
import { FromUpstream } from './from-upstream.ts'
import { ErrorCode, encodeErr } from './packets/err.ts'
import { SessionState } from './session-state.ts'
import { type StartedClient, startClient } from './startup.ts'
import {
  connectUpstream,
  killQuery,
  type UpstreamConnection,
  upstreamErrorForClient,
} from './upstream.ts'

export async function serve(
  socket: Socket,
  gateway: Gateway,
  connections: ConnectionIds,
  databases: Databases,
): Promise<void> {
  let client = await startClient(socket, gateway, () => databases.greeting, connections)
  if (client === undefined) return
  const { connectionId } = client
  try {
    while (client !== undefined) {
      const change = await serveSession(client, gateway, connections, databases)
      if (change === undefined) break
      client = await changeUser({ ...change, client, gateway, greeting: databases.greeting })
    }
  } finally {
    connections.release(connectionId)
  }
}

/** COM_CHANGE_USER, and what came after it. */
interface Change {
  readonly payload: Buffer
  readonly leftover: Buffer
}

interface Outcome {
  readonly reason: string
  readonly change?: Change
}

/** From a login to its end. The socket stays open only when there is a change. */
async function serveSession(
  client: StartedClient,
  gateway: Gateway,
  connections: ConnectionIds,
  databases: Databases,
): Promise<Change | undefined> {
  const { session } = client
  let outcome: Outcome = { reason: 'the client left' }
  try {
    const database = await databases.acquire(session.upstream, gateway.limits.statementBytesMax)
    try {
      const upstream = await connect(client, gateway)
      databases.learnt(session.upstream, upstream.greeting)
      try {
        outcome = await new Relay(client, upstream, database, gateway, connections).run()
      } finally {
        upstream.socket.destroySoon()
      }
    } finally {
      database.release()
    }
  } catch (error) {
    outcome = { reason: tellAndClose(client, error, client.sequence) }
  }
  if (outcome.change === undefined) client.socket.destroySoon()
  await session.end(outcome.reason)
  return outcome.change
}

async function connect(client: StartedClient, gateway: Gateway): Promise<UpstreamConnection> {
  const { session, capabilities, collation, attributes, socket } = client
  const gone = new AbortController()
  const leave = (): void => gone.abort('the client left')
  if (socket.destroyed) leave()
  socket.once('close', leave)
  try {
    return await connectUpstream(session.upstream, {
      capabilities,
      collation,
      attributes,
      database: undefined,
      signal: AbortSignal.any([session.signal, gone.signal]),
      timeoutMs: gateway.limits.startupMsMax,
    })
  } finally {
    socket.off('close', leave)
  }
}

/** Tells a client whose session cannot begin or go on why, as far as it may know. */
function tellAndClose(client: StartedClient, error: unknown, sequence: number): string {
  const { socket, login } = client
  const end = (payload: Buffer): void => void socket.end(encodePacket(sequence, payload))
  if (error instanceof UpstreamError) {
    end(encodeErr(upstreamErrorForClient(error, login.database)))
    return `the upstream failed: ${error.message}`
  }
  if (error instanceof FatalError) {
    end(error.payload)
    return error.message
  }
  if (error instanceof PacketsOutOfOrder) {
    end(fatal(ErrorCode.ER_NET_PACKETS_OUT_OF_ORDER, '08S01', 'Got packets out of order'))
    return error.message
  }
  if (error instanceof AccessDenied || error instanceof ProtocolError) {
    end(fatal(ErrorCode.ER_MALFORMED_PACKET, '08S01', `Countersign: ${error.message}`))
    return error.message
  }
  const message = 'Countersign: internal error of the proxy; the session is closed'
  end(fatal(ErrorCode.ER_UNKNOWN_ERROR, 'HY000', message))
  return `internal error: ${error instanceof Error ? error.message : String(error)}`
}

function fatal(code: number, sqlState: string, message: string): Buffer {
  return encodeErr({ code, sqlState, message })
}

/** A client that waits for an answer, or sends its next command, expects this number next. */
const answerSequence = 1

/** The two loops. Ends when either side is gone, or the session is ended from outside. */
class Relay {
  readonly #client: StartedClient
  readonly #session: Session
  readonly #upstream: UpstreamConnection
  readonly #connections: ConnectionIds
  readonly #fromClient: FromClient
  readonly #fromUpstream: FromUpstream
  readonly #flow: Flow
  readonly #clientReader: FrameReader
  readonly #upstreamReader: FrameReader
  readonly #exchange = new Exchange()
  #interrupt = new AbortController()
  #finish: (outcome: Outcome) => void = () => undefined

  constructor(
    client: StartedClient,
    upstream: UpstreamConnection,
    database: Database,
    gateway: Gateway,
    connections: ConnectionIds,
  ) {
    this.#client = client
    this.#session = client.session
    this.#upstream = upstream
    this.#connections = connections
    const { limits } = gateway
    const { session, capabilities } = client
    const exchange = this.#exchange
    const state = new SessionState({
      analyzer: database.analyzer,
      catalog: database.catalog,
      user: session.upstream.user,
      database: session.upstream.database || undefined,
    })
    state.reported(upstream.statusFlags)
    const common = { session, exchange, state, limits, capabilities }
    this.#flow = new Flow({
      session: client.session,
      interrupted: () => this.#interrupt.signal,
      cancel: () => this.#killRunning(),
    })
    this.#fromUpstream = new FromUpstream({
      ...common,
      answered: () => this.#fromClient.answered(),
      flow: this.#flow,
    })
    this.#fromClient = new FromClient({
      ...common,
      planner: database.planner,
      interrupted: () => this.#interrupt.signal,
      inject: packet => this.#fromUpstream.inject(packet),
      end: (run, error) => this.#fromUpstream.end(run, error),
      kill: (id, what) => this.#killOther(id, what),
      flush: () => this.#flush(),
    })
    const max = limits.bufferedBytesMax
    const fail = (error: unknown): void =>
      this.#finish({ reason: tellAndClose(client, error, answerSequence) })
    this.#clientReader = new FrameReader(client.socket, max, this.#consumeClient, fail)
    this.#upstreamReader = new FrameReader(upstream.socket, max, this.#consumeUpstream, fail)
  }

  async run(): Promise<Outcome> {
    const { signal } = this.#session
    const ended = new Promise<Outcome>(resolve => {
      this.#finish = resolve
    })
    const client = this.#client.socket
    const upstream = this.#upstream.socket
    const left = (): void => this.#finish({ reason: 'the client left' })
    const broke = (): void => this.#finish({ reason: 'the upstream closed the connection' })
    client.once('close', left)
    client.once('end', left)
    upstream.once('close', broke)
    const abort = (): void => this.#abort(String(signal.reason ?? 'the session was ended'))
    signal.addEventListener('abort', abort, { once: true })
    this.#register()
    try {
      // A few bytes: whether they drained matters to nobody.
      void send(client, [encodePacket(this.#client.sequence, this.#upstream.okPacket)])
      if (signal.aborted) abort()
      this.#upstreamReader.start(this.#upstream.leftover)
      this.#clientReader.start(this.#client.leftover)
      return await ended
    } finally {
      signal.removeEventListener('abort', abort)
      client.off('close', left)
      client.off('end', left)
      upstream.off('close', broke)
      this.#clientReader.close()
      this.#upstreamReader.close()
      this.#interrupt.abort('the client left')
      for (const run of this.#exchange.unfinished())
        this.#recordEnd(run, 'unfinished')?.catch(() => undefined)
    }
  }

  #register(): void {
    this.#connections.register(this.#client.connectionId, {
      user: this.#client.login.user,
      upstream: this.#session.upstream,
      upstreamConnectionId: this.#upstream.connectionId,
      kill: what => this.#kill(what),
    })
  }

  #abort(reason: string): void {
    const killed = fatal(connectionKilled, '70100', 'Connection was killed')
    this.#client.socket.end(encodePacket(answerSequence, killed))
    // The server itself would notice only when it has rows to send.
    if (this.#exchange.owed !== undefined) void this.#killRunning()
    this.#finish({ reason })
  }

  readonly #consumeClient = (bytes: Buffer): number => {
    const half = this.#fromClient
    const taken = half.consume(bytes)
    this.#clientReader.need(half.needed)
    half.needed = 1
    const drained = this.#flushUpstream()
    // Refusals are ours: they wait for nothing of the server.
    const shown = this.#flushClient()
    if (half.left !== undefined) this.#leave(half.left, bytes.subarray(taken))
    const { wait } = half
    if (wait !== undefined) this.#clientReader.pauseUntil(wait)
    else if (drained !== undefined) this.#clientReader.pauseUntil(drained)
    else if (shown !== undefined) this.#clientReader.pauseUntil(shown)
    return taken
  }

  readonly #consumeUpstream = (bytes: Buffer): number => {
    const half = this.#fromUpstream
    const taken = half.consume(bytes)
    this.#upstreamReader.need(half.needed)
    const drained = this.#flushClient()
    const { asking } = this.#flow
    // What the recorder says meanwhile must be heard, too.
    if (asking !== undefined)
      this.#upstreamReader.pauseUntil(Promise.all([asking, drained]).then(() => undefined))
    else if (drained !== undefined) this.#upstreamReader.pauseUntil(drained)
    return taken
  }

  #leave({ as, command }: NonNullable<FromClient['left']>, leftover: Buffer): void {
    this.#clientReader.close()
    if (as === 'quit') {
      this.#finish({ reason: 'the client left' })
      return
    }
    // What comes now is for whoever answers COM_CHANGE_USER.
    this.#client.socket.pause()
    const { payload } = command
    this.#finish({ reason: 'the client changed the user', change: { payload, leftover } })
  }

  #flush(): void {
    void this.#flushUpstream()
    void this.#flushClient()
  }

  #flushUpstream(): Promise<void> | undefined {
    const { output } = this.#fromClient
    if (output.length === 0) return undefined
    const drained = send(this.#upstream.socket, output)
    output.length = 0
    return drained
  }

  #flushClient(): Promise<void> | undefined {
    const half = this.#fromUpstream
    const { output, ended } = half
    let full = half.takeFull()
    for (const { run, error } of ended) full = this.#recordEnd(run, error) ?? full
    ended.length = 0
    const drained = send(this.#client.socket, output)
    output.length = 0
    return full === undefined ? drained : Promise.all([full, drained]).then(() => undefined)
  }

  #recordEnd(run: Run, error: string | undefined): Promise<void> | undefined {
    const { statement, tag, rows, bytes } = run
    return this.#session.record({ type: 'statement.end', statement, tag, rows, bytes, error })
  }

  #killOther(id: number, what: 'query' | 'connection'): boolean {
    const { login } = this.#client
    const target = this.#connections.find(id, login.user, this.#session.upstream)
    target?.kill(what)
    return target !== undefined
  }

  /** A held statement is withdrawn, a running one killed on the server, a session ended. */
  #kill(what: 'query' | 'connection'): void {
    if (this.#fromClient.held || this.#flow.asking !== undefined) {
      const interrupt = this.#interrupt
      this.#interrupt = new AbortController()
      interrupt.abort('killed by the client')
    } else if (what === 'query' && this.#exchange.owed !== undefined) {
      // Passed on when nothing runs, it would hit whatever the client sends next.
      void this.#killRunning()
    }
    if (what === 'connection') this.#abort('killed by the client')
  }

  /** Resolves when the server has taken it. */
  async #killRunning(): Promise<void> {
    const { upstream } = this.#session
    const options = { timeoutMs: killMsMax }
    await killQuery(upstream, this.#upstream.connectionId, options).catch(() => {
      // A kill that does not arrive is one that came too late: MySQL promises no more.
    })
  }
}

const killMsMax = 10_000

/** ER_CONNECTION_KILLED, as MariaDB numbers it. */
const connectionKilled = 1927
