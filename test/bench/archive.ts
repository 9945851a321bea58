/**
 * `node dist/test/bench/archive.js ship [statements]`: how many statements a second the embedded
 * archive takes from a journal that is already written.
 * `node dist/test/bench/archive.js search [statements] [folder]`: how long each filter of the search
 * takes over so many statements; a folder that is given keeps them for the next time.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Analysis } from '../../protocols/protocol.ts'
import { Archive, type ArchiveRow } from '../../src/recording/archive/archive.ts'
import { searchArchive } from '../../src/recording/archive/search.ts'
import { toArchive } from '../../src/recording/archive/to-archive.ts'
import type { SessionQuery } from '../../src/recording/reading/search.ts'
import { Shipper } from '../../src/recording/shipping/ship.ts'
import { analysis, place, sessionStart, statement } from '../support/recorded-place.ts'

async function ship(statements: number): Promise<void> {
  const here = await place()
  const recorder = await here.open()
  const shapes: Analysis[] = Array.from({ length: 200 }, (_, i) => ({
    ...analysis,
    normalized: `SELECT email, name, c${i} FROM customers WHERE id = ? AND c${i} > ?`,
  }))
  const sessions = await Promise.all(
    Array.from({ length: 50 }, (_, i) => recorder.openSession(sessionStart(`s${i}`, `user${i}`))),
  )
  const answer = Buffer.alloc(120, 'r')
  for (let made = 0; made < statements; made += sessions.length) {
    for (const session of sessions) {
      const shape = shapes[made % shapes.length] ?? analysis
      const number = session.statement({ ...statement(`SELECT ${made}`), analysis: shape })
      session.commit()
      void session.event({ type: 'frames', from: 'server', bytes: answer })
      const end = { tag: 'SELECT 1', rows: 1, bytes: answer.length, error: undefined }
      void session.event({ type: 'statement.end', statement: number, ...end })
    }
    if (made % 5000 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  await recorder.close()
  const archive = await Archive.open({ kind: 'embedded' }, join(here.dir, 'archive'))
  const shipper = new Shipper(here.journal, toArchive(archive))
  const began = performance.now()
  const usedBefore = process.cpuUsage()
  while ((await shipper.step()) > 0);
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(usedBefore)
  const coreSeconds = (user + system) / 1_000_000
  const [found] = await archive.query('SELECT count() AS n FROM statements')
  const rate = (time: number): string => `${time.toFixed(1)} s, ${Math.round(statements / time)}/s`
  say(`${found?.['n']} statements: ${rate(seconds)}; of one core's time ${rate(coreSeconds)}`)
  await archive.close()
  await here.remove()
}

/** So many statements of half a year: 40 of a session, 5 % of their texts seen nowhere else. */
function generated(statements: number): string {
  return `INSERT INTO statement_log
  SELECT
    hex(sipHash128(intDiv(number, 40))) AS session, number % 40 AS statement, number % 40 AS version,
    toDateTime64('2026-05-01 00:00:00', 6, 'UTC')
      + toIntervalMillisecond(intDiv(number, 40) * ${Math.floor((184 * 86_400_000 * 40) / statements)})
      AS started_at,
    started_at + toIntervalSecond(number % 40) AS at,
    concat('user', toString(s % 500)) AS user,
    ['shop', 'billing', 'crm', 'ledger'][s % 4 + 1] AS database,
    s % 5 = 0 ? 'staging' : 'production' AS environment,
    s % 10 = 0 ? 'agent' : 'person' AS kind,
    s % 10 = 0 ? concat('user', toString(s % 50)) : NULL AS owner,
    '10.0.0.1' AS remote_address,
    ['SELECT', 'SELECT', 'SELECT', 'INSERT', 'UPDATE', 'DELETE'][h % 6 + 1] AS command,
    [concat(lower(command = 'SELECT' ? 'read' : command), ' public.t', toString(h % 300))] AS effects,
    [concat('public.t', toString(h % 300)), concat('public.j', toString(h % 37))] AS tables,
    [concat('public.t', toString(h % 300), '.c', toString(h % 20)),
     concat('public.j', toString(h % 37), '.id')] AS columns,
    concat(command, ' c', toString(h % 20), ' FROM t', toString(h % 300), ' JOIN j',
      toString(h % 37), ' USING (id) WHERE c', toString(h % 7), ' = ?',
      h % 20 = 0 ? concat(' AND only_here_', toString(number), ' > ?') : '') AS normalized,
    NULL AS unreadable,
    h % 1000 = 0 ? 'hold' : (h % 1500 = 1 ? 'deny' : 'allow') AS verdict, NULL AS observed,
    verdict = 'allow' ? [] : [concat('rule-', toString(h % 30))] AS rules, '' AS reason,
    verdict = 'hold' ? toString(number) : NULL AS approval,
    verdict = 'hold' ? [concat('reviewer', toString(h % 40))] : [] AS decided_by,
    false AS break_glass, at + toIntervalMillisecond(h % 900) AS ended_at,
    concat(command, ' 1') AS tag, h % 100000 = 0 ? 5000000 : h % 200 AS rows,
    rows * 120 AS bytes, h % 200 = 0 ? 'relation does not exist' : NULL AS error
  FROM (
    SELECT number, intDiv(number, 40) AS s, cityHash64(number) AS h
    FROM numbers({from:UInt64}, {count:UInt64})
  )`
}

const sessionRows = `INSERT INTO session_log
  SELECT session, 40 AS version, any(s.started_at) AS started_at, any(user) AS user,
    any(database) AS database, any(environment) AS environment, any(kind) AS kind,
    any(owner) AS owner, NULL AS purpose, [] AS groups, 'postgres' AS protocol, 'psql' AS application,
    '10.0.0.1' AS remote_address, true AS tls, max(at) AS ended_at, 'left' AS end_reason, 'j'
  FROM statement_log AS s WHERE toYYYYMM(s.started_at) = {month:UInt32} GROUP BY session`

const filters: readonly (readonly [string, Partial<SessionQuery>])[] = [
  ['none', {}],
  ['user', { user: 'user77' }],
  ['agent', { agent: 'user120' }],
  ['owner', { owner: 'user30' }],
  ['database', { database: 'ledger' }],
  ['environment', { environment: 'staging' }],
  ['table', { table: 'public.t7' }],
  ['table, name alone', { table: 't7' }],
  ['table, not there', { table: 'nowhere' }],
  ['column', { column: 't7.c7' }],
  ['column, not there', { column: 'ssn' }],
  ['effect', { effect: 'delete' }],
  ['effect, not there', { effect: 'truncate' }],
  ['verdict hold', { verdict: 'hold' }],
  ['verdict deny', { verdict: 'deny' }],
  ['rule', { rule: 'rule-10' }],
  ['rule, not there', { rule: 'no-such-rule' }],
  ['approver', { approver: 'reviewer0' }],
  ['approver, not there', { approver: 'nobody' }],
  ['a week', { since: new Date('2026-07-01'), until: new Date('2026-07-08') }],
  [
    'a week, held',
    { verdict: 'hold', since: new Date('2026-07-01'), until: new Date('2026-07-08') },
  ],
  ['text, common', { text: 'from t17 join' }],
  ['text, once', { text: 'only_here_4000020' }],
  ['text, not there', { text: 'drop schema' }],
  ['rows', { rows: 1_000_000 }],
  ['bytes', { bytes: 500_000_000 }],
  ['bytes, not there', { bytes: 5_000_000_000 }],
  ['user and table', { user: 'user77', table: 't7' }],
]

async function search(statements: number, kept: string | undefined): Promise<void> {
  const dir = kept ?? (await mkdtemp(join(tmpdir(), 'countersign-search-')))
  const archive = await Archive.open({ kind: 'embedded' }, join(dir, 'archive'))
  const filled = async (table: string): Promise<boolean> => {
    const [had] = await archive.query(`SELECT count() AS n FROM ${table}`)
    return Number(had?.['n']) > 0
  }
  if (!(await filled('statement_log'))) await fillStatements(archive, statements)
  if (!(await filled('session_log'))) await fillSessions(archive)
  const [size] = await archive.query(
    `SELECT formatReadableSize(sum(bytes_on_disk)) AS size, count() AS parts FROM system.parts
     WHERE active AND table = 'statement_log'`,
  )
  say(`${statements} statements: ${size?.['size']} in ${size?.['parts']} parts`)
  for (const [name, query] of filters) {
    const times: number[] = []
    const used = process.cpuUsage()
    let found = 0
    for (let round = 0; round < 5; round += 1) {
      const began = performance.now()
      const page = await searchArchive(archive, { limit: 50, ...query })
      times.push(performance.now() - began)
      found = page.sessions.length
    }
    const { user, system } = process.cpuUsage(used)
    const cpuMs = Math.round((user + system) / 1000 / times.length)
    const [first = 0] = times
    const sorted = times.toSorted((a, b) => a - b)
    const middle = Math.round(sorted[2] ?? 0)
    say(
      `${name.padEnd(20)} ${String(middle).padStart(6)} ms  (first ${Math.round(first)} ms, ${cpuMs} ms of processor time), ${found} sessions`,
    )
  }
  await archive.close()
  if (kept === undefined) await rm(dir, { recursive: true, force: true, maxRetries: 5 })
}

async function fillStatements(archive: Archive, statements: number): Promise<void> {
  const step = 500_000
  for (let from = 0; from < statements; from += step) {
    await archive.command(generated(statements), { from, count: Math.min(step, statements - from) })
    say(`${from + step} made`)
  }
}

async function fillSessions(archive: Archive): Promise<void> {
  const months: readonly ArchiveRow[] = await archive.query(
    'SELECT DISTINCT toYYYYMM(started_at) AS month FROM statement_log',
  )
  for (const { month } of months) await archive.command(sessionRows, { month })
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

const [mode = 'ship', count, folder] = process.argv.slice(2)
if (mode === 'ship') await ship(Number(count ?? 300_000))
else await search(Number(count ?? 10_000_000), folder)
process.exit()
