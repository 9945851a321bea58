/**
 * Prepared statements but for their execution: made, given long data, fetched from, reset, closed.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase_ps.html
 */
import type { Run } from '../exchange.ts'
import { Command } from '../packets/commands.ts'
import type { PreparedStatement } from '../prepared-statements.ts'
import {
  malformed,
  noCursor,
  notAsItStands,
  tooLarge,
  tooManyPrepared,
  unknownStatement,
} from '../refusal.ts'
import { killTargets } from '../sql/setting-changes.ts'
import { statementText } from '../statement-text.ts'
import type { ClientCommand, CommandHost, HandleCommand } from './host.ts'

/** A session's prepared texts may be as long as so many of the longest. */
const textsMax = 32

/** Statements of a session with long data that waits. */
const longDataMax = 16

/** Reads the text; whether it may run is asked at each execute, with its parameters. */
export const prepare: HandleCommand = (host, command) => {
  const bytes = command.payload.subarray(1)
  host.prepared.failed()
  if (bytes.length > host.limits.statementBytesMax) {
    host.refuse(command, tooLarge(host.limits.statementBytesMax))
    return true
  }
  const text = statementText(bytes)
  const lengthMax = host.limits.statementBytesMax * textsMax
  if (host.prepared.textLength + text.length > lengthMax) {
    host.refuse(command, tooManyPrepared(lengthMax))
    return true
  }
  if (!host.readable(undefined)) return false
  const analysis = host.state.analyze(text)
  const obstacle =
    killTargets(analysis).length > 0
      ? notAsItStands('KILL cannot be prepared', 'Send it as a text.')
      : host.obstacle(analysis)
  if (obstacle !== undefined) {
    host.refuse(command, obstacle)
    return true
  }
  const send = (run: Run | undefined): void => {
    const kept = host.state.prepares
    host.send(command, {
      reply: 'prepare',
      format: 'text',
      run,
      preparing: { text, hidesDiagnostics: host.hides(analysis) },
      made: (id, parameters) =>
        host.prepared.add({
          ...kept,
          id,
          text,
          parameters,
          analysis,
          types: undefined,
          unsentTypes: undefined,
          longData: undefined,
          run: undefined,
        }),
    })
  }
  if (analysis.unreadable === undefined) {
    send(undefined)
    return true
  }
  const again = () => host.state.analyze(text)
  host.review(command, { text, analysis, parameters: [], again, run: send })
  return true
}

/** Kept back until the execute that it belongs to is let through. */
export const sendLongData: HandleCommand = (host, command) => {
  const { payload } = command
  const statement = payload.length < 7 ? undefined : host.prepared.get(payload.readUInt32LE(1))
  // The server does not answer either: it tells at the execute.
  if (statement === undefined) return true
  const parameter = payload.readUInt16LE(5) // int<2>
  if (statement.longData === undefined) {
    // Of too many at once none more is kept: its execute is refused.
    const many = host.prepared.withLongData >= longDataMax
    const bytes = many ? host.limits.frameBytesMax : 0
    statement.longData = { pieces: new Map(), packets: [], bytes }
  }
  const { longData } = statement
  longData.bytes += payload.length
  if (longData.bytes > host.limits.frameBytesMax) {
    longData.pieces.clear()
    longData.packets.length = 0
    return true
  }
  const pieces = longData.pieces.get(parameter)
  if (pieces === undefined) longData.pieces.set(parameter, [payload.subarray(7)])
  else pieces.push(payload.subarray(7))
  longData.packets.push(command.packet)
  return true
}

/** More rows of the execute that was reviewed. */
export const fetch: HandleCommand = (host, command) => {
  const statement = known(host, command, 9)
  if (statement === undefined) return true
  const { run } = statement
  if (run?.cursor !== true) {
    host.refuse(command, noCursor(statement.id))
    return true
  }
  host.send(command, {
    reply: 'rows',
    format: 'binary',
    run,
    prepared: statement,
  })
  return true
}

export const reset: HandleCommand = (host, command) => {
  const statement = known(host, command, 5)
  if (statement === undefined) return true
  statement.longData = undefined
  endCursor(host, statement)
  host.send(command, { reply: 'ok', format: 'text', run: undefined })
  return true
}

export const close: HandleCommand = (host, command) => {
  if (command.payload.length < 5) return true
  const statement = host.prepared.delete(command.payload.readUInt32LE(1))
  if (statement === undefined) return true
  endCursor(host, statement)
  host.sendSilent([command.packet])
  return true
}

/** The statement that the command names; refuses when there is none. */
export function known(
  host: CommandHost,
  command: ClientCommand,
  bytesMin: number,
): PreparedStatement | undefined {
  if (command.payload.length < bytesMin) {
    host.refuse(command, malformed())
    return undefined
  }
  const id = command.payload.readUInt32LE(1) // int<4> statement_id
  const statement = host.prepared.get(id)
  if (statement === undefined)
    host.refuse(command, unknownStatement(id, functionName(command.code)))
  return statement
}

/** As the server's own message calls it. */
function functionName(code: number): string {
  switch (code) {
    case Command.COM_STMT_RESET:
      return 'mysqld_stmt_reset'
    case Command.COM_STMT_FETCH:
      return 'mysqld_stmt_fetch'
    default:
      return 'mysqld_stmt_execute'
  }
}

/** The server closes it, too. */
export function endCursor(host: CommandHost, statement: PreparedStatement): void {
  if (statement.run !== undefined) host.end(statement.run, undefined)
  statement.run = undefined
}
