/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, both sides, without I/O.
 * https://www.rfc-editor.org/rfc/rfc5802, https://www.rfc-editor.org/rfc/rfc7677 and
 * https://www.postgresql.org/docs/current/sasl-authentication.html
 *
 *   client-first    gs2-header n=user,r=cnonce          gs2-header: n,, · y,, · p=type,,
 *   server-first    r=cnonce snonce,s=salt,i=iterations
 *   client-final    c=base64(gs2-header hash),r=…,p=proof
 *   server-final    v=signature
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { UpstreamError } from '../errors.ts'
import type { Credential } from '../protocol.ts'
import { FatalError } from './fatal.ts'
import { saslprep } from './saslprep.ts'

export const scramSha256 = 'SCRAM-SHA-256'
export const scramSha256Plus = 'SCRAM-SHA-256-PLUS'

const bindingType = 'tls-server-end-point'

/** Each iteration costs us, and the number is the server's to choose. */
const iterationsMax = 1_000_000

/** As the server draws its own. */
const nonceBytes = 18

const printable = /^[\x21-\x2b\x2d-\x7e]+$/
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function hmac(key: Buffer, text: string): Buffer {
  // Names in these messages may be any bytes; latin1 keeps each as it came.
  return createHmac('sha256', key).update(text, 'latin1').digest()
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)))
}

/** Equal in constant time; of different length they are plainly different. */
function same(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

// ── The server's side ───────────────────────────────────────────────────────────────────────────

export interface ScramServerOptions {
  /** Which of the offered mechanisms the client chose. */
  readonly mechanism: string
  /** Our certificate's `tls-server-end-point`; undefined when PLUS was not offered. */
  readonly endPoint: Buffer | undefined
  readonly credential: Credential
  /** For tests against published vectors. */
  readonly nonce?: string
}

/** The mechanisms to offer, the stronger first. */
export function scramMechanisms(endPoint: Buffer | undefined): readonly string[] {
  return endPoint === undefined ? [scramSha256] : [scramSha256Plus, scramSha256]
}

/** One authentication of one client. Throws FatalError when a message is not what it must be. */
export class ScramServer {
  readonly #options: ScramServerOptions
  #gs2Header = ''
  #nonce = ''
  /** client-first-bare and server-first: what both sides sign, so far. */
  #signed = ''

  constructor(options: ScramServerOptions) {
    this.#options = options
  }

  /** Takes client-first, gives server-first. */
  first(message: Buffer): string {
    const text = message.toString('latin1')
    const header = /^(n|y|p=([^,]*)),([^,]*),/.exec(text)
    if (header === null) throw malformed('The message has no valid GS2 header.')
    this.#checkBinding(header[1] ?? '', header[2])
    if (header[3] !== '') {
      throw new FatalError('0A000', 'client uses authorization identity, but it is not supported')
    }
    this.#gs2Header = header[0]
    const bare = text.slice(this.#gs2Header.length)
    if (bare.startsWith('m=')) {
      throw new FatalError('0A000', 'client requires an unsupported SCRAM extension')
    }
    // The name is not read: it is the StartupMessage's user that is authenticated, as in Postgres.
    const nonce = /^n=[^,]*,r=([^,]*)(?:,|$)/.exec(bare)?.[1]
    if (nonce === undefined) throw malformed('The message has no user name and nonce.')
    if (!printable.test(nonce))
      throw new FatalError('08P01', 'non-printable characters in SCRAM nonce')
    const { iterations, salt } = this.#options.credential
    this.#nonce = nonce + (this.#options.nonce ?? randomBytes(nonceBytes).toString('base64'))
    const serverFirst = `r=${this.#nonce},s=${salt.toString('base64')},i=${iterations}`
    this.#signed = `${bare},${serverFirst}`
    return serverFirst
  }

  /** Takes client-final, gives server-final; undefined when the proof is wrong. */
  final(message: Buffer): string | undefined {
    const text = message.toString('latin1')
    const parts = /^(c=([^,]*),r=([^,]*)(?:,[^,]*)*),p=([^,]*)$/.exec(text)
    if (parts === null) throw malformed('The message is not a client-final-message.')
    const [, unproved = '', binding = '', nonce = '', proofText = ''] = parts
    if (nonce !== this.#nonce) {
      throw new FatalError('08P01', 'invalid SCRAM response', { detail: 'Nonce does not match.' })
    }
    if (!base64.test(binding) || !this.#bindingMatches(Buffer.from(binding, 'base64'))) {
      throw new FatalError('28000', 'SCRAM channel binding check failed')
    }
    const proof = base64.test(proofText) ? Buffer.from(proofText, 'base64') : undefined
    if (proof?.length !== 32) throw malformed('Malformed proof in client-final-message.')
    const { storedKey, serverKey } = this.#options.credential
    const signed = `${this.#signed},${unproved}`
    const clientKey = xor(proof, hmac(storedKey, signed))
    if (!same(createHash('sha256').update(clientKey).digest(), storedKey)) return undefined
    return `v=${hmac(serverKey, signed).toString('base64')}`
  }

  #checkBinding(flag: string, type: string | undefined): void {
    const { mechanism, endPoint } = this.#options
    if (mechanism === scramSha256Plus) {
      if (type === undefined) {
        throw malformed(
          'The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include channel binding data.',
        )
      }
      if (type !== bindingType) {
        throw new FatalError('08P01', 'unsupported SCRAM channel-binding type')
      }
      return
    }
    if (type !== undefined) {
      throw malformed(
        'The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data.',
      )
    }
    // It was offered, so somebody in between has taken the offer out.
    if (flag === 'y' && endPoint !== undefined) {
      throw new FatalError('28000', 'SCRAM channel binding negotiation error', {
        detail:
          'The client supports SCRAM channel binding but thinks the server does not. However, this server does support channel binding.',
      })
    }
  }

  #bindingMatches(came: Buffer): boolean {
    const header = Buffer.from(this.#gs2Header, 'latin1')
    const bound = this.#options.mechanism === scramSha256Plus ? this.#options.endPoint : undefined
    return same(came, bound === undefined ? header : Buffer.concat([header, bound]))
  }
}

function malformed(detail: string): FatalError {
  return new FatalError('08P01', 'malformed SCRAM message', { detail })
}

// ── The client's side ───────────────────────────────────────────────────────────────────────────

export interface ScramClientOptions {
  /** What the server offered. */
  readonly mechanisms: readonly string[]
  readonly password: string
  readonly tls: boolean
  /** The server certificate's `tls-server-end-point`, where it has one. */
  readonly endPoint: Buffer | undefined
  /** For tests against published vectors. */
  readonly user?: string
  readonly nonce?: string
}

const derive = promisify(pbkdf2)

/** One authentication of ours. Throws UpstreamError when the server is not to be believed. */
export class ScramClient {
  readonly mechanism: string
  readonly #password: string
  readonly #gs2Header: string
  readonly #bound: Buffer
  readonly #bare: string
  readonly #nonce: string
  #serverSignature: Buffer | undefined
  #verified = false

  constructor(options: ScramClientOptions) {
    const plus = options.mechanisms.includes(scramSha256Plus)
    const bound = plus && options.tls ? options.endPoint : undefined
    if (bound === undefined && !options.mechanisms.includes(scramSha256)) {
      throw new UpstreamError(
        `the upstream offers no authentication that we can do: ${options.mechanisms.join(', ')}`,
      )
    }
    this.mechanism = bound === undefined ? scramSha256 : scramSha256Plus
    this.#password = options.password
    // 'y' says that we could have bound: a server that had offered it then knows of a forgery.
    const unbound = options.tls && !plus ? 'y,,' : 'n,,'
    this.#gs2Header = bound === undefined ? unbound : `p=${bindingType},,`
    this.#bound = bound ?? Buffer.alloc(0)
    this.#nonce = options.nonce ?? randomBytes(nonceBytes).toString('base64')
    this.#bare = `n=${options.user ?? ''},r=${this.#nonce}`
  }

  /** True once the server has proved that it knows the password's verifier. */
  get verified(): boolean {
    return this.#verified
  }

  /** client-first. */
  first(): string {
    return this.#gs2Header + this.#bare
  }

  /** Takes server-first, gives client-final. */
  async final(message: Buffer): Promise<string> {
    if (this.#serverSignature !== undefined) {
      throw new UpstreamError('the upstream began SCRAM twice')
    }
    const text = message.toString('latin1')
    const parts = /^r=([^,]*),s=([^,]*),i=([1-9][0-9]{0,9})(?:,|$)/.exec(text)
    if (parts === null) throw new UpstreamError('the upstream sent a malformed SCRAM message')
    const [, nonce = '', salt = '', iterationsText = ''] = parts
    if (
      !nonce.startsWith(this.#nonce) ||
      nonce.length === this.#nonce.length ||
      !printable.test(nonce)
    ) {
      throw new UpstreamError('the upstream sent a SCRAM nonce that is not made from ours')
    }
    const iterations = Number(iterationsText)
    if (iterations > iterationsMax) {
      throw new UpstreamError(
        `the upstream asks for ${iterations} SCRAM iterations, more than ${iterationsMax}`,
      )
    }
    if (salt === '' || !base64.test(salt)) {
      throw new UpstreamError('the upstream sent a malformed SCRAM salt')
    }
    const password = saslprep(this.#password)
    const salted = await derive(password, Buffer.from(salt, 'base64'), iterations, 32, 'sha256')
    const clientKey = hmac(salted, 'Client Key')
    const storedKey = createHash('sha256').update(clientKey).digest()
    const header = Buffer.from(this.#gs2Header, 'latin1')
    const binding = Buffer.concat([header, this.#bound]).toString('base64')
    const unproved = `c=${binding},r=${nonce}`
    const signed = `${this.#bare},${text},${unproved}`
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), signed)
    return `${unproved},p=${xor(clientKey, hmac(storedKey, signed)).toString('base64')}`
  }

  /** Takes server-final. */
  verify(message: Buffer): void {
    const signature = /^v=([^,]*)(?:,|$)/.exec(message.toString('latin1'))?.[1]
    const expected = this.#serverSignature
    if (
      signature === undefined ||
      expected === undefined ||
      !base64.test(signature) ||
      !same(Buffer.from(signature, 'base64'), expected)
    ) {
      throw new UpstreamError('the upstream did not prove that it knows the password')
    }
    this.#verified = true
  }
}
