/** Which statement of a text a result is of. */
import t from 'tap'
import { resultNumber } from '../../../protocols/mysql/described-results.ts'
import { Analyzer } from '../../../protocols/mysql/sql/analyzer.ts'
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
