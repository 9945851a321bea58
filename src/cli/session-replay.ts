/** `countersign sessions replay`: a session as its client saw it, in its own time or another. */
import { setTimeout as wait } from 'node:timers/promises'
import { replay } from '../recording/playback/replay.ts'
import { visibleLine } from '../recording/playback/visible.ts'
import type { Deps } from './deps.ts'
import { type Io, UsageError } from './io.ts'
import { type ProgressBar, progressBar } from './progress.ts'
import { clock, openPlace, type Place, print } from './session-place.ts'

export interface ReplayOptions extends Place {
  readonly speed: number
  readonly wait: boolean
}

const secondsPattern = /^(\d+(?:\.\d+)?)s?$/
const clockPattern = /^(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d+)?)$/
/** How often the bar moves while nothing is printed. */
const barMs = 200

export async function replaySession(
  id: string,
  options: ReplayOptions,
  deps: Deps,
  io: Io,
): Promise<void> {
  const { speed, from } = options
  if (!(speed > 0)) throw new UsageError(`expected --speed to be above 0, got ${speed}`)
  const startUs = from === undefined ? undefined : timeUs(from)
  const { from: _, ...place } = options
  const { reader } = await openPlace(startUs === undefined ? options : place)
  const session = await reader.find(id)
  const { user, database, protocol, startedAt, endedAt, application } = session
  await print(
    `-- session ${session.id}: ${visibleLine(user)} on ${visibleLine(database)}, ${startedAt}, ` +
      `${visibleLine(application ?? 'no application name')}\n`,
    io,
  )
  const totalUs = endedAt === null ? 0 : (Date.parse(endedAt) - Date.parse(startedAt)) * 1000
  const pace = new Pace(progressBar(io.stderr), totalUs, startUs ?? 0, speed)
  const decoder = await deps.decoder(protocol)
  for await (const step of replay(reader.happenings(session.id), database, decoder)) {
    if (startUs !== undefined && step.atUs < startUs) continue
    if (options.wait) await pace.until(step.atUs)
    await print(step.text, io)
  }
  if (session.state === 'cut') await print('-- the proxy stopped here, without an end\n', io)
}

/** Lets time go by as it did, and shows on a terminal how far it is. */
class Pace {
  readonly #bar: ProgressBar
  readonly #totalUs: number
  readonly #speed: number
  atUs: number

  constructor(bar: ProgressBar, totalUs: number, startUs: number, speed: number) {
    this.#bar = bar
    this.#totalUs = totalUs
    this.#speed = speed
    this.atUs = startUs
  }

  async until(us: number): Promise<void> {
    while (this.atUs < us) {
      const leftMs = (us - this.atUs) / 1000 / this.#speed
      if (leftMs > barMs) {
        const what = `${clock(this.atUs)} of ${clock(this.#totalUs)}`
        this.#bar.show(Math.floor(this.atUs / 1e6), Math.ceil(this.#totalUs / 1e6), what)
      }
      await wait(Math.min(leftMs, barMs))
      this.atUs = leftMs > barMs ? this.atUs + barMs * 1000 * this.#speed : us
    }
    this.#bar.clear()
  }
}

/** Undefined: no time, but the name of a source. */
function timeUs(text: string): number | undefined {
  const seconds = secondsPattern.exec(text)?.[1]
  if (seconds !== undefined) return Number(seconds) * 1e6
  const [, hours = '0', minutes, rest] = clockPattern.exec(text) ?? []
  if (minutes === undefined || rest === undefined) return undefined
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(rest)) * 1e6
}
