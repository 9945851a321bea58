/** Sends a recorded session as a file: as evidence, as a page that plays it, for other players. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Played } from '../recording/playback/playbacks.ts'
import { playerFile } from './player-file.ts'

export const exportFormats = ['ndjson', 'html', 'asciicast', 'csv'] as const
export type ExportFormat = (typeof exportFormats)[number]

export function isExportFormat(format: unknown): format is ExportFormat {
  return exportFormats.some(each => each === format)
}

const types: Readonly<Record<ExportFormat, readonly [type: string, extension: string]>> = {
  ndjson: ['application/x-ndjson', 'ndjson'],
  html: ['text/html; charset=utf-8', 'html'],
  asciicast: ['application/x-asciicast', 'cast'],
  csv: ['text/csv; charset=utf-8', 'csv'],
}

/** `result`: the one that a CSV is made of. */
export async function sendExport(
  reply: FastifyReply,
  played: Played,
  format: ExportFormat,
  result: number | undefined,
): Promise<FastifyReply> {
  const [type, extension] = types[format]
  const name = `session-${played.id}${format === 'csv' ? `-${result ?? 0}` : ''}.${extension}`
  // Never shown in the console's own name: a browser only saves it.
  reply.type(type).header('content-disposition', `attachment; filename="${name}"`)
  return reply.send(Readable.from(await content(played, format, result)))
}

async function content(
  played: Played,
  format: ExportFormat,
  result: number | undefined,
): Promise<AsyncIterable<string> | Iterable<string>> {
  switch (format) {
    case 'ndjson':
      return played.evidence()
    case 'asciicast':
      return played.asciicast()
    case 'csv':
      return played.csv(result ?? 0)
    default: {
      const { session, playback } = played
      await played.ready()
      return session === undefined || playback === undefined
        ? []
        : playerFile(session, playback, await played.chain())
    }
  }
}
