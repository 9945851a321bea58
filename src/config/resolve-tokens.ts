/** The tokens section: which programs may use the API, as whom, and for what. */
import type { TokenConfig } from '../identity/tokens.ts'
import type { ConfigFile } from './file.ts'
import { type Mistakes, unknownWord } from './mistakes.ts'

export function resolveTokens(file: ConfigFile, mistakes: Mistakes): readonly TokenConfig[] {
  const users = Object.keys(file.users)
  const names = new Map<string, string>()
  const tokens: TokenConfig[] = []
  for (const [name, section] of Object.entries(file.tokens ?? {})) {
    const at = ['tokens', name]
    if (!users.includes(section.user)) {
      mistakes.add([...at, 'user'], unknownWord('user', section.user, users), ['users'])
    }
    const sha256 = section.sha256.toLowerCase()
    const other = names.get(sha256)
    if (other !== undefined) mistakes.add([...at, 'sha256'], `it is the token "${other}", too`)
    names.set(sha256, name)
    const expires = section.expires === undefined ? undefined : new Date(section.expires)
    if (expires !== undefined && Number.isNaN(expires.getTime())) {
      mistakes.add([...at, 'expires'], `there is no such time as ${section.expires}`)
    }
    tokens.push({
      ...{ name, sha256, user: section.user, scopes: [...new Set(section.scopes)] },
      ...(expires !== undefined && { expires }),
    })
  }
  return tokens
}
