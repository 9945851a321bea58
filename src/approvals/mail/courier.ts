/**
 * Letters as copies of the outbox: one for each occasion and address, sent once. What has been sent
 * cannot be edited, so nothing is sent that would no longer be true.
 */
import { PassThrough } from 'node:stream'
import { createTransport } from 'nodemailer'
import { type Approval, barredFrom } from '../approval.ts'
import { type Courier, CourierError } from '../outbox.ts'
import { type Letter, letter, type Occasion } from './letter.ts'
import type { MailOptions } from './mail.ts'

const answerMsMax = 15_000
/** After so long nobody waits for the news any more. */
const newsAgeMsMax = 24 * 3_600_000
/** What the outbox keeps of a letter that was not sent because its time was over. */
const unsent = 'not sent'

export class MailCourier implements Courier {
  readonly name = 'mail'
  readonly #options: MailOptions

  constructor(options: MailOptions) {
    this.#options = options
  }

  /** An occasion and an address: `asked:rita@example.com`. */
  places(approval: Approval): readonly string[] {
    const occasion = occasionOf(approval)
    if (occasion === undefined) return []
    const forReviewers = occasion === 'asked' || occasion === 'glass'
    const addresses = forReviewers ? this.#reviewers(approval) : this.#requester(approval)
    return [...new Set(addresses.map(address => address.toLowerCase()))].map(
      address => `${occasion}:${address}`,
    )
  }

  async post(place: string, copyId: string, approval: Approval): Promise<string> {
    const [, occasion, address] = /^(asked|approved|ended|glass):(.*)$/.exec(place) ?? []
    // A letter that had to wait may have been overtaken by what happened since.
    if (occasion !== occasionOf(approval) || address === undefined || isOld(approval)) return unsent
    const content = letter(approval, occasion as Occasion, this.#options.literals)
    const domain = this.#options.from.address.replace(/^.*@/, '')
    await this.#send(address, content, {
      messageId: `<${copyId}@${domain}>`,
      // Nobody has that message: it ties together what is about one request.
      references: `<${approval.id}@${domain}>`,
    })
    return copyId
  }

  async update(): Promise<void> {
    // A letter stays as it was sent.
  }

  reply(): Promise<string> {
    return Promise.reject(new Error('letters have no threads'))
  }

  /** Nobody can tell. A letter that a server may have taken is given up in `send`. */
  async find(): Promise<string | undefined> {
    return undefined
  }

  #reviewers(approval: Approval): readonly string[] {
    const { people, to } = this.#options
    const groups = approval.approvers.any.map(({ group }) => group)
    return [
      ...people
        .all()
        .filter(person => barredFrom(approval, person, 'approved') === undefined)
        .flatMap(person => people.email(person.name) ?? []),
      ...to
        .filter(
          entry =>
            (entry.groups === undefined || entry.groups.some(group => groups.includes(group))) &&
            (entry.rules === undefined || approval.rules.some(entry.rules)),
        )
        .map(({ address }) => address),
    ]
  }

  #requester({ requester }: Approval): readonly string[] {
    const name = requester.kind === 'agent' ? requester.owner : requester.name
    const address = name === undefined ? undefined : this.#options.people.email(name)
    return address === undefined ? [] : [address]
  }

  async #send(
    to: string,
    { subject, text }: Letter,
    headers: { readonly messageId: string; readonly references: string },
  ): Promise<void> {
    const { server, from } = this.#options
    const transport = createTransport({
      ...server,
      connectionTimeout: answerMsMax,
      greetingTimeout: answerMsMax,
      socketTimeout: answerMsMax,
      // No text of ours is ever a path or an address to fetch from.
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    let handedOver = false
    transport.use('stream', (mail, done) => {
      const watched = new PassThrough().once('end', () => {
        handedOver = true
      })
      mail.message.transform(watched)
      done()
    })
    try {
      await transport.sendMail({
        from: { ...from },
        to: { name: '', address: to },
        subject,
        text,
        ...headers,
        // So that no out-of-office notice answers. https://www.rfc-editor.org/rfc/rfc3834
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    } catch (cause) {
      throw courierError(cause, handedOver)
    } finally {
      transport.close()
    }
  }
}

function occasionOf({ state, onHold, review }: Approval): Occasion | undefined {
  // Whoever was not asked is told, and whoever broke the glass knows.
  if (review !== undefined) return review.state === 'open' ? 'glass' : undefined
  if (state === 'pending') return 'asked'
  // Whoever waits knows at once; whoever is to come back does not.
  if (state === 'approved') return onHold === 'return' ? 'approved' : undefined
  return state === 'running' ? undefined : 'ended'
}

function isOld({ endedAt, settledAt }: Approval): boolean {
  const at = endedAt ?? settledAt
  return at !== undefined && Date.now() - at.getTime() > newsAgeMsMax
}

function courierError(cause: unknown, handedOver: boolean): CourierError {
  const { code, responseCode } = cause as { readonly code?: string; readonly responseCode?: number }
  // The server's own words may repeat what was said to it, the address for one.
  const said = `mail: ${[code ?? 'failed', responseCode].filter(Boolean).join(' ')}`
  if (responseCode === undefined && handedOver) {
    // Sent again it could be there twice, and whoever has two does not know which one to believe.
    return new CourierError(`${said}, and the server may have taken it`, { final: true, cause })
  }
  const refused = responseCode !== undefined && responseCode >= 500 && code !== 'EAUTH'
  return new CourierError(said, { final: refused, cause })
}
