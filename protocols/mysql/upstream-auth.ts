/**
 * Proving the upstream's password to it, by whichever plugin it asks for. The password itself is
 * sent where nobody can listen, or encrypted with the server's key where the upstream has no TLS.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods.html
 */
import { ProtocolError, UpstreamError } from '../errors.ts'
import { type AuthSwitchRequest, CachingSha2 } from './packets/auth-switch.ts'
import { scrambleBytes } from './packets/handshake-v10.ts'
import { encryptPassword } from './rsa.ts'
import { nativeResponse, sha2Response } from './scramble.ts'

export interface UpstreamProof {
  readonly password: string | undefined
  /** TLS, or a Unix socket. */
  readonly private: boolean
}

const nothing: Buffer = Buffer.alloc(0)
/** How sha256_password asks for the key, unlike caching_sha2_password. */
const requestPublicKeySha256 = 0x01
/** A server that goes on asking for another plugin never comes to an end. */
const switchesMax = 4

export class UpstreamAuthentication {
  readonly #password: string | undefined
  readonly #private: boolean
  #plugin = ''
  #scramble: Buffer = nothing
  #switches = 0
  /** What was sent last; after a proof there is nothing more to say. */
  #sent: 'scramble' | 'key request' | 'proof' = 'scramble'

  constructor({ password, private: isPrivate }: UpstreamProof) {
    this.#password = password
    this.#private = isPrivate
  }

  /** In the handshake response: the plugin of the greeting if it sends no password yet. */
  first(plugin: string, scramble: Buffer): { readonly plugin: string; readonly data: Buffer } {
    const known = plugin === 'mysql_native_password' || plugin === 'caching_sha2_password'
    this.#plugin = known ? plugin : 'caching_sha2_password'
    this.#scramble = scramble
    // The server asks anew when the plugin is not what it wanted.
    const data = scramble.length === scrambleBytes ? this.#answer() : nothing
    return { plugin: this.#plugin, data }
  }

  switchTo(request: AuthSwitchRequest): Buffer {
    this.#switches += 1
    if (this.#switches > switchesMax || this.#sent !== 'scramble') {
      throw new ProtocolError('the end of authentication', `another plugin`)
    }
    this.#plugin = request.plugin
    this.#scramble = request.data
    return this.#answer()
  }

  /** The answer to AuthMoreData; undefined when the server speaks next. */
  more(data: Buffer): Buffer | undefined {
    if (this.#plugin === 'caching_sha2_password') return this.#moreCachingSha2(data)
    if (this.#plugin === 'sha256_password' && this.#sent === 'key request') {
      return this.#encrypted(data)
    }
    throw new ProtocolError('the end of authentication', `more data for ${this.#shownPlugin()}`)
  }

  #moreCachingSha2(data: Buffer): Buffer | undefined {
    if (this.#sent === 'key request') return this.#encrypted(data)
    const [status] = data
    if (this.#sent !== 'scramble' || data.length !== 1) {
      throw new ProtocolError('the end of authentication', 'more data for caching_sha2_password')
    }
    if (status === CachingSha2.fastAuthSuccess) {
      this.#sent = 'proof'
      return undefined
    }
    if (status !== CachingSha2.performFullAuthentication) {
      throw new ProtocolError('how caching_sha2_password goes on', `${status}`)
    }
    if (this.#private) return this.#clear()
    this.#sent = 'key request'
    return Buffer.of(CachingSha2.requestPublicKey)
  }

  #answer(): Buffer {
    const password = this.#password
    switch (this.#plugin) {
      case 'mysql_native_password':
        return password === undefined ? nothing : nativeResponse(password, this.#checkedScramble())
      case 'caching_sha2_password':
        return password === undefined ? nothing : sha2Response(password, this.#checkedScramble())
      case 'sha256_password':
        if (this.#private) return this.#clear()
        if (password === undefined) return Buffer.of(0)
        this.#sent = 'key request'
        return Buffer.of(requestPublicKeySha256)
      case 'mysql_clear_password':
        if (this.#private) return this.#clear()
        throw new UpstreamError('the upstream asks for the password in clear, without TLS')
      default:
        throw new UpstreamError(
          `the upstream asks for an authentication that we cannot do (${this.#shownPlugin()})`,
        )
    }
  }

  #clear(): Buffer {
    this.#sent = 'proof'
    return Buffer.from(`${this.#password ?? ''}\0`)
  }

  #encrypted(key: Buffer): Buffer {
    this.#sent = 'proof'
    return encryptPassword(this.#password ?? '', this.#checkedScramble(), key)
  }

  /** A shorter one would make answers that are worth keeping. */
  #checkedScramble(): Buffer {
    if (this.#scramble.length === scrambleBytes) return this.#scramble
    throw new ProtocolError('a scramble of 20 bytes', `${this.#scramble.length}`)
  }

  /** It is the server's text, and goes into a log. */
  #shownPlugin(): string {
    return JSON.stringify(this.#plugin.slice(0, 64))
  }
}
