/**
 * The process that ships to the archive and answers for it. It is one of its own because an
 * embedded ClickHouse is large and blocks, and its folder belongs to one process; it runs at the
 * lowest priority, and ends with the one that started it.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ArchiveConfig, RetentionConfig } from '../events.ts'
import { journalIdPath } from '../journal/segment.ts'
import { readHolds } from '../session-keys/holds.ts'
import type { ShippingReport } from '../shipping/keeper.ts'
import { Shipper } from '../shipping/ship.ts'
import { Archive } from './archive.ts'
import { serveArchive } from './socket.ts'
import { archiveBatchBytes, toArchive } from './to-archive.ts'

/** What the parent says first. */
export interface ArchiveOrder {
  readonly dataDir: string
  readonly config: Exclude<ArchiveConfig, { kind: 'none' }>
  readonly retention?: RetentionConfig
}

const pollMs = 500
const catchUpMsMax = 2_000
const backOffMsMin = 1_000
const backOffMsMax = 60_000
/** Of its time: what it takes from the sessions while there is much to ship. */
const workShare = 0.2
/** Further behind than this, it takes all the time that the system gives to the lowest priority. */
const behindBytesMax = 32 * 1024 * 1024

/** Who asks wants to see what happened before; what takes longer is said to be missing. */
function catcher(shipper: Shipper): () => Promise<number> {
  return async () => {
    const until = performance.now() + catchUpMsMax
    try {
      while (performance.now() < until) if ((await shipper.step()) === 0) return 0
    } catch {
      // The archive cannot take more now; the loop that ships says so.
    }
    return shipper.behindBytes()
  }
}

/** Small batches make many small parts: what has come far waits for more. */
function pauseMs(tookMs: number, behindBytes: number): number {
  if (behindBytes > behindBytesMax) return 0
  const restMs = tookMs * (1 / workShare - 1)
  return behindBytes < archiveBatchBytes ? Math.max(pollMs, restMs) : restMs
}

/** Tells the archive which legal holds there are, whenever that has changed. */
function holdTeller(dataDir: string, archive: Archive): () => Promise<void> {
  let told: string | undefined
  return async () => {
    const holds = await readHolds(dataDir)
    const now = JSON.stringify(holds)
    if (now === told) return
    const journal = await readFile(journalIdPath(join(dataDir, 'journal')), 'utf8')
    await archive.hold(journal.trim(), holds)
    told = now
  }
}

function report(message: ShippingReport): void {
  if (process.connected) process.send?.(message)
}

async function work(order: ArchiveOrder, stop: AbortSignal): Promise<void> {
  let backOffMs = backOffMsMin
  let archive: Archive | undefined
  let shipper: Shipper | undefined
  let tellHolds: (() => Promise<void>) | undefined
  let server: { close(): Promise<void> } | undefined
  for (;;) {
    try {
      const { dataDir, config, retention } = order
      archive ??= await Archive.open(config, join(dataDir, 'archive'), retention)
      tellHolds ??= holdTeller(dataDir, archive)
      await tellHolds()
      shipper ??= new Shipper(join(dataDir, 'journal'), toArchive(archive))
      server ??= await serveArchive(dataDir, archive, catcher(shipper))
      const began = performance.now()
      const records = await shipper.step()
      const tookMs = performance.now() - began
      const behindBytes = await shipper.behindBytes()
      backOffMs = backOffMsMin
      report({ type: 'shipped', name: 'archive', records })
      if (records === 0 && stop.aborted) break
      if (!stop.aborted) await wait(pauseMs(tookMs, behindBytes), undefined, { signal: stop })
    } catch (error) {
      if (stop.aborted && error instanceof Error && error.name === 'AbortError') continue
      report({
        type: 'away',
        name: 'archive',
        why: error instanceof Error ? error.message : String(error),
      })
      if (stop.aborted) break
      await wait(backOffMs, undefined, { signal: stop }).catch(() => 'stopped while it waited')
      backOffMs = Math.min(backOffMs * 2, backOffMsMax)
    }
  }
  await server?.close()
  await archive?.close()
  await rm(join(order.dataDir, 'archive.sock'), { force: true })
}

const stop = new AbortController()
// The terminal's Ctrl-C reaches every process of its group: the parent says when to stop.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(0))
process.on('message', (message: ArchiveOrder | 'stop') => {
  if (message === 'stop') {
    stop.abort()
    return
  }
  void work(message, stop.signal).finally(() => process.disconnect())
})
