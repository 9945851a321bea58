/**
 * Posts and replaces cards in Teams. It has no history that an app could look into, so a post whose
 * answer was lost is waited for: Teams asks for the card again as soon as somebody looks at it, and
 * so says that it is there. Only when nobody does it is posted again.
 */
import type { Approval } from '../approval.ts'
import { requestingPerson, routesOf } from '../chat.ts'
import { sentence, stateText } from '../describe.ts'
import { type Courier, CourierError } from '../outbox.ts'
import { visibleLine, visibleText } from '../visible-text.ts'
import { card } from './card.ts'
import type { Connector, Target } from './connector.ts'
import type { Conversations } from './conversations.ts'
import { CallError } from './http.ts'
import type { TeamsOptions } from './teams.ts'

/** `person:` and an Entra object id, or a conversation's id. */
export const personPrefix = 'person:'
/** A channel has threads; chats have none. */
const channel = /@thread\.(tacv2|skype)$/
/** Of a reply whose answer was lost: said once at most. */
const unnamed = 'unnamed'

const seenMsMax = 20_000
const lostMax = 1_000

export interface CourierParts {
  readonly options: TeamsOptions
  readonly connector: Connector
  readonly conversations: Conversations
}

export class TeamsCourier implements Courier {
  readonly name = 'teams'
  readonly #parts: CourierParts
  /** Posts that failed: those that did not arrive, and since when the others are waited for. */
  readonly #failed = new Map<string, 'not arrived' | number>()
  /** Copies of which one post more than we know of may have arrived. */
  readonly #lost = new Set<string>()

  constructor(parts: CourierParts) {
    this.#parts = parts
  }

  async places(approval: Approval): Promise<readonly string[]> {
    const { options, conversations } = this.#parts
    const routed = routesOf(approval, options.routes).map(route => route.conversation)
    const name = requestingPerson(approval)
    const person = name === undefined ? undefined : options.people.teamsId(name)
    const known = person && (await conversations.personal(person, options.tenant))
    return [
      ...new Set(routed.length === 0 ? [options.conversation] : routed),
      ...(known === undefined ? [] : [`${personPrefix}${person}`]),
    ]
  }

  hasThreads(place: string): boolean {
    return channel.test(place)
  }

  async post(place: string, copyId: string, approval: Approval): Promise<string> {
    const target = await this.#target(place)
    return this.#tried(copyId, () =>
      this.#parts.connector.post(target, this.message(place, copyId, approval)),
    )
  }

  async update(place: string, message: string, approval: Approval, copyId: string): Promise<void> {
    const target = await this.#target(place, message)
    await this.#parts.connector.replace(target, message, this.message(place, copyId, approval))
  }

  async reply(place: string, thread: string, copyId: string, text: string): Promise<string> {
    const target = await this.#target(place, thread)
    const said = { type: 'message', text: visibleText(text).slice(0, 3_000), textFormat: 'plain' }
    return this.#tried(copyId, () => this.#parts.connector.post(target, said))
  }

  async find(
    _place: string,
    copyId: string,
    _since: Date,
    thread: string | undefined,
  ): Promise<string | undefined> {
    const failed = this.#failed.get(copyId) ?? Date.now()
    if (failed === 'not arrived') return undefined
    if (thread !== undefined) return unnamed
    this.#failed.set(copyId, failed)
    const waitMs = failed + (this.#parts.options.seenMsMax ?? seenMsMax) - Date.now()
    if (waitMs <= 0) return undefined
    throw new CourierError('a card may be there already: waiting for somebody to see it', {
      retryAfterMs: waitMs,
    })
  }

  /** Takes back a card that was posted again because nobody had seen it in time. */
  async removeStray(place: string, copyId: string, message: string): Promise<void> {
    if (!this.#lost.has(copyId)) return
    try {
      await this.#parts.connector.remove(await this.#target(place, message), message)
    } catch (error) {
      // Whoever looks at it is shown how things are.
      this.#parts.options.log('warn', 'Teams keeps a second card', {
        why: error instanceof Error ? error.message : String(error),
      })
    }
  }

  message(place: string, copyId: string, approval: Approval): object {
    const content = card(approval, {
      literals: this.#parts.options.literals,
      copyId,
      decidable: !place.startsWith(personPrefix),
    })
    return {
      type: 'message',
      // For notifications.
      summary: visibleLine(`${sentence(approval)}: ${stateText(approval)}`).slice(0, 300),
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
    }
  }

  async #target(place: string, message?: string): Promise<Target> {
    const { options, conversations } = this.#parts
    const { tenant } = options
    const id = place.startsWith(personPrefix)
      ? await conversations.personal(place.slice(personPrefix.length), tenant)
      : place
    if (id === undefined)
      throw new CallError('the app was removed from that chat', 'no', { final: true })
    const service = (await conversations.service(id, tenant)) ?? options.endpoints.service
    const threaded = message !== undefined && channel.test(id)
    return { service, conversation: threaded ? `${id};messageid=${message}` : id }
  }

  /** Notes of a failure what `find` has to know. */
  async #tried(copyId: string, post: () => Promise<string>): Promise<string> {
    try {
      const message = await post()
      this.#failed.delete(copyId)
      return message
    } catch (error) {
      if (error instanceof CallError && error.final) this.#failed.delete(copyId)
      else if (error instanceof CallError && error.arrived === 'no')
        this.#failed.set(copyId, 'not arrived')
      else {
        this.#failed.set(copyId, Date.now())
        this.#lost.add(copyId)
        const [oldest] = this.#lost
        if (this.#lost.size > lostMax && oldest !== undefined) this.#lost.delete(oldest)
      }
      throw error
    }
  }
}
