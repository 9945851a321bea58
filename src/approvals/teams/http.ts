/**
 * One request to Microsoft: bounded in time and in what is read of the answer. What has to be known
 * of a failure is whether the request may have arrived, because nothing may be posted twice.
 */
import { CourierError } from '../outbox.ts'

const answerMsMax = 8_000
const answerBytesMax = 64 * 1024
const retryAfterMsMax = 3_600_000

export interface Answer {
  readonly status: number
  /** A JSON object; empty when it was something else. */
  readonly body: Readonly<Record<string, unknown>>
  readonly retryAfterMs: number | undefined
}

export interface Call {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** For tests: 8 seconds unless told. */
  readonly answerMsMax?: number
}

/** It went wrong, and `arrived` says what is known: `no`, or `maybe`. */
export class CallError extends CourierError {
  readonly arrived: 'no' | 'maybe'

  constructor(
    message: string,
    arrived: 'no' | 'maybe',
    options: ConstructorParameters<typeof CourierError>[1] = {},
  ) {
    super(message, options)
    this.arrived = arrived
  }
}

/** Throws CallError where nothing, or nothing readable, came back. */
export async function call({ method, url, headers, body, ...limits }: Call): Promise<Answer> {
  const { host } = new URL(url)
  try {
    const answer = await fetch(url, {
      method,
      headers: { 'user-agent': 'countersign', ...headers },
      ...(body !== undefined && { body }),
      // Wherever a redirect leads to, a token must not go there.
      redirect: 'manual',
      signal: AbortSignal.timeout(limits.answerMsMax ?? answerMsMax),
    })
    const after = Number(answer.headers.get('retry-after') ?? Number.NaN)
    return {
      status: answer.status,
      body: await jsonOf(answer),
      retryAfterMs: after >= 0 ? Math.min(retryAfterMsMax, after * 1000) : undefined,
    }
  } catch (cause) {
    const why = reasonOf(cause)
    throw new CallError(`${host}: ${why}`, unsent.has(why) ? 'no' : 'maybe', { cause })
  }
}

async function jsonOf(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.length
    // The status has said what matters.
    if (length > answerBytesMax) return {}
    chunks.push(chunk)
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** What fails before a byte of the request was sent. */
const unsent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  if (error.name === 'TimeoutError') return 'timeout'
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name
}
