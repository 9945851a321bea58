/**
 * The process that tells SIEMs, each at its own pace and with its own cursor. It is one of its own so
 * that reading the journal holds up nobody's rows; it ends with the one that started it.
 */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ShippingReport } from '../shipping/keeper.ts'
import { Shipper } from '../shipping/ship.ts'
import { type SiemConfig, type SiemCounts, toSiem } from './to-siem.ts'

/** What the parent says first. */
export interface SiemOrder {
  readonly dataDir: string
  readonly targets: readonly SiemConfig[]
}

const pollMs = 500
const backOffMsMin = 1_000
const backOffMsMax = 60_000

function report(message: ShippingReport): void {
  if (process.connected) process.send?.(message)
}

async function tell(dataDir: string, config: SiemConfig, stop: AbortSignal): Promise<void> {
  const counts: SiemCounts = { delivered: 0, skipped: 0 }
  const shipper = new Shipper(join(dataDir, 'journal'), toSiem(config, counts))
  let backOffMs = backOffMsMin
  for (;;) {
    const { delivered, skipped } = counts
    try {
      const records = await shipper.step()
      backOffMs = backOffMsMin
      report({
        ...{ type: 'shipped', name: config.name, records: counts.delivered - delivered },
        skipped: counts.skipped - skipped,
      })
      if (records > 0) continue
      if (stop.aborted) return
      await wait(pollMs, undefined, { signal: stop }).catch(() => 'stopped while it waited')
    } catch (error) {
      const why = error instanceof Error ? reasonOf(error) : String(error)
      report({ type: 'away', name: config.name, why })
      if (stop.aborted) return
      await wait(backOffMs, undefined, { signal: stop }).catch(() => 'stopped while it waited')
      backOffMs = Math.min(backOffMs * 2, backOffMsMax)
    }
  }
}

/** Fetch hides why behind a "fetch failed". */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

const stop = new AbortController()
// The terminal's Ctrl-C reaches every process of its group: the parent says when to stop.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(0))
process.on('message', (message: SiemOrder | 'stop') => {
  if (message === 'stop') {
    stop.abort()
    return
  }
  const { dataDir, targets } = message
  const telling = targets.map(target => tell(dataDir, target, stop.signal))
  void Promise.all(telling).finally(() => process.disconnect())
})
