#!/usr/bin/env node
/** The command `countersign`: one word, one file in cli/. The only place that names protocols. */
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { protocols } from '../protocols/index.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { approvalsCommand } from './cli/approvals.ts'
import { checkCommand } from './cli/check.ts'
import { demoCommand } from './cli/demo.ts'
import type { Deps } from './cli/deps.ts'
import { discoverCommand } from './cli/discover.ts'
import { explainCommand } from './cli/explain.ts'
import { gateCommand } from './cli/gate.ts'
import { grantsCommand } from './cli/grants.ts'
import { masksCommand } from './cli/masks.ts'
import { serveCommand } from './cli/serve.ts'
import { sessionsCommand } from './cli/sessions.ts'
import { tokensCommand } from './cli/tokens.ts'
import { openDerivedColumns, startServer } from './server.ts'

export function program(): Command {
  const deps: Deps = {
    start: config => startServer(config, protocols),
    open: (name, upstream) => protocolNamed(name).open(upstream),
    survey: (name, upstream) => protocolNamed(name).survey(upstream),
    derivedColumns: openDerivedColumns,
    decodeFrames: (name, frames) => protocolNamed(name).decodeFrames(frames),
  }
  const program = new Command('countersign')
    .description('A database proxy with a second signature.')
    .version('0.1.0')
    .addCommand(demoCommand(deps))
    .addCommand(serveCommand(deps))
    .addCommand(checkCommand(deps))
    .addCommand(explainCommand(deps))
    .addCommand(discoverCommand(deps))
    .addCommand(masksCommand(deps))
    .addCommand(approvalsCommand(deps))
    .addCommand(grantsCommand())
    .addCommand(gateCommand())
    .addCommand(sessionsCommand(deps))
    .addCommand(tokensCommand())
  exitCodes(program)
  return program
}

/** Used wrongly is 2, at every depth; help and version are done. */
function exitCodes(command: Command): void {
  command.exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))
  for (const each of command.commands) exitCodes(each)
}

function protocolNamed(name: string): Protocol {
  const protocol = protocols.find(each => each.name === name)
  if (protocol === undefined) throw new TypeError(`there is no protocol ${name}`)
  return protocol
}

const started = process.argv[1]
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url))
  await program().parseAsync()
