/**
 * Session state changes in an OK_Packet: what the server says that a statement changed.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html#sect_protocol_basic_ok_packet_sessinfo
 */
import { ProtocolError } from '../../errors.ts'
import { PayloadReader } from '../payload.ts'

export type SessionTrack =
  | { readonly type: 'SYSTEM_VARIABLES'; readonly name: string; readonly value: string }
  | { readonly type: 'SCHEMA'; readonly name: string }
  | { readonly type: 'STATE_CHANGE'; readonly changed: boolean }
  | { readonly type: 'GTIDS'; readonly data: Buffer }
  | { readonly type: 'TRANSACTION_CHARACTERISTICS'; readonly statements: string }
  | { readonly type: 'TRANSACTION_STATE'; readonly state: string }
  | { readonly type: 'other'; readonly code: number; readonly data: Buffer }

/** `changes` is `OkPacket.sessionStateChanges`. */
export function decodeSessionTrack(changes: Buffer): readonly SessionTrack[] {
  const body = new PayloadReader(changes)
  const tracks: SessionTrack[] = []
  while (body.left > 0) {
    const code = body.uint8() // int<1>
    const data = new PayloadReader(body.lenencBytes()) // string<lenenc>
    if (code === 0) tracks.push(...systemVariables(data))
    else tracks.push(track(code, data))
  }
  return tracks
}

/** MariaDB puts all variables of a statement in one entry, MySQL each in one of its own. */
function systemVariables(data: PayloadReader): readonly SessionTrack[] {
  const tracks: SessionTrack[] = []
  while (data.left > 0) {
    const name = data.lenencString() // string<lenenc>
    const value = data.lenencString() // string<lenenc>
    tracks.push({ type: 'SYSTEM_VARIABLES', name: name.toLowerCase(), value })
  }
  if (tracks.length === 0) throw new ProtocolError('a changed system variable', 'none')
  return tracks
}

function track(code: number, data: PayloadReader): SessionTrack {
  switch (code) {
    case 1:
      return { type: 'SCHEMA', name: data.lenencString() } // string<lenenc>
    case 2:
      return { type: 'STATE_CHANGE', changed: data.lenencString() === '1' } // string<lenenc>
    case 3:
      return { type: 'GTIDS', data: data.rest() }
    case 4:
      return { type: 'TRANSACTION_CHARACTERISTICS', statements: data.lenencString() } // string<lenenc>
    case 5:
      return { type: 'TRANSACTION_STATE', state: data.lenencString() } // string<lenenc>
    default:
      return { type: 'other', code, data: data.rest() }
  }
}
