/**
 * Commands about the connection itself, and those that are not let through.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase_utility.html
 */
import type { Reply } from '../exchange.ts'
import { forbiddenCommand, unknownCommand } from '../refusal.ts'
import type { ClientCommand, CommandHost, HandleCommand } from './host.ts'

export const ping: HandleCommand = (host, command) => pass(host, command, 'ok')

export const statistics: HandleCommand = (host, command) => pass(host, command, 'text')

/** Several statements in a text, or not: every text is judged whole in any case. */
export const setOption: HandleCommand = (host, command) => pass(host, command, 'ok')

/** The server forgets what the session made, and its prepared statements. */
export const resetConnection: HandleCommand = (host, command) => {
  host.send(command, {
    reply: 'ok',
    format: 'text',
    run: undefined,
    done: ok => {
      if (!ok) return
      for (const run of host.exchange.cursors) host.end(run, undefined)
      host.prepared.clear()
      host.state.reset()
    },
  })
  return true
}

export const changeUser: HandleCommand = (host, command) => {
  host.leave(command, 'change-user')
  return true
}

export const quit: HandleCommand = (host, command) => {
  host.leave(command, 'quit')
  return true
}

/** Replication would show every row unmasked; the others stop or dump the server. */
export const forbidden: HandleCommand = (host, command) => {
  host.refuse(command, forbiddenCommand(command.code))
  return true
}

export const unknown: HandleCommand = (host, command) => {
  host.refuse(command, unknownCommand())
  return true
}

function pass(host: CommandHost, command: ClientCommand, reply: Reply): boolean {
  host.send(command, { reply, format: 'text', run: undefined })
  return true
}
