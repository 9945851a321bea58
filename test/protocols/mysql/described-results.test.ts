/** Which statement of a text a result is of, and what its columns may tell. */
import t from 'tap'
import { DescribedResults, resultNumber } from '../../../protocols/mysql/described-results.ts'
import { Analyzer } from '../../../protocols/mysql/sql/analyzer.ts'
import type { Session } from '../../../protocols/protocol.ts'
import { namesOf } from './sql/effects-shop.ts'

const analyzer = new Analyzer()
/** Of a result that no statement of the text is known to give. */
const nobody = 'nobody'

function numbers(text: string, count: number): readonly (number | typeof nobody)[] {
  const analysis = analyzer.analyze(text, namesOf('mariadb'))
  return Array.from({ length: count }, (_, result) => {
    const number = resultNumber(analysis, result)
    return number < analysis.results.length ? number : nobody
  })
}

t.test('each statement has its own result', async t => {
  t.strictSame(numbers('select 1; do 1; select email from customers', 3), [0, 1, 2])
})

t.test('behind a CALL nobody knows which result is whose', async t => {
  const select = 'select email from customers; select 1'
  for (const call of [
    'call report()',
    "execute immediate 'call report()'",
    'set statement max_statement_time = 1 for call report()',
  ])
    t.strictSame(numbers(`${call}; ${select}`, 4), [0, nobody, nobody, nobody], call)
  t.strictSame(numbers(`prepare p from 'call report()'; execute p; ${select}`, 5), [
    0,
    1,
    nobody,
    nobody,
    nobody,
  ])
  t.strictSame(numbers(`select 1; call dark(1); ${select}`, 4), [0, 1, nobody, nobody])
})

/** A definition, as a packet: the table, a name, and the column_length. */
function definition(table: string, name: string, length: number): Buffer {
  const texts = ['def', 'shop', table, table, name, name].map(text =>
    Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]),
  )
  const fixed = Buffer.from([12, 45, 0, 0, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0])
  fixed.writeUInt32LE(length, 3)
  const payload = Buffer.concat([...texts, fixed])
  return Buffer.concat([Buffer.from([payload.length, 0, 0, 1]), payload])
}

t.test('the column_length of a hidden value that was computed is that of none', async t => {
  const hidden = { kind: 'constant', value: 'hidden', rule: 'r' } as const
  const session = { maskVersion: 0, masks: () => [hidden, hidden, undefined] }
  const state = {
    column: () => ({
      name: 'x',
      type: { class: 'text', name: 'varchar', lengthMax: undefined },
      origin: [],
    }),
  }
  const results = new DescribedResults(
    session as unknown as Session,
    state as unknown as ConstructorParameters<typeof DescribedResults>[1],
  )
  const run = { analysis: analyzer.analyze('select 1', namesOf('mariadb')), result: 0 }
  const packets = (): Buffer =>
    Buffer.concat([
      Buffer.from([1, 0, 0, 1, 3]),
      ...[definition('', 'a', 24), definition('t', 'b', 24), definition('', 'c', 24)],
    ])
  const fixed = Buffer.from([12, 45, 0])
  const lengths = (bytes: Buffer): number[] => {
    const found: number[] = []
    for (let at = bytes.indexOf(fixed); at >= 0; at = bytes.indexOf(fixed, at + 1))
      found.push(bytes.readUInt32LE(at + 3))
    return found
  }
  for (const time of ['the first time', 'once it is known']) {
    const bytes = packets()
    results.mask(run as Parameters<DescribedResults['mask']>[0], 3, bytes, 'text')
    t.strictSame(lengths(bytes), [1020, 24, 24], time)
  }
})
