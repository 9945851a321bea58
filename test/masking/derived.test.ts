/** Where masked values were moved to is as masked as where they came from. */
import t from 'tap'
import type { DerivedColumn } from '../../masking/derived.ts'
import { compileRules, type MaskingRule } from '../../masking/rules.ts'
import type { Analysis, ColumnMove, ColumnName } from '../../protocols/protocol.ts'

const KEY = Buffer.alloc(32, 7)
const ANNA = { name: 'anna', groups: [] }
const email: ColumnName = { schema: 'public', table: 'customers', column: 'email' }
const prefs: ColumnName = { schema: 'public', table: 'customers', column: 'prefs' }
const note: ColumnName = { schema: 'public', table: 'orders', column: 'note' }
const copyColumn = (column: string): ColumnName => ({ schema: 'public', table: 'copies', column })
const copies = { type: 'table', schema: 'public', name: 'copies' }

const rules: readonly MaskingRule[] = [
  {
    name: 'email',
    columns: ['*.*.email'],
    mask: { kind: 'email' },
    databases: ['shop'],
    exempt: [{ users: ['root'] }],
  },
  { name: 'phone', columns: ['*.*.prefs $.contact.phone'], mask: { kind: 'redact' } },
]

function analysis(...moves: ColumnMove[]): Analysis {
  return {
    ...{ tag: 'INSERT', effects: [], results: [], reads: [], relations: [], normalized: '' },
    ...{ moves, unreadable: undefined },
  }
}

function derived(...moves: ColumnMove[]): readonly DerivedColumn[] {
  return compileRules(rules, KEY).derived(analysis(...moves), 'shop')
}

const at = (column: string, more: Partial<DerivedColumn> = {}): DerivedColumn => ({
  ...{ database: 'shop', schema: 'public', table: 'copies', column },
  ...{ path: '', rule: 'email', copy: true, ...more },
})

t.test('a copy is masked like its source, and what was computed is redacted', t => {
  const into = [copyColumn('mail')]
  t.strictSame(derived({ from: email, to: copies, into, copy: true }), [at('mail')])
  t.strictSame(derived({ from: email, to: copies, into }), [at('mail', { copy: false })])
  t.strictSame(derived({ from: note, to: copies, into }), [], 'nothing masked is moved')
  t.strictSame(derived({ from: email, to: copies }), [at('', { copy: false })], 'any column')
  const made = [{ ...copyColumn('mail'), schema: '' }]
  t.strictSame(derived({ from: email, to: copies, into: made, copy: true }), [
    at('mail', { schema: '' }),
  ])
  t.end()
})

t.test('what is masked already needs nothing, and what is followed neither', t => {
  t.strictSame(derived({ from: email, to: copies, into: [copyColumn('email')], copy: true }), [])
  t.strictSame(derived({ from: email, to: copies, into: [copyColumn('email')] }), [
    at('email', { copy: false }),
  ])
  const into = [copyColumn('mail')]
  t.strictSame(derived({ from: email, to: { ...copies, schema: 'pg_temp' }, into }), [])
  t.strictSame(derived({ from: email, to: { ...copies, type: 'view' }, into }), [])
  t.strictSame(derived({ from: email, to: copies, itself: true }), [])
  const other = compileRules(rules, KEY).derived(analysis({ from: email, to: copies }), 'logs')
  t.strictSame(other, [], "a rule of another database's")
  t.end()
})

t.test('parts of documents stay parts of them', t => {
  const into = [copyColumn('doc')]
  const part = { rule: 'phone', copy: true }
  const moved = (from: ColumnName, copy?: true) =>
    derived({ from, to: copies, into, ...(copy && { copy }) })
  t.strictSame(moved(prefs, true), [at('doc', { ...part, path: '$."contact"."phone"' })])
  t.strictSame(moved({ ...prefs, path: ['contact'] }, true), [
    at('doc', { ...part, path: '$."phone"' }),
  ])
  t.strictSame(moved({ ...prefs, path: ['contact', 'phone'] }, true), [at('doc', part)])
  t.strictSame(moved({ ...prefs, path: ['theme'] }, true), [])
  t.strictSame(moved(prefs), [at('doc', { ...part, copy: false })])
  t.end()
})

t.test('from then on the rules hide it, from those from whom they hide the source', t => {
  const moved = [at('mail'), at('loud', { copy: false }), at('', { table: 'dump', copy: false })]
  const compiled = compileRules(rules, KEY).withDerived(moved)
  const hit = (column: ColumnName, user = ANNA, database = 'shop') =>
    compiled.masker(user, database).hit(column)
  t.match(hit(copyColumn('mail')), { rule: 'email', mask: { kind: 'email' } })
  t.match(hit(copyColumn('MAIL')), { rule: 'email' })
  t.match(hit(copyColumn('loud')), { rule: 'email', mask: { kind: 'redact' } })
  t.match(hit({ ...copyColumn('anything'), table: 'dump' }), { mask: { kind: 'redact' } })
  t.equal(hit(copyColumn('id')), undefined)
  t.equal(hit({ ...copyColumn('mail'), schema: 'other' }), undefined)
  t.equal(hit(copyColumn('mail'), { name: 'root', groups: [] }), undefined)
  t.equal(hit(copyColumn('mail'), ANNA, 'logs'), undefined)
  t.not(compiled.version, compileRules(rules, KEY).version)
  t.end()
})

t.test('what was derived is moved on, and said once', t => {
  const compiled = compileRules(rules, KEY).withDerived([at('mail')])
  const to = { type: 'table', schema: 'public', name: 'more' }
  const into = [{ ...copyColumn('m'), table: 'more' }]
  const from = copyColumn('mail')
  t.strictSame(compiled.derived(analysis({ from, to, into, copy: true }), 'shop'), [
    at('m', { table: 'more' }),
  ])
  const again = { from: email, to: copies, into: [from], copy: true } as const
  t.strictSame(compiled.derived(analysis(again), 'shop'), [])
  t.end()
})

t.test('a rule that is gone leaves what was moved hidden from everybody', t => {
  const compiled = compileRules([], KEY).withDerived([at('mail')])
  const root = compiled.masker({ name: 'root', groups: [] }, 'shop')
  t.match(root.hit(copyColumn('mail')), { rule: 'email', mask: { kind: 'redact' } })
  t.end()
})

t.test('what may be asked of the source may be asked of where it went', t => {
  const strict = rules.map(rule => ({ ...rule, predicates: 'hold' as const }))
  const compiled = compileRules(strict, KEY).withDerived([at('mail')])
  const column = copyColumn('mail')
  const asked = { ...analysis(), predicates: [{ column, kind: 'pattern' as const, constants: 0 }] }
  t.match(compiled.predicates.asked(compiled.masker(ANNA, 'shop'), asked), [{ says: 'hold' }])
  t.end()
})
