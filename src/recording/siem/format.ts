/** An event as one line of the wanted format, no longer than the receiver takes. */
import { cef } from './cef.ts'
import type { SiemEvent } from './event.ts'
import { ocsf } from './ocsf.ts'

export const siemFormats = ['json', 'ocsf', 'cef'] as const
export type SiemFormat = (typeof siemFormats)[number]

const formats: Readonly<Record<SiemFormat, (event: SiemEvent) => string>> = {
  json: event => JSON.stringify(event),
  ocsf: event => JSON.stringify(ocsf(event)),
  cef,
}

/** The longest parts are cut first, and the event says that it was cut. Throws when nothing helps. */
export function lineOf(event: SiemEvent, format: SiemFormat, bytesMax: number): string {
  const write = formats[format]
  const line = write(event)
  if (Buffer.byteLength(line) <= bytesMax) return line
  for (let most = Math.floor(bytesMax / 2); most >= 16; most = Math.floor(most / 2)) {
    const shorter = write({ ...shortened(event, most), truncated: true })
    if (Buffer.byteLength(shorter) <= bytesMax) return shorter
  }
  const { v, uid, time, type, severity, session, user } = event
  const rest = { v, uid, time, type, severity, truncated: true } as const
  const least = write({ ...rest, ...(session && { session }), ...(user && { user }) })
  if (Buffer.byteLength(least) <= bytesMax) return least
  throw new RangeError(`an event of type ${type} does not fit into ${bytesMax} bytes`)
}

/** Names stay as they are: what was cut of one would be another. */
const names = new Set(['v', 'uid', 'time', 'type', 'severity', 'session', 'approval', 'verdict'])

function shortened(event: SiemEvent, charactersMax: number): SiemEvent {
  const parts = Object.entries(event).map(([name, value]: [string, unknown]) => {
    if (names.has(name)) return [name, value]
    if (typeof value === 'string') return [name, cut(value, charactersMax)]
    if (Array.isArray(value)) return [name, some(value, charactersMax)]
    if (typeof value === 'object' && value !== null)
      return [name, { text: cut(JSON.stringify(value), charactersMax) }]
    return [name, value]
  })
  return Object.fromEntries(parts) as SiemEvent
}

/** What is left of a character that was cut in two. */
const halfCharacter = /[\ud800-\udbff]$/

function cut(text: string, charactersMax: number): string {
  return text.length <= charactersMax
    ? text
    : `${text.slice(0, charactersMax).replace(halfCharacter, '')}…`
}

function some(values: readonly unknown[], charactersMax: number): readonly unknown[] {
  let left = charactersMax
  return values.filter(value => {
    left -= String(value).length + 3
    return left >= 0
  })
}
