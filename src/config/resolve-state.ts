/** The section state: the Postgres that several nodes share, and what this one is called. */
import { hostname } from 'node:os'
import type { StateConfig } from './config.ts'
import type { StateSection } from './file.ts'
import type { Mistakes } from './mistakes.ts'
import { resolveUpstream } from './resolve-databases.ts'
import type { Sources } from './sources.ts'

export function resolveState(
  section: StateSection | undefined,
  sources: Sources,
  mistakes: Mistakes,
): StateConfig {
  if (section === undefined) return { kind: 'sqlite' }
  const { node = hostname(), ...upstream } = section
  const resolved = resolveUpstream({ upstream }, ['state'], sources, mistakes)
  if (resolved?.protocol === 'postgres')
    return { kind: 'postgres', server: resolved.upstream, node }
  if (resolved !== undefined)
    mistakes.add(['state'], `expected a Postgres, got one that speaks ${resolved.protocol}`)
  return { kind: 'sqlite' }
}
