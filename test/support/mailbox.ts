/** A mail server for tests (`smtp-server`): keeps what it is given, and refuses when told to. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface MailTaken {
  readonly to: readonly string[]
  /** By name in lower case; folded lines are one. */
  readonly headers: ReadonlyMap<string, string>
  /** As a reader sees it. */
  readonly text: string
  /** Header lines as they came, to be counted. */
  readonly head: string
}

/** `550` and the like; `lost` takes the mail and says nothing. */
export type MailFault = number | 'lost'

export interface Mailbox {
  /** With the user and the password that it asks for. */
  readonly url: string
  readonly taken: MailTaken[]
  /** Who logged in. */
  readonly logins: Set<string>
  /** What the next mails meet, one each. */
  fail(...faults: MailFault[]): void
  /** Waits until so many were taken. */
  count(count: number): Promise<readonly MailTaken[]>
  stop(): Promise<void>
}

export async function startMailbox(): Promise<Mailbox> {
  const taken: MailTaken[] = []
  const logins = new Set<string>()
  const faults: MailFault[] = []
  const waiting = new Set<() => void>()
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    closeTimeout: 100,
    onAuth({ username, password }, _session, done) {
      if (username !== 'countersign' || password !== 'p@ss word')
        return done(new Error('Invalid username or password'))
      logins.add(username)
      return done(null, { user: username })
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const fault = faults.shift()
        if (typeof fault === 'number') {
          done(Object.assign(new Error('not today'), { responseCode: fault }))
          return
        }
        taken.push(parsed(Buffer.concat(chunks), session.envelope.rcptTo))
        for (const wake of waiting) wake()
        if (fault === undefined) done()
        else for (const connection of server.connections) connection.close()
      })
    },
  })
  // A client that is gone is none of the test's.
  server.on('error', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://countersign:p%40ss%20word@127.0.0.1:${port}`,
    taken,
    logins,
    fail: (...more) => faults.push(...more),
    count: async count => {
      while (taken.length < count) {
        await new Promise<void>(resolve => {
          waiting.add(resolve)
        })
      }
      return taken
    },
    stop: () => new Promise(resolve => server.close(() => resolve())),
  }
}

function parsed(bytes: Buffer, to: readonly { readonly address: string }[]): MailTaken {
  const whole = bytes.toString('latin1')
  const at = whole.indexOf('\r\n\r\n')
  const head = whole.slice(0, at)
  const headers = new Map<string, string>()
  for (const line of head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const [name = '', ...rest] = line.split(': ')
    headers.set(name.toLowerCase(), decodedWords(rest.join(': ')))
  }
  return {
    to: to.map(({ address }) => address),
    headers,
    head,
    text: decodedBody(whole.slice(at + 4), headers),
  }
}

function decodedBody(body: string, headers: ReadonlyMap<string, string>): string {
  const encoding = headers.get('content-transfer-encoding')
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString()
  return encoding === 'quoted-printable' ? unquoted(body.replaceAll('=\r\n', '')) : body
}

/** RFC 2047. */
function decodedWords(text: string): string {
  return text
    .replaceAll(/\?= =\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
      how.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString()
        : unquoted(word.replaceAll('_', ' ')),
    )
}

function unquoted(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString()
}
