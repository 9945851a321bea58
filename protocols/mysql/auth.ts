/**
 * Whether a client is who it says. caching_sha2_password for all; mysql_native_password for users
 * whose configuration allows it; mysql_clear_password for clients that come with it over TLS.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
 *
 *   response ──► scramble proves ──────────────────────────────► fast_auth_success, proved
 *      │           │ does not
 *      │           ▼
 *      │   perform_full_authentication ──► TLS: password ──────► verifyPassword
 *      │           └──► public key asked for, sent ──► cipher ─►      │
 *      └── another plugin ──► AuthSwitchRequest ──► response          ▼
 */
import { isUtf8 } from 'node:buffer'
import type { Credential, Gateway, Login } from '../protocol.ts'
import type { Channel } from './channel.ts'
import { KnownPasswords } from './known-passwords.ts'
import { CachingSha2, encodeAuthMoreData, encodeAuthSwitchRequest } from './packets/auth-switch.ts'
import { cipherBytes, decryptPassword, rsaKey } from './rsa.ts'
import { newScramble, provesNative } from './scramble.ts'

export const defaultPlugin = 'caching_sha2_password'
const nativePlugin = 'mysql_native_password'
const clearPlugin = 'mysql_clear_password'

/** What a client answered to a plugin's first data. */
export interface PluginResponse {
  readonly plugin: string
  readonly data: Buffer
  /** What it answers to; undefined when it is to be asked anew whatever it said. */
  readonly scramble: Buffer | undefined
}

const known = new WeakMap<Gateway, KnownPasswords>()

/** Whether it proved its password. Nothing that is sent differs for a user that does not exist. */
export async function authenticate(
  channel: Channel,
  gateway: Gateway,
  login: Login,
  came: PluginResponse,
): Promise<boolean> {
  const authentication = new Authentication(channel, gateway, login)
  return authentication.run(came)
}

/** One client's. */
class Authentication {
  readonly #channel: Channel
  readonly #gateway: Gateway
  readonly #login: Login
  readonly #credential: Credential
  readonly #known: KnownPasswords

  constructor(channel: Channel, gateway: Gateway, login: Login) {
    this.#channel = channel
    this.#gateway = gateway
    this.#login = login
    this.#credential = gateway.credential(login)
    this.#known = known.get(gateway) ?? new KnownPasswords()
    known.set(gateway, this.#known)
  }

  async run(came: PluginResponse): Promise<boolean> {
    const { plugin, data, scramble } = came
    if (plugin === clearPlugin && this.#channel.tls && data.length > 0) {
      return this.#provesPassword(data)
    }
    if (scramble === undefined) return this.#switchTo(plugin)
    if (plugin === defaultPlugin) return this.#cachingSha2(data, scramble, true)
    if (plugin === nativePlugin && data.length > 0) {
      const { nativePassword } = this.#credential
      if (nativePassword !== undefined) return provesNative(data, scramble, nativePassword)
    }
    return this.#switchTo(plugin)
  }

  /** To the client's own plugin, if it may use that one. */
  async #switchTo(plugin: string): Promise<boolean> {
    const { nativePassword } = this.#credential
    if (plugin === nativePlugin && nativePassword !== undefined) return this.#native(nativePassword)
    const scramble = newScramble()
    return this.#cachingSha2(await this.#ask(defaultPlugin, scramble), scramble, false)
  }

  async #native(verifier: Buffer): Promise<boolean> {
    const scramble = newScramble()
    return provesNative(await this.#ask(nativePlugin, scramble), scramble, verifier)
  }

  async #ask(plugin: string, scramble: Buffer): Promise<Buffer> {
    this.#channel.write(encodeAuthSwitchRequest({ plugin, data: scramble }))
    return this.#channel.read()
  }

  async #cachingSha2(data: Buffer, scramble: Buffer, maySwitch: boolean): Promise<boolean> {
    const credential = this.#credential
    if (this.#known.proves(this.#login.user, credential, data, scramble)) {
      this.#channel.write(encodeAuthMoreData(Buffer.of(CachingSha2.fastAuthSuccess)))
      return true
    }
    // An empty answer means an empty password, which is nobody's.
    if (data.length !== 32) return false
    const { nativePassword } = credential
    // Many clients refuse to go on without TLS; where SHA-1 is allowed they need not.
    if (maySwitch && !this.#channel.tls && nativePassword !== undefined) {
      return this.#native(nativePassword)
    }
    this.#channel.write(encodeAuthMoreData(Buffer.of(CachingSha2.performFullAuthentication)))
    const password = await this.#fullPassword(scramble)
    return password !== undefined && this.#provesPassword(password)
  }

  /** With its NUL; undefined when it came in a way that it must not. */
  async #fullPassword(scramble: Buffer): Promise<Buffer | undefined> {
    const channel = this.#channel
    const came = await channel.read()
    if (channel.tls) return came
    const asked = came.length === 1 && came[0] === CachingSha2.requestPublicKey
    if (!asked && came.length !== cipherBytes) return channel.private ? came : undefined
    const key = await rsaKey()
    if (!asked) return decrypted(came, scramble)
    channel.write(encodeAuthMoreData(key.publicKey))
    return decrypted(await channel.read(), scramble)
  }

  /** Wrong in its form is wrong, and takes as long. */
  async #provesPassword(bytes: Buffer): Promise<boolean> {
    const password = textOf(bytes)
    const proved = await this.#gateway.verifyPassword(this.#login, password ?? '')
    if (password === undefined || !proved) return false
    this.#known.remember(this.#login.user, this.#credential, password)
    return true
  }
}

/** What cannot be decrypted is no password. */
async function decrypted(cipher: Buffer, scramble: Buffer): Promise<Buffer> {
  return decryptPassword(cipher, scramble, await rsaKey()) ?? Buffer.alloc(0)
}

/** Undefined unless it ends with its only NUL and is UTF-8, in which passwords are hashed. */
function textOf(bytes: Buffer): string | undefined {
  const end = bytes.length - 1
  if (end < 1 || bytes.indexOf(0) !== end || !isUtf8(bytes)) return undefined
  return bytes.toString('utf8', 0, end)
}
