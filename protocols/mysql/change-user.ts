/**
 * COM_CHANGE_USER: a client logs in again on its connection, and gets a session of its own for it.
 * The server keeps the old login when the new one fails; we close, so that nobody can try many.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_change_user.html
 */
import type { Gateway } from '../protocol.ts'
import { collationForUpstream } from './character-sets.ts'
import { nextSequence } from './framing.ts'
import { decodeChangeUser } from './packets/change-user.ts'
import {
  admit,
  checkCharacterSet,
  runStart,
  type ServerGreeting,
  type StartedClient,
} from './startup.ts'

export interface ChangeUserOptions {
  /** As it was before; nothing reads its socket any more, and it is paused. */
  readonly client: StartedClient
  /** The command, with its first byte. */
  readonly payload: Buffer
  /** What came after the command. */
  readonly leftover: Buffer
  readonly gateway: Gateway
  readonly greeting: ServerGreeting
}

/**
 * As startClient, on the same socket and with the same id, which is not released when this answers
 * undefined. The old session is the caller's to end, and nothing of it may be used after this.
 */
export async function changeUser(options: ChangeUserOptions): Promise<StartedClient | undefined> {
  const { client, payload, leftover, gateway, greeting } = options
  const { socket, login, capabilities, connectionId } = client
  if (leftover.length > 0) socket.unshift(leftover)
  // The command was number 0.
  const position = { sequence: nextSequence(0), tls: login.tls }
  const started = await runStart(socket, gateway, position, async channel => {
    const asked = decodeChangeUser(payload, capabilities)
    const collation = asked.collation ?? client.collation
    checkCharacterSet(collation, [asked.user, asked.database], greeting)
    return admit(channel, gateway, {
      user: asked.user,
      database: asked.database,
      collation: collationForUpstream(collation, greeting),
      capabilities,
      attributes: asked.attributes.size > 0 ? asked.attributes : client.attributes,
      // With a scramble of its own: what was sent answers one that was answered before.
      came: { plugin: asked.plugin, data: asked.authenticationData, scramble: undefined },
    })
  })
  return started && { ...started, connectionId }
}
