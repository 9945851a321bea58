/** Certificates for tests, made by openssl: an authority, a server's and a client's. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Pair {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

export interface CertificateOptions {
  /** As openssl's -newkey has it, with its -pkeyopt. */
  readonly key?: readonly string[]
  /** As openssl's digest options, `-sha384`, and more: `-sigopt rsa_padding_mode:pss`. */
  readonly signature?: readonly string[]
  /** subjectAltName. */
  readonly names?: string
}

const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']

/** Signed by itself. */
export async function selfSigned(options: CertificateOptions = {}): Promise<Pair> {
  return inDirectory(async dir => {
    await run('openssl', [
      ...['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=countersign test'],
      ...(options.key ?? elliptic),
      ...(options.signature ?? ['-sha256']),
      ...['-addext', `subjectAltName=${options.names ?? 'DNS:localhost,IP:127.0.0.1'}`],
      ...['-keyout', join(dir, 'key'), '-out', join(dir, 'cert')],
    ])
    return readPair(dir)
  })
}

/** Signed by `authority`. */
export async function signedBy(authority: Pair, names: string): Promise<Pair> {
  return inDirectory(async dir => {
    await writeFile(join(dir, 'ca-cert'), authority.cert)
    await writeFile(join(dir, 'ca-key'), authority.key)
    await writeFile(join(dir, 'extensions'), `subjectAltName=${names}\n`)
    await run('openssl', [
      ...['req', '-nodes', '-subj', '/CN=countersign test server', ...elliptic],
      ...['-keyout', join(dir, 'key'), '-out', join(dir, 'request')],
    ])
    await run('openssl', [
      ...['x509', '-req', '-days', '2', '-in', join(dir, 'request'), '-out', join(dir, 'cert')],
      ...['-CA', join(dir, 'ca-cert'), '-CAkey', join(dir, 'ca-key'), '-CAcreateserial'],
      ...['-extfile', join(dir, 'extensions')],
    ])
    return readPair(dir)
  })
}

async function readPair(dir: string): Promise<Pair> {
  const [cert, key] = await Promise.all([
    readFile(join(dir, 'cert'), 'utf8'),
    readFile(join(dir, 'key'), 'utf8'),
  ])
  return { cert, key }
}

async function inDirectory<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-certificates-'))
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
}
