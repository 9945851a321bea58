/**
 * A limit on a wait, as an AbortSignal that can be taken back when the wait is over: one of
 * AbortSignal.timeout keeps its timer, and its listeners, to the end.
 */

export interface Deadline {
  readonly signal: AbortSignal
  /** The wait is over: no timer and no listener stays behind. */
  clear(): void
}

/** Fires with `reason` after `ms`, or with the parent's reason when the parent fires first. */
export function startDeadline(ms: number, reason: Error, parent?: AbortSignal): Deadline {
  const controller = new AbortController()
  const expire = (): void => controller.abort(reason)
  const follow = (): void => controller.abort(parent?.reason)
  const timer = setTimeout(expire, ms)
  if (parent?.aborted) follow()
  else parent?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer)
      parent?.removeEventListener('abort', follow)
    },
  }
}
