/** The databases section: addresses and credentials of the upstreams. */
import type { UpstreamTls } from '../../protocols/protocol.ts'
import type { DatabaseConfig, ProtocolName } from './config.ts'
import type { ConfigFile, DatabaseSection, UpstreamSection } from './file.ts'
import type { Mistakes, Path } from './mistakes.ts'
import type { Sources } from './sources.ts'
import { isLoopback } from './units.ts'

/** What an upstream is made of; whatever was not stated is undefined. */
interface Parts {
  protocol: ProtocolName | undefined
  host: string | undefined
  port: number | undefined
  database: string | undefined
  user: string | undefined
  password: string | undefined
  tls: UpstreamTls['mode'] | undefined
  rootCertificate: string | undefined
}

const tlsModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
const ports: Readonly<Record<ProtocolName, number>> = { postgres: 5432, mysql: 3306 }
const schemes: Readonly<Record<string, ProtocolName>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
}

export function resolveDatabases(
  file: ConfigFile,
  sources: Sources,
  mistakes: Mistakes,
): ReadonlyMap<string, DatabaseConfig> {
  const names = Object.keys(file.databases)
  if (names.length === 0) mistakes.add(['databases'], 'expected at least one database, got none')
  const databases = Object.entries(file.databases).flatMap(([name, section]) => {
    const at = ['databases', name, 'upstream']
    const resolved = resolveUpstream(section, at, sources, mistakes)
    if (!resolved) return []
    const environment = section.environment ?? 'production'
    const durability = section.durability ?? file.recording?.durability ?? 'write'
    return [[name, { name, environment, durability, ...resolved }] as const]
  })
  return new Map(databases)
}

type Resolved = Pick<DatabaseConfig, 'protocol' | 'upstream'>

export function resolveUpstream(
  { protocol, upstream }: Pick<DatabaseSection, 'protocol' | 'upstream'>,
  at: Path,
  sources: Sources,
  mistakes: Mistakes,
): Resolved | undefined {
  const section: UpstreamSection = typeof upstream === 'string' ? {} : upstream
  const url = typeof upstream === 'string' ? upstream : sources.secret({ ...section }, 'url', at)
  const fromUrl = url === undefined ? undefined : partsOfUrl(url, at, mistakes)
  if (url !== undefined && !fromUrl) return undefined
  if (protocol && fromUrl?.protocol && protocol !== fromUrl.protocol) {
    const message = `the upstream's URL is one of ${fromUrl.protocol}, not of ${protocol}`
    mistakes.add([...at.slice(0, -1), 'protocol'], message)
    return undefined
  }
  const password = sources.secret({ ...section }, 'password', at)
  const parts: Parts = {
    protocol: protocol ?? fromUrl?.protocol,
    host: section.host ?? fromUrl?.host,
    port: section.port ?? fromUrl?.port,
    database: section.database ?? fromUrl?.database,
    user: section.user ?? fromUrl?.user,
    password: password ?? fromUrl?.password,
    tls: section.tls ?? fromUrl?.tls,
    rootCertificate: section.ca ?? fromUrl?.rootCertificate,
  }
  const stated = section.url_env !== undefined || section.url_file !== undefined
  if (stated && url === undefined) return undefined
  return complete(parts, section, at, sources, mistakes)
}

function complete(
  parts: Parts,
  section: UpstreamSection,
  at: Path,
  sources: Sources,
  mistakes: Mistakes,
): Resolved | undefined {
  const { host, database, user, protocol = 'postgres' } = parts
  for (const key of ['host', 'database', 'user'] as const) {
    if (!parts[key]) mistakes.add(at, `expected ${key} in ${at.at(-1)}, got nothing`)
  }
  if (!host || !database || !user) return undefined
  const tls = resolveTls(parts, host, section, at, sources)
  const port = parts.port ?? ports[protocol]
  return { protocol, upstream: { host, port, database, user, password: parts.password, tls } }
}

function resolveTls(
  parts: Parts,
  host: string,
  section: UpstreamSection,
  at: Path,
  sources: Sources,
): UpstreamTls {
  const mode = parts.tls ?? (isLoopback(host) ? 'prefer' : 'verify-full')
  const { cert, key } = section
  const ca = parts.rootCertificate
  const caText = ca === undefined ? undefined : sources.pem(ca, 'CERTIFICATE', [...at, 'ca'])
  const certText =
    cert === undefined ? undefined : sources.pem(cert, 'CERTIFICATE', [...at, 'cert'])
  const keyText = key === undefined ? undefined : sources.pem(key, 'PRIVATE KEY', [...at, 'key'])
  return {
    mode,
    ...(caText !== undefined && { ca: caText }),
    ...(certText !== undefined && { cert: certText }),
    ...(keyText !== undefined && { key: keyText }),
  }
}

/** How each side's own URLs ask for TLS: libpq's names, and those of MySQL's programs. */
const tlsParameters: Readonly<Record<ProtocolName, TlsParameters>> = {
  postgres: {
    mode: 'sslmode',
    ca: 'sslrootcert',
    modes: Object.fromEntries(tlsModes.map(mode => [mode, mode])),
  },
  mysql: {
    mode: 'ssl-mode',
    ca: 'ssl-ca',
    modes: {
      disabled: 'disable',
      preferred: 'prefer',
      required: 'require',
      verify_ca: 'verify-ca',
      verify_identity: 'verify-full',
    },
  },
}

interface TlsParameters {
  readonly mode: string
  readonly ca: string
  readonly modes: Readonly<Record<string, UpstreamTls['mode']>>
}

/** A URL holds a password more often than not, so no mistake repeats any of it. */
function partsOfUrl(text: string, at: Path, mistakes: Mistakes): Parts | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const protocol = url && schemes[url.protocol]
  if (!url || !protocol) {
    const such = 'postgres://user@host:5432/database or mysql://user@host:3306/database'
    mistakes.add(at, `expected a URL such as ${such}, got something else`)
    return undefined
  }
  const parameters = tlsParameters[protocol]
  for (const name of url.searchParams.keys()) {
    if (name === parameters.mode || name === parameters.ca) continue
    const known = `${parameters.mode}, ${parameters.ca}`
    mistakes.add(at, `the URL's parameter "${name}" is not known; known here: ${known}`)
  }
  const stated = url.searchParams.get(parameters.mode) ?? undefined
  const tls = stated === undefined ? undefined : parameters.modes[stated.toLowerCase()]
  if (stated !== undefined && tls === undefined) {
    const modes = Object.keys(parameters.modes).join(', ')
    mistakes.add(at, `expected ${parameters.mode} to be one of ${modes}`)
  }
  try {
    return {
      protocol,
      host: decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '') || undefined,
      port: url.port === '' ? undefined : Number(url.port),
      database: decodeURIComponent(url.pathname.slice(1)) || undefined,
      user: decodeURIComponent(url.username) || undefined,
      password: url.password === '' ? undefined : decodeURIComponent(url.password),
      tls,
      rootCertificate: url.searchParams.get(parameters.ca) ?? undefined,
    }
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    mistakes.add(at, 'expected percent signs of the URL to be written as %25')
    return undefined
  }
}
