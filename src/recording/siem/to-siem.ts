/**
 * A SIEM as a destination of the journal: at least once, in order. What cannot be written or is not
 * wanted is left out and counted, so that one bad event never holds up those behind it.
 */
import type { Destination } from '../shipping/ship.ts'
import { eventOf } from './event.ts'
import { lineOf, type SiemFormat } from './format.ts'
import { deliver, type Line, type SiemTarget, Unwanted } from './targets.ts'

export interface SiemConfig {
  readonly name: string
  readonly format: SiemFormat
  /** Of one event; longer ones are cut. */
  readonly bytesMax: number
  /** Absent: every one. */
  readonly types: readonly string[] | undefined
  readonly target: SiemTarget
}

export interface SiemCounts {
  delivered: number
  skipped: number
}

const linesMax = 500

export function toSiem(
  config: SiemConfig,
  counts: SiemCounts,
  send: (target: SiemTarget, lines: readonly Line[]) => Promise<void> = deliver,
): Destination {
  const wanted = config.types === undefined ? undefined : matcher(config.types)
  return {
    name: `siem-${config.name}`,
    form: 1,
    sealed: false,
    batchBytes: 256 * 1024,
    batch() {
      const lines: Line[] = []
      let skipped = 0
      return {
        row(table, row) {
          try {
            const event = eventOf(table, row)
            if (event === undefined || wanted?.(event.type) === false) return
            lines.push({ event, text: lineOf(event, config.format, config.bytesMax) })
          } catch {
            // Whatever is wrong with it, those behind it have to arrive.
            skipped += 1
          }
        },
        async delivered() {
          let refused = 0
          for (let at = 0; at < lines.length; at += linesMax)
            refused += await some(lines.slice(at, at + linesMax))
          counts.skipped += skipped + refused
          counts.delivered += lines.length - refused
        },
      }
    },
  }

  /** Finds those that are not wanted by halving. Resolves with how many they were. */
  async function some(lines: readonly Line[]): Promise<number> {
    if (lines.length === 0) return 0
    try {
      await send(config.target, lines)
      return 0
    } catch (error) {
      if (!(error instanceof Unwanted)) throw error
      if (lines.length === 1) return 1
      const middle = Math.ceil(lines.length / 2)
      return (await some(lines.slice(0, middle))) + (await some(lines.slice(middle)))
    }
  }
}

/** `approval.*` and the like. */
function matcher(globs: readonly string[]): (type: string) => boolean {
  const patterns = globs.map(
    glob =>
      new RegExp(
        `^${glob
          .split('*')
          .map(part => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
      ),
  )
  return type => patterns.some(pattern => pattern.test(type))
}
