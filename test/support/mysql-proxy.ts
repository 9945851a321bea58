/**
 * The real program before a real MariaDB or MySQL: `const proxy = await startMysqlProxy(t)`. The
 * sample schema is that of `proxy.ts`, with the same canaries.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise'
import type { Test } from 'tap'
import { scramVerifier } from '../../src/identity/scram-verifier.ts'
import type { Pair } from './certificates.ts'
import { startMariadb, startMysql, type TestMysql, type TestMysqlOptions } from './mysql.ts'
import { password, RunningProgram } from './running-program.ts'

export interface MysqlProxyOptions extends TestMysqlOptions {
  /** MariaDB unless given. */
  readonly flavour?: 'mariadb' | 'mysql'
  /** YAML, indented by two. */
  readonly rules?: string
  readonly approvals?: string
  readonly limits?: string
  /** More of rita, in YAML. */
  readonly rita?: string
  /** Rows of `customers`; 50 unless given. */
  readonly customers?: number
  /** No masking rules at all. */
  readonly unmasked?: boolean
  /** Clients are offered TLS with it, and the console speaks nothing else. */
  readonly clientTls?: Pair
  /** How we speak to the server; `disable` unless given. */
  readonly upstreamTls?: string
  /** Prefix of the command, for limits of the operating system. */
  readonly wrap?: readonly string[]
}

/** Where a client can connect to: the proxy, or the server itself. */
export interface Place {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** Every secret value of row n holds `canary` and the number in some form. */
export const schema = `
  CREATE TABLE customers (
    id int PRIMARY KEY, name varchar(60) NOT NULL, email varchar(120) NOT NULL UNIQUE,
    phone varchar(20), ssn char(11), born date, balance decimal(12,2), score bigint, prefs json,
    active boolean DEFAULT true
  );
  CREATE TABLE orders (
    id int PRIMARY KEY, customer_id int, total decimal(10,2), note text,
    FOREIGN KEY (customer_id) REFERENCES customers (id)
  );
  CREATE VIEW contacts AS SELECT id, name AS label, email AS address FROM customers;
  CREATE TABLE audit (id int AUTO_INCREMENT PRIMARY KEY, what text);
`

export function rowsSql(customers: number): string {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)
  const people = numbers(customers).map(n => {
    const mail = `canary${n}@secret.example`
    const born = new Date(Date.UTC(1961, 2, 7 + (n % 50))).toISOString().slice(0, 10)
    const phone = `+4915550${String(n).padStart(5, '0')}`
    const ssn = `987-65-${String(n).padStart(4, '0')}`
    const prefs = `{"mail": "${mail}", "lang": "de"}`
    const numeric = `${7770000 + n}.00, ${555000000000 + n}`
    return `(${n}, 'Name ${n}', '${mail}', '${phone}', '${ssn}', '${born}', ${numeric}, '${prefs}', 1)`
  })
  const orders = numbers(customers * 3).map(n => {
    return `(${n}, ${1 + (n % customers)}, ${(n * 1.5).toFixed(2)}, 'order ${n}')`
  })
  return `
    INSERT INTO customers VALUES ${people.join(',')};
    INSERT INTO orders VALUES ${orders.join(',')};
  `
}

const masking = `
masking:
  rules:
    - { name: email, columns: [shop.customers.email], mask: email }
    - { name: phone, columns: [shop.customers.phone], mask: { partial: { first: 3, last: 0 } } }
    - { name: ssn, columns: [shop.customers.ssn], mask: redact }
    - { name: born, columns: [shop.customers.born], mask: { generalize: { to: year } } }
    - { name: balance, columns: [shop.customers.balance], mask: redact }
    - { name: score, columns: [shop.customers.score], mask: tokenize }
    - { name: prefs, columns: [shop.customers.prefs], mask: redact }
`

export async function startMysqlProxy(
  t: Test,
  options: MysqlProxyOptions = {},
): Promise<MysqlProxy> {
  const sql = `${schema}${rowsSql(options.customers ?? 50)}${options.sql ?? ''}`
  const start = options.flavour === 'mysql' ? startMysql : startMariadb
  const upstream = await start({ ...options, sql })
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-proxy-'))
  await writeFile(join(dir, 'upstream.url'), upstream.url, { mode: 0o600 })
  if (options.clientTls !== undefined) {
    await writeFile(join(dir, 'server.crt'), options.clientTls.cert)
    await writeFile(join(dir, 'server.key'), options.clientTls.key, { mode: 0o600 })
  }
  const proxy = new MysqlProxy(dir, upstream, options.wrap ?? [])
  await writeFile(proxy.config, await configText(options))
  t.teardown(() => proxy.stop())
  await proxy.start()
  return proxy
}

async function configText(options: MysqlProxyOptions): Promise<string> {
  const verifier = JSON.stringify(await scramVerifier(password))
  const user = (groups: string, more = ''): string =>
    `{ password_verifier: ${verifier}, groups: [${groups}]${more} }`
  const tls = options.clientTls === undefined ? '' : ', tls: { cert: server.crt, key: server.key }'
  const upstream = `{ url_file: ./upstream.url, tls: ${options.upstreamTls ?? 'disable'} }`
  const native = `, mysql_native_verifier: '${nativeVerifier(password)}'`
  return `
listen: { mysql: 127.0.0.1:0, http: 127.0.0.1:0${tls} }
data_dir: ./data
${options.limits ?? ''}
databases:
  shop: { protocol: mysql, environment: test, upstream: ${upstream} }
users:
  analyst: ${user('analysts')}
  hasty: ${user('analysts', ', on_hold: return')}
  old: ${user('analysts', `${native}, on_hold: return`)}
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
recording: { rows: true, archive: none, auditors: [reviewers] }
`
}

/** As `mysql.user` has it: twice SHA-1. */
function nativeVerifier(text: string): string {
  const once = createHash('sha1').update(text).digest()
  return `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`
}

export class MysqlProxy extends RunningProgram {
  readonly upstream: TestMysql

  constructor(dir: string, upstream: TestMysql, wrap: readonly string[]) {
    super(dir, 'mysql', upstream, wrap)
    this.upstream = upstream
  }

  /** Through us; as the analyst unless named. */
  place(user = 'analyst'): Place {
    return { host: '127.0.0.1', port: this.port, user, password, database: 'shop' }
  }

  /** Past us. */
  direct(): Place {
    return directly(this.upstream)
  }

  /** A connection of mysql2, which ends with the test. */
  async client(
    t: Test,
    user = 'analyst',
    options: Partial<ConnectionOptions> = {},
  ): Promise<Connection> {
    return connected(t, this.place(user), options)
  }

  /** How often the server was given a statement with this in it. */
  async runs(text: string): Promise<number> {
    return (await this.ran()).split(text).length - 1
  }
}

export function directly(server: TestMysql): Place {
  const { host, port, user, password, database } = server
  return { host, port, user, password, database }
}

export async function connected(
  t: Test,
  place: Place,
  options: Partial<ConnectionOptions> = {},
): Promise<Connection> {
  const { host, port, user, password, database } = place
  const connection = await createConnection({ host, port, user, password, database, ...options })
  // A connection that a test breaks has nobody else to tell.
  connection.on('error', () => undefined)
  t.teardown(() => connection.destroy())
  return connection
}

/** How it failed, as both drivers and our own client of bytes tell it; throws when it did not. */
export async function failure(
  work: Promise<unknown>,
): Promise<{ errno: number; sqlState?: string; message: string }> {
  const outcome = await work.then(
    () => undefined,
    (error: { errno: number; sqlState?: string; message: string }) => error,
  )
  if (outcome === undefined) throw new Error('it was expected to fail, and did not')
  return outcome
}
