/** Drivers of other languages see through the proxy what they see without it. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { selfSigned } from '../support/certificates.ts'
import { ensure, type ToolName } from '../support/clients.ts'
import { whyNoMysql } from '../support/mysql.ts'
import { type Place, startMysqlProxy } from '../support/mysql-proxy.ts'
import { inRepository } from '../support/repository.ts'
import { type Ran, runProgram } from '../support/run-program.ts'
import { sameLines } from '../support/same-lines.ts'

interface Driver {
  readonly name: string
  readonly needs: readonly ToolName[]
  readonly command: readonly string[]
  /** Cannot log in to a server whose accounts have no mysql_native_password. */
  readonly mariadbOnly?: true
}

const python = '/usr/bin/python3'
const script = (name: string): string => inRepository(`test/clients/${name}`)

const drivers: readonly Driver[] = [
  {
    name: 'PyMySQL',
    needs: ['python3-pymysql'],
    command: [python, script('with_mysql.py'), 'pymysql'],
  },
  {
    name: 'MySQLdb',
    needs: ['python3-mysqldb'],
    command: [python, script('with_mysql.py'), 'MySQLdb'],
  },
  {
    name: "MariaDB's JDBC",
    needs: ['java', 'javac', 'mariadb-jdbc'],
    command: [
      'java',
      '-cp',
      '/usr/share/java/mariadb-java-client.jar',
      script('WithMariadbJdbc.java'),
    ],
  },
]

const noMysql = await whyNoMysql()
const tls = await selfSigned()
const kinds = await readFile(script('mysql-kinds.sql'), 'utf8')
for (const { needs } of drivers) for (const tool of needs) await ensure(tool)

for (const flavour of ['mariadb', 'mysql'] as const) {
  t.test(`before ${flavour}`, { skip: flavour === 'mysql' && noMysql }, async t => {
    const proxy = await startMysqlProxy(t, { flavour, sql: kinds, unmasked: true, clientTls: tls })
    const dir = await mkdtemp(join(tmpdir(), 'countersign-test-mysql-drivers-'))
    t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
    const ca = join(dir, 'ca.pem')
    await writeFile(ca, tls.cert)
    for (const { name, command } of drivers) {
      await t.test(`${name} sees the same`, async t => {
        const direct = await seen(command, proxy.direct())
        t.match(direct, { code: 0, stderr: '' })
        t.ok(direct.stdout.length > 5000, `${direct.stdout.length} bytes`)
        // PyMySQL sends a password over what is not TLS only where it has another library.
        const plain = await seen(command, proxy.place('old'))
        t.match(plain, { code: 0, stderr: '' })
        sameLines(t, lines(plain), lines(direct), 'plain')
        const secure = await seen(command, proxy.place('hasty'), ca)
        t.match(secure, { code: 0, stderr: '' })
        sameLines(t, lines(secure), lines(direct), 'TLS')
      })
    }
  })
}

function seen(command: readonly string[], place: Place, ca?: string): Promise<Ran> {
  const [program = '', ...args] = command
  const { host, port, user, password, database } = place
  const where = [host, String(port), user, password, database]
  const more = ca === undefined ? [] : [ca]
  return runProgram(program, [...args, ...where, ...more], { env: { TZ: 'UTC' } })
}

function lines(of: Ran): string[] {
  return of.stdout.toString().split('\n')
}
