/** The recording section: what is written down, how long it is kept, where it is shipped. */
import type { ArchiveConfig, DatabaseConfig, RecordingConfig, RetentionConfig } from './config.ts'
import type { RecordingSection } from './file.ts'
import type { Mistakes } from './mistakes.ts'
import { resolveAnchors } from './resolve-anchors.ts'
import type { Sources } from './sources.ts'
import { durationMs } from './units.ts'

export function resolveRecording(
  section: RecordingSection,
  databases: ReadonlyMap<string, DatabaseConfig>,
  sources: Sources,
  mistakes: Mistakes,
): RecordingConfig {
  return {
    durability: section.durability ?? 'write',
    rows: section.rows ?? true,
    auditors: section.auditors ?? ['auditors'],
    enders: section.enders ?? section.auditors ?? ['auditors'],
    signMs: signMs(section.sign_every ?? '5m', mistakes),
    anchors: resolveAnchors(section.anchors ?? [], sources, mistakes),
    archive: resolveArchive(section.archive ?? 'embedded', sources),
    retention: resolveRetention('retention', section, databases, mistakes),
    shredAfter: resolveRetention('shred_after', section, databases, mistakes),
  }
}

function signMs(text: string, mistakes: Mistakes): number {
  const ms = durationMs(text)
  if (ms >= 1000) return ms
  mistakes.add(['recording', 'sign_every'], `expected at least 1s, got ${text}`)
  return 1000
}

function resolveArchive(
  section: NonNullable<RecordingSection['archive']>,
  sources: Sources,
): ArchiveConfig {
  if (typeof section === 'string') return { kind: section }
  return {
    kind: 'server',
    url: section.url,
    database: section.database ?? 'countersign',
    username: section.username,
    password: sources.secret({ ...section }, 'password', ['recording', 'archive']),
    cluster: section.cluster,
  }
}

/** A class that no session is in would be a mistake in its name. */
function resolveRetention(
  of: 'retention' | 'shred_after',
  recording: RecordingSection,
  databases: ReadonlyMap<string, DatabaseConfig>,
  mistakes: Mistakes,
): RetentionConfig {
  const at = ['recording', of]
  const section = recording[of] ?? {}
  const environments = new Set([...databases.values()].map(({ environment }) => environment))
  const times = (
    key: 'databases' | 'environments',
    known: { has(name: string): boolean },
    what: string,
  ): readonly (readonly [string, number])[] =>
    Object.entries(section[key] ?? {}).map(([name, text]) => {
      if (!known.has(name)) mistakes.add([...at, key, name], what, ['databases'])
      return [name, kept(text, [...at, key, name], mistakes)]
    })
  return {
    defaultMs:
      section.default === undefined
        ? undefined
        : kept(section.default, [...at, 'default'], mistakes),
    databases: times('databases', databases, 'there is no such database'),
    environments: times('environments', environments, 'no database is in this environment'),
  }
}

const dayMs = 86_400_000

function kept(text: string, at: string[], mistakes: Mistakes): number {
  const ms = durationMs(text)
  if (ms >= dayMs && ms <= 20_000 * dayMs) return ms
  mistakes.add(at, `expected from 1d to 20000d, got ${text}`)
  return dayMs
}
