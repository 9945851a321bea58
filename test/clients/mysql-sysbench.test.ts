/** sysbench's OLTP suite through the proxy: unchanged, without an error, prepared and not. */
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { ensure } from '../support/clients.ts'
import { whyNoMysql } from '../support/mysql.ts'
import { connected, type Place, startMysqlProxy } from '../support/mysql-proxy.ts'
import { type Ran, runProgram } from '../support/run-program.ts'

const sysbench = await ensure('sysbench')
const noMysql = await whyNoMysql()

// What `cleanup` does, on sysbench's own tables.
const rules = `
  rules:
    - { name: benchmark, action: allow, objects: ['*.sbtest*', 'sbtest*'], lifts: [drop, truncate] }
`
const scripts = [
  'oltp_point_select',
  'oltp_read_only',
  'oltp_read_write',
  'oltp_write_only',
  'oltp_update_index',
  'oltp_update_non_index',
  'oltp_insert',
  'oltp_delete',
  'select_random_points',
  'select_random_ranges',
  'bulk_insert',
]

function run(place: Place, script: string, step: string, args: readonly string[]): Promise<Ran> {
  const { host, port, user, password, database } = place
  const at = [`--mysql-host=${host}`, `--mysql-port=${port}`, `--mysql-db=${database}`]
  const who = [`--mysql-user=${user}`, `--mysql-password=${password}`]
  const size =
    script === 'bulk_insert' ? [] : ['--tables=2', '--table-size=2000', '--rand-type=uniform']
  return runProgram(sysbench, [script, ...at, ...who, ...size, ...args, step])
}

for (const flavour of ['mariadb', 'mysql'] as const) {
  t.test(`before ${flavour}`, { skip: flavour === 'mysql' && noMysql }, async t => {
    const proxy = await startMysqlProxy(t, { flavour, unmasked: true, rules })
    const place = proxy.place('old')
    t.match(await run(place, 'oltp_read_write', 'prepare', []), { code: 0, stderr: '' })
    for (const script of scripts) {
      await t.test(script, async t => {
        const bulk = script === 'bulk_insert'
        // Its tables have the names of the others'.
        if (bulk) {
          t.match(await run(place, 'oltp_read_write', 'cleanup', []), { code: 0, stderr: '' })
          t.match(await run(place, script, 'prepare', ['--threads=4']), { code: 0 })
        }
        for (const mode of bulk ? ['auto'] : ['auto', 'disable']) {
          const args = [`--db-ps-mode=${mode}`, '--threads=4', '--time=20', '--events=200']
          const ran = await run(place, script, 'run', bulk ? ['--threads=4', '--time=1'] : args)
          t.match(ran, { code: 0, stderr: '' }, mode)
          // Two of its own clients may deadlock, which it ignores, and nothing else.
          t.match(ran.stdout.toString(), /ignored errors: +[0-3] /)
          t.match(ran.stdout.toString(), /reconnects: +0 /)
        }
        if (bulk) t.match(await run(place, script, 'cleanup', ['--threads=4']), { code: 0 })
      })
    }
    const connection = await connected(t, proxy.direct())
    const [left] = await connection.query("SHOW TABLES LIKE 'sbtest%'")
    t.strictSame(left, [])
    t.match(await readFile(proxy.upstream.logPath, 'utf8'), /Execute\tSELECT c FROM sbtest/)
  })
}
