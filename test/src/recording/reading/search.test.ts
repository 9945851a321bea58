import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Effect } from '../../../../protocols/protocol.ts'
import { Archive } from '../../../../src/recording/archive/archive.ts'
import { archiveSource, serveArchive } from '../../../../src/recording/archive/socket.ts'
import { toArchive } from '../../../../src/recording/archive/to-archive.ts'
import type { RecordedVerdict } from '../../../../src/recording/events.ts'
import { JournalReader } from '../../../../src/recording/reading/reader.ts'
import { placeOf, type SessionQuery } from '../../../../src/recording/reading/search.ts'
import { Shipper } from '../../../../src/recording/shipping/ship.ts'
import { analysis, place, sessionStart } from '../../../support/recorded-place.ts'

const folder = await mkdtemp(join(tmpdir(), 'countersign-search-'))
const archive = await Archive.open({ kind: 'embedded' }, join(folder, 'archive'))
const here = await place()
t.teardown(async () => {
  await archive.close()
  await here.remove()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

const tables = ['public.orders', 'public.customers', 'crm.customers', 'public.carts']
const effects = ['read', 'update', 'delete', 'truncate'] as const
const verdicts = ['allow', 'hold', 'deny', 'allow'] as const

/** Thirty sessions over several segments, each statement another mixture; the last two still run. */
async function record(): Promise<void> {
  const recorder = await here.open({ segmentBytesMax: 25_000 })
  for (let s = 0; s < 30; s += 1) {
    const start = sessionStart(`${String(s).padStart(2, '0')}-session`, ['ada', 'bo', 'bot'][s % 3])
    const session = await recorder.openSession({
      ...start,
      identity: {
        ...start.identity,
        kind: s % 3 === 2 ? 'agent' : 'person',
        owner: s % 3 === 2 ? 'olga' : undefined,
      },
      database: s % 2 === 0 ? 'shop' : 'crm',
      environment: s % 4 === 0 ? 'staging' : 'production',
      startedAt: new Date(Date.UTC(2026, 10, 1 + Math.floor(s / 2))),
    })
    for (let n = 0; n < s % 5; n += 1) {
      const [schema = '', name = ''] = (tables[(s + n) % 4] ?? '').split('.')
      const kind = effects[(s + 2 * n) % 4] ?? 'read'
      const verdict: RecordedVerdict = {
        kind: verdicts[(s * n) % 4] ?? 'allow',
        rules: n % 2 === 0 ? [] : [`rule-${s % 3}`],
        reason: '',
        observed: undefined,
      }
      const effect: Effect = { kind, object: { type: 'table', schema, name } }
      const number = session.statement({
        text: 'secret',
        parameters: [],
        analysis: {
          ...analysis,
          effects: [effect],
          relations: [{ schema, name, columns: [] }],
          reads: [{ schema, table: name, column: n % 2 === 0 ? 'email' : 'id' }],
          normalized: `${kind.toUpperCase()} 100%_of ${schema}.${name} WHERE id = ? AND s${s} = ?`,
        },
        verdict,
      })
      session.commit()
      if (verdict.kind === 'hold') {
        const about = { approvalId: `a-${s}-${n}`, statement: number }
        session.approval({ type: 'approval.requested', ...about })
        session.approval({ type: 'approval.decided', by: n % 2 === 0 ? 'rita' : 'rob', ...about })
      }
      // What is not urgent is written some time later: nothing of it may be missing below.
      if (s >= 28) continue
      const end = { tag: 'X', rows: s * 15 + n, bytes: s * 1000, error: undefined }
      void session.event({ type: 'statement.end', statement: number, ...end })
    }
    if (s < 28) await session.end('left')
  }
  recorder.commit()
  t.teardown(() => recorder.close())
}

const day = (n: number): Date => new Date(Date.UTC(2026, 10, n))
const queries: readonly Partial<SessionQuery>[] = [
  {},
  { user: 'ada' },
  { agent: 'bot' },
  { agent: 'ada' },
  { owner: 'olga' },
  { database: 'crm' },
  { environment: 'staging' },
  { since: day(15) },
  { until: day(3) },
  { since: day(5), until: day(9) },
  { table: 'customers' },
  { table: 'crm.customers' },
  { table: 'ustomers' },
  { column: 'email' },
  { column: 'orders.id' },
  { column: 'public.carts.email' },
  { effect: 'truncate' },
  { verdict: 'hold' },
  { verdict: 'deny' },
  { verdict: 'allow', user: 'bo' },
  { rule: 'rule-1' },
  { approver: 'rita' },
  { approver: 'rob' },
  { approver: 'nobody' },
  { text: 'UPDATE 100%_OF public' },
  { text: '%' },
  { text: '_' },
  { text: "' OR 1=1 --" },
  { text: 'and S17 =' },
  { rows: 200 },
  { rows: 0 },
  { bytes: 20_000 },
  { table: 'orders', effect: 'delete', since: day(4), until: day(16) },
  { verdict: 'hold', approver: 'rita', database: 'shop' },
  { column: 'email', rows: 100, text: 'where' },
]

await record()
const shipper = new Shipper(here.journal, toArchive(archive))
const server = await serveArchive(here.dir, archive, async () => {
  while ((await shipper.step()) > 0);
  return 0
})
t.teardown(() => server.close())
const source = await archiveSource(here.dir)
const options = { dir: here.journal, keys: undefined }
const journal = new JournalReader(options)
const archived = new JournalReader({ ...options, source })

t.test('archive and journal find the same by every filter', async t => {
  let some = 0
  for (const query of queries) {
    const [there, here] = await Promise.all(
      [archived, journal].map(reader => reader.search({ limit: 100, ...query })),
    )
    t.strictSame(there, here, JSON.stringify(query))
    if ((here?.sessions.length ?? 0) > 0) some += 1
  }
  t.ok(some > 26, `${some} of ${queries.length} find something`)
})

t.test('pages follow each other without a gap, newest first', async t => {
  for (const query of [{}, { table: 'customers' }]) {
    const whole = await journal.search({ limit: 100, ...query })
    for (const reader of [archived, journal]) {
      const ids: string[] = []
      for (let after: string | undefined, first = true; first || after !== undefined; ) {
        first = false
        const page = await reader.search({ limit: 7, ...query, ...(after && { after }) })
        ids.push(...page.sessions.map(({ id }) => id))
        after = page.next
      }
      t.strictSame(
        ids,
        whole.sessions.map(({ id }) => id),
      )
    }
  }
})

t.test('what fits is counted, and what is there of a session is not changed by it', async t => {
  const { sessions } = await archived.search({ limit: 100, verdict: 'hold' })
  for (const session of sessions) t.equal(session.matched, session.held)
  const all = await archived.search({ limit: 100 })
  t.ok(all.sessions.every(({ matched }) => matched === undefined))
})

t.test('a cursor that is none is told from one that is', async t => {
  t.equal(placeOf('nonsense'), undefined)
  t.equal(placeOf(''), undefined)
})
