/** From the file as written to the configuration as used: defaults, files, secrets, references. */
import {
  type Address,
  type Config,
  type ListenConfig,
  type ProtocolName,
  protocolNames,
} from './config.ts'
import type { ConfigFile, LimitsSection } from './file.ts'
import type { Mistakes, Path } from './mistakes.ts'
import { resolveKeys } from './resolve-anchors.ts'
import { resolveDatabases } from './resolve-databases.ts'
import { resolveEmail } from './resolve-email.ts'
import { resolvePredicateLimit } from './resolve-limit.ts'
import { resolveMasking } from './resolve-masking.ts'
import { resolvePolicy } from './resolve-policy.ts'
import { resolveRecording } from './resolve-recording.ts'
import { resolveSiem } from './resolve-siem.ts'
import { resolveSlack } from './resolve-slack.ts'
import { resolveState } from './resolve-state.ts'
import { resolveTeams } from './resolve-teams.ts'
import { resolveTokens } from './resolve-tokens.ts'
import { resolveUsers } from './resolve-users.ts'
import { resolveWebhooks } from './resolve-webhooks.ts'
import type { Sources } from './sources.ts'
import { durationMs, isLoopback, parseAddress, sizeBytes } from './units.ts'

export async function resolveConfig(
  path: string | undefined,
  file: ConfigFile,
  sources: Sources,
  mistakes: Mistakes,
): Promise<Config> {
  const policy = resolvePolicy(file, mistakes)
  const approving = [policy.approvers, ...policy.rules.flatMap(rule => rule.approvers ?? [])]
  const reviewers = [...new Set(approving.flatMap(({ any }) => any.map(({ group }) => group)))]
  const addresses = Object.values(file.users).some(user => user.email !== undefined)
  const approvals = file.approvals ?? {}
  const recording = file.recording ?? {}
  const databases = resolveDatabases(file, sources, mistakes)
  const predicateLimit = resolvePredicateLimit(file, mistakes)
  const listen = resolveListen(file, databases, sources, mistakes)
  return {
    path,
    dataDir: sources.path(file.data_dir ?? './countersign-data'),
    state: resolveState(file.state, sources, mistakes),
    listen,
    limits: resolveLimits(file.limits ?? {}, mistakes),
    databases,
    users: await resolveUsers(file, sources, mistakes),
    tokens: resolveTokens(file, mistakes),
    policy,
    masking: resolveMasking(file, mistakes),
    ...(predicateLimit && { predicateLimit }),
    approvals: {
      expireSeconds: seconds(approvals.expires ?? '10m', ['approvals', 'expires'], mistakes),
      expireInTransactionSeconds: seconds(
        approvals.expires_in_transaction ?? '60s',
        ['approvals', 'expires_in_transaction'],
        mistakes,
      ),
      reviewers,
      ownerMayApprove: approvals.owner_may_approve ?? false,
      ...resolveSlack(approvals.slack, policy, sources, mistakes),
      ...resolveTeams(approvals.teams, policy, listen, sources, mistakes),
      ...resolveEmail(approvals.email, { policy, reviewers, addresses }, sources, mistakes),
      webhooks: resolveWebhooks(approvals.webhooks ?? [], sources, mistakes),
    },
    recording: resolveRecording(recording, databases, sources, mistakes),
    siem: resolveSiem(file.siem ?? [], sources, mistakes),
    keys: resolveKeys(file.keys),
  }
}

const addresses = {
  postgres: '127.0.0.1:6432',
  mysql: '127.0.0.1:6433',
  http: '127.0.0.1:8080',
} as const

function resolveListen(
  file: ConfigFile,
  databases: Config['databases'],
  sources: Sources,
  mistakes: Mistakes,
): ListenConfig {
  const section = file.listen ?? {}
  const where = (name: keyof typeof addresses): Address =>
    address(section[name] ?? addresses[name], ['listen', name], mistakes)
  const listeners: Partial<Record<ProtocolName, Address>> = {}
  const spoken = new Set([...databases.values()].map(({ protocol }) => protocol))
  for (const name of protocolNames) {
    if (spoken.has(name)) listeners[name] = where(name)
    // Of a database that could not be read nobody knows what it speaks.
    else if (section[name] !== undefined && databases.size === Object.keys(file.databases).length)
      mistakes.add(['listen', name], `no database speaks ${name}`, ['databases'])
  }
  const http = where('http')
  const cert =
    section.tls && sources.pem(section.tls.cert, 'CERTIFICATE', ['listen', 'tls', 'cert'])
  const key = section.tls && sources.pem(section.tls.key, 'PRIVATE KEY', ['listen', 'tls', 'key'])
  if (!section.tls && !section.insecure) {
    for (const [name, { host }] of Object.entries({ ...listeners, http })) {
      if (isLoopback(host)) continue
      const message = `${host} can be reached by others: add listen.tls, or say insecure: true`
      mistakes.add(['listen', name], message)
    }
  }
  return {
    ...listeners,
    http,
    ...(cert !== undefined && key !== undefined && { tls: { cert, key } }),
    ...(section.public_url && { publicUrl: section.public_url.replace(/\/+$/, '') }),
  }
}

function address(value: string | number, at: Path, mistakes: Mistakes): Address {
  const parsed = parseAddress(String(value))
  if (parsed) return parsed
  mistakes.add(at, `expected an address such as 127.0.0.1:6432, got ${JSON.stringify(value)}`)
  return { host: '127.0.0.1', port: 0 }
}

function resolveLimits(section: LimitsSection, mistakes: Mistakes): Config['limits'] {
  const size = (key: keyof LimitsSection, fallback: string, least: string) => {
    const bytes = sizeBytes(section[key] ?? fallback)
    if (bytes >= sizeBytes(least)) return bytes
    mistakes.add(['limits', key], `expected at least ${least}, got ${section[key]}`)
    return sizeBytes(fallback)
  }
  return {
    startupMsMax: durationMs(section.startup_time ?? '30s'),
    startupBytesMax: size('startup_size', '10KiB', '1KiB'),
    statementBytesMax: size('statement_size', '1MiB', '1KiB'),
    frameBytesMax: size('frame_size', '16MiB', '64KiB'),
    bufferedBytesMax: size('buffered_size', '1MiB', '64KiB'),
  }
}

function seconds(text: string, at: Path, mistakes: Mistakes): number {
  const value = durationMs(text) / 1000
  if (value >= 1) return value
  mistakes.add(at, `expected at least 1s, got ${text}`)
  return 1
}
