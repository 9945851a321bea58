/** Only the end of a log may be kept, so that everything that failed has to stand there. */
import { execFileSync } from 'node:child_process'
import t from 'tap'

function report(log: string, status: number): string {
  const args = ['-v', `status=${status}`, '-f', '.ci/report.awk']
  return execFileSync('awk', args, { input: log, encoding: 'utf8' })
}

const log = `
# Subtest: test/a.test.ts
    # Subtest: adds
        ok 1 - one
        not ok 2 - two
          ---
          diff: |
            -2
            +1
          ...
        1..2
    not ok 1 - adds # time=4ms
      ---
      at:
        lineNumber: 3
      ...
    # Subtest: later
        not ok 1 - known # TODO some day
        1..1
    ok 2 - later # time=1ms
    1..2
not ok 1 - test/a.test.ts # time=700ms
  ---
  exitCode: 1
  ...

# Subtest: test/b.test.ts
    ok 1 - before mysql # SKIP MySQL 9.7 could not be had
    ok 2 - masks mysql # SKIP MySQL 9.7 could not be had
    1..2
ok 2 - test/b.test.ts # time=300ms

# Subtest: test/c.test.ts
    # Subtest: ends
        ok 1 - begins
not ok 3 - test/c.test.ts # time=30000ms
  ---
  timeout: 30000
  ...
# { total: 9, pass: 6, fail: 3 }
# Subtest: test/d.test.ts
ok 1 - test/d.test.ts # time=3ms
# { total: 4, pass: 4 }
`

t.test('the end of a run says what failed and why, once, and what was skipped', t => {
  t.equal(
    report(log, 1),
    `
== what failed

test/a.test.ts > adds
        not ok 2 - two
          ---
          diff: |
            -2
            +1
          ...

not ok 3 - test/c.test.ts # time=30000ms
  ---
  timeout: 30000
  ...

== what was skipped

2 skipped: MySQL 9.7 could not be had

10 passed, 3 failed
`,
  )
  t.end()
})

t.test('a good run has nothing to say but its sums; a broken one has failed', t => {
  t.equal(report('# { total: 4, pass: 4 }\n', 0), '\n4 passed, 0 failed\n')
  t.equal(report('# { total: 4, pass: 4 }\n', 2), '\n4 passed, 1 failed\n')
  t.end()
})

t.test('it stays short', t => {
  const failure = 'not ok 1 - x\n  ---\n  at: here\n  ...\n'
  const lines = report(failure.repeat(500), 1).split('\n')
  t.equal(lines.length, 205)
  t.match(lines.at(-4), /and more/)
  t.end()
})
