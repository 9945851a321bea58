#!/usr/bin/env node
/**
 * The command `countersign`: one word, one file in cli/. The only place that names protocols. What a
 * proxy is made of takes a second to load, so that each command loads only what it needs.
 */
import { Command } from 'commander'
import type { Protocol } from '../protocols/protocol.ts'
import type { Deps } from './cli/deps.ts'

const deps: Deps = {
  async start(config) {
    const { protocols } = await import('../protocols/index.ts')
    return (await import('./server.ts')).startServer(config, protocols)
  },
  open: async (name, upstream) => (await protocolNamed(name)).open(upstream),
  survey: async (name, upstream) => (await protocolNamed(name)).survey(upstream),
  derivedColumns: async config => (await import('./server.ts')).openDerivedColumns(config),
  decoder: async name => (await protocolNamed(name)).frameDecoder(),
}

/** In the order of the help. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['demo', async () => (await import('./cli/demo.ts')).demoCommand(deps)],
  ['serve', async () => (await import('./cli/serve.ts')).serveCommand(deps)],
  ['check', async () => (await import('./cli/check.ts')).checkCommand(deps)],
  ['explain', async () => (await import('./cli/explain.ts')).explainCommand(deps)],
  ['simulate', async () => (await import('./cli/simulate.ts')).simulateCommand()],
  ['discover', async () => (await import('./cli/discover.ts')).discoverCommand(deps)],
  ['masks', async () => (await import('./cli/masks.ts')).masksCommand(deps)],
  ['approvals', async () => (await import('./cli/approvals.ts')).approvalsCommand(deps)],
  ['grants', async () => (await import('./cli/grants.ts')).grantsCommand()],
  ['gate', async () => (await import('./cli/gate.ts')).gateCommand()],
  ['sessions', async () => (await import('./cli/sessions.ts')).sessionsCommand(deps)],
  ['keys', async () => (await import('./cli/keys.ts')).keysCommand()],
  ['report', async () => (await import('./cli/report.ts')).reportCommand()],
  ['tokens', async () => (await import('./cli/tokens.ts')).tokensCommand()],
])

/** With the one command that is meant, or with all of them, to list them or to guess. */
async function program(name: string | undefined): Promise<Command> {
  const program = new Command('countersign')
    .description('A database proxy with a second signature.')
    .version('0.1.0')
  const named = commands.get(name ?? '')
  for (const load of named === undefined ? commands.values() : [named])
    program.addCommand(await load())
  exitCodes(program)
  return program
}

/** Used wrongly is 2, at every depth; help and version are done. */
function exitCodes(command: Command): void {
  command.exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))
  for (const each of command.commands) exitCodes(each)
}

async function protocolNamed(name: string): Promise<Protocol> {
  const { protocols } = await import('../protocols/index.ts')
  const protocol = protocols.find(each => each.name === name)
  if (protocol === undefined) throw new TypeError(`there is no protocol ${name}`)
  return protocol
}

await (await program(process.argv[2])).parseAsync()
