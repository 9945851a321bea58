import t from 'tap'
import {
  anyNumber,
  type Comparison,
  type Domain,
  type Formula,
  truthOf,
} from '../../protocols/tautology.ts'

const free = (what: string): Formula => ({ kind: 'free', what })
const not = (of: Formula): Formula => ({ kind: 'not', of })
const any = (...parts: Formula[]): Formula => ({ kind: 'any', parts })
const all = (...parts: Formula[]): Formula => ({ kind: 'all', parts })
const byte: Domain = { from: 0, to: 255, whole: true }

function x(operator: Comparison['operator'], constant: number, domain = anyNumber): Formula {
  return { kind: 'compare', what: 'x', operator, constant, domain }
}

t.test('what is true whatever the row holds is found', async t => {
  const always: readonly Formula[] = [
    { kind: 'known', value: true },
    any(free('a'), not(free('a'))),
    any(x('>', 0), x('<=', 0)),
    any(x('<>', 3), x('=', 3)),
    any(x('<>', 3), x('<>', 4)),
    any(x('<', 5), x('>', 2)),
    not(all(x('>', 3), x('<', 2))),
    any(free('b'), all(free('c'), x('>', 1)), x('<', 1), x('=', 1), x('>', 1)),
    x('>=', 0, byte),
    x('<', 1000, byte),
    any(x('<=', 7, byte), x('>=', 8, byte)),
    any(all(free('a'), free('b')), not(free('a')), not(free('b'))),
  ]
  for (const formula of always) t.equal(truthOf(formula), true, JSON.stringify(formula))
})

t.test('what narrows is not', async t => {
  const narrow: readonly Formula[] = [
    free('a'),
    x('=', 1),
    x('=', 3, byte),
    any(x('<', 5), x('>', 5)),
    any(x('<=', 7), x('>=', 8)),
    any(x('=', 1), x('=', 2), x('=', 3)),
    all(x('>', 0), x('<=', 10)),
    any(free('a'), not(free('b'))),
  ]
  for (const formula of narrow) t.equal(truthOf(formula), undefined, JSON.stringify(formula))
  t.equal(truthOf(all(x('>', 3), x('<', 2))), false)
  t.equal(truthOf(x('>', 300, byte)), false)
})

t.test('parts that have nothing in common are not tried together', async t => {
  const many = Array.from({ length: 500 }, (_, i) => free(`a${i}`))
  t.equal(truthOf(any(...many)), undefined)
  t.equal(truthOf(any(...many, x('>', 0), x('<=', 0))), true)
  t.equal(truthOf(any(...many.map((a, i) => all(a, many[(i + 1) % 500] ?? a)))), undefined)
})
