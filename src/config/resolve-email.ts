/** The section approvals.email: the mail server, and who is written to. */
import { nameTest } from '../policy/glob.ts'
import type { PolicyConfig } from '../policy/rule.ts'
import type { EmailConfig } from './config.ts'
import type { EmailSection } from './file.ts'
import { type Mistakes, unknownWord } from './mistakes.ts'
import type { Sources } from './sources.ts'
import { isLoopback, mailPattern } from './units.ts'

export interface EmailContext {
  readonly policy: PolicyConfig
  /** Those that approve anything. */
  readonly reviewers: readonly string[]
  /** Whether any user has an address. */
  readonly addresses: boolean
}

export function resolveEmail(
  section: EmailSection | undefined,
  { policy, reviewers, addresses }: EmailContext,
  sources: Sources,
  mistakes: Mistakes,
): { readonly email?: EmailConfig } {
  if (section === undefined) return {}
  const at = ['approvals', 'email']
  const before = mistakes.found.length
  const url = sources.secret({ ...section }, 'smtp_url', at)
  if (url === undefined && mistakes.found.length === before)
    mistakes.add(at, 'expected smtp_url_env or smtp_url_file, got none')
  const server = url === undefined ? undefined : serverOf(url)
  if (typeof server === 'string') mistakes.add(at, server)
  const from = fromOf(section.from)
  if (from === undefined) {
    const expected = 'expected an address such as Countersign <countersign@example.com>'
    mistakes.add([...at, 'from'], expected)
  }
  const known = policy.rules.map(({ name }) => name)
  for (const [index, { groups, rules }] of (section.to ?? []).entries()) {
    for (const [n, group] of (groups ?? []).entries()) {
      if (!reviewers.includes(group))
        mistakes.add([...at, 'to', index, 'groups', n], unknownWord('group', group, reviewers))
    }
    if (rules === undefined || known.some(nameTest(rules) ?? (() => true))) continue
    const message = `no rule of the policy is called ${rules.join(' or ')}`
    mistakes.add([...at, 'to', index, 'rules'], message, ['policy', 'rules'])
  }
  if (!addresses && (section.to ?? []).length === 0)
    mistakes.add(at, 'nobody is written to: expected "to", or "email" of a user', ['users'])
  if (server === undefined || typeof server === 'string' || from === undefined) return {}
  const to = (section.to ?? []).map(({ address, groups, rules }) => ({
    ...{ address, groups },
    rules: nameTest(rules),
  }))
  return { email: { server, from, to, literals: section.literals ?? false } }
}

/** Or what is wrong with it; the URL has a password in it and is not repeated. */
function serverOf(text: string): EmailConfig['server'] | string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^smtps?:$/.test(url.protocol) || url.hostname === '')
    return 'expected an smtps:// or smtp:// URL in it, with user and password'
  if (url.search !== '' || url.hash !== '' || !/^\/?$/.test(url.pathname))
    return 'expected nothing after the host and port of the smtp URL'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const secure = url.protocol === 'smtps:'
  const local = isLoopback(host)
  const [user, pass] = [url.username, url.password].map(decodeURIComponent)
  return {
    ...{ host, secure },
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    // What a statement does to which table, and the password, are not for everybody in between.
    ...{ requireTLS: !secure && !local, ignoreTLS: !secure && local },
    ...(user !== undefined && user !== '' && { auth: { user, pass: pass ?? '' } }),
  }
}

/** `Name <address>`, or an address alone. */
function fromOf(text: string): EmailConfig['from'] | undefined {
  const [, name = '', address = text] = /^([^<>]*)<([^<>]+)>$/.exec(text) ?? []
  const shown = name.trim().replace(/^"(.*)"$/, '$1')
  return mailPattern.test(address) && !/\p{Cc}/u.test(shown) ? { name: shown, address } : undefined
}
