/** Real clients log in, over TLS and plain, by a full proof and by the fast path. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as mariadb from 'mariadb'
import * as mysql2 from 'mysql2/promise'
import t, { type Test } from 'tap'
import { learnGreeting } from '../../protocols/mysql/upstream.ts'
import type { Upstream } from '../../protocols/protocol.ts'
import { selfSigned } from '../support/certificates.ts'
import { ensure } from '../support/clients.ts'
import { testGateway, verifier } from '../support/gateway.ts'
import { mysqlClient, startMariadb, whyNoMysql } from '../support/mysql.ts'
import { type Ran, runProgram } from '../support/run-program.ts'
import { listenMysql, pipeToUpstream } from '../support/start-mysql-client.ts'

const noMysql = await whyNoMysql()
const server = await startMariadb()
t.teardown(() => server.stop())
const { host, port, user, password, database } = server
const upstream: Upstream = { host, port, user, password, database, tls: { mode: 'disable' } }
const greeting = await learnGreeting(upstream, { timeoutMs: 10_000 })
const tls = await selfSigned()
const dir = await mkdtemp(join(tmpdir(), 'countersign-test-mysql-login-'))
t.teardown(() => rm(dir, { recursive: true, force: true }))
await writeFile(join(dir, 'ca'), tls.cert)

const secret = 'pässwörd'
const sql = 'SELECT 40 + 2'

/** Resolves with what `sql` gives, or rejects. */
type Client = (port: number, password: string, secure: boolean) => Promise<unknown>

const clients: Readonly<Record<string, Client>> = {
  mysql2: async (port, password, secure) => {
    const ssl = secure ? { ssl: { ca: tls.cert } } : {}
    const options = { host: '127.0.0.1', port, user: 'al', password, database: 'shop', ...ssl }
    const connection = await mysql2.createConnection(options)
    const [rows] = await connection.query({ sql, rowsAsArray: true })
    await connection.end()
    return (rows as unknown[][])[0]?.[0]
  },
  mariadb: async (port, password, secure) => {
    const ssl = secure ? { ssl: { ca: tls.cert } } : { allowPublicKeyRetrieval: true }
    const options = { host: '127.0.0.1', port, user: 'al', password, database: 'shop', ...ssl }
    const connection = await mariadb.createConnection(options)
    const rows = await connection.query({ sql, rowsAsArray: true })
    await connection.end()
    return Number(rows[0][0])
  },
  'mariadb CLI': async (port, password, secure) => {
    const security = secure ? [`--ssl-ca=${join(dir, 'ca')}`] : ['--skip-ssl']
    return cli([await ensure('mariadb'), '--no-defaults'], port, password, security)
  },
  'mysql CLI': async (port, password, secure) => {
    const security = secure
      ? ['--ssl-mode=VERIFY_IDENTITY', `--ssl-ca=${join(dir, 'ca')}`]
      : ['--ssl-mode=DISABLED', '--get-server-public-key']
    return cli(await mysqlClient('mysql'), port, password, security)
  },
  PyMySQL: async (port, password, secure) => python('pymysql', port, password, secure),
  MySQLdb: async (port, password, secure) => python('MySQLdb', port, password, secure),
}

async function cli(
  [program = '', ...first]: readonly string[],
  port: number,
  password: string,
  security: readonly string[],
): Promise<number> {
  const where = ['-h', '127.0.0.1', '-P', `${port}`, '-u', 'al', `-p${password}`, '-NBe', sql]
  const args = [...first, ...where, '--default-character-set=utf8mb4', ...security, 'shop']
  return result(await runProgram(program, args))
}

async function python(
  module: 'pymysql' | 'MySQLdb',
  port: number,
  password: string,
  secure: boolean,
): Promise<number> {
  await ensure(module === 'pymysql' ? 'python3-pymysql' : 'python3-mysqldb')
  const ssl = secure ? `, ssl={'ca': '${join(dir, 'ca')}'}` : ''
  // PyMySQL would take a text for latin1, for every server.
  const sent = module === 'pymysql' ? 'sys.argv[1].encode()' : 'sys.argv[1]'
  const program = `import sys, ${module} as driver
c = driver.connect(host='127.0.0.1', port=${port}, user='al', passwd=${sent}, db='shop',
  charset='utf8mb4'${ssl}).cursor()
c.execute('${sql}')
print(c.fetchone()[0])`
  return result(await runProgram('/usr/bin/python3', ['-c', program, password]))
}

function result({ code, stdout, stderr }: Ran): number {
  if (code !== 0) throw new Error(stderr)
  return Number(stdout.toString())
}

async function listener(t: Test, native: boolean) {
  const gateway = testGateway({ users: { al: secret }, tls, upstream })
  const made = gateway.credential({ ...nobody, user: 'al' })
  const nativePassword = sha1(sha1(Buffer.from(secret)))
  const credential = native ? { ...made, nativePassword } : made
  const others = verifier('nobody knows')
  const credentials = (user: string) => (user === 'al' ? credential : others)
  const at = await listenMysql(
    { ...gateway, credential: login => credentials(login.user) },
    greeting,
    pipeToUpstream,
  )
  t.teardown(() => at.close())
  return at
}

const nobody = {
  protocol: 'mysql',
  user: '',
  database: '',
  application: undefined,
  remoteAddress: '',
  tls: false,
}

const sha1 = (bytes: Buffer): Buffer => createHash('sha1').update(bytes).digest()

/** Those that name another plugin than ours first. */
const switched: ReadonlySet<string> = new Set(['mariadb'])

for (const [name, client] of Object.entries(clients)) {
  const skip = name === 'mysql CLI' && noMysql
  t.test(`${name} logs in`, { skip }, async t => {
    for (const secure of [false, true]) {
      const how = secure ? 'TLS' : 'plain'
      const at = await listener(t, false)
      t.equal(await client(at.port, secret, secure), 42, `in full over ${how}`)
      t.match(await at.next(), { login: { user: 'al', database: 'shop', tls: secure } })
      t.equal(await client(at.port, secret, secure), 42, `by the fast path over ${how}`)
      const { sequence = 0 } = (await at.next()) ?? {}
      t.equal(sequence - (secure ? 1 : 0), switched.has(name) ? 5 : 3)
      await t.rejects(client(at.port, 'wrong', secure), /Access denied|1045/)
    }
    // Oracle's client has no such plugin since 9.0.
    if (name === 'mysql CLI') return
    const at = await listener(t, true)
    t.equal(await client(at.port, secret, false), 42, 'with SHA-1 where that is allowed')
  })
}
