/** pg_dump through the proxy writes the bytes that it writes without it, where nothing is masked. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { leaksIn } from '../support/canary.ts'
import { ensure } from '../support/clients.ts'
import { startProxy } from '../support/proxy.ts'
import { runProgram } from '../support/run-program.ts'

const pgDump = await ensure('pg_dump')
const pgRestore = join(pgDump, '..', 'pg_restore')

// A bit of everything that a dump has to ask for.
const sql = `
  CREATE SCHEMA extra;
  CREATE TYPE extra.mood AS ENUM ('sad', 'happy');
  CREATE DOMAIN extra.positive AS int CHECK (VALUE > 0);
  CREATE TABLE extra.people (id bigint GENERATED ALWAYS AS IDENTITY, mood extra.mood,
    age extra.positive, data bytea, twice int GENERATED ALWAYS AS (age * 2) STORED);
  INSERT INTO extra.people (mood, age, data)
    SELECT 'happy', n, decode(md5(n::text), 'hex') FROM generate_series(1, 1000) n;
  CREATE TABLE extra.events (at date NOT NULL, what text) PARTITION BY RANGE (at);
  CREATE TABLE extra.events_2024 PARTITION OF extra.events
    FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  INSERT INTO extra.events VALUES ('2024-02-29', E'tab\\t back\\\\slash');
  CREATE FUNCTION extra.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER touched BEFORE UPDATE ON extra.people FOR EACH ROW EXECUTE FUNCTION extra.touch();
  CREATE MATERIALIZED VIEW extra.ages AS SELECT age, count(*) FROM extra.people GROUP BY age;
  CREATE INDEX people_mood ON extra.people (mood) WHERE age > 10;
  CREATE STATISTICS extra.both ON mood, age FROM extra.people;
  CREATE ROLE reporter;
  GRANT SELECT ON ALL TABLES IN SCHEMA extra TO reporter;
  ALTER TABLE extra.people ENABLE ROW LEVEL SECURITY;
  CREATE POLICY grown ON extra.people USING (age > 17);
  COMMENT ON TABLE extra.people IS 'who';
  CREATE PUBLICATION changes FOR TABLE extra.people;
  CREATE SEQUENCE extra.numbers START 7;
  SELECT nextval('extra.numbers');
`

t.test('pg_dump through the proxy', async t => {
  const proxy = await startProxy(t, { version: 15, unmasked: true, sql })
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-dump-'))
  t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  const ends = { direct: proxy.upstream.url, through: proxy.url() }
  // Otherwise each dump has a random one.
  const key = '--restrict-key=countersign'
  const dump = (url: string, ...args: string[]) => runProgram(pgDump, [...args, url])

  await t.test('in plain text, as COPY and as INSERTs', async t => {
    for (const args of [[], ['--inserts', '--rows-per-insert=50'], ['--schema-only']]) {
      const direct = await dump(ends.direct, key, ...args)
      t.match(direct, { code: 0, stderr: '' })
      const through = await dump(ends.through, key, ...args)
      t.match(through, { code: 0, stderr: '' })
      t.match(direct.stdout.toString(), /CREATE TABLE extra\.people/)
      t.ok(through.stdout.equals(direct.stdout), args.join(' '))
    }
  })

  // The archives themselves hold the time and the database's name.
  await t.test('in the custom format, and with two jobs', async t => {
    const contents: Record<string, Buffer> = {}
    for (const [name, url] of Object.entries(ends)) {
      const custom = join(dir, `${name}.dump`)
      t.match(await dump(url, '-Fc', '-f', custom), { code: 0, stderr: '' })
      const jobs = join(dir, `${name}.dir`)
      t.match(await dump(url, '-Fd', '-j', '2', '-f', jobs), { code: 0, stderr: '' })
      for (const archive of [custom, jobs]) {
        const restored = await runProgram(pgRestore, [key, '-f', '-', archive])
        t.match(restored, { code: 0, stderr: '' })
        contents[archive] = restored.stdout
      }
    }
    const restored = (name: string): Buffer => contents[join(dir, name)] ?? Buffer.alloc(0)
    t.ok(restored('direct.dump').includes('COPY extra.people'))
    t.ok(restored('through.dump').equals(restored('direct.dump')))
    t.ok(restored('through.dir').equals(restored('direct.dir')))
  })
})

t.test('a dump of what is masked has nothing of it', async t => {
  const proxy = await startProxy(t, { version: 15 })
  const dump = await runProgram(pgDump, ['-t', 'customers', proxy.url()])
  t.match(dump, { code: 0, stderr: '' })
  const text = dump.stdout.toString()
  t.match(text, /COPY public\.customers .*\n1\tName 1\t/)
  t.strictSame(leaksIn(dump.stdout), [])
})
