/** Other people's programs that the tests talk to: found, or installed with apt where we may. */
import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

interface Tool {
  /** Debian's packages. */
  readonly packages: readonly string[]
  /** The first of these paths that exists is the tool. */
  readonly paths: readonly string[]
}

const debian15 = '/usr/lib/postgresql/15/bin'

const tools = {
  'postgres-15': { packages: ['postgresql-15'], paths: [`${debian15}/postgres`] },
  psql: { packages: ['postgresql-client-15'], paths: [`${debian15}/psql`, '/usr/bin/psql'] },
  pg_dump: { packages: ['postgresql-client-15'], paths: [`${debian15}/pg_dump`] },
  pgbench: { packages: ['postgresql-15'], paths: [`${debian15}/pgbench`] },
  pgbouncer: { packages: ['pgbouncer'], paths: ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'] },
  chromium: { packages: ['chromium'], paths: ['/usr/bin/chromium', '/usr/bin/google-chrome'] },
  'python3-psycopg': {
    packages: ['python3-psycopg'],
    paths: ['/usr/lib/python3/dist-packages/psycopg'],
  },
  'python3-psycopg2': {
    packages: ['python3-psycopg2'],
    paths: ['/usr/lib/python3/dist-packages/psycopg2'],
  },
  'python3-asyncpg': {
    packages: ['python3-asyncpg'],
    paths: ['/usr/lib/python3/dist-packages/asyncpg'],
  },
  mariadbd: {
    packages: ['mariadb-server', 'mariadb-client'],
    paths: ['/usr/sbin/mariadbd', '/usr/libexec/mariadbd'],
  },
  mariadb: { packages: ['mariadb-client'], paths: ['/usr/bin/mariadb'] },
  'mariadb-dump': { packages: ['mariadb-client'], paths: ['/usr/bin/mariadb-dump'] },
  sysbench: { packages: ['sysbench'], paths: ['/usr/bin/sysbench'] },
  'python3-pymysql': {
    packages: ['python3-pymysql'],
    paths: ['/usr/lib/python3/dist-packages/pymysql'],
  },
  'python3-mysqldb': {
    packages: ['python3-mysqldb'],
    paths: ['/usr/lib/python3/dist-packages/MySQLdb'],
  },
  'mariadb-jdbc': {
    packages: ['libmariadb-java'],
    paths: ['/usr/share/java/mariadb-java-client.jar'],
  },
  java: { packages: ['default-jdk-headless'], paths: ['/usr/bin/java'] },
  javac: { packages: ['default-jdk-headless'], paths: ['/usr/bin/javac'] },
  'postgresql-jdbc': {
    packages: ['libpostgresql-jdbc-java'],
    paths: ['/usr/share/java/postgresql.jar'],
  },
} as const satisfies Record<string, Tool>

export type ToolName = keyof typeof tools

/** The tool's path. Rejects, in plain words, when it is not there and may not be installed. */
export async function ensure(name: ToolName): Promise<string> {
  const tool: Tool = tools[name]
  const found = await firstThere(tool.paths)
  if (found !== undefined) return found
  const asked = `apt-get install ${tool.packages.join(' ')}`
  if (process.getuid?.() !== 0) {
    throw new Error(`this test needs ${name}; install it with: sudo ${asked}`)
  }
  await install(tool.packages).catch((cause: unknown) => {
    throw new Error(`this test needs ${name}, and it could not be installed with: ${asked}`, {
      cause,
    })
  })
  const installed = await firstThere(tool.paths)
  if (installed === undefined) {
    throw new Error(`${asked} left no ${name} at ${tool.paths.join(' or ')}`)
  }
  return installed
}

/** Without the service that Debian's server packages would start. */
async function install(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const options = ['-o', 'DPkg::Lock::Timeout=120']
  const limits = { env, maxBuffer: 64 * 1024 * 1024 }
  await run('apt-get', [...options, 'update', '-qq'], limits)
  const flags = ['install', '-y', '-qq', '--no-install-recommends']
  await run('apt-get', [...options, ...flags, ...packages], limits)
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const there = await access(path).then(
      () => true,
      () => false,
    )
    if (there) return path
  }
  return undefined
}
