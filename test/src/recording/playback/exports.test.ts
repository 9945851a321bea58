/** Files that are made of a session for programs other than ours. */
import t from 'tap'
import { protocols } from '../../../../protocols/index.ts'
import { asciicast } from '../../../../src/recording/playback/asciicast.ts'
import { replay } from '../../../../src/recording/playback/replay.ts'
import { csvLine, NoSuchResult, resultCsv } from '../../../../src/recording/playback/result-csv.ts'
import { JournalReader } from '../../../../src/recording/reading/reader.ts'
import { complete, dataRow, ready, rowDescription } from '../../../support/backend-messages.ts'
import { collect, place, sessionStart, statement } from '../../../support/recorded-place.ts'

t.test('a spreadsheet takes nothing in a CSV for a formula', t => {
  const same = ['a', '1', '-1.5', '+4', '1e-9', 'a=b', 'x-y']
  for (const text of same) t.equal(csvLine([text]), `${text}\r\n`)
  t.equal(csvLine(['=1+1']), `'=1+1\r\n`)
  t.equal(csvLine(['-1-1', '+SUM(A1)', '@cmd']), `'-1-1,'+SUM(A1),'@cmd\r\n`)
  t.equal(csvLine([' =1']), `' =1\r\n`)
  t.equal(csvLine(['\t=1', '\r=1']), `'\t=1,"'\r=1"\r\n`)
  t.equal(csvLine(['\uff1d1']), `'\uff1d1\r\n`)
  t.equal(csvLine(['=HYPERLINK("x")']), `"'=HYPERLINK(""x"")"\r\n`)
  t.equal(csvLine([null, '', 'a "b"', 'two\nlines', 'a,b']), ',"","a ""b""","two\nlines","a,b"\r\n')
  t.end()
})

t.test('a result as CSV, a session as a cast', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open()
  const session = await recorder.openSession(sessionStart('01-abc'))
  const description = rowDescription(['id', 23], ['=name', 25])
  for (const [i, name] of ['Ada', 'x'.repeat(9000)].entries()) {
    const number = session.statement(statement(`SELECT ${i}`))
    session.commit()
    const bytes = Buffer.concat([
      ...(i === 0 ? [description] : []),
      dataRow(String(i), name),
      dataRow(null, '\u001b[2J'),
      complete('SELECT 2'),
      ready,
    ])
    void session.event({ type: 'frames', from: 'server', bytes })
    const end = { statement: number, tag: 'SELECT 2', rows: 2, bytes: 9, error: undefined } as const
    void session.event({ type: 'statement.end', ...end })
  }
  await session.end('the client left')
  await recorder.close()
  const reader = new JournalReader({ dir: here.journal, keys: here.keys })
  const decoder = () => {
    const postgres = protocols.find(({ name }) => name === 'postgres')
    if (postgres === undefined) throw new Error('expected Postgres')
    return postgres.frameDecoder()
  }
  const csv = async (result: number): Promise<string> =>
    (await collect(resultCsv(reader.happenings('01-abc'), decoder(), result))).join('')
  t.equal(await csv(0), "id,'=name\r\n0,Ada\r\n,\u001b[2J\r\n")
  t.equal(await csv(1), `id,'=name\r\n1,${'x'.repeat(9000)}\r\n,\u001b[2J\r\n`, 'whole')
  await t.rejects(csv(2), NoSuchResult)

  const steps = replay(reader.happenings('01-abc'), 'shop', decoder())
  const [header = '', ...events] = await collect(asciicast(await reader.find('01-abc'), steps))
  t.match(JSON.parse(header), { version: 2, width: 120, title: 'ada on shop' })
  const parsed = events.map(event => JSON.parse(event) as [number, string, string])
  t.ok(parsed.every(([at, kind], i) => kind === 'o' && at >= (parsed[i - 1]?.[0] ?? 0)))
  const shown = parsed.map(([, , text]) => text).join('')
  t.match(shown, 'shop=> SELECT 0\r\n')
  t.notMatch(shown, '\u001b', 'nothing that was recorded steers the terminal')
})
