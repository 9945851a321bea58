/** The users section: who may come in, and what proves it. */
import { nativePassword } from '../identity/native-password.ts'
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
    const proof = await resolveProof(name, section, sources, mistakes)
    if (proof === undefined) continue
    users.push({
      name,
      ...proof,
      kind: section.agent ? 'agent' : 'person',
      groups: section.groups ?? [],
      ...onHold(section, file),
      ...(section.slack !== undefined && { slack: section.slack }),
      ...(section.teams !== undefined && { teams: section.teams }),
      ...(section.email !== undefined && { email: section.email }),
      ...(section.owner !== undefined && { owner: section.owner }),
      ...(section.purpose !== undefined && { purpose: section.purpose }),
      ...(section.databases !== undefined && { databases: section.databases }),
    })
  }
  return users
}

/** Under the preset `agents` those do not wait who would time out. */
function onHold(section: UserSection, { policy }: ConfigFile): Pick<UserConfig, 'onHold'> {
  if (section.on_hold !== undefined) return { onHold: section.on_hold }
  return section.agent && policy?.preset === 'agents' ? { onHold: 'return' } : {}
}

type Proof = Pick<UserConfig, 'credential' | 'nativePassword'>

async function resolveProof(
  name: string,
  section: UserSection,
  sources: Sources,
  mistakes: Mistakes,
): Promise<Proof | undefined> {
  const at = ['users', name]
  const ways = ['password_verifier', 'password_env', 'password_file'] as const
  const stated = ways.filter(way => section[way] !== undefined)
  if (stated.length !== 1) {
    const came = stated.length === 0 ? 'none' : stated.join(' and ')
    mistakes.add(at, `expected one of ${ways.join(', ')} for "${name}", got ${came}`)
    return undefined
  }
  const verifier = section.password_verifier
  const { mysql_native_password: native, mysql_native_verifier: digest } = section
  if (verifier === undefined) {
    const password = sources.secret({ ...section }, 'password', at)
    if (password === undefined) return undefined
    const credential = await scramVerifier(password)
    if (digest !== undefined) {
      const instead = 'say mysql_native_password: true'
      mistakes.addKey(at, 'mysql_native_verifier', `the password is known here; ${instead}`)
    }
    return { credential, ...(native && { nativePassword: nativePassword(password) }) }
  }
  if (native && digest === undefined) {
    const instead = 'state mysql_native_verifier, as mysql.user has it'
    mistakes.addKey(at, 'mysql_native_password', `a verifier hides the password; ${instead}`)
  }
  const accepted = digest !== undefined && native !== false
  if (parseVerifier(verifier))
    return {
      credential: verifier,
      ...(accepted && { nativePassword: Buffer.from(digest.slice(1), 'hex') }),
    }
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
