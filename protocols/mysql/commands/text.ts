/**
 * Commands that carry a statement's text, and those that stand for one: COM_QUERY, COM_INIT_DB,
 * COM_FIELD_LIST.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query.html
 */
import { Capability, has } from '../capabilities.ts'
import { decodeQueryAttributes } from '../parameters.ts'
import { PayloadReader } from '../payload.ts'
import { malformed, tooLarge } from '../refusal.ts'
import { sentAs } from '../sent-as.ts'
import { killTargets } from '../sql/setting-changes.ts'
import { statementText } from '../statement-text.ts'
import type { ClientCommand, CommandHost, HandleCommand } from './host.ts'
import { killIn } from './kill.ts'

export const query: HandleCommand = (host, command) => {
  const begun = beginning(host, command.payload)
  if (begun === undefined) return refused(host, command, malformed())
  const { textStart, attributes } = begun
  const bytes = command.payload.subarray(textStart)
  // The server says that it was empty.
  if (bytes.length === 0) {
    host.send(command, { reply: 'ok', format: 'text', run: undefined })
    return true
  }
  if (bytes.length > host.limits.statementBytesMax)
    return refused(host, command, tooLarge(host.limits.statementBytesMax))
  const text = statementText(bytes)
  if (!host.readable(text)) return false
  const analysis = host.state.analyze(text)
  const obstacle = host.obstacle(analysis)
  if (obstacle !== undefined) return refused(host, command, obstacle)
  if (killTargets(analysis).length > 0) return killIn(host, command, text, analysis)
  host.review(command, {
    text,
    analysis,
    parameters: [],
    ...(attributes.length > 0 && { sentAs: () => sentAs([], [], noLongData, attributes) }),
    again: () => host.state.analyze(text),
    run: run => host.send(command, { reply: 'results', format: 'text', run }),
  })
  return true
}

const noLongData: ReadonlyMap<number, Buffer> = new Map()

/** Query attributes come before the text. */
function beginning(host: CommandHost, payload: Buffer): ReturnType<typeof decodeQueryAttributes> {
  if (!has(host.capabilities, Capability.QUERY_ATTRIBUTES)) return atOnce
  // No attributes, in one set: what every client without any sends.
  if (payload[1] === 0 && payload[2] === 1) return afterCounts
  return decodeQueryAttributes(payload)
}

const atOnce = { textStart: 1, attributes: [] }
const afterCounts = { textStart: 3, attributes: [] }

/** USE, without a text. */
export const initDb: HandleCommand = (host, command) => {
  const name = statementText(command.payload.subarray(1)) // string<EOF>
  return standingFor(host, command, `USE ${quoted(name)}`, 'ok')
}

/** Columns of a table, with their defaults: what SHOW COLUMNS says. */
export const fieldList: HandleCommand = (host, command) => {
  const table = new PayloadReader(command.payload, 1).cstringOrRest() // string<NUL>
  return standingFor(host, command, `SHOW COLUMNS FROM ${quoted(table)}`, 'definitions')
}

function standingFor(
  host: CommandHost,
  command: ClientCommand,
  text: string,
  reply: 'ok' | 'definitions',
): boolean {
  if (command.payload.length > nameBytesMax) return refused(host, command, malformed())
  if (!host.readable(undefined)) return false
  host.review(command, {
    text,
    analysis: host.state.analyze(text),
    parameters: [],
    again: () => host.state.analyze(text),
    run: run => host.send(command, { reply, format: 'text', run }),
  })
  return true
}

/** Two names of 64 characters of 4 bytes, and some more. */
const nameBytesMax = 1024

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

function refused(
  host: CommandHost,
  command: ClientCommand,
  refusal: Parameters<CommandHost['refuse']>[1],
): true {
  host.refuse(command, refusal)
  return true
}
