/** The list approvals.webhooks: who is told of transitions, and how they know that it is us. */
import type { WebhookTarget } from '../approvals/webhooks/webhooks.ts'
import type { WebhookSection } from './file.ts'
import type { Mistakes } from './mistakes.ts'
import type { Sources } from './sources.ts'
import { isLoopback } from './units.ts'

/** Shorter ones can be guessed from one event. */
const secretLengthMin = 24

export function resolveWebhooks(
  sections: readonly WebhookSection[],
  sources: Sources,
  mistakes: Mistakes,
): readonly WebhookTarget[] {
  const seen = new Set<string>()
  return sections.flatMap((section, index) => {
    const at = ['approvals', 'webhooks', index]
    const before = mistakes.found.length
    const secret = sources.secret({ ...section }, 'secret', at)
    if (secret === undefined && mistakes.found.length === before) {
      mistakes.add(at, 'expected secret_env or secret_file, got none')
    }
    if (secret !== undefined && secret.length < secretLengthMin) {
      mistakes.add(at, `expected a secret of at least ${secretLengthMin} characters`)
    }
    const url = URL.canParse(section.url) ? new URL(section.url) : undefined
    if (url === undefined) {
      mistakes.add([...at, 'url'], 'expected an https:// URL')
    } else if (url.username !== '' || url.password !== '') {
      mistakes.add([...at, 'url'], 'expected no password in the URL: events are signed')
    } else if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) {
      mistakes.add([...at, 'url'], `expected https: ${url.host} can be reached by others`)
    }
    if (seen.has(section.url)) mistakes.add([...at, 'url'], 'this URL is there twice')
    seen.add(section.url)
    if (secret === undefined) return []
    const { events, literals = false } = section
    return [{ url: section.url, secret, literals, ...(events !== undefined && { events }) }]
  })
}
