/**
 * Microsoft's Agents Playground: Teams' own card renderer in a page, and a Bot Connector behind it. It
 * would listen on all interfaces, so it is started with every listener moved to loopback.
 * https://github.com/OfficeDev/microsoft-365-agents-playground
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { inRepository } from './repository.ts'
import { channel, rita, sven, tenant, tom } from './teams.ts'

const program = inRepository('node_modules/@microsoft/m365agentsplayground/cli.js')

/** Loaded before it: whatever host it names or does not name, it is 127.0.0.1. */
const loopback = `
import { Server } from 'node:net'
const { listen } = Server.prototype
Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, { port, host: '127.0.0.1' }, rest.find(one => typeof one === 'function'))
}
`

/** It wants six. */
function person(n: number, id: string): string {
  const mail = `user${n}@example.com`
  return `{ id: user-${n}, name: User ${n}, userPrincipleName: ${mail}, aadObjectId: ${id}, givenName: User, surname: S, email: ${mail} }`
}

/** Three of the others are nobody here. */
const others = [sven, tom, ...[7, 8, 9].map(n => rita.replace(/.$/, `${n}`))]

/** By whom it knows each. */
export const seats: Readonly<Record<string, string>> = {
  rita: 'user-0',
  sven: 'user-1',
  admin: 'user-2',
}

/** Rita sits before it; the team's second channel is the one that the tests configure. */
const world = `
version: "0.1.1"
tenantId: ${tenant}
bot: { id: 00000000-0000-0000-0000-00000000000b, name: Countersign }
currentUser: ${person(0, rita)}
users: [${others.map((id, n) => person(n + 1, id)).join(', ')}]
personalChat: { id: personal-chat-id }
groupChat: { id: "19:group@thread.v2", name: Group }
team:
  id: "19:general@thread.tacv2"
  name: Shop
  aadGroupId: 0a1b2c3d-0000-4000-8000-0000000000c1
  channels: [{ id: "${channel}", name: Reviews }]
`

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no TCP port')
  return address.port
}

/** Resolves with its URL, once it listens; `app` is where activities go. */
export async function startPlayground(t: Test, port: number, app: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-playground-'))
  await writeFile(join(dir, 'loopback.mjs'), loopback)
  await writeFile(join(dir, '.m365agentsplayground.yml'), world)
  const args = ['start', '-e', app, '-c', 'msteams', '-p', String(port), '--disable-telemetry']
  // Without the test runner's loaders, which are none of its business.
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, ['--import', './loopback.mjs', program, ...args], {
    ...{ cwd: dir, env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  let said = ''
  const listening = new Promise<void>(resolve => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes(`Listening on ${port}`)) resolve()
    })
  })
  await Promise.race([listening, exited])
  if (child.exitCode !== null) throw new Error(`the playground ended: ${said}`)
  return `http://127.0.0.1:${port}`
}
