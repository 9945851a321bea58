import { execFileSync } from 'node:child_process'
import { Readable, Writable } from 'node:stream'
import t, { type Test } from 'tap'
import type { Effect } from '../../../../protocols/protocol.ts'
import { reportCommand } from '../../../../src/cli/report.ts'
import type { RecordedVerdict } from '../../../../src/recording/events.ts'
import { countsOf } from '../../../../src/recording/report/counts.ts'
import { gather } from '../../../../src/recording/report/gather.ts'
import { makeReport, reportCsv } from '../../../../src/recording/report/report.ts'
import { verifyJournal } from '../../../../src/recording/verify/verify.ts'
import { reportPage } from '../../../../src/web/pages/report.ts'
import {
  analysis,
  type Place,
  place,
  run,
  sessionStart,
  statement,
} from '../../../support/recorded-place.ts'

const startedAt = new Date('2026-11-10T10:00:00.000Z')
const drop: Effect = { kind: 'drop', object: { type: 'table', schema: 'public', name: 'carts' } }

async function recorded(t: Test): Promise<Place> {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open()
  recorder.note('policy.loaded', { mode: 'observe', preset: 'recommended' })
  const session = await recorder.openSession({ ...sessionStart('11-report'), startedAt })
  run(session, "SELECT 'literal-4711'", 'row')
  const decided = (
    kind: 'hold' | 'deny',
    answers: readonly (readonly [string, 'approved' | 'denied', string | undefined])[],
    glass = false,
  ): number => {
    const verdict: RecordedVerdict = {
      ...{ kind, rules: ['drops'], reason: 'DROP loses data.', observed: undefined },
    }
    const text = 'DROP TABLE carts /* literal-4711 */'
    const shape = { ...analysis, effects: [drop], normalized: '=DROP TABLE "carts"' }
    const number = session.statement({ ...statement(text), analysis: shape, verdict })
    session.commit()
    const about = { approvalId: `a${number}`, statement: number }
    if (kind === 'deny') return number
    session.approval({
      type: 'approval.requested',
      ...about,
      shortId: `s${number}`,
      requesterReason: '<b>clean-up</b>',
    })
    if (glass) session.approval({ type: 'approval.break_glass', ...about, reason: 'fire' })
    for (const [by, decision, reason] of answers) {
      session.approval({ type: 'approval.decided', ...about, by, decision, reason, surface: 'web' })
    }
    return number
  }
  const ran = (number: number, error?: string): void => {
    session.approval({ type: 'approval.claimed', approvalId: `a${number}`, statement: number })
    const end = { tag: error === undefined ? 'DROP TABLE' : undefined, rows: 0, bytes: 0, error }
    void session.event({ type: 'statement.end', statement: number, ...end })
  }
  ran(
    decided('hold', [
      ['rita', 'approved', undefined],
      ['rob', 'approved', 'agreed'],
    ]),
  )
  decided('hold', [['rita', 'denied', 'not today']])
  ran(decided('hold', [['ada', 'approved', 'fire']], true), 'no such table')
  decided('deny', [])
  recorder.note('decision.refused', { approvalId: 'a1', by: 'ada', code: 'own_request' })
  recorder.note('grant.given', { approvalId: 'a1', by: 'rita' })
  recorder.note('policy.changed', { mode: 'enforce', path: 'x.yaml' })
  void session.event({ type: 'gap', reason: 'too large', bytes: 7 })
  await session.end('left')
  await recorder.close()
  return here
}

const since = new Date('2026-11-01')
const until = new Date(Date.now() + 86_400_000)

t.test('every privileged decision is there with who, why, outcome and proof', async t => {
  const here = await recorded(t)
  const found = await gather(here.journal, since, until)
  t.equal(found.statements, 5)
  t.match(found.decisions, [
    {
      outcome: 'ran',
      answers: [
        { by: 'rita', reason: null },
        { by: 'rob', reason: 'agreed' },
      ],
    },
    { outcome: 'denied', requesterReason: '<b>clean-up</b>' },
    { outcome: 'failed', breakGlass: true, result: 'no such table' },
    { outcome: 'refused', verdict: 'deny', rules: ['drops'], answers: [] },
  ])
  for (const { proof } of found.decisions) {
    t.ok(proof.some(({ of }) => of === 'statement'))
    t.ok(
      proof.every(({ hash, key, segment }) => /^[0-9a-f]{64}$/.test(hash) && key && segment === 1),
    )
  }
  t.match(found.happenings.map(({ type }) => type).sort(), [
    'decision.refused',
    'gap',
    'grant.given',
    'policy.changed',
    'policy.loaded',
  ])
  t.strictSame(found.observeDays, [new Date().toISOString().slice(0, 10)])
  const counts = Object.fromEntries(countsOf(found).map(({ id, count }) => [id, count]))
  t.match(counts, {
    ...{ held: 3, ran: 2, denied: 1, refused: 1, approvals: 3, unreasoned: 1, own: 1, barred: 0 },
    ...{ glass: 1, unreviewed: 1, grants: 1, policies: 2, gaps: 1, observe: 1, sessions: 1 },
  })
  const none = await gather(here.journal, since, new Date('2026-11-02'))
  t.equal(none.decisions.length, 0)
  t.equal(none.statements, 0)
})

t.test('no form of it holds a value or lets one act', async t => {
  const here = await recorded(t)
  const { keys, journal: dir } = here
  const verified = await verifyJournal({ dir, publicKey: keys.publicKeys, keys })
  const report = makeReport(await gather(dir, since, until), verified, new Date())
  const page = reportPage(report).markup
  const csv = reportCsv(report)
  for (const text of [page, csv, JSON.stringify(report)]) t.notMatch(text, 'literal-4711')
  t.match(page, 'nothing was altered')
  t.match(page, '&#60;b&#62;clean-up')
  t.match(page, 'Attempts to decide an own request, refused</th><td>1<')
  t.match(page, /CC8\.1.*A\.8\.15.*AU-12/s)
  t.notMatch(page, /<script|src=|href=/)
  t.equal(csv.trim().split('\r\n').length, 5)
  t.match(csv, `"'=DROP TABLE ""carts"""`, 'a spreadsheet takes it for text')
})

t.test('the command writes it, and says when the journal was altered', async t => {
  const here = await recorded(t)
  const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const answer = { code: 0, out: '', err: '' }
    const to = (key: 'out' | 'err'): Writable =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          answer[key] += chunk.toString()
          done()
        },
      })
    const io = { stdin: Readable.from([]), stdout: to('out'), stderr: to('err'), env: {} }
    const signal = new AbortController().signal
    const exitCode = (code: number): void => {
      answer.code = code
    }
    await reportCommand({ ...io, signal, exitCode }).parseAsync(args, { from: 'user' })
    return answer
  }
  const place = ['--data-dir', here.dir]
  const json = await run('--since', '2026-11-01', '--format', 'json', ...place)
  t.equal(json.code, 0, json.err)
  t.match(JSON.parse(json.out), { decisions: { length: 4 }, integrity: { findings: [] } })
  t.match(await run('--since', '7d', '--format', 'pdf', ...place), { code: 2, err: /html, csv/ })
  t.match(await run('--since', 'once', ...place), { code: 2, err: /--since/ })
  t.match(await run('--since', '1d', '--until', '2d', ...place), { code: 2, err: /before/ })
  t.match(await run('--since', '1d', '--data-dir', '/nowhere'), { code: 2, err: /--data-dir/ })
  execFileSync('sed', ['-i', 's/not today/not to-do/', `${here.journal}/00000001.seg`])
  const altered = await run('--since', '2026-11-01', ...place)
  t.match(altered, { code: 1, err: /was altered/, out: /things are wrong/ })
})
