/** The users section: who may come in, and what proves it. */
import { parseVerifier, scramVerifier } from '../identity/scram-verifier.ts'
import type { UserConfig } from '../identity/users.ts'
import type { ConfigFile, UserSection } from './file.ts'
import { type Mistakes, unknownWord } from './mistakes.ts'
import type { Sources } from './sources.ts'

export async function resolveUsers(
  file: ConfigFile,
  sources: Sources,
  mistakes: Mistakes,
): Promise<readonly UserConfig[]> {
  const entries = Object.entries(file.users)
  if (entries.length === 0) mistakes.add(['users'], 'expected at least one user, got none')
  const databases = Object.keys(file.databases)
  const users: UserConfig[] = []
  for (const [name, section] of entries) {
    checkOwner(name, section, file, mistakes)
    checkDatabases(name, section, databases, mistakes)
    const credential = await resolveCredential(name, section, sources, mistakes)
    if (credential === undefined) continue
    users.push({
      name,
      credential,
      kind: section.agent ? 'agent' : 'person',
      groups: section.groups ?? [],
      ...(section.owner !== undefined && { owner: section.owner }),
      ...(section.purpose !== undefined && { purpose: section.purpose }),
      ...(section.databases !== undefined && { databases: section.databases }),
    })
  }
  return users
}

async function resolveCredential(
  name: string,
  section: UserSection,
  sources: Sources,
  mistakes: Mistakes,
): Promise<string | undefined> {
  const at = ['users', name]
  const ways = ['password_verifier', 'password_env', 'password_file'] as const
  const stated = ways.filter(way => section[way] !== undefined)
  if (stated.length !== 1) {
    const came = stated.length === 0 ? 'none' : stated.join(' and ')
    mistakes.add(at, `expected one of ${ways.join(', ')} for "${name}", got ${came}`)
    return undefined
  }
  const verifier = section.password_verifier
  if (verifier === undefined) {
    const password = sources.secret({ ...section }, 'password', at)
    return password === undefined ? undefined : scramVerifier(password)
  }
  if (parseVerifier(verifier)) return verifier
  const expected = 'SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>'
  mistakes.add([...at, 'password_verifier'], `expected ${expected}, got something else`)
  return undefined
}

/** Somebody answers for every agent. */
function checkOwner(
  name: string,
  { agent, owner, purpose }: UserSection,
  { users }: ConfigFile,
  mistakes: Mistakes,
): void {
  const at = ['users', name]
  if (!agent) {
    for (const [key, value] of Object.entries({ owner, purpose })) {
      if (value !== undefined)
        mistakes.addKey(at, key, `only an agent has "${key}"; say agent: true`)
    }
    return
  }
  if (owner === undefined) {
    mistakes.add(at, `expected "owner" for the agent "${name}": the user who answers for it`)
    return
  }
  const people = Object.entries(users).filter(([, user]) => !user.agent)
  if (people.some(([person]) => person === owner)) return
  const names = people.map(([person]) => person)
  mistakes.add([...at, 'owner'], unknownWord('person', owner, names), ['users'])
}

function checkDatabases(
  name: string,
  section: UserSection,
  known: readonly string[],
  mistakes: Mistakes,
): void {
  for (const [index, database] of (section.databases ?? []).entries()) {
    if (/[*?]/.test(database) || known.includes(database)) continue
    mistakes.add(['users', name, 'databases', index], unknownWord('database', database, known), [
      'databases',
    ])
  }
}
