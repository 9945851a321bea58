/** Posts and edits messages in Slack, and turns its errors into what the outbox understands. */
import type bolt from '@slack/bolt'
import type { Approval } from '../approval.ts'
import { requestingPerson, routesOf } from '../chat.ts'
import { type Courier, CourierError } from '../outbox.ts'
import { visibleText } from '../visible-text.ts'
import { message } from './blocks.ts'
import type { SlackOptions } from './slack.ts'

type WebClient = InstanceType<typeof bolt.App>['client']

/** What Slack says when asking again is no use. */
const finalErrors: ReadonlySet<string> = new Set([
  'channel_not_found',
  'is_archived',
  'not_in_channel',
  'restricted_action',
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'invalid_blocks',
  'msg_too_long',
  'msg_blocks_too_long',
  'user_not_found',
  'cannot_dm_bot',
])

/** `im:` and a user's id, or a channel's id. */
const directPrefix = 'im:'
const metadataType = 'countersign_approval'

export class SlackCourier implements Courier {
  readonly name = 'slack'
  readonly #client: WebClient
  readonly #options: SlackOptions
  /** Conversations with people, by user id. */
  readonly #direct = new Map<string, string>()

  constructor(client: WebClient, options: SlackOptions) {
    this.#client = client
    this.#options = options
  }

  places(approval: Approval): readonly string[] {
    const { routes, channel, people } = this.#options
    const routed = routesOf(approval, routes).map(route => route.channel)
    const requester = requestingPerson(approval)
    const user = requester === undefined ? undefined : people.slackId(requester)
    return [
      ...new Set(routed.length === 0 ? [channel] : routed),
      ...(user === undefined ? [] : [`${directPrefix}${user}`]),
    ]
  }

  async post(place: string, copyId: string, approval: Approval): Promise<string> {
    const channel = await this.#channel(place)
    return this.#posted({ channel, ...this.#message(place, approval) }, copyId)
  }

  async update(place: string, ts: string, approval: Approval): Promise<void> {
    const channel = await this.#channel(place)
    await this.#call('chat.update', { channel, ts, ...this.#message(place, approval) })
  }

  async reply(place: string, thread: string, copyId: string, text: string): Promise<string> {
    const channel = await this.#channel(place)
    const blocks = [
      { type: 'section', text: { type: 'plain_text', text: visibleText(text).slice(0, 3_000) } },
    ]
    return this.#posted({ channel, thread_ts: thread, text: escaped(text), blocks }, copyId)
  }

  async find(
    place: string,
    copyId: string,
    since: Date,
    thread: string | undefined,
  ): Promise<string | undefined> {
    const channel = await this.#channel(place)
    const range = {
      channel,
      // Slack's clock is not ours.
      oldest: String(since.getTime() / 1000 - 300),
      include_all_metadata: true,
      limit: 200,
    }
    const answer = await (thread === undefined
      ? this.#call('conversations.history', range)
      : this.#call('conversations.replies', { ...range, ts: thread }))
    const messages = (answer['messages'] ?? []) as readonly SlackMessage[]
    return messages.find(({ metadata }) => metadata?.event_payload?.copy === copyId)?.ts
  }

  #message(place: string, approval: Approval): object {
    const route = routesOf(approval, this.#options.routes).find(({ channel }) => channel === place)
    return message(approval, {
      literals: this.#options.literals,
      mention: route?.mention ?? this.#options.mention,
      forRequester: place.startsWith(directPrefix),
    })
  }

  async #posted(values: object, copyId: string): Promise<string> {
    const metadata = { event_type: metadataType, event_payload: { copy: copyId } }
    const { ts } = await this.#call('chat.postMessage', {
      ...values,
      metadata,
      unfurl_links: false,
      unfurl_media: false,
    })
    if (typeof ts !== 'string') throw new CourierError('Slack named no message', {})
    return ts
  }

  async #channel(place: string): Promise<string> {
    if (!place.startsWith(directPrefix)) return place
    const user = place.slice(directPrefix.length)
    const known = this.#direct.get(user)
    if (known !== undefined) return known
    const { channel } = await this.#call('conversations.open', { users: user })
    const id = (channel as { readonly id?: unknown } | undefined)?.id
    if (typeof id !== 'string') throw new CourierError('Slack opened no conversation', {})
    this.#direct.set(user, id)
    return id
  }

  async #call(method: string, values: object): Promise<Record<string, unknown>> {
    try {
      return { ...(await this.#client.apiCall(method, { ...values })) }
    } catch (cause) {
      throw courierError(method, cause)
    }
  }
}

interface SlackMessage {
  readonly ts?: string
  readonly metadata?: { readonly event_payload?: { readonly copy?: unknown } }
}

function courierError(method: string, cause: unknown): CourierError {
  const { code, retryAfter, data } = cause as {
    readonly code?: string
    readonly retryAfter?: number
    readonly data?: { readonly error?: string }
  }
  if (code === 'slack_webapi_rate_limited_error') {
    const retryAfterMs = 1000 * Math.max(1, retryAfter ?? 1)
    return new CourierError(`${method}: Slack asks for patience`, { retryAfterMs, cause })
  }
  const said = data?.error ?? (cause instanceof Error ? cause.message : String(cause))
  const final = data?.error !== undefined && finalErrors.has(data.error)
  return new CourierError(`${method}: ${said}`, { final, cause })
}

/** In `text` Slack reads `&`, `<` and `>`. */
function escaped(text: string): string {
  return visibleText(text)
    .slice(0, 3_000)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
