/** What a session comes to when nothing is looked at: upstream's greeting, then bytes both ways. */
import { pipeline } from 'node:stream/promises'
import { UpstreamError } from '../../protocols/errors.ts'
import type { CancelRegistry } from '../../protocols/postgres/cancel.ts'
import { encodeErrorResponse } from '../../protocols/postgres/messages/error-response.ts'
import {
  encodeBackendKeyData,
  encodeParameterStatus,
  encodeReadyForQuery,
} from '../../protocols/postgres/messages/session.ts'
import type { StartedClient } from '../../protocols/postgres/startup.ts'
import {
  cancelUpstream,
  connectUpstream,
  upstreamErrorForClient,
} from '../../protocols/postgres/upstream.ts'

export async function pipe(client: StartedClient, cancels: CancelRegistry): Promise<void> {
  const { socket, session, login, protocolMinor, parameters } = client
  const upstream = await connectUpstream(session.upstream, {
    parameters,
    protocolMinor,
    signal: session.signal,
    timeoutMs: 10_000,
  }).catch(error => {
    if (!(error instanceof UpstreamError)) throw error
    socket.end(encodeErrorResponse(upstreamErrorForClient(error, login.database)))
    return undefined
  })
  if (upstream === undefined) return
  const key = cancels.register(protocolMinor, () => {
    const target = upstream.cancelTarget
    if (target) cancelUpstream(target, { timeoutMs: 10_000 }).catch(() => undefined)
  })
  for (const [name, value] of upstream.parameters) socket.write(encodeParameterStatus(name, value))
  for (const notice of upstream.notices) socket.write(notice)
  socket.write(encodeBackendKeyData(key))
  socket.write(encodeReadyForQuery(upstream.transactionStatus))
  socket.write(upstream.leftover)
  upstream.socket.write(client.leftover)
  const broken = (): void => undefined
  await Promise.all([
    pipeline(socket, upstream.socket).catch(broken),
    pipeline(upstream.socket, socket).catch(broken),
  ])
  cancels.unregister(key)
  await session.end('done')
}
