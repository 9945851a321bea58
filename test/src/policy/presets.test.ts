/** What the other presets say beside `recommended`, to real SQL over a captured catalog. */
import t from 'tap'
import { Analyzer } from '../../../protocols/postgres/sql/analyzer.ts'
import { Policy } from '../../../src/policy/policy.ts'
import type { PresetName } from '../../../src/policy/presets.ts'
import { catalogOf, namesOf } from '../../support/catalog-fixture.ts'

const catalog = catalogOf({ 'public.orders': ['id int4', 'note text'] })
const person = { name: 'ann', kind: 'person', groups: [], owner: undefined } as const
const agent = { name: 'bot', kind: 'agent', groups: [], owner: 'ann' } as const

await Analyzer.load()
const analyzer = new Analyzer()

/** `hold unfiltered-write`, `allow`. */
function verdictOn(preset: PresetName, identity: typeof person | typeof agent, text: string) {
  const policy = new Policy({
    ...{ mode: 'enforce', preset, default: 'allow', rules: [] },
    approvers: { any: [{ group: 'reviewers', count: 1 }] },
  })
  const { kind, rules } = policy.evaluate(analyzer.analyze(text, namesOf(catalog)), {
    ...{ identity, database: 'shop', environment: 'production', application: undefined },
    ...{ transaction: 'idle', maskedReads: [], maskedMoves: [], now: new Date() },
  })
  return kind === 'allow' ? 'allow' : `${kind} ${rules.join(' ')}`
}

t.test('read-only denies what stays written, whoever asks, and what recommended holds', async t => {
  for (const text of [
    "INSERT INTO orders VALUES (1, 'a')",
    "UPDATE orders SET note = 'a' WHERE id = 1",
    'DELETE FROM orders WHERE id = 1',
    'WITH gone AS (DELETE FROM orders WHERE id = 1 RETURNING id) SELECT * FROM gone',
    'MERGE INTO orders USING (SELECT 1 AS id) s ON s.id = orders.id WHEN MATCHED THEN DELETE',
    'TRUNCATE orders',
    'CREATE TABLE copy AS SELECT * FROM orders',
    'CREATE INDEX ON orders (note)',
    'COPY orders FROM STDIN',
    'LOCK TABLE orders',
    'GRANT SELECT ON orders TO PUBLIC',
    'EXPLAIN ANALYZE DELETE FROM orders WHERE id = 1',
  ])
    t.match(verdictOn('read-only', person, text), /^deny read-only/, text)
  for (const text of [
    'SELECT * FROM orders',
    'BEGIN',
    'COPY orders TO STDOUT',
    'CREATE TEMP TABLE t (id int)',
    "SET application_name = 'x'",
  ])
    t.equal(verdictOn('read-only', person, text), 'allow', text)
  t.match(verdictOn('read-only', person, 'DO $$ BEGIN END $$'), /^hold dynamic-code/)
})

t.test('agents denies definitions to agents only, and lets them work with rows', async t => {
  for (const text of ['DROP TABLE orders', 'CREATE TABLE a (id int)', 'TRUNCATE orders'])
    t.match(verdictOn('agents', agent, text), /^deny agent-definitions/, text)
  t.equal(verdictOn('agents', agent, "UPDATE orders SET note = 'a' WHERE id = 1"), 'allow')
  t.equal(verdictOn('agents', agent, 'SELECT * FROM orders'), 'allow')
  t.equal(verdictOn('agents', agent, 'RESET ROLE'), 'allow')
  t.equal(verdictOn('agents', person, 'DROP TABLE orders'), 'hold drop')
  t.equal(verdictOn('agents', person, 'CREATE TABLE a (id int)'), 'allow')
})

t.test('observe and recommended have the same rules', async t => {
  t.equal(verdictOn('observe', person, 'TRUNCATE orders'), 'hold truncate')
  t.equal(verdictOn('none', person, 'TRUNCATE orders'), 'allow')
})
