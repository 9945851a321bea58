/**
 * Where people decide, as the scenarios of surface-scenarios.ts see it: a copy of a
 * request that somebody has before them, and what becomes of it. One implementation for each.
 */
import { password } from './running-program.ts'

/** A request that waits, as everybody knows it. */
export interface Asked {
  readonly id: string
  readonly shortId: string
  readonly digest: string
}

export interface Answered {
  /** Whether it was taken down as that person's answer. */
  readonly counted: boolean
  /** What the person was told, in whatever form. */
  readonly said: string
}

/** As it was when it was opened: pressed late, it is a second click. */
export interface Copy {
  approve(): Promise<Answered>
  deny(reason: string): Promise<Answered>
}

export interface Surface {
  readonly name: string
  open(asked: Asked, person: string): Promise<Copy>
  /** Waits until a reviewer's copy says so. An ended one has nothing left to press. */
  see(asked: Asked, pattern: RegExp): Promise<void>
  close(): Promise<void>
}

/** What each says of a request that can be decided, for the first time or once more. */
export const waits: RegExp = /waiting for a (new )?decision/

/** Of the proxy, which may be another process by the next call. */
export type Where = () => string

export function basic(person: string): string {
  return `Basic ${Buffer.from(`${person}:${password}`).toString('base64')}`
}

export async function soon(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 25))
}

/** The HTTP API, as a program of theirs would use it. */
export function apiSurface(http: Where): Surface {
  const post = async (asked: Asked, person: string, what: string, body: object) => {
    const answer = await fetch(`${http()}/api/v1/approvals/${asked.id}/${what}`, {
      method: 'POST',
      headers: { authorization: basic(person), 'content-type': 'application/json' },
      body: JSON.stringify({ digest: asked.digest, ...body }),
    })
    return { counted: answer.status === 200, said: await answer.text() }
  }
  return {
    name: 'HTTP API',
    open: async (asked, person) => ({
      approve: () => post(asked, person, 'approve', {}),
      deny: reason => post(asked, person, 'deny', { reason }),
    }),
    see: async (asked, pattern) => {
      for (;;) {
        const answer = await fetch(`${http()}/api/v1/approvals/${asked.id}`, {
          headers: { authorization: basic('sven') },
        })
        if (pattern.test(await answer.text())) return
        await soon()
      }
    },
    close: () => Promise.resolve(),
  }
}
