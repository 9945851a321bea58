/**
 * One Postgres session, from accept to close: the start on both sides, then two loops around the
 * relay. All waiting is here: for the start, for 'drain', for the recorder, for a held statement.
 */
import type { Socket } from 'node:net'
import { AccessDenied, ProtocolError, UpstreamError } from '../errors.ts'
import { Flow } from '../flow.ts'
import { FrameReader } from '../frame-reader.ts'
import type { Gateway, Session } from '../protocol.ts'
import { send } from '../send.ts'
import { ask } from './ask.ts'
import type { CancelRegistry } from './cancel.ts'
import { Conversation, type Run } from './conversation.ts'
import type { Database, Databases } from './databases.ts'
import { fatal, notice } from './diagnostics.ts'
import { FatalError } from './fatal.ts'
import { FromClient } from './from-client.ts'
import { FromUpstream } from './from-upstream.ts'
import { encodeErrorResponse } from './messages/error-response.ts'
import {
  encodeBackendKeyData,
  encodeParameterStatus,
  encodeReadyForQuery,
} from './messages/session.ts'
import { failingQuery } from './refusal.ts'
import { reasonSetting } from './sql/reason-changes.ts'
import { type StartedClient, startClient } from './startup.ts'
import { reviewSettings } from './startup-review.ts'
import { StatementNames } from './statement-names.ts'
import {
  cancelUpstream,
  connectUpstream,
  type UpstreamConnection,
  upstreamErrorForClient,
} from './upstream.ts'

export async function serve(
  socket: Socket,
  gateway: Gateway,
  cancels: CancelRegistry,
  databases: Databases,
): Promise<void> {
  const client = await startClient(socket, gateway, cancels)
  if (client === undefined) return
  const { session } = client
  let reason = 'the client left'
  try {
    const database = await databases.acquire(session.upstream)
    try {
      const reviewed = await reviewSettings(session, client.parameters, database)
      const upstream = await connect(client, gateway)
      try {
        reason = await new Relay(client, upstream, database, gateway, cancels, reviewed).run()
      } finally {
        upstream.socket.destroySoon()
      }
    } finally {
      database.release()
    }
  } catch (error) {
    reason = tellAndClose(client, error)
  } finally {
    client.socket.destroySoon()
    await session.end(reason)
  }
}

interface Connected extends UpstreamConnection {
  /** As it was asked for; absent when the server reports it. */
  readonly searchPath?: string | undefined
  /** What it is after a reset of all settings; it may be another when a login trigger set it. */
  readonly searchPathAtReset?: string | undefined
}

const askedSearchPath =
  "SHOW search_path; SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path'"

async function connect(client: StartedClient, gateway: Gateway): Promise<Connected> {
  const { session, parameters, protocolMinor, socket } = client
  const gone = new AbortController()
  const leave = (): void => gone.abort('the client left')
  if (socket.destroyed) leave()
  socket.once('close', leave)
  try {
    const upstream = await connectUpstream(session.upstream, {
      parameters,
      protocolMinor,
      signal: AbortSignal.any([session.signal, gone.signal]),
      timeoutMs: gateway.limits.startupMsMax,
    })
    return await withSearchPath(upstream)
  } finally {
    socket.off('close', leave)
  }
}

/** Servers before 18 do not report search_path: they are asked once, and never told anew. */
async function withSearchPath(upstream: UpstreamConnection): Promise<Connected> {
  if (upstream.parameters.has('search_path')) return upstream
  const { values, leftover } = await ask(upstream.socket, askedSearchPath, upstream.leftover)
  const [searchPath, searchPathAtReset] = values
  return { ...upstream, leftover, searchPath, searchPathAtReset }
}

/** Tells a client whose session cannot begin or go on why, as far as it may know. */
function tellAndClose(client: StartedClient, error: unknown): string {
  if (error instanceof UpstreamError) {
    const fields = upstreamErrorForClient(error, client.login.database)
    client.socket.end(encodeErrorResponse(fields))
    return `the upstream failed: ${error.message}`
  }
  if (error instanceof FatalError) {
    client.socket.end(encodeErrorResponse(error.fields))
    return error.message
  }
  if (error instanceof AccessDenied || error instanceof ProtocolError) {
    client.socket.end(fatal('08P01', error.message))
    return error.message
  }
  client.socket.end(fatal('XX000', 'internal error of the proxy; the session is closed'))
  return `internal error: ${error instanceof Error ? error.message : String(error)}`
}

/** The two loops. Ends when either side is gone, or the session is ended from outside. */
class Relay {
  readonly #client: StartedClient
  readonly #session: Session
  readonly #upstream: Connected
  readonly #cancels: CancelRegistry
  readonly #fromClient: FromClient
  readonly #fromUpstream: FromUpstream
  readonly #flow: Flow
  readonly #clientReader: FrameReader
  readonly #upstreamReader: FrameReader
  readonly #conversation = new Conversation()
  #interrupt = new AbortController()
  #finish: (reason: string) => void = () => undefined

  constructor(
    client: StartedClient,
    upstream: Connected,
    database: Database,
    gateway: Gateway,
    cancels: CancelRegistry,
    statements: number,
  ) {
    this.#client = client
    this.#session = client.session
    this.#upstream = upstream
    this.#cancels = cancels
    const { limits } = gateway
    const conversation = this.#conversation
    const names = new StatementNames({
      analyzer: database.analyzer,
      catalog: database.catalog,
      user: client.session.upstream.user,
      searchPath: upstream.parameters.get('search_path') ?? upstream.searchPath,
      reportsSearchPath: upstream.parameters.has('search_path'),
      searchPathAtReset: upstream.searchPathAtReset,
      reason: client.parameters.get(reasonSetting),
    })
    const common = { session: client.session, conversation, names, limits }
    this.#fromClient = new FromClient({
      ...common,
      planner: database.planner,
      notify: text => {
        this.#fromUpstream.inject(notice(text))
        const drained = this.#flushClient()
        if (drained !== undefined) this.#upstreamReader.pauseUntil(drained)
      },
      interrupted: () => this.#interrupt.signal,
      statements,
      flush: () => this.#flushUpstream(),
    })
    this.#flow = new Flow({
      session: client.session,
      interrupted: () => this.#interrupt.signal,
      cancel: () => this.#cancelUpstream(this.#session.signal),
    })
    this.#fromUpstream = new FromUpstream({
      ...common,
      answered: () => this.#fromClient.segmentAnswered(),
      flow: this.#flow,
      fail: () => void send(upstream.socket, [failingQuery]),
    })
    const max = limits.bufferedBytesMax
    const fail = (error: unknown): void => this.#finish(tellAndClose(client, error))
    this.#clientReader = new FrameReader(client.socket, max, this.#consumeClient, fail)
    this.#upstreamReader = new FrameReader(upstream.socket, max, this.#consumeUpstream, fail)
  }

  async run(): Promise<string> {
    const key = this.#cancels.register(this.#client.protocolMinor, this.#cancel)
    const { signal } = this.#session
    const ended = new Promise<string>(resolve => {
      this.#finish = resolve
    })
    const client = this.#client.socket
    const upstream = this.#upstream.socket
    const left = (): void => {
      // After Terminate the server still does what was sent before; it closes when it is done.
      if (!this.#fromClient.terminated) this.#finish('the client left')
    }
    client.once('close', left)
    client.once('end', left)
    upstream.once('close', () =>
      this.#finish(
        this.#fromClient.terminated ? 'the client left' : 'the upstream closed the connection',
      ),
    )
    const abort = (): void => {
      client.end(fatal('57P01', 'terminating connection due to administrator command'))
      // The server itself would notice only when it has rows to send.
      if (this.#conversation.owedCount > 0) void this.#cancelUpstream(undefined)
      this.#finish(String(signal.reason ?? 'the session was ended'))
    }
    signal.addEventListener('abort', abort, { once: true })
    try {
      this.#greet(key)
      if (signal.aborted) abort()
      this.#upstreamReader.start(this.#upstream.leftover)
      this.#clientReader.start(this.#client.leftover)
      return await ended
    } finally {
      signal.removeEventListener('abort', abort)
      this.#cancels.unregister(key)
      this.#clientReader.close()
      this.#upstreamReader.close()
      this.#interrupt.abort('the client left')
      for (const run of this.#conversation.unfinished())
        this.#recordEnd(run, 'unfinished')?.catch(() => undefined)
    }
  }

  /** What a server says between AuthenticationOk and its first ReadyForQuery. */
  #greet(key: ReturnType<CancelRegistry['register']>): void {
    const { parameters, notices, transactionStatus } = this.#upstream
    const frames = [...parameters].map(([name, value]) => encodeParameterStatus(name, value))
    // A few hundred bytes: whether they drained matters to nobody.
    void send(this.#client.socket, [
      ...notices,
      ...frames,
      encodeBackendKeyData(key),
      encodeReadyForQuery(transactionStatus),
    ])
  }

  readonly #consumeClient = (bytes: Buffer): number => {
    const half = this.#fromClient
    const taken = half.consume(bytes)
    this.#clientReader.need(half.needed)
    half.needed = 1
    const drained = this.#flushUpstream()
    const { wait } = half
    if (wait !== undefined) this.#clientReader.pauseUntil(wait)
    else if (drained !== undefined) this.#clientReader.pauseUntil(drained)
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

  /** A CancelRequest with our key: a held statement is withdrawn, a running one cancelled. */
  readonly #cancel = (): void => {
    if (this.#fromClient.held || this.#flow.asking !== undefined) {
      const interrupt = this.#interrupt
      this.#interrupt = new AbortController()
      interrupt.abort('cancelled by the client')
      return
    }
    // Nothing runs: passed on, it would hit whatever the client sends next.
    if (this.#conversation.owedCount > 0) void this.#cancelUpstream(this.#session.signal)
  }

  /** Resolves when the server has taken it, and it can hit nothing that is sent later. */
  async #cancelUpstream(signal: AbortSignal | undefined): Promise<void> {
    const target = this.#upstream.cancelTarget
    if (target === undefined) return
    const options = { ...(signal && { signal }), timeoutMs: 10_000 }
    await cancelUpstream(target, options).catch(() => {
      // A cancel that does not arrive is a cancel that came too late: Postgres promises no more.
    })
  }
}
