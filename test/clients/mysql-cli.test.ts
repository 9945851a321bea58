/** The command line clients see through the proxy what they see without it. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { selfSigned } from '../support/certificates.ts'
import { ensure } from '../support/clients.ts'
import { mysqlClient, whyNoMysql } from '../support/mysql.ts'
import { type Place, startMysqlProxy } from '../support/mysql-proxy.ts'
import { inRepository } from '../support/repository.ts'
import { type Ran, runProgram } from '../support/run-program.ts'
import { sameLines } from '../support/same-lines.ts'

const beside = (name: string): string => inRepository(`test/clients/${name}`)
const kinds = await readFile(beside('mysql-kinds.sql'), 'utf8')
const script = await readFile(beside('mysql-script.sql'))

const mariadb: readonly string[] = [await ensure('mariadb'), '--no-defaults']
const noMysql = await whyNoMysql()
const tls = await selfSigned()

async function run(
  command: readonly string[],
  place: Place,
  args: readonly string[],
  input: string | Buffer = '',
): Promise<Ran> {
  const [program = '', ...first] = command
  const where = ['-h', place.host, '-P', String(place.port), '-u', place.user]
  const env = { MYSQL_PWD: place.password, TZ: 'UTC' }
  return runProgram(program, [...first, ...where, ...args, place.database], { env, input })
}

for (const flavour of ['mariadb', 'mysql'] as const) {
  const skip = flavour === 'mysql' && noMysql
  t.test(`before ${flavour}`, { skip }, async t => {
    const command = flavour === 'mysql' ? [...(await mysqlClient('mysql')), '--commands'] : mariadb
    const proxy = await startMysqlProxy(t, { flavour, sql: kinds, unmasked: true, clientTls: tls })
    const dir = await mkdtemp(join(tmpdir(), 'countersign-test-mysql-cli-'))
    t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
    await writeFile(join(dir, 'ca'), tls.cert)
    const ca = `--ssl-ca=${join(dir, 'ca')}`
    const verified = flavour === 'mysql' ? '--ssl-mode=VERIFY_IDENTITY' : '--ssl-verify-server-cert'
    const plain =
      flavour === 'mysql' ? ['--ssl-mode=DISABLED', '--get-server-public-key'] : ['--skip-ssl']

    for (const [name, security] of [
      ['plain', plain],
      ['TLS', [ca, verified]],
    ] as const) {
      await t.test(`a long script over ${name}`, async t => {
        const args = ['--force', '-t', '-vv', '--default-character-set=utf8mb4']
        const direct = await run(command, proxy.direct(), [...plain, ...args], script)
        const through = await run(command, proxy.place('hasty'), [...security, ...args], script)
        t.ok(direct.stdout.length > 15_000, `${direct.stdout.length} bytes`)
        sameLines(t, lines(through.stdout), lines(direct.stdout), 'what it shows')
        sameLines(t, lines(through.stderr), lines(direct.stderr), 'what it complains of')
        t.equal(through.code, direct.code)
      })
    }

    await t.test('the column types, batch and XML output', async t => {
      for (const args of [['--column-type-info'], ['-B', '-r'], ['-X'], ['-H'], ['--quick']]) {
        const text = 'SELECT * FROM kinds; SELECT * FROM numbers; CALL two_results(2)'
        const direct = await run(command, proxy.direct(), [...plain, ...args, '-e', text])
        t.match(direct, { code: 0, stderr: '' })
        const through = await run(command, proxy.place('hasty'), [...plain, ...args, '-e', text])
        t.match(through, { code: 0, stderr: '' })
        t.ok(through.stdout.equals(direct.stdout), args.join(' '))
      }
    })

    await t.test('TLS in the eyes of the client', async t => {
      const status = await run(command, proxy.place('hasty'), [ca, verified, '-e', 'status'])
      t.match(status, { code: 0 }, status.stderr)
      t.match(status.stdout.toString(), /SSL:\s+Cipher in use is TLS_/)
      t.match(status.stdout.toString(), `Server version:\t\t${proxy.upstream.version}`)
    })

    await t.test('a wrong password is told as the server tells it', async t => {
      for (const user of ['analyst', 'nobody']) {
        const place = { ...proxy.place(user), password: 'wrong' }
        const ran = await run(command, place, [...plain, '-e', 'SELECT 1'])
        t.match(ran, { code: 1, stderr: /ERROR 1045 \(28000\):? .*denied/ })
      }
    })
  })
}

/** Without how long the server took. */
function lines(text: Buffer | string): string[] {
  return text
    .toString()
    .split('\n')
    .map(line => line.replace(/ \(\d+\.\d+ sec\)/, ''))
}
