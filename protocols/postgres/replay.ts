/**
 * Recorded frames back into results. The bytes are what the client was shown, masks applied; a
 * frame may be cut over any number of recorded pieces, and a recording may end within one.
 */
import { ByteReader } from '../bytes.ts'
import type { FrameDecoder, RecordedFrames, ResultEvent } from '../protocol.ts'
import { Backend, frameLength, headerBytes } from './framing.ts'
import { decodeErrorFields } from './messages/error-response.ts'
import { decodeRowDescription } from './messages/row-description.ts'
import { builtInTypes, decodeBinary } from './values.ts'

interface ReplayColumn {
  readonly name: string
  readonly type: string
  readonly format: number
}

export function frameDecoder(): FrameDecoder {
  return new RecordedMessages()
}

class RecordedMessages implements FrameDecoder {
  #rest: Record<'server' | 'client', Buffer> = { server: Buffer.alloc(0), client: Buffer.alloc(0) }
  #columns: readonly ReplayColumn[] = []

  push({ from, atUs, bytes }: RecordedFrames): readonly ResultEvent[] {
    const events: ResultEvent[] = []
    const kept = this.#rest[from]
    const all = kept.length === 0 ? bytes : Buffer.concat([kept, bytes])
    let offset = 0
    while (all.length - offset >= headerBytes) {
      const end = offset + 1 + frameLength(all, offset)
      if (end > all.length) break
      const body = new ByteReader(all, offset + headerBytes, end)
      const event =
        from === 'server'
          ? this.#fromServer(all[offset] ?? 0, body, atUs)
          : clientEvent(all[offset] ?? 0, body, atUs)
      if (event !== undefined) events.push(event)
      offset = end
    }
    this.#rest[from] = all.subarray(offset)
    return events
  }

  #fromServer(type: number, body: ByteReader, atUs: number): ResultEvent | undefined {
    switch (type) {
      case Backend.RowDescription:
        this.#columns = decodeRowDescription(body).map(field => ({
          name: field.name,
          type: builtInTypes.get(field.typeOid) ?? String(field.typeOid),
          format: field.format,
        }))
        return { type: 'columns', atUs, columns: this.#columns }
      case Backend.DataRow:
        return { type: 'row', atUs, values: this.#values(body) }
      case Backend.CommandComplete:
        return { type: 'end', atUs, tag: body.cstring() }
      case Backend.EmptyQueryResponse:
        return { type: 'end', atUs, tag: '' }
      case Backend.ErrorResponse:
        return diagnostic('error', body, atUs)
      case Backend.NoticeResponse:
        return diagnostic('notice', body, atUs)
      case Backend.CopyData:
        return { type: 'copy', atUs, from: 'server', bytes: body.rest() }
      case Backend.NotificationResponse: {
        body.int32() // Int32 the notifying process
        return { type: 'notification', atUs, channel: body.cstring(), payload: body.cstring() }
      }
      default:
        return undefined
    }
  }

  #values(body: ByteReader): readonly (string | null)[] {
    const count = body.uint16() // Int16
    const values: (string | null)[] = []
    for (let i = 0; i < count; i++) {
      const length = body.int32() // Int32
      values.push(length < 0 ? null : this.#text(i, body.slice(length))) // Byte n
    }
    return values
  }

  #text(index: number, bytes: Buffer): string {
    const column = this.#columns[index]
    if (column === undefined || column.format === 0) return bytes.toString('utf8')
    return decodeBinary(column.type, bytes) ?? `\\x${bytes.toString('hex')}`
  }
}

function clientEvent(type: number, body: ByteReader, atUs: number): ResultEvent | undefined {
  if (type !== Backend.CopyData) return undefined
  return { type: 'copy', atUs, from: 'client', bytes: body.rest() }
}

function diagnostic(type: 'error' | 'notice', body: ByteReader, atUs: number): ResultEvent {
  const fields = decodeErrorFields(body)
  return {
    type,
    atUs,
    severity: fields.get('S') ?? '',
    code: fields.get('C') ?? '',
    message: fields.get('M') ?? '',
    detail: fields.get('D'),
    hint: fields.get('H'),
  }
}
