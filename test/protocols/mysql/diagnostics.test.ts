import t from 'tap'
import { Capability } from '../../../protocols/mysql/capabilities.ts'
import {
  asksForDiagnostics,
  codeOfTheServer,
  concealedErr,
  concealedOk,
  hiddenMessage,
  messageMask,
  readsAlike,
} from '../../../protocols/mysql/diagnostics.ts'
import { decodeErr, encodeErr } from '../../../protocols/mysql/packets/err.ts'
import { decodeOk, encodeOk } from '../../../protocols/mysql/packets/ok.ts'

const all = { all: true, code: true }

t.test('a message that may quote a value goes, its numbers stay', async t => {
  const message = "Duplicate entry 'secret' for key 'PRIMARY'"
  const payload = encodeErr({ code: 1062, sqlState: '23000', message })
  const { shown, errno } = concealedErr(payload, all, 'INSERT INTO t VALUES (1)')
  t.equal(errno, 1062)
  t.strictSame(decodeErr(shown), { code: 1062, sqlState: '23000', message: hiddenMessage })
  t.equal(concealedErr(payload, { all: false, code: true }, '').shown, payload)
})

t.test('a message about the text itself stays, unless its words are not of the text', async t => {
  const payload = encodeErr({
    code: 1054,
    sqlState: '42S22',
    message: "Unknown column 'nmae' in 'field list'",
  })
  t.equal(concealedErr(payload, all, 'SELECT nmae FROM t').shown, payload)
  t.not(concealedErr(payload, all, 'SELECT raise(secret) FROM t').shown, payload)
})

t.test('what code in the server says is hidden where that may be anything', async t => {
  const payload = encodeErr({ code: 1644, sqlState: '45000', message: 'secret' })
  const { shown } = concealedErr(payload, { all: false, code: true }, '')
  t.equal(decodeErr(shown).message, hiddenMessage)
})

t.test('an OK keeps its counts and loses its words', async t => {
  const tracks = Capability.SESSION_TRACK
  const counts = encodeOk(
    { affectedRows: 2n, info: 'Rows matched: 2  Changed: 2  Warnings: 0' },
    tracks,
  )
  t.equal(concealedOk(counts, tracks), counts)
  const records = encodeOk({ info: 'Records: 3  Duplicates: 0  Warnings: 0' }, 0n)
  t.equal(concealedOk(records, 0n), records)
  const words = encodeOk(
    { affectedRows: 300n, info: 'secret', sessionStateChanges: Buffer.from('0003010161', 'hex') },
    tracks,
  )
  const shown = decodeOk(concealedOk(words, tracks), tracks)
  t.match(shown, { affectedRows: 300n, info: '' })
  t.equal(shown.sessionStateChanges.length, 0)
})

t.test('texts that ask for what earlier ones said', async t => {
  const asks = (normalized: string, results: number): string =>
    asksForDiagnostics({
      ...codeOfTheServer,
      normalized,
      results: Array.from({ length: results }, () => 'none' as const),
    })
  t.equal(asks('show warnings', 1), 'alone')
  t.equal(asks('SHOW COUNT(*) ERRORS', 1), 'alone')
  t.equal(asks('SHOW WARNINGS LIMIT ?, ?', 1), 'alone')
  t.equal(asks('insert into t values (?); show warnings', 2), 'shows')
  t.equal(asks('GET DIAGNOSTICS CONDITION ? @m = MESSAGE_TEXT', 1), 'gets')
  t.equal(asks('select warnings from t', 1), 'no')
})

t.test('texts that no setting gives another meaning', async t => {
  for (const text of ['SHOW WARNINGS', 'select row_count()', 'SELECT @@warning_count'])
    t.ok(readsAlike(text), text)
  for (const text of ['SHOW WARNINGS; DROP TABLE t', 'select "x"', 'show warnings -- x'])
    t.notOk(readsAlike(text), text)
})

t.test('of a warning its level and its code are shown', async t => {
  const column = {
    name: '',
    type: { class: 'text', name: '', lengthMax: undefined },
    origin: [],
  } as const
  t.match(messageMask([column, column, column]), [undefined, undefined, { value: hiddenMessage }])
  t.equal(messageMask([column]), undefined)
})
