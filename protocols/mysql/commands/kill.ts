/**
 * KILL, in SQL and as COM_PROCESS_KILL. It is carried out by us: clients know our connection ids,
 * and may end only what is their own.
 * https://dev.mysql.com/doc/refman/9.7/en/kill.html
 */
import type { Analysis } from '../../protocol.ts'
import { PayloadReader } from '../payload.ts'
import { malformed, notAsItStands, unknownThread } from '../refusal.ts'
import { killTargets } from '../sql/setting-changes.ts'
import type { ClientCommand, CommandHost, HandleCommand } from './host.ts'

/** Of a text that has a KILL in it. */
export function killIn(
  host: CommandHost,
  command: ClientCommand,
  text: string,
  analysis: Analysis,
): boolean {
  const [target, more] = killTargets(analysis)
  if (target === undefined || more !== undefined || analysis.results.length !== 1) {
    host.refuse(
      command,
      notAsItStands('KILL is carried out by itself only', 'Send it as a text of its own.'),
    )
    return true
  }
  const { connectionId, what } = target
  if (connectionId === undefined) {
    host.refuse(
      command,
      notAsItStands('KILL needs the number of a connection', 'Write it as a number.'),
    )
    return true
  }
  // What a client may kill is its own: it is what Ctrl-C does, and nobody has to be asked.
  const own: Analysis = { ...analysis, effects: [] }
  host.review(command, {
    text,
    analysis: own,
    parameters: [],
    again: () => own,
    run: run => {
      const found = host.kill(connectionId, what)
      host.end(run, found ? undefined : '1094')
      if (found) host.succeed(command)
      else host.refuse(command, unknownThread(connectionId))
    },
  })
  return true
}

export const processKill: HandleCommand = (host, command) => {
  if (command.payload.length < 5) {
    host.refuse(command, malformed())
    return true
  }
  if (!host.readable(undefined)) return false
  const text = `KILL ${new PayloadReader(command.payload, 1).uint32()}` // int<4>
  return killIn(host, command, text, host.state.analyze(text))
}
