/**
 * Keys in a file: what a machine of one's own has. A wrapping key (AES-256-GCM, NIST SP 800-38D)
 * and a signing key (Ed25519, RFC 8032), made at the first start, readable by their owner only.
 */

import type { KeyObject } from 'node:crypto'
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto'
import { chmod, link, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type DataKey, type KeyContext, type Keys, KeyUnusable } from './keys.ts'

/** Where a data directory has them. */
export function localKeysPath(dataDir: string): string {
  return join(dataDir, 'keys', 'local.json')
}

/**
 * Reads the key file, or makes it when there is none. Rejects with KeyUnusable when others may
 * read it or its folder, or when it is not one; with ENOENT when it may not be made.
 */
export async function openLocalKeys(
  path: string,
  options: { readonly create: boolean } = { create: true },
): Promise<Keys> {
  if (options.create) await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await refuseLoose(dirname(path), 'folder')
  try {
    await refuseLoose(path, 'file')
  } catch (error) {
    if (!options.create || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await create(path)
    await refuseLoose(path, 'file')
  }
  return new LocalKeys(parse(await readFile(path, 'utf8'), path))
}

/**
 * Puts a new wrapping key before the others, and a new signing key in place of the last, whose
 * public half stays. What was wrapped before still opens: wrap it anew, then `dropFormerKeys`.
 */
export async function rotateLocalKeys(path: string): Promise<Keys> {
  const { wrapping, signing, signed } = parse(await readFile(path, 'utf8'), path)
  const file = {
    wrapping: [randomBytes(32), ...wrapping],
    signing: generateKeyPairSync('ed25519').privateKey,
    signed: [...signed, publicPem(signing)],
  }
  await replace(path, textOf(file))
  return new LocalKeys(file)
}

/** What only a former wrapping key opens is lost from now on. */
export async function dropFormerKeys(path: string): Promise<void> {
  const file = parse(await readFile(path, 'utf8'), path)
  await replace(path, textOf({ ...file, wrapping: file.wrapping.slice(0, 1) }))
}

interface KeyFile {
  /** The first wraps; the others only open. */
  readonly wrapping: readonly Buffer[]
  readonly signing: KeyObject
  /** Public keys that have signed before, PEM. */
  readonly signed: readonly string[]
}

const ivBytes = 12
const tagBytes = 16

class LocalKeys implements Keys {
  readonly name = 'local'
  readonly remote = false
  readonly publicKey: string
  readonly publicKeys: string
  readonly #file: KeyFile

  constructor(file: KeyFile) {
    this.#file = file
    this.publicKey = publicPem(file.signing)
    this.publicKeys = [...file.signed, this.publicKey].join('')
  }

  // The interface is asynchronous for keys that live on the network; here nothing waits.

  async dataKey(context: KeyContext): Promise<DataKey> {
    const plain = randomBytes(32)
    return { plain, wrapped: this.#wrap(plain, context) }
  }

  async unwrap(wrapped: Buffer, context: KeyContext): Promise<Buffer> {
    if (wrapped.length !== ivBytes + 32 + tagBytes) {
      throw new KeyUnusable(`expected a wrapped key of 60 bytes, got ${wrapped.length}`)
    }
    for (const key of this.#file.wrapping) {
      const plain = opened(key, wrapped, context)
      if (plain !== undefined) return plain
    }
    throw new KeyUnusable('the data key was wrapped by another key or for another purpose')
  }

  async rewrap(wrapped: Buffer, context: KeyContext): Promise<Buffer> {
    const plain = await this.unwrap(wrapped, context)
    try {
      return this.#wrap(plain, context)
    } finally {
      plain.fill(0)
    }
  }

  async sign(bytes: Buffer): Promise<Buffer> {
    return sign(null, bytes, this.#file.signing)
  }

  #wrap(plain: Buffer, context: KeyContext): Buffer {
    const [key] = this.#file.wrapping
    if (key === undefined) throw new KeyUnusable('expected a wrapping key, got none')
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    cipher.setAAD(encodeContext(context))
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
    return Buffer.concat([iv, sealed, cipher.getAuthTag()])
  }
}

function opened(key: Buffer, wrapped: Buffer, context: KeyContext): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, ivBytes))
  decipher.setAAD(encodeContext(context))
  decipher.setAuthTag(wrapped.subarray(-tagBytes))
  try {
    const plain = decipher.update(wrapped.subarray(ivBytes, -tagBytes))
    return Buffer.concat([plain, decipher.final()])
  } catch {
    // Node says "unable to authenticate data" and no more: a former key's, or none of ours.
    return undefined
  }
}

function publicPem(signing: KeyObject): string {
  return createPublicKey(signing).export({ type: 'spki', format: 'pem' }).toString()
}

/** The same for the same pairs, in whatever order they were written. */
function encodeContext(context: KeyContext): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Buffer.from(JSON.stringify(pairs))
}

async function refuseLoose(path: string, what: 'file' | 'folder'): Promise<void> {
  const { mode, uid } = await stat(path)
  const loose = mode & 0o077
  if (loose !== 0) {
    throw new KeyUnusable(
      `expected the key ${what} ${path} to be for its owner only, got mode ` +
        `${(mode & 0o777).toString(8).padStart(4, '0')}: chmod ${what === 'file' ? '600' : '700'} ${path}`,
    )
  }
  const own = process.getuid?.()
  if (own !== undefined && own !== 0 && uid !== own) {
    throw new KeyUnusable(`expected the key ${what} ${path} to be ours, it belongs to uid ${uid}`)
  }
}

/** Written whole under another name and then linked: of two first starts, one wins. */
async function create(path: string): Promise<void> {
  const text = textOf({
    wrapping: [randomBytes(32)],
    signing: generateKeyPairSync('ed25519').privateKey,
    signed: [],
  })
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await chmod(draft, 0o600)
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
}

function textOf({ wrapping, signing, signed }: KeyFile): string {
  const file = {
    version: 2,
    wrapping: wrapping.map(key => key.toString('base64')),
    signing: signing.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    signed,
  }
  return `${JSON.stringify(file)}\n`
}

/** Version 1 had one wrapping key, and no other had signed. */
function parse(text: string, path: string): KeyFile {
  try {
    const file = JSON.parse(text) as Readonly<
      Record<'version' | 'wrapping' | 'signing' | 'signed', unknown>
    >
    const { version, signing } = file
    const wrapping: unknown = version === 1 ? [file.wrapping] : file.wrapping
    const signed: unknown = version === 1 ? [] : file.signed
    if ((version !== 1 && version !== 2) || typeof signing !== 'string') {
      throw new TypeError('a field is missing')
    }
    if (!areTexts(wrapping) || !areTexts(signed) || wrapping.length === 0) {
      throw new TypeError('a field is missing')
    }
    const keys = wrapping.map(each => Buffer.from(each, 'base64'))
    if (keys.some(key => key.length !== 32)) throw new TypeError('a key is not 32 bytes long')
    const der = Buffer.from(signing, 'base64')
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    return { wrapping: keys, signing: privateKey, signed }
  } catch {
    // The cause is left out: a parser's message quotes what it read, and that is a key.
    throw new KeyUnusable(`expected keys in ${path}, got something else`)
  }
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string')
}

async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.new`
  await writeFile(draft, text, { mode: 0o600, flush: true })
  await rename(draft, path)
}
