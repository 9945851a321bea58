/** The databases section: addresses and credentials of the upstreams. */
import type { Upstream, UpstreamTls } from '../../protocols/protocol.ts'
import type { DatabaseConfig } from './config.ts'
import type { ConfigFile, DatabaseSection, UpstreamSection } from './file.ts'
import type { Mistakes, Path } from './mistakes.ts'
import type { Sources } from './sources.ts'
import { isLoopback } from './units.ts'

/** What an upstream is made of; whatever was not stated is undefined. */
interface Parts {
  host: string | undefined
  port: number | undefined
  database: string | undefined
  user: string | undefined
  password: string | undefined
  tls: string | undefined
  rootCertificate: string | undefined
}

const tlsModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

export function resolveDatabases(
  file: ConfigFile,
  sources: Sources,
  mistakes: Mistakes,
): ReadonlyMap<string, DatabaseConfig> {
  const names = Object.keys(file.databases)
  if (names.length === 0) mistakes.add(['databases'], 'expected at least one database, got none')
  const databases = Object.entries(file.databases).flatMap(([name, section]) => {
    const upstream = resolveUpstream(name, section, sources, mistakes)
    if (!upstream) return []
    const environment = section.environment ?? 'production'
    return [[name, { name, protocol: 'postgres', upstream, environment } as const] as const]
  })
  return new Map(databases)
}

function resolveUpstream(
  name: string,
  { upstream }: DatabaseSection,
  sources: Sources,
  mistakes: Mistakes,
): Upstream | undefined {
  const at = ['databases', name, 'upstream']
  const section: UpstreamSection = typeof upstream === 'string' ? {} : upstream
  const url = typeof upstream === 'string' ? upstream : sources.secret({ ...section }, 'url', at)
  const fromUrl = url === undefined ? undefined : partsOfUrl(url, at, mistakes)
  if (url !== undefined && !fromUrl) return undefined
  const password = sources.secret({ ...section }, 'password', at)
  const parts: Parts = {
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
): Upstream | undefined {
  const { host, database, user } = parts
  for (const key of ['host', 'database', 'user'] as const) {
    if (!parts[key]) mistakes.add(at, `expected ${key} in upstream, got nothing`)
  }
  if (!host || !database || !user) return undefined
  const tls = resolveTls(parts, host, section, at, sources)
  return { host, port: parts.port ?? 5432, database, user, password: parts.password, tls }
}

function resolveTls(
  parts: Parts,
  host: string,
  section: UpstreamSection,
  at: Path,
  sources: Sources,
): UpstreamTls {
  const mode = tlsModes.find(m => m === parts.tls) ?? (isLoopback(host) ? 'prefer' : 'verify-full')
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

/** A URL holds a password more often than not, so no mistake repeats any of it. */
function partsOfUrl(text: string, at: Path, mistakes: Mistakes): Parts | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    mistakes.add(
      at,
      'expected a URL such as postgres://user@host:5432/database, got something else',
    )
    return undefined
  }
  const tls = url.searchParams.get('sslmode') ?? undefined
  const known = tls === undefined || tlsModes.some(mode => mode === tls)
  if (!known) mistakes.add(at, `expected sslmode to be one of ${tlsModes.join(', ')}`)
  for (const name of url.searchParams.keys()) {
    if (name === 'sslmode' || name === 'sslrootcert') continue
    mistakes.add(at, `the URL's parameter "${name}" is not known; known here: sslmode, sslrootcert`)
  }
  try {
    return {
      host: decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '') || undefined,
      port: url.port === '' ? undefined : Number(url.port),
      database: decodeURIComponent(url.pathname.slice(1)) || undefined,
      user: decodeURIComponent(url.username) || undefined,
      password: url.password === '' ? undefined : decodeURIComponent(url.password),
      tls,
      rootCertificate: url.searchParams.get('sslrootcert') ?? undefined,
    }
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    mistakes.add(at, 'expected percent signs of the URL to be written as %25')
    return undefined
  }
}
