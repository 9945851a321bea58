/** pgbench through the proxy: every way to send its statements, four clients at once. */
import pg from 'pg'
import t from 'tap'
import { ensure } from '../support/clients.ts'
import { startProxy } from '../support/proxy.ts'
import { runProgram } from '../support/run-program.ts'

const pgbench = await ensure('pgbench')

// What `pgbench -i` and every run begin with, on pgbench's own tables.
const rules = `
  rules:
    - name: benchmark
      action: allow
      objects: ['*.pgbench_*', 'pgbench_*']
      lifts: [drop, truncate]
`

t.test('pgbench through the proxy', async t => {
  const proxy = await startProxy(t, { version: 15, unmasked: true, rules })
  const through = proxy.url()
  const admin = new pg.Client({ connectionString: proxy.upstream.url })
  await admin.connect()
  t.teardown(() => admin.end())

  await t.test('makes its tables', async t => {
    for (const steps of ['dtgvpf', 'dtGvp']) {
      const made = await runProgram(pgbench, ['-i', '-I', steps, '-s', '1', '-q', through])
      t.match(made, { code: 0 }, made.stderr)
      const { rows } = await admin.query(
        'SELECT count(*)::int, sum(aid)::text FROM pgbench_accounts',
      )
      t.strictSame(rows, [{ count: 100_000, sum: '5000050000' }])
    }
  })

  for (const mode of ['simple', 'extended', 'prepared']) {
    await t.test(`-M ${mode}`, async t => {
      const common = ['-M', mode, '-c', '4', '-j', '2', '-T', '2', '-n']
      const reads = await runProgram(pgbench, [...common, '-S', through])
      t.match(reads, { code: 0, stderr: '' })
      t.ok(transactions(reads.stdout) > 100, `${transactions(reads.stdout)} reads`)

      await admin.query('TRUNCATE pgbench_history')
      const writes = await runProgram(pgbench, [...common, through])
      t.match(writes, { code: 0, stderr: '' })
      const count = transactions(writes.stdout)
      t.ok(count > 50, `${count} transactions`)
      const { rows } = await admin.query(`
        SELECT (SELECT count(*)::int FROM pgbench_history) AS count,
          (SELECT sum(abalance) FROM pgbench_accounts) AS accounts,
          (SELECT sum(bbalance) FROM pgbench_branches) AS branches,
          (SELECT sum(tbalance) FROM pgbench_tellers) AS tellers`)
      t.equal(rows[0].count, count, 'every transaction is there once')
      t.equal(rows[0].accounts, rows[0].branches)
      t.equal(rows[0].accounts, rows[0].tellers)
    })
  }

  await t.test('a pipeline, and a connection for each transaction', async t => {
    const script = 'SELECT abalance FROM pgbench_accounts WHERE aid = :n;\n'
    const pipeline = `\\set n random(1, 100000)\n\\startpipeline\n${script.repeat(10)}\\endpipeline\n`
    const piped = await runProgram(
      pgbench,
      ['-M', 'prepared', '-c', '4', '-t', '50', '-n', '-f', '-', through],
      { input: pipeline },
    )
    t.match(piped, { code: 0, stderr: '' })
    t.equal(transactions(piped.stdout), 200)
    const connects = await runProgram(pgbench, ['-C', '-S', '-c', '4', '-t', '10', '-n', through])
    t.match(connects, { code: 0, stderr: '' })
    t.equal(transactions(connects.stdout), 40)
  })
})

function transactions(stdout: Buffer): number {
  t.match(stdout.toString(), /number of failed transactions: 0 /)
  return Number(/number of transactions actually processed: (\d+)/.exec(stdout.toString())?.[1])
}
