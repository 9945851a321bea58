/**
 * The two ways to the same MariaDB that are compared: straight, and through us with policy, masking
 * rules and recording on.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/demo/kept-server.ts'
import { nativePassword } from '../../src/identity/native-password.ts'
import { scramVerifier } from '../../src/identity/scram-verifier.ts'
import { startMariadb } from '../support/mysql.ts'
import { end, startCountersign, type Target, type Targets } from './targets.ts'

export async function startMysqlTargets(): Promise<Targets> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-bench-'))
  await chmod(dir, 0o711)
  const server = await startMariadb({
    // Logging every statement would hide what the ways to the server cost.
    settings: { 'general-log': 'OFF', 'innodb-buffer-pool-size': '512M', 'max-connections': '120' },
  })
  const { port, user, password, database } = server
  const straight: Target = { name: 'direct', port, user, password, database }
  const own = await freePort()
  const config = await configuration(own, await freePort(), straight)
  const child = await startCountersign(dir, own, server.url, config).catch(async error => {
    await server.stop()
    throw error
  })
  process.once('exit', () => child.kill('SIGKILL'))
  return {
    all: [straight, { ...straight, name: 'countersign', port: own }],
    notes: [],
    stop: async () => {
      await end(child)
      await server.stop()
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function configuration(port: number, http: number, to: Target): Promise<string> {
  return `
listen: { mysql: ${port}, http: ${http} }
data_dir: ./data
databases:
  ${to.database}:
    protocol: mysql
    upstream: { url_file: ./upstream.url, tls: disable }
users:
  ${to.user}:
    password_verifier: ${JSON.stringify(await scramVerifier(to.password))}
    mysql_native_verifier: '*${nativePassword(to.password).toString('hex')}'
    groups: [benchmarks]
  reviewer:
    password_verifier: ${JSON.stringify(await scramVerifier(randomBytes(12).toString('hex')))}
    groups: [reviewers]
policy:
  preset: recommended
  rules:
    - { name: agents-ask, action: hold, kind: agent, effects: [insert, update, delete] }
masking:
  rules:
    - { name: email, columns: [shop.people.email], mask: email }
    - { name: phone, columns: [shop.people.phone], mask: { partial: { first: 3, last: 2 } } }
    - { name: card, columns: [shop.people.card_number], mask: { partial: { last: 4 } } }
approvals:
  reviewers: { any: [{ group: reviewers }] }
recording: { rows: true, durability: write }
`
}
