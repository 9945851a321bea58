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
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
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

interface KeyFile {
  readonly wrapping: Buffer
  readonly signing: KeyObject
}

const ivBytes = 12
const tagBytes = 16

class LocalKeys implements Keys {
  readonly publicKey: string
  readonly #file: KeyFile

  constructor(file: KeyFile) {
    this.#file = file
    this.publicKey = createPublicKey(file.signing)
      .export({ type: 'spki', format: 'pem' })
      .toString()
  }

  // The interface is asynchronous for keys that live on the network; here nothing waits.

  async dataKey(context: KeyContext): Promise<DataKey> {
    const plain = randomBytes(32)
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#file.wrapping, iv)
    cipher.setAAD(encodeContext(context))
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
    return { plain, wrapped: Buffer.concat([iv, sealed, cipher.getAuthTag()]) }
  }

  async unwrap(wrapped: Buffer, context: KeyContext): Promise<Buffer> {
    if (wrapped.length !== ivBytes + 32 + tagBytes) {
      throw new KeyUnusable(`expected a wrapped key of 60 bytes, got ${wrapped.length}`)
    }
    const iv = wrapped.subarray(0, ivBytes)
    const decipher = createDecipheriv('aes-256-gcm', this.#file.wrapping, iv)
    decipher.setAAD(encodeContext(context))
    decipher.setAuthTag(wrapped.subarray(-tagBytes))
    try {
      const plain = decipher.update(wrapped.subarray(ivBytes, -tagBytes))
      return Buffer.concat([plain, decipher.final()])
    } catch (cause) {
      throw new KeyUnusable('the data key was wrapped by another key or for another purpose', {
        cause,
      })
    }
  }

  async sign(bytes: Buffer): Promise<Buffer> {
    return sign(null, bytes, this.#file.signing)
  }
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
  const { privateKey } = generateKeyPairSync('ed25519')
  const file = {
    version: 1,
    wrapping: randomBytes(32).toString('base64'),
    signing: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  }
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(file)}\n`)
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

function parse(text: string, path: string): KeyFile {
  try {
    const file = JSON.parse(text) as Readonly<Record<string, unknown>>
    const { version, wrapping, signing } = file as { [name: string]: unknown }
    if (version !== 1 || typeof wrapping !== 'string' || typeof signing !== 'string') {
      throw new TypeError('a field is missing')
    }
    const key = Buffer.from(wrapping, 'base64')
    if (key.length !== 32) throw new TypeError('the wrapping key is not 32 bytes long')
    return {
      wrapping: key,
      signing: createPrivateKey({
        key: Buffer.from(signing, 'base64'),
        format: 'der',
        type: 'pkcs8',
      }),
    }
  } catch {
    // The cause is left out: a parser's message quotes what it read, and that is a key.
    throw new KeyUnusable(`expected keys in ${path}, got something else`)
  }
}
