/** A request whose statement drifted, as people see it through the API. */
import { type Approval, password } from './running-program.ts'

export interface Asked extends Approval {
  readonly drifts: readonly { readonly what: string; readonly approved: boolean }[]
  readonly answers: readonly { readonly name: string; readonly stale?: true }[]
}

/** The request as it is by now, once it is in that state again. */
export async function askedAgain(http: string, id: string, drifts: number): Promise<Asked> {
  const authorization = `Basic ${Buffer.from(`rita:${password}`).toString('base64')}`
  for (;;) {
    const response = await fetch(`${http}/api/v1/approvals/${id}`, { headers: { authorization } })
    const { approval } = (await response.json()) as { approval: Asked }
    if (approval.state === 'pending' && approval.drifts.length === drifts) return approval
    if (!['pending', 'approved'].includes(approval.state)) throw new Error(approval.state)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
