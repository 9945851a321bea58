/**
 * Approvals by e-mail, as a notification: reviewers are asked to look, whoever asked is told how it
 * ended. A mail server that is away changes nothing for the other surfaces.
 */
import type { Person } from '../approval.ts'
import type { Approvals } from '../approvals.ts'
import type { Outbox } from '../outbox.ts'
import { MailCourier } from './courier.ts'

/** How the mail server is reached, in nodemailer's words. */
export interface MailServer {
  readonly host: string
  readonly port: number
  /** TLS from the first byte. */
  readonly secure: boolean
  /** TLS by STARTTLS, or nothing is sent. */
  readonly requireTLS: boolean
  /** Only on loopback. */
  readonly ignoreTLS: boolean
  readonly auth?: { readonly user: string; readonly pass: string }
}

export interface MailPeople {
  email(name: string): string | undefined
  all(): readonly Person[]
}

export interface MailOptions {
  readonly server: MailServer
  readonly from: { readonly name: string; readonly address: string }
  /** Addresses that are asked beside the reviewers' own. */
  readonly to: readonly {
    readonly address: string
    /** Absent: whichever group is asked. */
    readonly groups: readonly string[] | undefined
    /** Absent: whichever rule holds it. */
    readonly rules: ((rule: string) => boolean) | undefined
  }[]
  readonly literals: boolean
  readonly people: MailPeople
  readonly log: (message: string, data: Readonly<Record<string, unknown>>) => void
}

export class Mail {
  readonly #outbox: Outbox
  readonly #off: () => void

  /** Takes up what an earlier process did not send. */
  static start(approvals: Approvals, options: MailOptions): Mail {
    return new Mail(approvals, options)
  }

  private constructor(approvals: Approvals, options: MailOptions) {
    const failed = (error: unknown): void =>
      options.log('a mail was not sent', {
        why: error instanceof Error ? error.message : String(error),
      })
    this.#outbox = approvals.outbox(new MailCourier(options), () => undefined, failed)
    this.#off = approvals.on(({ approval }) => this.#outbox.changed(approval.id))
    this.#outbox.resume().catch(failed)
  }

  /** Resolves when nothing is on its way. */
  async close(): Promise<void> {
    this.#off()
    await this.#outbox.close()
  }
}
