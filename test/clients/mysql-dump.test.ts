/** Dumps through the proxy are the bytes that they are without it, where nothing is masked. */

import { readFile } from 'node:fs/promises'
import t from 'tap'
import { ensure } from '../support/clients.ts'
import { mysqlClient, whyNoMysql } from '../support/mysql.ts'
import { mysqlLeaksIn } from '../support/mysql-canary.ts'
import { type Place, startMysqlProxy } from '../support/mysql-proxy.ts'
import { inRepository } from '../support/repository.ts'
import { type Ran, runProgram } from '../support/run-program.ts'
import { sameLines } from '../support/same-lines.ts'

const kinds = await readFile(inRepository('test/clients/mysql-kinds.sql'), 'utf8')
// A bit of everything else that a dump has to ask for.
const more = `
  CREATE TABLE events (at date NOT NULL, what varchar(20), twice int AS (LENGTH(what) * 2) STORED)
    PARTITION BY RANGE (YEAR(at)) (PARTITION old VALUES LESS THAN (2020),
      PARTITION later VALUES LESS THAN MAXVALUE);
  INSERT INTO events (at, what) VALUES ('2019-01-01', 'first'), ('2024-02-29', 'second');
  CREATE TABLE \`odd \`\` name\` (\`select\` int COMMENT 'a ''quoted'' comment', CHECK (\`select\` > 0));
  INSERT INTO \`odd \`\` name\` VALUES (1), (2);
  CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM events WHERE at < '1990-01-01';
`
const noMysql = await whyNoMysql()
const mariadbDump: readonly string[] = [await ensure('mariadb-dump'), '--no-defaults', '--skip-ssl']

function dump(command: readonly string[], place: Place, args: readonly string[]): Promise<Ran> {
  const [program = '', ...first] = command
  const where = ['-h', place.host, '-P', String(place.port), '-u', place.user]
  const all = [...first, ...where, '--skip-dump-date', ...args, place.database]
  return runProgram(program, all, { env: { MYSQL_PWD: place.password, TZ: 'UTC' } })
}

for (const flavour of ['mariadb', 'mysql'] as const) {
  const skip = flavour === 'mysql' && noMysql
  t.test(`before ${flavour}`, { skip }, async t => {
    const own = [
      '--ssl-mode=DISABLED',
      '--get-server-public-key',
      '--set-gtid-purged=OFF',
      '--column-statistics=0',
    ]
    const command =
      flavour === 'mysql' ? [...(await mysqlClient('mysqldump')), ...own] : mariadbDump
    const proxy = await startMysqlProxy(t, { flavour, sql: kinds + more, unmasked: true })
    for (const args of [
      ['--no-tablespaces'],
      ['--single-transaction', '--no-tablespaces', '--routines', '--events', '--hex-blob'],
      ['--no-data', '--no-tablespaces'],
      ['--skip-extended-insert', '--complete-insert', '--skip-lock-tables', '--no-tablespaces'],
      ['--xml', '--no-tablespaces'],
    ]) {
      await t.test(args.join(' '), async t => {
        const direct = await dump(command, proxy.direct(), args)
        t.match(direct, { code: 0, stderr: '' })
        t.ok(direct.stdout.length > 4_000, `${direct.stdout.length} bytes`)
        const through = await dump(command, proxy.place('hasty'), args)
        t.match(through, { code: 0, stderr: '' })
        if (through.stdout.equals(direct.stdout)) return
        const lines = (bytes: Buffer): string[] => bytes.toString('latin1').split('\n')
        sameLines(t, lines(through.stdout), lines(direct.stdout), 'the bytes')
      })
    }
  })
}

t.test('a dump of what is masked has nothing of it', async t => {
  const proxy = await startMysqlProxy(t)
  const dumped = await dump(mariadbDump, proxy.place('hasty'), ['--no-tablespaces', '--tables'])
  t.match(dumped.stdout.toString(), /INSERT INTO `orders`/, dumped.stderr)
  t.match(dumped.stdout.toString(), /INSERT INTO `customers` VALUES\n\(1,'Name 1','c\*+@secret/)
  t.strictSame(mysqlLeaksIn(dumped.stdout), [])
})
