/**
 * Where lines go: a file, a syslog receiver over TLS (RFC 5424 framed as RFC 5425 says), an HTTP
 * endpoint. Each resolves when the other side has the lines, as far as its protocol can tell.
 */
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { connect } from 'node:tls'
import type { SiemEvent } from './event.ts'

export type SiemTarget =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'syslog'
      readonly host: string
      readonly port: number
      /** PEM; absent: the authorities that the system trusts. */
      readonly ca: string | undefined
      readonly cert: string | undefined
      readonly key: string | undefined
    }
  | {
      readonly kind: 'http'
      readonly url: string
      /** Sent as a header of that name. */
      readonly header: string
      readonly token: string | undefined
    }

export interface Line {
  readonly event: SiemEvent
  readonly text: string
}

/** The receiver does not want these lines, whenever they come. */
export class Unwanted extends Error {
  override readonly name = 'Unwanted'
}

/** Rejects with Unwanted, or with anything else when it may succeed later. */
export function deliver(target: SiemTarget, lines: readonly Line[]): Promise<void> {
  switch (target.kind) {
    case 'file':
      return toFile(target, lines)
    case 'syslog':
      return toSyslog(target, lines)
    case 'http':
      return toHttp(target, lines)
  }
}

const waitMsMax = 15_000
/** A receiver that leaves before it has read is noticed in this time. */
const lingerMs = 100

/** Opened each time, so that it may be rotated by renaming it. */
async function toFile(
  { path }: Extract<SiemTarget, { kind: 'file' }>,
  lines: readonly Line[],
): Promise<void> {
  const file = await open(path, 'a', 0o600)
  try {
    await file.writeFile(lines.map(({ text }) => `${text}\n`).join(''))
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * Syslog acknowledges nothing. A receiver that is still there a moment after everything was sent, and
 * closes only after our end, has read what came before it: that is as much as can be known, and why
 * there is a connection for each batch.
 */
async function toSyslog(
  { host, port, ca, cert, key }: Extract<SiemTarget, { kind: 'syslog' }>,
  lines: readonly Line[],
): Promise<void> {
  const socket = connect({
    ...{ host, port, minVersion: 'TLSv1.2' },
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  })
  const signal = AbortSignal.timeout(waitMsMax)
  try {
    await once(socket, 'secureConnect', { signal })
    socket.resume()
    const left = once(socket, 'end', { signal }).then(() => true)
    socket.write(Buffer.concat(lines.map(syslogFrame)))
    if (socket.writableNeedDrain) await Promise.race([once(socket, 'drain', { signal }), left])
    const early = await Promise.race([left, wait(lingerMs, false, { signal })])
    if (early) throw new Error('the syslog receiver broke off')
    socket.end()
    await left
  } finally {
    socket.destroy()
  }
}

const severities = { info: 6, notice: 5, warning: 4, high: 2 } as const
/** Log audit. */
const facility = 13
/** For structured data of ours; the number is the one that RFC 5612 keeps for documentation. */
const dataId = 'countersign@32473'

/** `MSG-LEN SP SYSLOG-MSG`; the message without a byte order mark, which would break its JSON. */
export function syslogFrame({ event, text }: Line): Buffer {
  const priority = facility * 8 + severities[event.severity]
  const data = [
    ['uid', event.uid],
    ['user', event.user],
    ['session', event.session],
    ['verdict', event.verdict],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${dataText(value)}"`]))
  const head = [
    `<${priority}>1`,
    event.time,
    printable(hostname(), 255),
    'countersign',
    String(process.pid),
    printable(event.type, 32),
    `[${dataId} ${data.join(' ')}]`,
  ]
  const message = Buffer.from(`${head.join(' ')} ${text}`)
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}

function dataText(text: string): string {
  return text.slice(0, 255).replaceAll(/["\]\\]/g, match => `\\${match}`)
}

function printable(text: string, charactersMax: number): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, charactersMax) || '-'
}

/** What says that the request itself is wrong; the rest may pass when it is sent again. */
const unwantedStatuses = new Set([400, 413, 415, 422])

async function toHttp(
  { url, header, token }: Extract<SiemTarget, { kind: 'http' }>,
  lines: readonly Line[],
): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    // What a redirect leads to is not what the owner named.
    redirect: 'manual',
    signal: AbortSignal.timeout(waitMsMax),
    headers: {
      'content-type': 'application/x-ndjson',
      'user-agent': 'countersign',
      ...(token !== undefined && { [header]: token }),
    },
    body: lines.map(({ text }) => `${text}\n`).join(''),
  })
  await answer.body?.cancel()
  if (answer.ok) return
  const message = `the receiver answered ${answer.status}`
  throw unwantedStatuses.has(answer.status) ? new Unwanted(message) : new Error(message)
}
