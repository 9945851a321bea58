/**
 * `countersign sessions tail`: what is recorded, as it is. Of one session from its beginning to its
 * end; without an id, of all sessions of this journal from now on.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { SessionEntry, ShapeEntry } from '../recording/journal/clear.ts'
import { lockHolder } from '../recording/journal/lock.ts'
import { type JournalRecord, RecordKind } from '../recording/journal/record.ts'
import { listSegments } from '../recording/journal/segment.ts'
import { Unsealer } from '../recording/journal/unseal.ts'
import { noteOf } from '../recording/playback/played-notes.ts'
import { visibleLine } from '../recording/playback/visible.ts'
import { happeningsOf, type SessionHappening } from '../recording/reading/happenings.ts'
import { JournalTail, segmentOfSession } from '../recording/reading/journal-tail.ts'
import { type JournalReader, sessionOf } from '../recording/reading/reader.ts'
import { plainEvent } from '../recording/verify/export.ts'
import { type Io, safeJson, UsageError } from './io.ts'
import { openPlace, type Place, print } from './session-place.ts'

const lookMs = 150

/** One session on its way. */
interface Followed {
  readonly entry: SessionEntry
  readonly unsealer: Unsealer
  readonly shapes: Map<number, ShapeEntry>
}

export async function tailSessions(
  prefix: string | undefined,
  options: Place,
  io: Io,
): Promise<void> {
  if (options.from !== undefined && options.from !== 'journal') {
    throw new UsageError('expected no --from: what is still written is in the journal alone')
  }
  const { reader, dir } = await openPlace(options)
  const id = prefix === undefined ? undefined : (await reader.find(prefix)).id
  if (id === undefined && (await lockHolder(dir)) === undefined) {
    throw new UsageError(
      `expected a proxy that writes ${dir}, got none: there is nothing to follow`,
    )
  }
  const newest = (await listSegments(dir)).at(-1) ?? 1
  const segment = id === undefined ? newest : ((await segmentOfSession(dir, id)) ?? newest)
  const tail = new JournalTail(dir, segment)
  const followed = new Map<number, Followed>()
  // Of all sessions only what comes from now on; but what they are stands before it.
  let silent = id === undefined
  let ended = false
  const show = async (opened: ReturnType<Unsealer['push']>, each: Followed): Promise<void> => {
    for (const part of opened) {
      for (const happening of happeningsOf(part, each.shapes)) {
        ended ||= happening.type === 'entry' && happening.entry.type === 'session.end'
        if (!silent) await printHappening(happening, each.entry, options.json === true, io)
      }
    }
  }
  while (!io.signal.aborted) {
    const written = (await lockHolder(dir)) !== undefined
    for await (const records of tail.read()) {
      for (const record of records) {
        const each = await follow(record, id, followed, reader)
        if (each !== undefined) await show(each.unsealer.push(record), each)
      }
    }
    silent = false
    if ((id !== undefined && ended) || !written) break
    await wait(lookMs, undefined, { signal: io.signal }).catch(() => undefined)
  }
  for (const each of followed.values()) await show(each.unsealer.end(), each)
  if (!ended && id !== undefined && !io.signal.aborted) {
    await print('-- the proxy stopped here, without an end\n', io)
  }
}

/** Undefined: nobody asked for this one. */
async function follow(
  record: JournalRecord,
  id: string | undefined,
  followed: Map<number, Followed>,
  reader: JournalReader,
): Promise<Followed | undefined> {
  if (record.kind !== RecordKind.Session) return undefined
  const known = followed.get(record.session)
  if (known !== undefined) return known
  const entry = sessionOf(record)
  if (entry === undefined || (id !== undefined && entry.id !== id)) return undefined
  const unsealer = new Unsealer(await reader.key(record), entry.id)
  const begun = { entry, unsealer, shapes: new Map<number, ShapeEntry>() }
  followed.set(record.session, begun)
  return begun
}

async function printHappening(
  happening: SessionHappening,
  session: SessionEntry,
  json: boolean,
  io: Io,
): Promise<void> {
  if (happening.type === 'frames' || happening.type === 'masks') return
  const at = new Date(Date.parse(session.startedAt) + happening.atUs / 1000).toISOString()
  if (json) {
    const { id, user, database } = session
    const line = { session: id, user, database, time: at, ...plainEvent(happening) }
    return print(`${safeJson(line)}\n`, io)
  }
  const text = textOf(happening)
  if (text === undefined) return
  const who = `${session.id.slice(0, 8)} ${session.user}@${session.database}`
  await print(`${at.slice(11, 23)}  ${visibleLine(who)}  ${visibleLine(text)}\n`, io)
}

/** One line; undefined when there is nothing to say. */
function textOf(
  happening: Exclude<SessionHappening, { readonly type: 'frames' | 'masks' }>,
): string | undefined {
  if (happening.type === 'statement') {
    const { statement, text, normalized, verdict } = happening
    const { kind, rules, reason } = verdict
    const why = kind === 'allow' ? '' : `  -- ${kind} by ${rules.join(', ')}: ${reason}`
    return `#${statement} ${text ?? `sealed: ${normalized}`}${why}`
  }
  const { entry } = happening
  switch (entry.type) {
    case 'statement.end': {
      const { statement, error, tag, rows } = entry
      return `#${statement} ${error === null ? `done: ${tag ?? ''}, ${rows} rows` : `failed: ${error}`}`
    }
    case 'gap':
      return `not recorded: ${entry.bytes} bytes, ${entry.reason}`
    case 'session.end':
      return `the session ended: ${entry.reason}`
    default: {
      const note = noteOf(entry)
      return note && `#${entry.statement} ${note.text}`
    }
  }
}
