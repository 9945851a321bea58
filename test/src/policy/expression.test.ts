/** What `expr` of a rule can say, and what becomes of one that cannot be said. */
import t from 'tap'
import type { Analysis, Effect } from '../../../protocols/protocol.ts'
import { compileExpression, ExpressionError } from '../../../src/policy/expression.ts'
import type { PolicyContext } from '../../../src/policy/rule.ts'

const wipe: Effect = {
  kind: 'delete',
  object: { type: 'table', schema: 'public', name: 'payments' },
  unfiltered: true,
}
const analysis: Analysis = {
  tag: 'DELETE',
  effects: [wipe, { kind: 'read', object: undefined }],
  results: ['none'],
  reads: [],
  moves: [],
  relations: [],
  normalized: 'DELETE FROM payments',
  unreadable: undefined,
}
const context: PolicyContext = {
  identity: { name: 'ann', kind: 'agent', groups: ['analysts', 'night'], owner: 'bob' },
  database: 'shop',
  environment: 'production',
  application: undefined,
  transaction: 'open',
  maskedReads: [{ schema: 'public', table: 'customers', column: 'email' }],
  maskedMoves: [],
  now: new Date('2026-11-21T10:00:00Z'),
}

function holds(source: string, effect = wipe): boolean | undefined {
  return compileExpression(source).test(effect, analysis, context)
}

t.test('an expression sees the effect, the statement and who asks', async t => {
  t.equal(holds("effect.kind == 'delete' && effect.unfiltered"), true)
  t.equal(holds("effect.schema + '.' + effect.name == 'public.payments'"), true)
  t.equal(holds("user.kind == 'agent' && user.owner == 'bob' && 'night' in user.groups"), true)
  t.equal(holds("user.groups.exists(g, g.startsWith('ana'))"), true)
  t.equal(holds("statement.effects.filter(e, e.kind == 'delete').size() > 1"), false)
  t.equal(holds("statement.normalized.matches('^DELETE')"), true)
  t.equal(holds("masked.reads.exists(c, c.endsWith('.email'))"), true)
  t.equal(holds("database == 'shop' && environment == 'production'"), true)
  t.equal(holds("application == '' && transaction == 'open'"), true)
  t.equal(holds("now.getHours('Europe/Berlin') == 11"), true)
})

t.test('an effect without an object has empty names, not missing ones', async t => {
  t.equal(holds("effect.name == ''", { kind: 'read', object: undefined }), true)
})

t.test('what cannot be evaluated is neither true nor false', async t => {
  t.equal(holds("effect.name == '' || 1 / size(effect.detail) > 0"), undefined)
})

t.test('a verdict may be remembered only if nothing in it changes by itself', async t => {
  t.equal(compileExpression("user.name == 'ann'").fickle, false)
  t.equal(compileExpression('user.groups.exists(g, g == application)').fickle, true)
  t.equal(compileExpression('now.getHours() > 20').fickle, true)
})

t.test(
  'mistakes are told when the expression is read, also where CEL would swallow them',
  async t => {
    for (const [source, message] of [
      ["effect.kind = 'delete'", /^1:13: /],
      ["efect.kind == 'delete'", /there is no efect; there are effect, statement/],
      ['false && nobody', /there is no nobody/],
      ['user.groups.exists(g, g == applicaton)', /there is no applicaton/],
      ["effect.knd == 'delete'", /knd/],
      ['false && effect.name > 1', /overload/],
      ['effect.kind', /a text, not true or false/],
      ['nofunction(effect.kind)', /nofunction/],
      ["now.getHours('Mars/Olympus') > 1", /./],
    ] as const) {
      t.throws(() => compileExpression(source), { name: 'ExpressionError', message }, source)
    }
    t.ok(new ExpressionError('x') instanceof Error)
  },
)

t.test('an expression of a hostile length or depth is refused, not obeyed', async t => {
  t.throws(() => compileExpression(`${'('.repeat(100_000)}true`), { name: 'ExpressionError' })
})
