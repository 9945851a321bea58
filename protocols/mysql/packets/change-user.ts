/**
 * COM_CHANGE_USER: another login on the same connection.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_change_user.html
 */
import { Capability, has } from '../capabilities.ts'
import { PayloadReader } from '../payload.ts'
import {
  type ConnectAttributes,
  decodeConnectAttributes,
  noAttributes,
} from './connect-attributes.ts'

export interface ChangeUser {
  readonly user: string
  readonly authenticationData: Buffer
  /** Empty when the client named none. */
  readonly database: string
  /** Undefined when the client sent none. */
  readonly collation: number | undefined
  readonly plugin: string
  readonly attributes: ConnectAttributes
}

/** `payload` begins with the command's byte. */
export function decodeChangeUser(payload: Buffer, capabilities: bigint): ChangeUser {
  const body = new PayloadReader(payload, 1)
  const user = body.cstring() // string<NUL>
  const authenticationData = body.slice(body.uint8()) // string<length>
  const database = body.cstringOrRest() // string<NUL>
  const collation = body.left >= 2 ? body.uint16() : undefined // int<2>
  const plugged = has(capabilities, Capability.PLUGIN_AUTH) && body.left > 0
  const plugin = plugged ? body.cstringOrRest() : '' // string<NUL>
  const described = has(capabilities, Capability.CONNECT_ATTRS) && body.left > 0
  const attributes = described ? decodeConnectAttributes(body) : noAttributes
  return { user, authenticationData, database, collation, plugin, attributes }
}
