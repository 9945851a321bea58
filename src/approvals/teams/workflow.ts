/**
 * Approvals in Teams by a Workflows webhook, for who has no address that Microsoft can reach: a card
 * with a link to the console. It cannot be edited, so the end is another card.
 * https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams-8ae491c7-0394-4861-ba59-055e33f75498
 */
import type { Approval } from '../approval.ts'
import type { Approvals } from '../approvals.ts'
import type { Courier, Outbox } from '../outbox.ts'
import { card } from './card.ts'
import { CallError, call } from './http.ts'
import type { TeamsLog } from './teams.ts'

export interface WorkflowOptions {
  /** A secret: whoever knows it can post. */
  readonly url: string
  readonly literals: boolean
  readonly log: TeamsLog
  /** For tests. */
  readonly answerMsMax?: number
}

const asked = 'asked'
const ended = 'ended'
const endStates: ReadonlySet<string> = new Set([
  ...['denied', 'expired', 'withdrawn', 'finished', 'failed'],
])

class WorkflowCourier implements Courier {
  readonly name = 'teams-workflow'
  readonly #options: WorkflowOptions

  constructor(options: WorkflowOptions) {
    this.#options = options
  }

  places({ state }: Approval): readonly string[] {
    if (state === 'pending') return [asked]
    return endStates.has(state) ? [ended] : []
  }

  async post(place: string, copyId: string, approval: Approval): Promise<string> {
    // A card that had to wait may have been overtaken: it would ask for what is over.
    if (place === asked && approval.state !== 'pending') return copyId
    const { url, literals, answerMsMax } = this.#options
    const content = card(approval, { literals, decidable: false })
    const { status, retryAfterMs } = await call({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            contentUrl: null,
            content,
          },
        ],
      }),
      ...(answerMsMax !== undefined && { answerMsMax }),
    }).catch((cause: unknown) => {
      // Posted again it could be there twice.
      if (cause instanceof CallError && cause.arrived === 'maybe')
        throw new CallError(`workflow: ${cause.message}`, 'maybe', { final: true, cause })
      throw cause
    })
    if (status >= 200 && status < 300) return copyId
    // After other errors the flow may have run.
    const again = status === 429 || status === 503
    throw new CallError(`workflow: it says ${status}`, 'no', {
      final: !again,
      ...(again && retryAfterMs !== undefined && { retryAfterMs: Math.max(1_000, retryAfterMs) }),
    })
  }

  async update(): Promise<void> {
    // What was posted stays as it is.
  }

  reply(): Promise<string> {
    return Promise.reject(new Error('a workflow has no threads'))
  }

  /** Nobody can tell. What may have arrived is given up in `post`. */
  async find(): Promise<string | undefined> {
    return undefined
  }
}

export class Workflow {
  readonly #outbox: Outbox
  readonly #off: () => void

  /** Takes up what an earlier process did not post. */
  static start(approvals: Approvals, options: WorkflowOptions): Workflow {
    return new Workflow(approvals, options)
  }

  private constructor(approvals: Approvals, options: WorkflowOptions) {
    const failed = (error: unknown): void =>
      options.log('warn', 'a card was not posted by the workflow', {
        why: error instanceof Error ? error.message : String(error),
      })
    this.#outbox = approvals.outbox(new WorkflowCourier(options), () => undefined, failed)
    this.#off = approvals.on(({ approval }) => this.#outbox.changed(approval.id))
    this.#outbox.resume().catch(failed)
  }

  async close(): Promise<void> {
    this.#off()
    await this.#outbox.close()
  }
}
