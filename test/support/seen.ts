/**
 * What a client saw, in order, as values that can be compared: answers, and errors as its driver
 * tells them. It is collected directly and through the proxy.
 */
import type { Test } from 'tap'

export type Seen = unknown[]

/** A step and its outcome. */
export async function tell(seen: Seen, name: string, work: () => unknown): Promise<void> {
  seen.push([name, await Promise.resolve().then(work).catch(told)])
}

/** What of an error a program may look at; that of the driver, where an ORM stands before it. */
export function told(error: unknown): unknown {
  const { original, cause, ...own } = error as { original?: unknown; cause?: unknown }
  const { code, errno, sqlState, sqlMessage } = own as Record<string, unknown>
  const { detail, constraint, table, column } = own as Record<string, unknown>
  const { name } = error as Error
  const beneath = original ?? cause
  return {
    ...{ code, errno, sqlState, sqlMessage },
    ...{ detail, constraint, table, column },
    ...(beneath === undefined ? {} : { name, beneath: told(beneath) }),
  }
}

/** Without what differs from run to run: ids that the server gives, and the time of day. */
export function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (key, each) => {
    if (/^(insertId|connectionId|threadId|processID)$/.test(key)) return each > 0
    if (/^(created|updated|deleted)_?at$/i.test(key)) return each === null ? null : 'a time'
    return typeof each === 'bigint' ? `${each}n` : each
  })
  return JSON.parse(text ?? 'null')
}

/** Step by step, so that a difference is shown where it is. */
export function sameSteps(t: Test, found: unknown, wanted: unknown): void {
  if (!Array.isArray(found) || !Array.isArray(wanted)) throw new TypeError('expected lists')
  t.equal(found.length, wanted.length)
  for (const [at, each] of wanted.entries()) {
    if (JSON.stringify(found[at]) === JSON.stringify(each)) continue
    t.strictSame(found[at], each, `step ${at}`)
  }
}
