/** The catalog's own connection to the upstream: read-only, and made again when it breaks. */
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  type RowDataPacket,
  type SslOptions,
} from 'mysql2/promise'
import { UpstreamError } from '../../errors.ts'
import type { Upstream } from '../../protocol.ts'
import { type Row, serverText, settingTexts } from './queries.ts'

const connectMsMax = 15_000

export interface ServerVersion {
  readonly flavour: 'mysql' | 'mariadb'
  /** 90704, 101106 */
  readonly version: number
  readonly lowerCaseTableNames: number
}

export class CatalogConnection {
  readonly #upstream: Upstream
  #connection: Connection | undefined
  #server: ServerVersion | undefined
  #closed = false

  constructor(upstream: Upstream) {
    this.#upstream = upstream
  }

  /** Of the server as it was when the connection was last made. */
  async server(): Promise<ServerVersion> {
    await this.#connected()
    if (this.#server === undefined) throw new UpstreamError('the server did not say its version')
    return this.#server
  }

  /** Rejects with UpstreamError. */
  async rows(text: string): Promise<readonly Row[]> {
    const connection = await this.#connected()
    try {
      return await rowsOf(connection, text)
    } catch (error) {
      this.#forget(connection)
      throw new UpstreamError('the catalog could not be read', { cause: error })
    }
  }

  /** What the columns of an answer are called; undefined when the server refuses the statement. */
  async columns(text: string): Promise<readonly string[] | undefined> {
    const connection = await this.#connected()
    try {
      const [, fields] = await connection.query(text)
      return fields.map(({ name }) => name)
    } catch (error) {
      if (error instanceof Error && 'sqlState' in error) return undefined
      this.#forget(connection)
      throw new UpstreamError('the catalog could not be read', { cause: error })
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const connection = this.#connection
    this.#connection = undefined
    await connection?.end()
  }

  async #connected(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection
    if (this.#closed) throw new UpstreamError('the catalog was closed')
    const { connection, server } = await connect(this.#upstream, 'countersign catalog')
    // Without a listener a connection that breaks while idle would end the process.
    connection.on('error', () => this.#forget(connection))
    connection.on('end', () => this.#forget(connection))
    this.#connection = connection
    this.#server = server
    return connection
  }

  #forget(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined
    connection.destroy()
  }
}

export interface Connected {
  readonly connection: Connection
  readonly server: ServerVersion
}

/** Rejects with UpstreamError. What it gives is read-only unless it is told otherwise. */
export async function connect(upstream: Upstream, program: string): Promise<Connected> {
  const { mode } = upstream.tls
  const attempt = (ssl: SslOptions | undefined): Promise<Connected> =>
    connectOnce(upstream, ssl, program)
  try {
    return await attempt(mode === 'disable' ? undefined : tlsOptions(upstream))
  } catch (error) {
    if (mode !== 'prefer' || !refusesTls(error)) throw unreachable(upstream, error)
  }
  try {
    return await attempt(undefined)
  } catch (error) {
    throw unreachable(upstream, error)
  }
}

function refusesTls(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'HANDSHAKE_NO_SSL_SUPPORT'
}

async function connectOnce(
  upstream: Upstream,
  ssl: SslOptions | undefined,
  program: string,
): Promise<Connected> {
  const { host, port, database, user, password } = upstream
  const options: ConnectionOptions = {
    host,
    port,
    user,
    password: password ?? '',
    ...(database === '' ? {} : { database }),
    ...(ssl === undefined ? {} : { ssl }),
    charset: 'utf8mb4',
    connectTimeout: connectMsMax,
    enableKeepAlive: true,
    rowsAsArray: true,
    // Values stay as the server wrote them.
    typeCast: field => field.string(),
    // A server that asks for a file of ours gets none.
    flags: ['-LOCAL_FILES'],
    connectAttributes: { program_name: program },
  }
  const connection = await createConnection(options)
  try {
    const server = serverOf((await rowsOf(connection, serverText))[0] ?? [])
    for (const text of settingTexts(server.flavour)) await connection.query(text)
    return { connection, server }
  } catch (error) {
    connection.destroy()
    throw error
  }
}

async function rowsOf(connection: Connection, text: string): Promise<readonly Row[]> {
  const [rows] = await connection.query<RowDataPacket[]>(text)
  return rows as unknown as readonly Row[]
}

/** `10.11.19-MariaDB-0+deb12u1` and `9.7.4`. */
function serverOf([version, comment, lowerCase]: Row): ServerVersion {
  const text = version ?? ''
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(text) ?? []
  return {
    flavour: /mariadb/i.test(`${text} ${comment ?? ''}`) ? 'mariadb' : 'mysql',
    version: Number(major ?? 0) * 10_000 + Number(minor ?? 0) * 100 + Number(patch ?? 0),
    lowerCaseTableNames: Number(lowerCase ?? 0),
  }
}

/** As for the session's own connection: see tls.ts. */
function tlsOptions({ tls }: Upstream): SslOptions {
  const checksName = tls.mode === 'verify-full'
  const checksChain = checksName || tls.mode === 'verify-ca' || tls.ca !== undefined
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    rejectUnauthorized: checksChain,
    verifyIdentity: checksName,
  }
}

function unreachable({ host, port }: Upstream, cause: unknown): UpstreamError {
  return new UpstreamError(`the catalog of ${host}:${port} cannot be reached`, { cause })
}
