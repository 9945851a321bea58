/** The reviewer of the tour: sees and decides over the HTTP API, as any program could. */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { RunningDemo } from './start.ts'

export interface HeldStatement {
  readonly id: string
  readonly shortId: string
  readonly sessionId: string
  readonly digest: string
  /** As a reviewer reads it. */
  readonly summary: string
}

const approvalJson = z.object({
  id: z.string(),
  shortId: z.string(),
  sessionId: z.string(),
  digest: z.string(),
  text: z.string(),
  reason: z.string(),
  rules: z.array(z.string()),
  risk: z.string(),
  database: z.string(),
  requester: z.object({ name: z.string(), kind: z.string() }),
})
const listJson = z.object({ approvals: z.array(z.object({ id: z.string() })) })
const oneJson = z.object({ approval: approvalJson })

export class Reviewer {
  readonly #demo: RunningDemo

  constructor(demo: RunningDemo) {
    this.#demo = demo
  }

  /** The pending request for this text; rejects when there is none in time. */
  async waitFor(text: string, msMax: number): Promise<HeldStatement> {
    const deadline = Date.now() + msMax
    while (Date.now() < deadline) {
      const list = await this.#call('reviewer', 'GET', '/approvals?state=pending')
      for (const { id } of listJson.parse(await list.json()).approvals) {
        const one = await this.#call('reviewer', 'GET', `/approvals/${id}`)
        const { approval } = oneJson.parse(await one.json())
        const wanted = approval.text.includes(text.replace(/;$/, ''))
        if (wanted) return { ...approval, summary: summary(approval) }
      }
      await delay(100)
    }
    throw new Error(`${text} was not held`)
  }

  async approve(held: HeldStatement): Promise<void> {
    await this.#decide(held.id, 'approve', { digest: held.digest })
  }

  async deny(held: HeldStatement, reason: string): Promise<void> {
    await this.#decide(held.id, 'deny', { digest: held.digest, reason })
  }

  /** Whether this user, who asked for it, is kept from approving it. */
  async isBarred(user: 'analyst', id: string): Promise<boolean> {
    const response = await this.#call(user, 'POST', `/approvals/${id}/approve`, { digest: 'any' })
    return response.status === 403
  }

  async #decide(id: string, verb: 'approve' | 'deny', body: object): Promise<void> {
    const response = await this.#call('reviewer', 'POST', `/approvals/${id}/${verb}`, body)
    if (!response.ok) throw new Error(`${verb}: ${response.status} ${await response.text()}`)
  }

  #call(
    user: 'reviewer' | 'analyst',
    method: string,
    path: string,
    body?: object,
  ): Promise<Response> {
    const login = Buffer.from(`${user}:${this.#demo.passwords[user]}`).toString('base64')
    return fetch(`${this.#demo.http}/api/v1${path}`, {
      method,
      headers: { authorization: `Basic ${login}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }
}

function summary(of: z.infer<typeof approvalJson>): string {
  return [
    `${of.shortId}: ${of.requester.name} (${of.requester.kind}) on ${of.database}`,
    of.text,
    `why:  ${of.reason}`,
    `rule: ${of.rules.join(', ')}   risk: ${of.risk}`,
  ].join('\n')
}
