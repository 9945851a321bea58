/** `countersign sessions export`: a session as a file, for verifying, for looking, for counting. */
import { asciicast } from '../recording/playback/asciicast.ts'
import { Playback } from '../recording/playback/playback.ts'
import { replay } from '../recording/playback/replay.ts'
import { resultCsv } from '../recording/playback/result-csv.ts'
import { RowPages } from '../recording/playback/row-pages.ts'
import { sessionOf } from '../recording/reading/reader.ts'
import { exportSession } from '../recording/verify/export.ts'
import { verifyExport } from '../recording/verify/verify-export.ts'
import { exportFormats, isExportFormat } from '../web/export-routes.ts'
import { playerFile } from '../web/player-file.ts'
import type { Deps } from './deps.ts'
import { type Io, safeJson, UsageError } from './io.ts'
import { openPlace, type Place, print } from './session-place.ts'

export interface ExportOptions extends Place {
  readonly format: string
  readonly result?: number
  readonly sealed?: true
}

/** Of rows that a page is made with: what a browser still opens. */
const pageBytesMax = 512 * 1024 * 1024

export async function writeSession(
  id: string,
  options: ExportOptions,
  deps: Deps,
  io: Io,
): Promise<void> {
  const { format, result, sealed } = options
  if (!isExportFormat(format)) {
    throw new UsageError(`expected --format to be ${exportFormats.join(' or ')}, got ${format}`)
  }
  if (sealed === true && format !== 'ndjson') {
    throw new UsageError(`expected --sealed with --format ndjson, got ${format}`)
  }
  if (result !== undefined && (format !== 'csv' || !Number.isInteger(result) || result < 0)) {
    throw new UsageError('expected --result with --format csv, and a number from 0 on')
  }
  const place = await openPlace(options)
  const { reader } = place
  const session = await reader.find(id)
  if (format === 'ndjson') {
    for await (const line of evidence(place, session.id, sealed === true))
      await print(`${safeJson(line)}\n`, io)
    return
  }
  const decoder = await deps.decoder(session.protocol)
  const happenings = reader.happenings(session.id)
  if (format === 'csv') await printAll(resultCsv(happenings, decoder, result ?? 0), io)
  else if (format === 'asciicast') {
    await printAll(asciicast(session, replay(happenings, session.database, decoder)), io)
  } else {
    const first = (await reader.records(session.id).next()).value
    const entry = first && sessionOf(first)
    if (entry === undefined) throw new UsageError(`expected records of ${session.id}, got none`)
    const budget = { left: pageBytesMax }
    const playback = new Playback(decoder, () => new RowPages(budget))
    for await (const happening of happenings) playback.push(happening)
    playback.settle()
    await printAll(playerFile(entry, playback, await chainOf(place, session.id)), io)
  }
}

type Opened = Awaited<ReturnType<typeof openPlace>>

function evidence(
  { reader, keys }: Opened,
  id: string,
  sealed: boolean,
): ReturnType<typeof exportSession> {
  return exportSession({ reader, publicKey: keys.publicKeys, id, sealed })
}

async function chainOf(place: Opened, id: string): Promise<Parameters<typeof playerFile>[2]> {
  const lines: string[] = []
  for await (const line of evidence(place, id, true)) lines.push(JSON.stringify(line))
  const { findings, session } = verifyExport(lines, place.keys.publicKeys)
  const { records = 0, signed = 0 } = session ?? {}
  return { records, signed, findings: findings.map(({ what }) => what) }
}

async function printAll(parts: AsyncIterable<string> | Iterable<string>, io: Io): Promise<void> {
  for await (const part of parts) await print(part, io)
}
