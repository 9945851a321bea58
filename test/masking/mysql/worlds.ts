/**
 * Two databases that differ only in what is masked, on one server, with the real program before
 * them. What comes back must be the same from both: whatever differs was told of a masked value.
 */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import type { Test } from 'tap'
import { scramVerifier } from '../../../src/identity/scram-verifier.ts'
import { startMariadb, startMysql, type TestMysql } from '../../support/mysql.ts'
import { MysqlWire } from '../../support/mysql-wire.ts'
import { password, RunningProgram } from '../../support/running-program.ts'
import type { Flavour } from './family.ts'
import { maskedColumns, sampleData, sampleSchema } from './sample.ts'

/**
 * Each has a database to itself, with a name of the same length. `shop3` has the values of `shop1`
 * under masks that show something of them. `shop4` and `shop5` are the first two again, for what is
 * sent past the program.
 */
export const worldNames = ['shop1', 'shop2', 'shop3', 'shop4', 'shop5'] as const
export type World = (typeof worldNames)[number]

export interface Worlds {
  /** Nobody waits for approvals: what is held fails. */
  connect(world: World): Promise<MysqlWire>
  /** Past the program. */
  direct(world: World): Promise<MysqlWire>
  readonly output: () => string
}

export async function startWorlds(t: Test, flavour: Flavour): Promise<Worlds> {
  const upstream = await (flavour === 'mysql' ? startMysql : startMariadb)({
    settings: { 'event-scheduler': 'OFF' },
  })
  await fill(upstream)
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-worlds-'))
  for (const world of worldNames) {
    const url = upstream.url.replace(/\/\w+$/, `/${world}`)
    await writeFile(join(dir, `${world}.url`), url, { mode: 0o600 })
  }
  await writeFile(join(dir, 'countersign.yaml'), await configText())
  const program = new RunningProgram(dir, 'mysql', upstream, [])
  t.teardown(() => program.stop())
  await program.start()
  const { host, port, user, password: secret } = upstream
  return {
    output: () => program.output(),
    connect: database =>
      MysqlWire.connect({ host, port: program.port, user: 'analyst', password, database }),
    direct: database => MysqlWire.connect({ host, port, user, password: secret, database }),
  }
}

async function fill({ host, port, user, password, flavour }: TestMysql): Promise<void> {
  const options = { host, port, user, password, multipleStatements: true }
  const connection = await createConnection(options)
  await connection.query('SET GLOBAL log_bin_trust_function_creators = 1')
  for (const world of worldNames) {
    await connection.query(`CREATE DATABASE ${world}; USE ${world}`)
    for (const text of sampleSchema(flavour)) await connection.query(text)
    await connection.query(sampleData(world === 'shop2' || world === 'shop5' ? 'other' : 'one'))
  }
  await connection.end()
}

async function configText(): Promise<string> {
  const verifier = JSON.stringify(await scramVerifier(password))
  const databases = worldNames.map(
    world => `
  ${world}:
    protocol: mysql
    environment: test
    upstream: { url_file: ./${world}.url, tls: disable }`,
  )
  const mixed = 'databases: [shop3]'
  return `
listen: { mysql: 127.0.0.1:0, http: 127.0.0.1:0 }
data_dir: ./data
databases:${databases.join('')}
users:
  analyst: { password_verifier: ${verifier}, groups: [analysts], on_hold: return }
  rita: { password_verifier: ${verifier}, groups: [reviewers] }
policy:
  preset: recommended
masking:
  equality_limit: { count: 100000, window: 10m }
  rules:
    - { name: hidden, columns: [${maskedColumns.join(', ')}], mask: redact, databases: [shop1, shop2] }
    - { name: email, columns: [shop3.customers.email], mask: hash, ${mixed} }
    - { name: phone, columns: [shop3.customers.phone], mask: { partial: { first: 3, last: 0 } }, ${mixed} }
    - { name: ssn, columns: [shop3.customers.ssn], mask: { partial: { first: 0, last: 1 } }, ${mixed} }
    - { name: born, columns: [shop3.customers.born], mask: { generalize: { to: year } }, ${mixed} }
    - { name: numbers, columns: [shop3.customers.balance, shop3.customers.score], mask: tokenize, ${mixed} }
    - { name: prefs, columns: [shop3.customers.prefs], mask: 'null', ${mixed} }
    - { name: secret, columns: [shop3.*.secret], mask: { partial: { first: 1, last: 1 } }, ${mixed} }
    - { name: vault, columns: ['shop3.vault.*_s'], mask: redact, ${mixed} }
approvals:
  reviewers: { any: [{ group: reviewers }] }
recording: { rows: false, archive: none }
`
}
