/** What the player is given of a session, while it runs and afterwards. */
import t, { type Test } from 'tap'
import { protocols } from '../../../../protocols/index.ts'
import type { ResultMask, SessionEvent } from '../../../../protocols/protocol.ts'
import type { SessionRecorder } from '../../../../src/recording/events.ts'
import { listSegments } from '../../../../src/recording/journal/segment.ts'
import { Playbacks, type Played } from '../../../../src/recording/playback/playbacks.ts'
import type { PlayedStatement } from '../../../../src/recording/playback/played.ts'
import { searchPlayed } from '../../../../src/recording/playback/search-played.ts'
import { JournalReader } from '../../../../src/recording/reading/reader.ts'
import {
  complete,
  dataRow,
  errorResponse,
  ready,
  rowDescription,
} from '../../../support/backend-messages.ts'
import {
  analysis,
  type Place,
  place,
  sessionStart,
  statement,
} from '../../../support/recorded-place.ts'

async function here(t: Test): Promise<Place> {
  const made = await place()
  t.teardown(made.remove)
  return made
}

function frames(session: SessionRecorder, ...bytes: Buffer[]): void {
  void session.event({ type: 'frames', from: 'server', bytes: Buffer.concat(bytes) })
}

type End = Extract<SessionEvent, { type: 'statement.end' }>

function end(session: SessionRecorder, number: number, more: Partial<End> = {}): void {
  const ended = { tag: 'SELECT 1', rows: 1, bytes: 10, error: undefined, ...more }
  void session.event({ type: 'statement.end', statement: number, ...ended })
}

function playbacks(t: Test, { journal, keys }: Place, running = () => false): Playbacks {
  const reader = new JournalReader({ dir: journal, keys })
  const decoder = () => {
    const postgres = protocols.find(({ name }) => name === 'postgres')
    if (postgres === undefined) throw new Error('expected Postgres')
    return postgres.frameDecoder()
  }
  const { publicKey } = keys
  const made = new Playbacks({ dir: journal, reader, publicKey, running, decoder })
  t.teardown(() => made.close())
  return made
}

async function whole(t: Test, place: Place, id = '01-abc'): Promise<Played> {
  const played = await playbacks(t, place).open(id)
  if (played === undefined) throw new Error('expected a session, got none')
  while (!played.complete) await played.beyond(Number.MAX_SAFE_INTEGER, 10_000)
  return played
}

function statementsOf(played: Played): readonly PlayedStatement[] {
  return played.playback?.statements ?? []
}

function rowsOf(played: Played, result: number): unknown {
  return JSON.parse(String(played.playback?.rows(result)?.page(0)))
}

const masked: ResultMask = [undefined, { kind: 'constant', value: '*', rule: 'email' }]
const description = rowDescription(['id', 23], ['email', 25])

t.test('results are those of their statements, also when they were pipelined', async t => {
  const at = await here(t)
  const recorder = await at.open()
  const session = await recorder.openSession(sessionStart('01-abc'))
  // One at a time; executed again it is not described again.
  for (const value of ['1', '2']) {
    const number = session.statement(statement('EXECUTE one', [value]))
    session.commit()
    frames(
      session,
      ...(value === '1' ? [description] : []),
      dataRow(value, 'a'),
      complete('SELECT 1'),
    )
    end(session, number)
  }
  // Four at once: the third fails, the fourth is skipped.
  const [a = 0, b = 0, c = 0, d = 0] = ['A', 'B', 'C', 'D'].map(text =>
    session.statement(statement(text)),
  )
  session.commit()
  frames(session, description, dataRow('3', 'x'), complete('SELECT 1'))
  frames(session, dataRow('4', 'y'), dataRow('5', null), complete('SELECT 2'))
  frames(session, errorResponse('42703', 'no such column'), ready)
  end(session, a)
  end(session, b, { tag: 'SELECT 2', rows: 2 })
  end(session, c, { tag: undefined, rows: 0, error: 'skipped' })
  end(session, d, { tag: undefined, rows: 0, error: 'skipped' })
  // Several results of one text, with a denial before them that has an error and no end.
  const deny = { kind: 'deny', rules: ['no'], reason: 'never', observed: undefined } as const
  session.statement({ ...statement('DROP'), verdict: deny })
  session.commit()
  frames(session, errorResponse('42501', 'denied'), ready)
  const several = session.statement(statement('SELECT 1; SELECT 2'))
  session.commit()
  frames(session, description, dataRow('6', 'z'), complete('SELECT 1'))
  frames(session, description, complete('SELECT 0'), ready)
  end(session, several, { tag: 'SELECT 0' })
  await session.end('the client left')
  await recorder.close()

  const played = await whole(t, at)
  const shown = statementsOf(played).map(({ text, results }) => [
    text,
    ...results.map(({ rows, tag, error }) => error?.code ?? `${tag}: ${rows}`),
  ])
  t.strictSame(shown, [
    ['EXECUTE one', 'SELECT 1: 1'],
    ['EXECUTE one', 'SELECT 1: 1'],
    ['A', 'SELECT 1: 1'],
    ['B', 'SELECT 2: 2'],
    ['C', '42703'],
    ['D'],
    ['DROP', '42501'],
    ['SELECT 1; SELECT 2', 'SELECT 1: 1', 'SELECT 0: 0'],
  ])
  const [, again] = statementsOf(played)
  t.match(again?.results[0]?.columns, [{ name: 'id' }, { name: 'email' }])
  t.strictSame(rowsOf(played, 3), {
    from: 0,
    rows: [
      ['4', 'y'],
      ['5', null],
    ],
  })
  t.equal(played.playback?.endReason, 'the client left')
  t.match(await played.chain(), { findings: [] })
  const { playback } = played
  if (playback === undefined) throw new Error('expected a playback')
  t.strictSame(await searchPlayed(playback, 'NO SUCH'), [{ statement: 4 }])
  t.strictSame(await searchPlayed(playback, 'Y'), [{ statement: 3, result: 3, row: 0 }])
})

t.test('columns name the rule that hid them, in every segment', async t => {
  const at = await here(t)
  const recorder = await at.open({ segmentBytesMax: 4096 })
  const session = await recorder.openSession(sessionStart('01-abc'))
  const bare = { ...analysis, normalized: 'SELECT bare' }
  const run = (which: typeof analysis): void => {
    const number = session.statement({ ...statement('SELECT'), analysis: which })
    session.commit()
    frames(session, description, dataRow('1', '*'.repeat(900)), complete('SELECT 1'))
    end(session, number)
  }
  run(bare)
  const first = session.statement(statement('SELECT'))
  session.commit()
  session.masks(analysis, 0, masked)
  frames(session, description, dataRow('1', '*'), complete('SELECT 1'))
  end(session, first)
  for (let i = 0; i < 20; i += 1) {
    run(i % 2 === 0 ? analysis : bare)
    await recorder.sync()
  }
  // The rules changed: nothing is hidden from here on.
  session.masks(analysis, 0, undefined)
  run(analysis)
  await session.end('the client left')
  await recorder.close()

  const played = await whole(t, at)
  const rules = statementsOf(played).map(each => each.results[0]?.columns.map(({ rule }) => rule))
  const hidden = [undefined, 'email']
  const open = [undefined, undefined]
  const alternating = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? hidden : open))
  t.strictSame(rules, [open, hidden, ...alternating, open])
  t.ok((await listSegments(at.journal)).length > 1, 'over several segments')
})

t.test('a session is followed while it runs, up to its end', async t => {
  const at = await here(t)
  const recorder = await at.open()
  const session = await recorder.openSession(sessionStart('01-abc'))
  let running = true
  const played = await playbacks(t, at, () => running).open('01-abc')
  if (played === undefined) throw new Error('expected a session, got none')
  const number = session.statement(statement('SELECT slowly'))
  session.commit()
  const statementThere = async (when: (each: PlayedStatement) => boolean): Promise<void> => {
    while (!statementsOf(played).some(when))
      await played.beyond(played.playback?.version ?? 0, 5000)
  }
  await statementThere(each => each.text === 'SELECT slowly')
  t.equal(played.live, true)
  frames(session, description, dataRow('1', 'Ada'))
  await statementThere(each => each.results[0]?.rows === 1)
  t.strictSame(rowsOf(played, 0), { from: 0, rows: [['1', 'Ada']] })
  frames(session, dataRow('2', 'Bob'), complete('SELECT 2'))
  end(session, number, { tag: 'SELECT 2', rows: 2 })
  await session.end('ended by olga (web): enough')
  running = false
  while (!played.complete) await played.beyond(Number.MAX_SAFE_INTEGER, 5000)
  t.match(statementsOf(played), [{ rows: 2, results: [{ rows: 2, tag: 'SELECT 2' }] }])
  t.equal(played.playback?.endReason, 'ended by olga (web): enough')
  await recorder.close()
})

t.test('what is not there is not opened, what was cut off says so', async t => {
  const at = await here(t)
  const recorder = await at.open()
  const session = await recorder.openSession(sessionStart('01-abc'))
  session.statement(statement('SELECT 1'))
  session.commit()
  t.equal(await playbacks(t, at).open('02'), undefined)
  const played = await whole(t, at)
  t.match(played.playback?.gaps, [{ reason: /without an end/ }])
  await session.end('later')
  await recorder.close()
})

t.test('rows come in pages, and what is too long is cut', async t => {
  const at = await here(t)
  const recorder = await at.open()
  const session = await recorder.openSession(sessionStart('01-abc'))
  const number = session.statement(statement('SELECT many'))
  session.commit()
  frames(session, rowDescription(['n', 25]))
  for (let i = 0; i < 1200; i += 1) frames(session, dataRow(String(i)))
  frames(session, dataRow('x'.repeat(5000)), complete('SELECT 1201'))
  end(session, number, { tag: 'SELECT 1201', rows: 1201 })
  await session.end('the client left')
  await recorder.close()
  const rows = (await whole(t, at)).playback?.rows(0)
  const page = (row: number) => JSON.parse(String(rows?.page(row)))
  t.equal(rows?.count, 1201)
  t.match([page(0).from, page(499).from, page(500).from, page(1199).from], [0, 0, 500, 1000])
  t.strictSame(page(777).rows[277], ['777'])
  t.strictSame(page(1200).rows[200], [{ cut: 'x'.repeat(4096), length: 5000 }])
  t.equal(rows?.page(1201), undefined)
  t.equal(rows?.marks.at(-1)?.[1], 1201)
})
