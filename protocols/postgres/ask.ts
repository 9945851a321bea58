/**
 * One question of ours on a session's own connection, before the relay begins. Only for what no
 * other connection can answer: what a setting is in this very session.
 */
import type { Socket } from 'node:net'
import { ByteReader } from '../bytes.ts'
import { ProtocolError, UpstreamError } from '../errors.ts'
import { Backend, frameLength, headerBytes } from './framing.ts'
import { encodeMessage } from './messages/message.ts'

const replyBytesMax = 65_536

export interface Answer {
  readonly values: readonly (string | undefined)[]
  readonly leftover: Buffer
}

/**
 * The first column of every row, and the bytes that came after ReadyForQuery. None when
 * the server answers with an error. The socket is paused before and after.
 */
export function ask(socket: Socket, query: string, leftover: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let bytes = leftover
    const done = (act: () => void): void => {
      socket.pause()
      socket.off('data', data)
      socket.off('close', closed)
      act()
    }
    const closed = (): void => done(() => reject(new UpstreamError('the upstream closed')))
    const data = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      try {
        const reply = readReply(bytes)
        if (reply !== undefined) done(() => resolve(reply))
      } catch (error) {
        done(() => reject(error))
      }
    }
    socket.on('data', data)
    socket.on('close', closed)
    socket.write(encodeMessage('Q', body => body.cstring(query)))
    socket.resume()
  })
}

function readReply(bytes: Buffer): Answer | undefined {
  const values: (string | undefined)[] = []
  for (let offset = 0; bytes.length - offset >= headerBytes; ) {
    const end = offset + 1 + frameLength(bytes, offset)
    if (end > replyBytesMax) throw new ProtocolError('a short reply', `${end} bytes`)
    if (end > bytes.length) return undefined
    if (bytes[offset] === Backend.DataRow) {
      const body = new ByteReader(bytes, offset + headerBytes, end)
      body.uint16() // Int16 columns
      const length = body.int32() // Int32
      values.push(length < 0 ? undefined : body.slice(length).toString('utf8'))
    }
    if (bytes[offset] === Backend.ReadyForQuery) return { values, leftover: bytes.subarray(end) }
    offset = end
  }
  return undefined
}
