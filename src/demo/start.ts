/** Starts everything that the demo is made of, in order, and stops it in the opposite one. */
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Deps } from '../cli/deps.ts'
import type { Address } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { type DemoPasswords, demoPasswords, proxyFolder, writeDemoConfig } from './demo-config.ts'
import { startEmbeddedMariadb } from './embedded-mariadb.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { mariadbProgram } from './mariadb-program.ts'
import { loadShop } from './shop.ts'
import { loadMysqlShop, mysqlShop } from './shop-mysql.ts'

export interface DemoOptions {
  /** 0 takes a free one. */
  readonly postgresPort: number
  readonly httpPort: number
  /** Absent: no sample for MySQL clients. */
  readonly mysqlPort: number | undefined
  /** Absent: a fresh folder that goes away with the demo. */
  readonly dataDir: string | undefined
  /** Absent: the sample shop. */
  readonly upstream: string | undefined
  /** Told what is being done, in a few words. */
  readonly progress: (what: string) => void
}

/** The sample for MySQL clients. */
export interface RunningMysql extends Address {
  readonly database: string
  /** The database itself, around the proxy. */
  readonly adminUrl: string
  /** Where the server writes its statements. */
  readonly log: string
}

export interface RunningDemo {
  readonly dataDir: string
  readonly configPath: string
  /** The proxy's own part of the folder, for `--data-dir` of other commands. */
  readonly proxyDir: string
  readonly sample: boolean
  readonly database: string
  readonly postgres: Address
  readonly mysql: RunningMysql | undefined
  /** The console, without a slash at the end. */
  readonly http: string
  readonly passwords: DemoPasswords
  /** The database itself, around the proxy. */
  readonly adminUrl: string
  /** Where the upstream writes its statements; absent for a database that is not ours. */
  readonly upstreamLog: string | undefined
  stop(): Promise<void>
}

/** Rejects, with nothing left running, when a part does not start. */
export async function startDemo(options: DemoOptions, start: Deps['start']): Promise<RunningDemo> {
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next()
  }
  try {
    await expectFree(options.postgresPort, '--postgres-port')
    await expectFree(options.httpPort, '--http-port')
    if (options.mysqlPort !== undefined) {
      await expectFree(options.mysqlPort, '--mysql-port')
      // What is missing is told before anything else is started.
      await mariadbProgram()
    }
    const dataDir = await folder(options.dataDir, stops)
    const passwords = await demoPasswords(dataDir)
    const upstream =
      options.upstream === undefined
        ? await startShop(dataDir, passwords, stops, options.progress)
        : foreign(options.upstream)
    const sample =
      options.mysqlPort === undefined
        ? undefined
        : await startMysqlShop(dataDir, passwords, upstream.adminUrl, stops, options.progress)
    const configPath = await writeDemoConfig({
      ...{ dataDir, passwords, sample: upstream.sample, database: upstream.database },
      ...{ postgresPort: options.postgresPort, httpPort: options.httpPort },
      upstreamUrl: upstream.url,
      mysql: sample && {
        ...{ port: options.mysqlPort ?? 0, database: mysqlShop, upstreamUrl: sample.url },
      },
    })
    options.progress('starting the proxy')
    const server = await start(await loadConfig(configPath))
    stops.push(() => server.close())
    const { postgres, mysql } = server.listening
    if (postgres === undefined) throw new Error('the proxy does not listen for Postgres')
    const { database, adminUrl, log } = upstream
    return {
      proxyDir: join(dataDir, proxyFolder),
      ...{ dataDir, configPath, sample: upstream.sample, database, passwords, adminUrl, stop },
      ...{ postgres, http: server.http, upstreamLog: log },
      mysql: sample && mysql && { ...sample, ...mysql, database: mysqlShop },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What a program that waits for the demo is told. Holds passwords: for the owner's eyes only. */
export async function writeReadyFile(path: string, demo: RunningDemo): Promise<void> {
  const { host, port } = demo.postgres
  const content = {
    postgres: {
      ...{ host, port, database: demo.database },
      ...{ user: 'analyst', password: demo.passwords.analyst, url: clientUrl(demo, 'analyst') },
    },
    http: demo.http,
    reviewer: { user: 'reviewer', password: demo.passwords.reviewer },
    admin_url: demo.adminUrl,
    ...(demo.mysql !== undefined && {
      mysql: {
        ...{ host: demo.mysql.host, port: demo.mysql.port, database: demo.mysql.database },
        ...{ user: 'analyst', password: demo.passwords.analyst },
        url: mysqlUrl(demo, demo.mysql, 'analyst'),
      },
      mysql_admin_url: demo.mysql.adminUrl,
    }),
  }
  // Renamed into place: whoever sees the file sees all of it.
  const draft = `${resolve(path)}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 })
  await rename(draft, resolve(path))
}

/** The password is in it. */
export function clientUrl(demo: RunningDemo, user: 'analyst' | 'copilot'): string {
  const { host, port } = demo.postgres
  const database = encodeURIComponent(demo.database)
  return `postgres://${user}:${demo.passwords[user]}@${host}:${port}/${database}`
}

/** The password is in it. */
export function mysqlUrl(
  demo: RunningDemo,
  { host, port, database }: RunningMysql,
  user: 'analyst' | 'copilot',
): string {
  return `mysql://${user}:${demo.passwords[user]}@${host}:${port}/${database}`
}

interface DemoUpstream {
  readonly sample: boolean
  readonly database: string
  /** As the proxy connects. */
  readonly url: string
  readonly adminUrl: string
  readonly log: string | undefined
}

async function startShop(
  dataDir: string,
  passwords: DemoPasswords,
  stops: (() => Promise<void>)[],
  progress: (what: string) => void,
): Promise<DemoUpstream> {
  progress('starting Postgres')
  const server = await startEmbeddedPostgres({
    dir: join(dataDir, 'postgres'),
    password: passwords.postgres,
    durable: true,
    temporary: false,
    settings: { log_statement: 'all', cluster_name: 'countersign-demo' },
  })
  stops.push(() => server.stop())
  progress('filling the sample shop')
  await loadShop({ adminUrl: server.url, password: passwords.shop })
  const url = new URL(server.url)
  url.pathname = '/shop'
  const adminUrl = url.href
  url.username = 'shop'
  url.password = passwords.shop
  return { sample: true, database: 'shop', url: url.href, adminUrl, log: server.logPath }
}

async function startMysqlShop(
  dataDir: string,
  passwords: DemoPasswords,
  from: string,
  stops: (() => Promise<void>)[],
  progress: (what: string) => void,
): Promise<{ url: string; adminUrl: string; log: string }> {
  const dir = join(dataDir, 'mysql')
  const log = join(dir, 'general.log')
  progress('starting MariaDB or MySQL')
  const server = await startEmbeddedMariadb({
    ...{ dir, password: passwords.mysql, durable: true, temporary: false },
    settings: {
      'general-log': '1',
      'general-log-file': log,
      'log-bin-trust-function-creators': '1',
    },
  })
  stops.push(() => server.stop())
  progress('copying the sample shop')
  await loadMysqlShop({ adminUrl: server.url, password: passwords.shop, from })
  const adminUrl = `${server.url}/${mysqlShop}`
  const url = new URL(adminUrl)
  url.username = 'shop'
  url.password = passwords.shop
  return { url: url.href, adminUrl, log }
}

function foreign(text: string): DemoUpstream {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === '') {
    throw new Error('--upstream: expected a URL such as postgres://user:password@host:5432/name')
  }
  const database = decodeURIComponent(url.pathname.slice(1)) || decodeURIComponent(url.username)
  if (database === '') throw new Error('--upstream: the URL names no database')
  return { sample: false, database, url: text, adminUrl: text, log: undefined }
}

async function folder(wanted: string | undefined, stops: (() => Promise<void>)[]): Promise<string> {
  if (wanted !== undefined) {
    await mkdir(wanted, { recursive: true, mode: 0o711 })
    return realpath(wanted)
  }
  const fresh = await mkdtemp(join(await realpath(tmpdir()), 'countersign-demo-'))
  // Postgres may run as somebody else, who has to get through to its own folder and no further.
  await chmod(fresh, 0o711)
  stops.push(() => rm(fresh, { recursive: true, force: true, maxRetries: 5 }))
  return fresh
}

async function expectFree(port: number, flag: string): Promise<void> {
  const probe = createServer()
  probe.listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
    const problem = taken ? 'is used by another program' : 'cannot be listened on'
    throw new Error(`port ${port} ${problem}: choose another with ${flag}`, { cause })
  }
  probe.close()
  await once(probe, 'close')
}
