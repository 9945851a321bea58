import t from 'tap'
import { type MaskedPredicate, predicateRules } from '../../masking/predicates.ts'
import { compileRules, type MaskingRule } from '../../masking/rules.ts'
import type { Analysis, ColumnName, PredicateKind } from '../../protocols/protocol.ts'

const key = Buffer.alloc(32, 7)
const anna = { name: 'anna', groups: ['support'] }
const email: ColumnName = { schema: 'public', table: 'customers', column: 'email' }
const id: ColumnName = { schema: 'public', table: 'customers', column: 'id' }

const kinds: readonly PredicateKind[] = [
  ...(['equality', 'range', 'pattern', 'computed', 'comparison'] as const),
  ...(['group', 'order', 'effect'] as const),
]

function asking(column: ColumnName, of: readonly PredicateKind[]): Analysis {
  return {
    tag: 'SELECT',
    effects: [],
    results: [],
    reads: [column],
    moves: [],
    predicates: of.map(kind => ({ column, kind, constants: 1 })),
    relations: [],
    normalized: '',
    unreadable: undefined,
  }
}

function asked(rules: readonly MaskingRule[], analysis: Analysis): readonly MaskedPredicate[] {
  const compiled = compileRules(rules, key)
  return compiled.predicates.asked(compiled.masker(anna, 'shop'), analysis)
}

function said(predicates: MaskingRule['predicates']): string {
  const rule: MaskingRule = {
    name: 'emails',
    columns: ['*.*.email'],
    mask: { kind: 'email' },
    ...(predicates && { predicates }),
  }
  return asked([rule], asking(email, kinds))
    .map(({ says }) => says)
    .join(' ')
}

t.test('a masking rule says what may be asked of its columns', async t => {
  t.equal(said(undefined), 'pass flag flag flag flag flag flag flag')
  t.equal(said('flag'), 'pass flag flag flag flag flag flag flag')
  t.equal(said('hold'), 'pass hold hold hold hold flag flag hold')
  t.equal(said('deny'), 'pass deny deny deny deny flag flag deny')
  t.equal(said('equality'), 'pass deny deny deny deny deny deny deny')
})

t.test('of several rules the one that forbids most is heeded', async t => {
  const rules = predicateRules.map(
    (predicates, i): MaskingRule => ({
      name: `rule-${i}`,
      columns: ['*.*.email'],
      mask: { kind: 'redact' },
      predicates,
    }),
  )
  for (const some of [rules, rules.toReversed()])
    t.strictSame(
      asked(some, asking(email, ['order'])).map(({ says }) => says),
      ['deny'],
    )
})

t.test('what may be seen may be asked about', async t => {
  const rule: MaskingRule = {
    name: 'emails',
    columns: ['*.*.email'],
    mask: { kind: 'email' },
    predicates: 'equality',
    exempt: [{ groups: ['support'] }],
  }
  t.strictSame(asked([rule], asking(email, kinds)), [])
  t.strictSame(asked([{ ...rule, exempt: [] }], asking(id, kinds)), [])
})
