/**
 * One attempt to deliver an event, signed as receivers' libraries know it.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac } from 'node:crypto'

const answerMsMax = 10_000
const retryAfterMsMax = 3_600_000

export interface Attempted {
  readonly ok: boolean
  /** `500`, `timeout`, `ECONNREFUSED`: for the log and the table. */
  readonly why: string
  readonly retryAfterMs: number | undefined
}

/** Over the event's id, the time of this attempt and the body, so that none of them can be changed. */
export function signature(secret: Buffer, id: string, timestamp: number, body: string): string {
  return `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

/** `whsec_` and base64 as Standard Webhooks has it; anything else is taken as it is. */
export function secretBytes(text: string): Buffer {
  return text.startsWith('whsec_')
    ? Buffer.from(text.slice('whsec_'.length), 'base64')
    : Buffer.from(text)
}

export async function send(
  target: { readonly url: string; readonly secret: Buffer },
  event: { readonly id: string; readonly body: string },
  signal: AbortSignal,
): Promise<Attempted> {
  const timestamp = Math.floor(Date.now() / 1000)
  try {
    const answer = await fetch(target.url, {
      method: 'POST',
      // What a redirect leads to is not what the owner named.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'countersign',
        'webhook-id': event.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signature(target.secret, event.id, timestamp, event.body),
      },
      body: event.body,
    })
    // Nothing that a receiver says is of interest, and it may say it for ever.
    await answer.body?.cancel()
    const after = Number(answer.headers.get('retry-after') ?? Number.NaN)
    return {
      ok: answer.ok,
      why: String(answer.status),
      retryAfterMs: after >= 0 ? Math.min(retryAfterMsMax, after * 1000) : undefined,
    }
  } catch (error) {
    return { ok: false, why: reasonOf(error), retryAfterMs: undefined }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  if (error.name === 'TimeoutError') return 'timeout'
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name
}
