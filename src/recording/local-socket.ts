/**
 * What a process of ours answers to others on the same machine: over a socket in the data directory
 * that only its owner can open. One line of JSON is the question, lines of JSON are the answer.
 */
import { chmod, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** Nobody answered, or not to the end, or that it could not be done. */
export class SocketFailed extends Error {
  readonly code = 'COUNTERSIGN_SOCKET_FAILED'

  constructor(message: string) {
    super(message)
    this.name = 'SocketFailed'
  }
}

export type Row = Readonly<Record<string, unknown>>

/** A failure of `answer` is told to whoever asked. */
export async function serveSocket<Question>(
  path: string,
  answer: (question: Question) => Promise<readonly object[]>,
): Promise<{ close(): Promise<void> }> {
  await rm(path, { force: true })
  const server = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => socket.destroy())
    void respond(socket, answer)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  await chmod(path, 0o600)
  return { close: () => new Promise(resolve => server.close(() => resolve())) }
}

export async function isServed(path: string): Promise<boolean> {
  const socket = await opened(path)
  socket?.destroy()
  return socket !== undefined
}

/** Rejects with SocketFailed. */
export async function askSocket(path: string, question: object): Promise<readonly Row[]> {
  const socket = await opened(path)
  if (socket === undefined) throw new SocketFailed(`expected an answer at ${path}, nobody listens`)
  socket.write(`${JSON.stringify(question)}\n`)
  const rows: Row[] = []
  let whole = false
  for await (const line of createInterface({ input: socket })) {
    const row = JSON.parse(line) as Row
    const { failed, end } = row
    if (typeof failed === 'string') throw new SocketFailed(failed)
    if (end === true) whole = true
    else rows.push(row)
  }
  socket.destroy()
  if (!whole) throw new SocketFailed(`the answer at ${path} broke off`)
  return rows
}

async function respond<Question>(
  socket: Socket,
  answer: (question: Question) => Promise<readonly object[]>,
): Promise<void> {
  try {
    for await (const line of createInterface({ input: socket })) {
      for (const row of await answer(JSON.parse(line) as Question)) {
        if (!socket.write(`${JSON.stringify(row)}\n`)) {
          await new Promise(resolve => socket.once('drain', resolve).once('close', resolve))
        }
      }
      break
    }
    socket.end(`${JSON.stringify({ end: true })}\n`)
  } catch (error) {
    socket.end(`${JSON.stringify({ failed: error instanceof Error ? error.message : 'failed' })}\n`)
  }
}

/** Undefined when nobody listens. */
function opened(path: string): Promise<Socket | undefined> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
  })
}
