/**
 * The real program before a real Postgres: `const proxy = await startProxy(t)`. The database holds
 * canaries, values that cannot be mistaken for anything else when they turn up where they must not.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Test } from 'tap'
import type { EmbeddedPostgres } from '../../src/demo/embedded-postgres.ts'
import { scramVerifier } from '../../src/identity/scram-verifier.ts'
import type { Pair } from './certificates.ts'
import { startPostgres, type TestPostgresOptions } from './postgres.ts'
import { type Approval, password, RunningProgram } from './running-program.ts'

export { type Approval, main, password } from './running-program.ts'

export interface ProxyOptions extends TestPostgresOptions {
  /** Added to the sample schema, as the superuser. */
  readonly sql?: string
  /** YAML, indented by two. */
  readonly rules?: string
  readonly approvals?: string
  readonly limits?: string
  /** In place of what is recorded, and where: YAML between braces. */
  readonly recording?: string
  /** More of the file, in YAML, not indented. */
  readonly more?: string
  /** That of another proxy, which made its tables. */
  readonly upstream?: EmbeddedPostgres
  /** More of rita, in YAML. */
  readonly rita?: string
  /** Rows of `customers`; 50 unless given. */
  readonly customers?: number
  /** No masking rules at all. */
  readonly unmasked?: boolean
  /** Clients are offered TLS with it, and the console speaks nothing else. */
  readonly tls?: Pair
  /** Before the command: variables, limits of the operating system. */
  readonly wrap?: readonly string[]
}

export interface Proxy {
  readonly port: number
  readonly http: string
  readonly dataDir: string
  readonly config: string
  readonly upstream: EmbeddedPostgres
  readonly child: ChildProcess
  /** What the program wrote to standard error. */
  readonly output: () => string
  /** For `pg`; of the analyst unless named. */
  client(user?: string): pg.ClientConfig
  url(user?: string): string
  /** Statements that the server says it ran, oldest first. Needs `log: true`. */
  ran(): Promise<string>
  /** Waits until somebody waits for people; the newest first. */
  pending(): Promise<Approval>
  decide(approval: Approval, decision: 'approve' | 'deny', user?: string): Promise<number>
  command(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>
  /** Ends the program, and starts it again over the same data. */
  restart(signal: NodeJS.Signals): Promise<void>
  stop(): Promise<void>
}

/** Every secret value of row n holds `canary` and the number in some form. */
export const schema = `
  CREATE TABLE customers (
    id int PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, phone varchar(20),
    ssn char(11), born date, balance numeric(12,2), score int8, prefs jsonb, active bool DEFAULT true
  );
  CREATE TABLE orders (
    id int PRIMARY KEY, customer_id int REFERENCES customers, total numeric(10,2), note text
  );
  CREATE VIEW contacts AS SELECT id, name AS label, email AS address FROM customers;
  CREATE TABLE audit (id serial PRIMARY KEY, what text);
`

export function rowsSql(customers: number): string {
  return `
    INSERT INTO customers SELECT n, 'Name ' || n, 'canary' || n || '@secret.example',
      '+4915550' || lpad(n::text, 5, '0'), '987-65-' || lpad(n::text, 4, '0'),
      date '1961-03-07' + n, 7770000.00 + n, 555000000000 + n,
      jsonb_build_object('mail', 'canary' || n || '@secret.example', 'lang', 'de')
      FROM generate_series(1, ${customers}) n;
    INSERT INTO orders SELECT n, 1 + n % ${customers}, n * 1.5, 'order ' || n
      FROM generate_series(1, ${customers * 3}) n;
  `
}

const masking = `
masking:
  rules:
    - { name: email, columns: [public.customers.email], mask: email }
    - { name: phone, columns: [public.customers.phone], mask: { partial: { first: 3, last: 0 } } }
    - { name: ssn, columns: [public.customers.ssn], mask: redact }
    - { name: born, columns: [public.customers.born], mask: { generalize: { to: year } } }
    - { name: balance, columns: [public.customers.balance], mask: redact }
    - { name: score, columns: [public.customers.score], mask: tokenize }
    - { name: prefs, columns: [public.customers.prefs], mask: redact }
`

export async function startProxy(t: Test, options: ProxyOptions = {}): Promise<Proxy> {
  const upstream = options.upstream ?? (await startPostgres(options))
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-proxy-'))
  if (options.upstream === undefined) await fill(upstream, options)
  const config = join(dir, 'countersign.yaml')
  await writeFile(join(dir, 'upstream.url'), upstream.url, { mode: 0o600 })
  if (options.tls !== undefined) {
    await writeFile(join(dir, 'server.crt'), options.tls.cert)
    await writeFile(join(dir, 'server.key'), options.tls.key, { mode: 0o600 })
  }
  await writeFile(config, await configText(options))
  const proxy = new RunningProxy(dir, upstream, options.wrap ?? [])
  t.teardown(() => proxy.stop())
  await proxy.start()
  return proxy
}

async function fill(upstream: EmbeddedPostgres, options: ProxyOptions): Promise<void> {
  const direct = new pg.Client({ connectionString: upstream.url })
  await direct.connect()
  await direct.query(schema)
  await direct.query(rowsSql(options.customers ?? 50))
  if (options.sql !== undefined) await direct.query(options.sql)
  await direct.end()
}

async function configText(options: ProxyOptions): Promise<string> {
  const verifier = JSON.stringify(await scramVerifier(password))
  const user = (groups: string, more = ''): string =>
    `{ password_verifier: ${verifier}, groups: [${groups}]${more} }`
  const tls = options.tls === undefined ? '' : ', tls: { cert: server.crt, key: server.key }'
  return `
listen: { postgres: 127.0.0.1:0, http: 127.0.0.1:0${tls} }
data_dir: ./data
${options.limits ?? ''}
databases:
  shop: { environment: test, upstream: { url_file: ./upstream.url, tls: disable } }
users:
  analyst: ${user('analysts')}
  rita: ${user('reviewers', options.rita === undefined ? '' : `, ${options.rita}`)}
  sven: ${user('reviewers')}
  admin: ${user('admins')}
  copilot: ${user('agents', ', agent: true, owner: analyst, purpose: tests')}
policy:
  preset: recommended
${options.rules ?? ''}
${options.unmasked === true ? '' : masking}
approvals:
  reviewers: { any: [{ group: reviewers }] }
${options.approvals ?? '  expires: 10m'}
recording: { ${options.recording ?? 'rows: true, archive: none'}, auditors: [reviewers] }
${options.more ?? ''}
`
}

class RunningProxy extends RunningProgram implements Proxy {
  readonly upstream: EmbeddedPostgres

  constructor(dir: string, upstream: EmbeddedPostgres, wrap: readonly string[]) {
    super(dir, 'postgres', upstream, wrap)
    this.upstream = upstream
  }

  client(user = 'analyst'): pg.ClientConfig {
    return { host: '127.0.0.1', port: this.port, user, password, database: 'shop' }
  }

  url(user = 'analyst'): string {
    return `postgres://${user}:${password}@127.0.0.1:${this.port}/shop`
  }
}
